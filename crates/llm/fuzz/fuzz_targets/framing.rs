//! The framing of streams: server-sent events and lines.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| llm_fuzz::framing(input));
