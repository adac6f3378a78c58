//! What the tests of every codec share: recorded answers, cut and broken in every
//! way, and how to say what is expected.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use base::{Random, SeededRandom};
use serde_json::{Value, json};

use crate::chat::{Accumulator, Delta, Finish, Reply, Request, TokenUsage, ToolCall, ToolSpec};
use crate::stream::{Decoder, Framing, MAX_EVENT_BYTES, Reader};
use crate::transport::MAX_ANSWER_BYTES;
use crate::{Error, Result};

/// The recorded answers of one provider.
pub struct Fixtures {
    folder: PathBuf,
}

impl Fixtures {
    pub fn of(provider: &str) -> Self {
        Self { folder: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(provider) }
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(name)).unwrap()
    }

    /// The names of all streams, in order.
    pub fn streams(&self) -> Vec<String> {
        let names = std::fs::read_dir(&self.folder).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.ends_with("txt")).collect();
        names.sort();
        assert!(!names.is_empty(), "there are no streams in {}", self.folder.display());
        names
    }
}

/// Decodes a stream that arrives in these pieces and then ends.
pub fn decode_pieces<'a, R: Reader>(
    request: &Request,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Vec<Result<Delta>> {
    let mut decoder = Decoder::<R>::new(request);
    let mut deltas = Vec::new();
    for piece in pieces {
        deltas.extend(decoder.push(piece));
    }
    deltas.extend(decoder.end(Error::StreamCut));
    deltas
}

/// The answer that these pieces make.
pub fn reply(deltas: Vec<Result<Delta>>) -> Result<Reply> {
    let mut accumulator = Accumulator::default();
    for delta in deltas {
        accumulator.push(delta?)?;
    }
    accumulator.finish()
}

/// The answer that is told whole.
pub fn whole(deltas: Vec<Delta>) -> Result<Reply> {
    reply(deltas.into_iter().map(Ok).collect())
}

/// An answer of words alone.
pub fn said(model: &str, content: &str, finish: Finish, usage: TokenUsage) -> Reply {
    Reply {
        model: model.into(),
        content: content.into(),
        refusal: String::new(),
        reasoning: String::new(),
        thoughts: Vec::new(),
        tool_calls: Vec::new(),
        finish,
        stop_sequence: None,
        usage,
        scripted: false,
    }
}

pub fn usage(input: u64, output: u64) -> TokenUsage {
    TokenUsage { input, output, ..TokenUsage::default() }
}

pub fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
    ToolCall { id: id.into(), name: name.into(), arguments: arguments.into() }
}

/// A tool that takes any object.
pub fn tool(name: &str) -> ToolSpec {
    let parameters = json!({"type": "object"});
    ToolSpec { name: name.into(), description: "d".into(), parameters, strict: None }
}

/// Every recorded stream, cut at every byte: a prefix and an error, or complete; never half
/// a reply. `slack` bytes at the end may be missing unnoticed.
pub fn survives_every_cut<R: Reader>(fixtures: &Fixtures, request: &Request, slack: usize) {
    for name in fixtures.streams() {
        survives_cuts::<R>(fixtures, &name, request, slack);
    }
}

/// One recorded stream, cut at every byte.
pub fn survives_cuts<R: Reader>(fixtures: &Fixtures, name: &str, request: &Request, slack: usize) {
    let bytes = fixtures.read(name);
    let all = decode_pieces::<R>(request, [&bytes[..]]);
    let whole = reply(all.clone());
    let mut cuts = 0;
    for cut in 0..bytes.len() {
        let deltas = decode_pieces::<R>(request, [&bytes[..cut]]);
        ends_once(&deltas, &bytes[..cut]);
        let said = deltas.iter().take_while(|delta| delta.is_ok()).count();
        assert_eq!(deltas[..said], all[..said], "{name} cut at {cut} says something else");
        match reply(deltas) {
            Err(Error::StreamCut) => cuts += 1,
            part => assert_eq!(part, whole, "{name} cut at {cut}"),
        }
        if cut % 13 == 0 {
            let pieces = decode_pieces::<R>(request, [&bytes[..cut], &bytes[cut..]]);
            assert_eq!(pieces, all, "{name} in two pieces at {cut}");
        }
    }
    assert!(
        whole.is_err() || cuts + slack >= bytes.len(),
        "{name}: {cuts} of {} cuts were seen",
        bytes.len()
    );
    assert_eq!(decode_pieces::<R>(request, bytes.chunks(1)), all, "{name} byte by byte");
}

/// Recorded streams with bytes changed, put in and taken out, and noise of every kind.
pub fn survives_noise<R: Reader>(fixtures: &Fixtures, request: &Request) {
    let names = fixtures.streams();
    let random = SeededRandom::new(11);
    let mut noise = [0_u8; 16];
    for round in 0..3_000_usize {
        random.fill(&mut noise);
        let mut bytes = fixtures.read(&names[round % names.len()]);
        for pair in noise.chunks(4) {
            let at = usize::from(u16::from_be_bytes([pair[0], pair[1]])) % bytes.len();
            match pair[2] % 3 {
                0 => bytes[at] = pair[3],
                1 => bytes.insert(at, pair[3]),
                _ => drop(bytes.remove(at)),
            }
        }
        ends_once(&decode_pieces::<R>(request, bytes.chunks(7)), &bytes);
    }
}

/// Noise alone.
pub fn survives_random_bytes<R: Reader>(request: &Request) {
    let random = SeededRandom::new(12);
    let mut bytes = [0_u8; 256];
    for _ in 0..2_000 {
        random.fill(&mut bytes);
        survives_bytes::<R>(request, &bytes);
    }
}

/// Any bytes at all, bare and as the data of an event.
fn survives_bytes<R: Reader>(request: &Request, bytes: &[u8]) {
    let event = [b"data: ", bytes, b"\n\n"].concat();
    for bytes in [bytes, &event] {
        let deltas = decode_pieces::<R>(request, bytes.chunks(50));
        ends_once(&deltas, bytes);
    }
}

/// An event without an end is given up at one limit, an answer without an end at another.
pub fn is_capped<R: Reader>(request: &Request) {
    let endless_event = vec![b':'; 1 << 20];
    is_capped_at::<R>(request, &endless_event, MAX_EVENT_BYTES);
    let mut endless_answer = endless_event;
    endless_answer[(1 << 20) - 1] = b'\n';
    if R::FRAMING == Framing::ServerSentEvents {
        is_capped_at::<R>(request, &endless_answer, MAX_ANSWER_BYTES);
    }
}

fn is_capped_at<R: Reader>(request: &Request, piece: &[u8], limit: usize) {
    let mut decoder = Decoder::<R>::new(request);
    let mut pushed = 0;
    while !decoder.is_done() {
        assert!(pushed <= limit, "{pushed} bytes were taken");
        let deltas = decoder.push(piece);
        pushed += piece.len();
        if decoder.is_done() {
            assert_eq!(reply(deltas).unwrap_err().code(), "invalid_reply");
        }
    }
    assert!(pushed > limit);
}

/// Every documented refusal becomes the error that stands beside it.
pub fn sorts_refusals(fixtures: &Fixtures) {
    let cases: Vec<Value> = serde_json::from_slice(&fixtures.read("errors.json")).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for case in cases {
        let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
        let body = match &case["body"] {
            Value::String(text) => text.clone(),
            json => json.to_string(),
        };
        let error = crate::providers::refusal::decode_error(status, None, body.as_bytes(), "m");
        assert_eq!(error.code(), case["code"].as_str().unwrap(), "{case}");
        seen.insert(error.code());
    }
    for code in ["unauthenticated", "rate_limited", "bad_request", "overloaded"] {
        assert!(seen.contains(code), "no refusal becomes {code}");
    }
}

fn ends_once(deltas: &[Result<Delta>], bytes: &[u8]) {
    let is_end = |delta: &Result<Delta>| matches!(delta, Err(_) | Ok(Delta::Finish { .. }));
    let ends = deltas.iter().filter(|delta| is_end(delta)).count();
    let text = String::from_utf8_lossy(bytes);
    assert!(ends == 1 && deltas.last().is_some_and(is_end), "{ends} ends in {text}");
    let begins = matches!(deltas[0], Err(_) | Ok(Delta::Start { .. }));
    assert!(begins, "{:?} comes before the start in {text}", deltas[0]);
}
