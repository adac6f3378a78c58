//! What holds for any bytes at all: a stream ends exactly once, begins with its start, is
//! read the same wherever it is cut, and is never half a reply.

use std::path::PathBuf;

use llm::chat::{Delta, Message, OutputSchema, Request};
use llm::door::Door;
use llm::providers::{anthropic, gemini, ollama, openai, openai_responses};
use llm::stream::{Decoder, Reader};
use llm::{Error, Result};
use proptest::collection::vec;
use proptest::prelude::*;

fn requests() -> [Request; 2] {
    let plain = Request::new("m", vec![Message::user("hi")]);
    let schema = serde_json::json!({"type": "array"});
    let output_schema = Some(OutputSchema { name: "story".into(), schema, strict: None });
    [plain.clone(), Request { output_schema, ..plain }]
}

fn decode<R: Reader>(request: &Request, pieces: &[&[u8]]) -> Vec<Result<Delta>> {
    let mut decoder = Decoder::<R>::new(request);
    let mut deltas: Vec<_> = pieces.iter().flat_map(|piece| decoder.push(piece)).collect();
    deltas.extend(decoder.end(Error::StreamCut));
    deltas
}

fn holds<R: Reader>(bytes: &[u8], cut: usize) -> std::result::Result<(), TestCaseError> {
    for request in requests() {
        let all = decode::<R>(&request, &[bytes]);
        let is_end = |delta: &Result<Delta>| matches!(delta, Err(_) | Ok(Delta::Finish { .. }));
        prop_assert_eq!(all.iter().filter(|delta| is_end(delta)).count(), 1);
        prop_assert!(all.last().is_some_and(is_end));
        let begins = matches!(all[0], Err(_) | Ok(Delta::Start { .. }));
        prop_assert!(begins, "{:?} comes before the start", all[0]);
        let (head, tail) = bytes.split_at(cut % (bytes.len() + 1));
        prop_assert_eq!(decode::<R>(&request, &[head, tail]), all);
    }
    Ok(())
}

fn holds_for_all(bytes: &[u8], cut: usize) -> std::result::Result<(), TestCaseError> {
    holds::<openai::Chat>(bytes, cut)?;
    holds::<openai_responses::Responses>(bytes, cut)?;
    holds::<anthropic::Messages>(bytes, cut)?;
    holds::<gemini::Generated>(bytes, cut)?;
    holds::<ollama::Spoken>(bytes, cut)
}

/// Every recorded stream of every provider.
fn fixtures() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .flat_map(|provider| std::fs::read_dir(provider.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "txt"))
        .collect();
    paths.sort();
    assert!(paths.len() > 90, "{} streams", paths.len());
    paths.into_iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// A recorded stream with some bytes changed, put in or taken out.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 0..6);
    (prop::sample::select(fixtures()), changes).prop_map(|(mut bytes, changes)| {
        for (place, byte, kind) in changes {
            let at = place.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end_exactly_once(bytes in vec(any::<u8>(), 0..400), cut in any::<usize>()) {
        holds_for_all(&bytes, cut)?;
    }

    #[test]
    fn any_text_as_events_ends_exactly_once(
        lines in vec("(data: |event: |: |)[ -~]{0,40}\\PC{0,8}(\n|\r\n|\r|\n\n)", 0..12),
        cut in any::<usize>(),
    ) {
        holds_for_all(lines.concat().as_bytes(), cut)?;
    }

    #[test]
    fn mutated_streams_of_any_provider_end_exactly_once(bytes in mutated(), cut in any::<usize>()) {
        holds_for_all(&bytes, cut)?;
    }

    #[test]
    fn doors_refuse_or_read_any_bytes(bytes in vec(any::<u8>(), 0..200), text in "\\PC{0,200}") {
        for door in [Door::Chat, Door::Responses, Door::Messages] {
            for body in [&bytes[..], text.as_bytes()] {
                if let Err(error) = door.decode(body) {
                    prop_assert!(!error.message.is_empty());
                }
            }
        }
    }
}
