//! What must hold for any bytes at all. The first byte of an input says how it is used,
//! so that the fuzzer can find its way into every case; the rest is what a server or a
//! client sends.

use llm::chat::{Accumulator, Delta, Message, OutputSchema, Request};
use llm::door::Door;
use llm::stream::{Decoder, Framing, Progress, Reader};
use llm::{Error, Result};

/// A streamed answer: ends exactly once, begins with its start, reads the same in pieces.
pub fn stream<R: Reader>(input: &[u8]) {
    let Some((how, bytes)) = input.split_first() else { return };
    let request = request(how & 1 == 1);
    let all = decode::<R>(&request, &[bytes]);
    let is_end = |delta: &Result<Delta>| matches!(delta, Err(_) | Ok(Delta::Finish { .. }));
    assert_eq!(all.iter().filter(|delta| is_end(delta)).count(), 1, "{all:?}");
    assert!(all.last().is_some_and(is_end), "{all:?}");
    assert!(matches!(all[0], Err(_) | Ok(Delta::Start { .. })), "{all:?}");
    let size = usize::from(how >> 1) + 1;
    let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
    assert_eq!(decode::<R>(&request, &pieces), all, "in pieces of {size}");
    let mut accumulator = Accumulator::default();
    if all.into_iter().try_for_each(|delta| accumulator.push(delta?)).is_err() {
        assert!(accumulator.finish().is_err(), "half an answer passes for a whole one");
    }
}

/// The framing alone: the same events wherever the bytes are cut, none with a line's end
/// that framing by lines should have taken away.
pub fn framing(input: &[u8]) {
    let Some((how, bytes)) = input.split_first() else { return };
    let request = request(false);
    let size = usize::from(how >> 1) + 1;
    let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
    if how & 1 == 0 {
        let all = decode::<Heard<false>>(&request, &[bytes]);
        assert_eq!(decode::<Heard<false>>(&request, &pieces), all, "in pieces of {size}");
    } else {
        let all = decode::<Heard<true>>(&request, &[bytes]);
        assert_eq!(decode::<Heard<true>>(&request, &pieces), all, "in pieces of {size}");
        for delta in all {
            let Ok(Delta::Text { text }) = delta else { continue };
            assert!(!text.contains(['\n', '\r']), "{text:?}");
        }
    }
}

/// A codec that says what it hears.
struct Heard<const LINES: bool>;

impl<const LINES: bool> Reader for Heard<LINES> {
    const FRAMING: Framing = if LINES { Framing::Lines } else { Framing::ServerSentEvents };

    fn new(_: &Request) -> Self {
        Self
    }

    fn event(&mut self, event: &str, deltas: &mut Vec<Delta>) -> Result<Progress> {
        assert!(!event.is_empty(), "an event of nothing");
        deltas.push(Delta::Text { text: event.to_owned() });
        Ok(Progress::Goes)
    }

    fn end(&mut self, rest: Option<&str>, deltas: &mut Vec<Delta>) -> Result<Progress> {
        deltas.extend(rest.map(|rest| Delta::Text { text: rest.to_owned() }));
        Ok(Progress::Done)
    }
}

/// A client's request: is read, or refused with a reason.
pub fn door(input: &[u8]) {
    let Some((how, body)) = input.split_first() else { return };
    match how % 5 {
        0 => refused_with_reason(Door::Chat.decode(body)),
        1 => refused_with_reason(Door::Responses.decode(body)),
        2 => refused_with_reason(Door::Messages.decode(body)),
        3 => refused_with_reason(llm::door::embeddings::decode(body)),
        _ => {
            let form = "multipart/form-data; boundary=b";
            refused_with_reason(llm::door::transcription::decode(form, body));
        }
    }
}

fn refused_with_reason<T>(outcome: std::result::Result<T, llm::door::FieldError>) {
    if let Err(error) = outcome {
        assert!(!error.message.is_empty());
    }
}

fn request(is_shaped: bool) -> Request {
    let schema = serde_json::json!({"type": "array"});
    let output = OutputSchema { name: "story".to_owned(), schema, strict: None };
    let output_schema = is_shaped.then_some(output);
    Request { output_schema, ..Request::new("m", vec![Message::user("hi")]) }
}

fn decode<R: Reader>(request: &Request, pieces: &[&[u8]]) -> Vec<Result<Delta>> {
    let mut decoder = Decoder::<R>::new(request);
    let mut deltas: Vec<_> = pieces.iter().flat_map(|piece| decoder.push(piece)).collect();
    deltas.extend(decoder.end(Error::StreamCut));
    deltas
}
