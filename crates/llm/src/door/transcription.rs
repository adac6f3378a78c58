//! The server side of OpenAI's `/v1/audio/transcriptions`: a form with a file in it.

use std::fmt::Write;

use serde::Serialize;

use super::{FieldError, json};
use crate::speech::{TranscribeRequest, Transcript};

/// In which form a client wants the transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The text in JSON.
    Json,
    /// The text with times in JSON.
    Verbose,
    /// The bare text.
    Text,
    /// Subtitles.
    Srt,
    /// Subtitles for the web.
    Vtt,
}

/// What a client asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The request; its model is what the client called it.
    pub request: TranscribeRequest,
    /// The form of the answer.
    pub format: Format,
}

/// Reads a client's form.
pub fn decode(content_type: &str, body: &[u8]) -> Result<Asked, FieldError> {
    let mut request = TranscribeRequest::default();
    let mut format = Format::Json;
    let mut has_file = false;
    for part in parts(content_type, body)? {
        match part.name.as_str() {
            "file" => {
                has_file = true;
                request.audio = part.body.to_vec();
                request.file_name = part.file_name.unwrap_or_else(|| "audio".to_owned());
                request.media_type = part.media_type.unwrap_or_default();
            }
            "model" => request.model = part.text()?,
            "language" => request.language = Some(part.text()?),
            "prompt" => request.prompt = Some(part.text()?),
            "temperature" => request.temperature = Some(temperature(&part.text()?)?),
            "response_format" => format = format_of(&part.text()?)?,
            "stream" if part.text()? == "true" => {
                return Err(FieldError::new("stream", "transcripts are not streamed here"));
            }
            // what is unknown is passed over
            _ => {}
        }
    }
    if request.model.is_empty() {
        return Err(FieldError::new("model", "name the model to ask"));
    }
    if !has_file || request.audio.is_empty() {
        return Err(FieldError::new("file", "send the recording as a file"));
    }
    request.segments = matches!(format, Format::Verbose | Format::Srt | Format::Vtt);
    Ok(Asked { request, format })
}

fn temperature(text: &str) -> Result<f64, FieldError> {
    let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| {
        FieldError::new("temperature", format!("\"{text}\" is no number between 0 and 1"))
    })
}

fn format_of(word: &str) -> Result<Format, FieldError> {
    match word {
        "json" => Ok(Format::Json),
        "verbose_json" => Ok(Format::Verbose),
        "text" => Ok(Format::Text),
        "srt" => Ok(Format::Srt),
        "vtt" => Ok(Format::Vtt),
        other => {
            let message =
                format!("\"{other}\" is unknown; use json, verbose_json, text, srt or vtt");
            Err(FieldError::new("response_format", message))
        }
    }
}

/// A part of a form.
struct Part<'a> {
    name: String,
    file_name: Option<String>,
    media_type: Option<String>,
    body: &'a [u8],
}

impl Part<'_> {
    fn text(&self) -> Result<String, FieldError> {
        let text = std::str::from_utf8(self.body);
        text.map(str::to_owned).map_err(|_| FieldError::new(&self.name, "it is not text"))
    }
}

fn parts<'a>(content_type: &str, body: &'a [u8]) -> Result<Vec<Part<'a>>, FieldError> {
    let no_form = |message: &str| FieldError { field: None, message: message.to_owned() };
    let is_form = content_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data");
    let boundary = parameter(content_type, "boundary").filter(|_| is_form).ok_or_else(|| {
        no_form("send the request as multipart/form-data with the recording as its file")
    })?;
    let cut = || no_form("the form ends before its last boundary");
    let first = format!("--{boundary}");
    let next = format!("\r\n--{boundary}");
    let start = find(body, first.as_bytes()).ok_or_else(cut)?;
    let mut rest = &body[start + first.len()..];
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let head_end = find(rest, b"\r\n\r\n").ok_or_else(cut)?;
        let head = String::from_utf8_lossy(&rest[..head_end]).into_owned();
        rest = &rest[head_end + 4..];
        let end = find(rest, next.as_bytes()).ok_or_else(cut)?;
        parts.extend(part(&head, &rest[..end]));
        rest = &rest[end + next.len()..];
    }
    Ok(parts)
}

fn part<'a>(head: &str, body: &'a [u8]) -> Option<Part<'a>> {
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let disposition = header("content-disposition")?;
    Some(Part {
        name: parameter(&disposition, "name")?,
        file_name: parameter(&disposition, "filename"),
        media_type: header("content-type"),
        body,
    })
}

/// The parameter of a header's value, with or without quotes.
fn parameter(value: &str, name: &str) -> Option<String> {
    let mut parameters = value.split(';').skip(1);
    parameters.find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let fits = key.trim().eq_ignore_ascii_case(name) && !value.is_empty();
        fits.then(|| value.to_owned())
    })
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// Writes the transcript, with its media type.
pub fn encode(transcript: &Transcript, format: Format) -> (&'static str, Vec<u8>) {
    match format {
        Format::Json => ("application/json", plain(transcript)),
        Format::Verbose => ("application/json", verbose(transcript)),
        Format::Text => ("text/plain; charset=utf-8", format!("{}\n", transcript.text).into()),
        Format::Srt => ("application/x-subrip", subtitles(transcript, false).into()),
        Format::Vtt => ("text/vtt; charset=utf-8", subtitles(transcript, true).into()),
    }
}

fn plain(transcript: &Transcript) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        text: &'a str,
        usage: Usage,
    }
    #[derive(Serialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    enum Usage {
        Tokens { input_tokens: u64, output_tokens: u64, total_tokens: u64 },
        Duration { seconds: u64 },
    }
    let tokens = transcript.usage;
    let usage = match transcript.duration_ms {
        Some(millis) if tokens.input == 0 && tokens.output == 0 => {
            Usage::Duration { seconds: millis.div_ceil(1_000) }
        }
        _ => Usage::Tokens {
            input_tokens: tokens.input,
            output_tokens: tokens.output,
            total_tokens: tokens.input.saturating_add(tokens.output),
        },
    };
    json(&Body { text: &transcript.text, usage })
}

fn verbose(transcript: &Transcript) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        task: &'static str,
        language: Option<&'a str>,
        duration: f64,
        text: &'a str,
        segments: Vec<Part<'a>>,
    }
    #[derive(Serialize)]
    struct Part<'a> {
        id: usize,
        start: f64,
        end: f64,
        text: &'a str,
    }
    let seconds = |millis: u64| millis as f64 / 1_000.0;
    let segments = transcript.segments.iter().enumerate().map(|(id, segment)| Part {
        id,
        start: seconds(segment.start_ms),
        end: seconds(segment.end_ms),
        text: &segment.text,
    });
    json(&Body {
        task: "transcribe",
        language: transcript.language.as_deref(),
        duration: seconds(transcript.duration_ms.unwrap_or(0)),
        text: &transcript.text,
        segments: segments.collect(),
    })
}

fn subtitles(transcript: &Transcript, is_web: bool) -> String {
    let mut out = if is_web { "WEBVTT\n\n".to_owned() } else { String::new() };
    let separator = if is_web { '.' } else { ',' };
    let time = |millis: u64| {
        let seconds = millis / 1_000;
        format!(
            "{:02}:{:02}:{:02}{separator}{:03}",
            seconds / 3_600,
            seconds / 60 % 60,
            seconds % 60,
            millis % 1_000
        )
    };
    for (index, segment) in transcript.segments.iter().enumerate() {
        if !is_web {
            // writing into a text cannot fail
            let _ = writeln!(out, "{}", index + 1);
        }
        let (start, end) = (time(segment.start_ms), time(segment.end_ms));
        let _ = writeln!(out, "{start} --> {end}\n{}\n", segment.text);
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chat::TokenUsage;
    use crate::providers::openai::{decode_transcription, encode_transcription};
    use crate::speech::Segment;

    fn request() -> TranscribeRequest {
        TranscribeRequest {
            model: "whisper-1".into(),
            audio: b"RIFF\r\n--part\r\n\r\n\x00\xff".to_vec(),
            file_name: "talk.wav".into(),
            media_type: "audio/wav".into(),
            language: Some("en".into()),
            prompt: Some("HishamOS\r\nlines".into()),
            temperature: Some(0.5),
            segments: true,
        }
    }

    #[test]
    fn a_form_round_trips_through_the_door() {
        let (content_type, body) = encode_transcription(&request());
        let asked = decode(&content_type, &body).unwrap();
        assert_eq!(asked, Asked { request: request(), format: Format::Verbose });
        for cut in 0..body.len() - 4 {
            assert!(decode(&content_type, &body[..cut]).is_err(), "cut at {cut}");
        }
        // a name that tries to end its header, and a recording that contains the boundary
        let hostile =
            TranscribeRequest { file_name: "a\"\r\nx: y".into(), audio: body.clone(), ..request() };
        let (content_type, body) = encode_transcription(&hostile);
        let read = decode(&content_type, &body).unwrap().request;
        assert_eq!((read.file_name.as_str(), read.audio), ("ax: y", hostile.audio));
    }

    #[test]
    fn a_wrong_form_is_refused_with_its_field() {
        let check = |content_type: &str, body: &str, field: Option<&str>| {
            let error = decode(content_type, body.as_bytes()).unwrap_err();
            assert_eq!(error.field.as_deref(), field, "{error}");
        };
        let form = "multipart/form-data; boundary=\"b\"";
        let part = |name: &str, value: &str| {
            format!("--b\r\nContent-Disposition: form-data; name={name}\r\n\r\n{value}\r\n")
        };
        check("application/json", "{}", None);
        check("multipart/form-data", "--b--", None);
        check(form, "", None);
        check(form, "--b--\r\n", Some("model"));
        check(form, &format!("{}--b--", part("model", "m")), Some("file"));
        check(form, &format!("{}--b--", part("temperature", "hot")), Some("temperature"));
        check(form, &format!("{}--b--", part("response_format", "pdf")), Some("response_format"));
        check(form, &format!("{}--b--", part("stream", "true")), Some("stream"));
    }

    #[test]
    fn transcripts_are_written_in_every_form_and_read_again() {
        let segment =
            |start_ms, end_ms, text: &str| Segment { start_ms, end_ms, text: text.into() };
        let transcript = Transcript {
            model: "whisper-1".into(),
            text: "Hi. Bye.".into(),
            language: Some("en".into()),
            duration_ms: Some(3_661_500),
            segments: vec![segment(0, 1_250, "Hi."), segment(3_600_000, 3_661_500, "Bye.")],
            usage: TokenUsage { audio_ms: 3_661_500, ..TokenUsage::default() },
        };
        let written = |format| String::from_utf8(encode(&transcript, format).1).unwrap();
        assert_eq!(written(Format::Text), "Hi. Bye.\n");
        assert_eq!(
            written(Format::Srt),
            "1\n00:00:00,000 --> 00:00:01,250\nHi.\n\n2\n01:00:00,000 --> 01:01:01,500\nBye.\n\n"
        );
        assert!(written(Format::Vtt).starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:01.250\nHi."));
        let verbose = written(Format::Verbose);
        assert_eq!(decode_transcription(verbose.as_bytes(), &request()), Ok(transcript.clone()));
        let plain = decode_transcription(written(Format::Json).as_bytes(), &request()).unwrap();
        assert_eq!((plain.text, plain.duration_ms), (transcript.text, Some(3_662_000)));
        let tokens =
            br#"{"text":"x","usage":{"type":"tokens","input_tokens":7,"output_tokens":2}}"#;
        let usage = decode_transcription(tokens, &request()).unwrap().usage;
        // what is not said to be words was heard, which costs more
        assert_eq!((usage.input, usage.audio_input, usage.output), (7, 7, 2));
        let told = br#"{"text":"x","usage":{"type":"tokens","input_tokens":7,"output_tokens":2,"input_token_details":{"text_tokens":3,"audio_tokens":4}}}"#;
        let usage = decode_transcription(told, &request()).unwrap().usage;
        assert_eq!((usage.input, usage.audio_input), (7, 4));
        let lasting = br#"{"text":"x","usage":{"type":"duration","seconds":9}}"#;
        let usage = decode_transcription(lasting, &request()).unwrap().usage;
        assert_eq!((usage.input, usage.audio_ms), (0, 9_000));
        assert_eq!(decode_transcription(b"", &request()).unwrap_err().code(), "invalid_reply");
    }
}
