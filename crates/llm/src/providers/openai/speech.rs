//! Transcription, as most providers serve it: a form with a file in it.

use serde::Deserialize;

use crate::Result;
use crate::chat::TokenUsage;
use crate::providers::refusal::parse;
use crate::speech::{Segment, TranscribeRequest, Transcript};

/// The body that asks for a transcript, and its media type.
pub fn encode_transcription(request: &TranscribeRequest) -> (String, Vec<u8>) {
    let boundary = boundary(&request.audio);
    let mut body = Vec::with_capacity(request.audio.len() + 1_024);
    let format = if request.segments { "verbose_json" } else { "json" };
    let temperature = request.temperature.map(|temperature| temperature.to_string());
    let fields = [
        ("model", Some(request.model.as_str())),
        ("response_format", Some(format)),
        ("language", request.language.as_deref()),
        ("prompt", request.prompt.as_deref()),
        ("temperature", temperature.as_deref()),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            let head =
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(value.as_bytes());
            body.extend_from_slice(b"\r\n");
        }
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
         Content-Type: {}\r\n\r\n",
        header_text(&request.file_name, "audio"),
        header_text(&request.media_type, "application/octet-stream"),
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(&request.audio);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// A text that cannot end the line or the quotes that it stands in.
fn header_text(text: &str, otherwise: &str) -> String {
    let is_safe = |letter: &char| !letter.is_control() && !matches!(letter, '"' | '\\');
    let text: String = text.chars().filter(is_safe).collect();
    if text.is_empty() { otherwise.to_owned() } else { text }
}

/// A line that the recording does not contain.
fn boundary(audio: &[u8]) -> String {
    let mut number = audio.len();
    loop {
        let boundary = format!("part-of-a-transcription-{number:016x}");
        let is_inside = audio.windows(boundary.len()).any(|window| window == boundary.as_bytes());
        if !is_inside {
            return boundary;
        }
        number = number.wrapping_add(1);
    }
}

/// Reads a transcript, plain or with segments.
pub fn decode_transcription(bytes: &[u8], request: &TranscribeRequest) -> Result<Transcript> {
    #[derive(Deserialize)]
    struct Body {
        text: String,
        language: Option<String>,
        duration: Option<f64>,
        segments: Option<Vec<Part>>,
        usage: Option<Usage>,
    }
    #[derive(Deserialize)]
    struct Part {
        start: f64,
        end: f64,
        text: String,
    }
    #[derive(Deserialize)]
    struct Usage {
        input_tokens: Option<u64>,
        output_tokens: Option<u64>,
        input_token_details: Option<Details>,
        seconds: Option<f64>,
    }
    #[derive(Deserialize)]
    struct Details {
        text_tokens: Option<u64>,
        audio_tokens: Option<u64>,
    }
    let millis = |seconds: f64| (seconds.max(0.0) * 1_000.0).round() as u64;
    let body: Body = parse(bytes)?;
    let seconds = body.duration.or_else(|| body.usage.as_ref()?.seconds);
    let segments = body.segments.unwrap_or_default().into_iter().map(|part| Segment {
        start_ms: millis(part.start),
        end_ms: millis(part.end),
        text: part.text.trim().to_owned(),
    });
    Ok(Transcript {
        model: request.model.clone(),
        text: body.text,
        language: body.language,
        duration_ms: seconds.map(millis),
        segments: segments.collect(),
        usage: usage(
            body.usage.map(|usage| {
                let details = usage.input_token_details;
                let texts = details.as_ref().and_then(|details| details.text_tokens).unwrap_or(0);
                let input = usage.input_tokens.unwrap_or(0);
                // what is not said to be words was heard
                let heard = details.and_then(|details| details.audio_tokens);
                let heard = heard.unwrap_or_else(|| input.saturating_sub(texts));
                (input, heard, usage.output_tokens.unwrap_or(0))
            }),
            seconds.map(millis),
        ),
    })
}

/// Models are paid by tokens, or by the length of the recording.
fn usage(tokens: Option<(u64, u64, u64)>, audio_ms: Option<u64>) -> TokenUsage {
    let (input, audio_input, output) = tokens.unwrap_or_default();
    TokenUsage {
        input,
        audio_input,
        output,
        audio_ms: audio_ms.unwrap_or(0),
        ..TokenUsage::default()
    }
    .believable()
}
