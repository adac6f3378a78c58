//! Requests of outside clients.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| llm_fuzz::door(input));
