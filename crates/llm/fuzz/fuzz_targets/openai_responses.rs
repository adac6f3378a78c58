//! Streams of OpenAI's responses.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| llm_fuzz::stream::<
    llm::providers::openai_responses::Responses,
>(input));
