//! What the scripted model makes of texts and speech: always the same of the same, and
//! nothing that could be taken for a model's work.

use crate::chat::TokenUsage;
use crate::embedding::{EmbedInput, EmbedRequest, Embeddings};
use crate::speech::{Segment, TranscribeRequest, Transcript};
use crate::{Error, Result, tokens};

/// How long its vectors are, unless told otherwise.
const DIMENSIONS: u32 = 8;
/// The most that it makes of a request for long ones.
const MAX_DIMENSIONS: u32 = 8_192;

/// Vectors of length 1 that depend on the bytes of each text alone.
pub fn embed(request: &EmbedRequest) -> Result<Embeddings> {
    let EmbedInput::Texts(texts) = &request.input else {
        return Err(Error::Unsupported { provider: "scripted", operation: "embeddings of tokens" });
    };
    let length = request.dimensions.unwrap_or(DIMENSIONS).clamp(1, MAX_DIMENSIONS);
    let vectors = texts.iter().map(|text| vector(text, length)).collect();
    let input = tokens::estimate_embedding(request);
    let usage = TokenUsage { input, estimated: true, ..TokenUsage::default() };
    Embeddings::checked(request.model.clone(), vectors, request, usage)
}

fn vector(text: &str, length: u32) -> Vec<f32> {
    // FNV-1a, continued for every number
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut mix = |byte: u8| {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        hash
    };
    for byte in text.bytes() {
        mix(byte);
    }
    let numbers: Vec<f32> = (0..length)
        .map(|index| {
            let bits = index.to_le_bytes().map(&mut mix)[3] >> 40;
            // 24 bits are exact in a float; never all of them 0
            (bits as f32 + 1.0) / 16_777_216.0 - 0.5
        })
        .collect();
    let norm = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
    numbers.into_iter().map(|number| if norm > 0.0 { number / norm } else { 1.0 }).collect()
}

/// Says how long the recording is in bytes, in one segment of a second.
pub fn transcribe(request: &TranscribeRequest) -> Transcript {
    let text = format!("scripted transcript of {} bytes", request.audio.len());
    let segment = Segment { start_ms: 0, end_ms: 1_000, text: text.clone() };
    Transcript {
        model: request.model.clone(),
        language: request.language.clone(),
        duration_ms: Some(1_000),
        segments: if request.segments { vec![segment] } else { Vec::new() },
        usage: TokenUsage { estimated: true, ..TokenUsage::default() },
        text,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn vectors_depend_on_the_text_alone_and_have_length_1() {
        let request = |texts: &[&str], dimensions| EmbedRequest {
            model: "m".into(),
            input: EmbedInput::Texts(texts.iter().map(|text| (*text).to_owned()).collect()),
            dimensions,
            user: None,
        };
        let two = embed(&request(&["a", "b"], None)).unwrap().vectors;
        assert_eq!(two[0], embed(&request(&["a"], None)).unwrap().vectors[0]);
        assert_ne!(two[0], two[1]);
        assert_eq!(embed(&request(&["a"], Some(3))).unwrap().vectors[0].len(), 3);
        for vector in two {
            let norm = vector.iter().map(|number| number * number).sum::<f32>();
            assert!((norm - 1.0).abs() < 1e-4, "{norm}");
        }
    }
}
