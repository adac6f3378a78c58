//! R23: a hundred thousand frames of nonsense for each stream decoder, and a million when
//! `FUZZ_FRAMES` says so. Recorded streams are broken as servers, proxies and attackers
//! break them; no decoder panics, none takes a part for a whole, and none holds much.

use std::path::PathBuf;

use base::{Random, SeededRandom};
use llm::chat::{Accumulator, Delta, Message, Reply, Request};
use llm::providers::{anthropic, gemini, ollama, openai, openai_responses};
use llm::stream::{Decoder, Framing, Reader};
use llm::{Error, Result};

/// Frames for each decoder unless the environment wants more.
const FRAMES: usize = 100_000;
/// The most memory that the decoder of one stream may take.
const MOST_BYTES: usize = 16 * 1024 * 1024;

#[expect(clippy::disallowed_methods, reason = "a switch of the test, not of the program")]
fn frames() -> usize {
    let wanted = std::env::var("FUZZ_FRAMES").ok();
    wanted.map_or(FRAMES, |text| text.parse().expect("FUZZ_FRAMES is a number"))
}

/// Numbers that repeat themselves.
struct Luck(SeededRandom);

impl Luck {
    fn below(&self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % end.max(1) as u64).unwrap()
    }

    fn byte(&self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }
}

/// The recorded streams of a provider.
fn recorded(provider: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(provider);
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut paths: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|kind| kind == "txt")).collect();
    paths.sort();
    assert!(paths.len() > 4, "{provider} has {} streams", paths.len());
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// The frames of a stream, each with its end.
fn cut<R: Reader>(stream: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(stream).replace("\r\n", "\n");
    let end = if R::FRAMING == Framing::Lines { "\n" } else { "\n\n" };
    text.split_inclusive(end).map(|frame| frame.as_bytes().to_vec()).collect()
}

/// One way to break a list of frames.
fn break_frames(frames: &mut Vec<Vec<u8>>, others: &[Vec<u8>], luck: &Luck) {
    let at = luck.below(frames.len());
    let count = frames.len();
    let frame = &mut frames[at];
    let place = luck.below(frame.len());
    match luck.below(11) {
        0 => frame[place] = luck.byte(),
        1 => frame.insert(place, luck.byte()),
        2 => drop(frame.drain(place..)),
        3 => {
            let again = frame.clone();
            frames.insert(at, again);
        }
        4 if count > 1 => drop(frames.remove(at)),
        5 => {
            let with = luck.below(frames.len());
            frames.swap(at, with);
        }
        6 => frames.insert(at, others[luck.below(others.len())].clone()),
        7 => replace(
            frame,
            |byte| byte.is_ascii_digit(),
            luck,
            &[b"-1", b"1e308", b"18446744073709551615", b"4294967295", b"0.5", b"null"],
        ),
        8 => replace(
            frame,
            |byte| byte.is_ascii_alphanumeric() || byte == b'_',
            luck,
            &[b"", b"\\u0000", b"\\ud800", b"\xff\xfe", b"[]", b"\"", b"tool_use", b"error"],
        ),
        9 => {
            let deep =
                if luck.below(2) == 0 { b"[".repeat(3_000) } else { b"{\"a\":".repeat(3_000) };
            drop(frame.splice(place..place, deep));
        }
        _ => frame.extend_from_slice(b"\r\r\n: \xef\xbb\xbf\n"),
    }
    if frames.iter().all(Vec::is_empty) {
        frames.push(b"\n".to_vec());
    }
    frames.retain(|frame| !frame.is_empty());
}

/// Puts something else in the place of a run of bytes.
fn replace(frame: &mut Vec<u8>, fits: impl Fn(u8) -> bool, luck: &Luck, by: &[&[u8]]) {
    let from = luck.below(frame.len());
    let Some(start) = frame[from..].iter().position(|byte| fits(*byte)).map(|at| from + at) else {
        return;
    };
    let length = frame[start..].iter().take_while(|byte| fits(**byte)).count();
    drop(frame.splice(start..start + length, by[luck.below(by.len())].iter().copied()));
}

fn decode<'a, R: Reader>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Result<Delta>> {
    let mut decoder = Decoder::<R>::new(&Request::new("m", vec![Message::user("hi")]));
    let mut deltas: Vec<_> = pieces.flat_map(|piece| decoder.push(piece)).collect();
    deltas.extend(decoder.end(Error::StreamCut));
    deltas
}

fn reply(deltas: Vec<Result<Delta>>) -> Result<Reply> {
    let mut accumulator = Accumulator::default();
    deltas.into_iter().try_for_each(|delta| accumulator.push(delta?))?;
    accumulator.finish()
}

/// Ends once, begins with its start, is the same in pieces of any size.
fn holds<R: Reader>(bytes: &[u8], luck: &Luck) -> Vec<Result<Delta>> {
    let about = || String::from_utf8_lossy(bytes).into_owned();
    let all = decode::<R>(std::iter::once(bytes));
    let is_end = |delta: &Result<Delta>| matches!(delta, Err(_) | Ok(Delta::Finish { .. }));
    let ends = all.iter().filter(|delta| is_end(delta)).count();
    assert!(ends == 1 && all.last().is_some_and(is_end), "{ends} ends: {}", about());
    assert!(matches!(all[0], Err(_) | Ok(Delta::Start { .. })), "{:?}: {}", all[0], about());
    let size = 1 + luck.below(200);
    assert_eq!(decode::<R>(bytes.chunks(size)), all, "in pieces of {size}: {}", about());
    all
}

/// All nonsense for one decoder.
fn check<R: Reader>(provider: &str) {
    let luck = Luck(SeededRandom::new(23));
    let streams = recorded(provider);
    let foreign =
        ["openai", "azure", "openrouter", "openai_responses", "anthropic", "gemini", "ollama"];
    let others: Vec<Vec<u8>> =
        foreign.iter().flat_map(|one| recorded(one)).flat_map(|stream| cut::<R>(&stream)).collect();
    let wholes: Vec<_> =
        streams.iter().map(|stream| reply(decode::<R>(std::iter::once(&stream[..])))).collect();
    let (mut seen, mut complete, mut halves) = (0, 0, 0);
    while seen < frames() {
        let index = luck.below(streams.len());
        let mut frames = cut::<R>(&streams[index]);
        for _ in 0..=luck.below(4) {
            break_frames(&mut frames, &others, &luck);
        }
        seen += frames.len();
        complete += usize::from(reply(holds::<R>(&frames.concat(), &luck)).is_ok());
        // half of what was recorded, then noise
        let stream = &streams[index];
        let mut half = stream[..luck.below(stream.len())].to_vec();
        half.extend((0..luck.below(60)).map(|_| luck.byte()));
        match (reply(decode::<R>(std::iter::once(&half[..]))), &wholes[index]) {
            (Err(_), _) => halves += 1,
            (Ok(part), Ok(whole)) => {
                let is_whole =
                    (&part.content, &part.tool_calls) == (&whole.content, &whole.tool_calls);
                assert!(is_whole, "a part passes for a whole: {}", String::from_utf8_lossy(&half));
            }
            (Ok(part), Err(error)) => panic!("{part:?} is part of an answer that ends in {error}"),
        }
    }
    // both kinds were met: nonsense that is refused, and nonsense that means nothing
    assert!(complete > 0 && halves > 0, "{complete} complete, {halves} refused");
}

#[test]
fn openai_chat_survives_garbage() {
    check::<openai::Chat>("openai");
}

#[test]
fn what_azure_and_openrouter_add_survives_garbage() {
    check::<openai::Chat>("azure");
    check::<openai::Chat>("openrouter");
}

#[test]
fn openai_responses_survive_garbage() {
    check::<openai_responses::Responses>("openai_responses");
}

#[test]
fn anthropic_survives_garbage() {
    check::<anthropic::Messages>("anthropic");
}

#[test]
fn gemini_survives_garbage() {
    check::<gemini::Generated>("gemini");
}

#[test]
fn ollama_survives_garbage() {
    check::<ollama::Spoken>("ollama");
}

/// The most memory that this process has had since [`forget_peak`], in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<usize>().unwrap() * 1_024
}

fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// Pushes a piece again and again until the decoder has had enough, dropping what it gives.
fn flood<R: Reader>(head: &[u8], piece: &[u8], about: &str) {
    let mut decoder = Decoder::<R>::new(&Request::new("m", vec![Message::user("hi")]));
    forget_peak();
    let before = peak();
    drop(decoder.push(head));
    while !decoder.is_done() {
        drop(decoder.push(piece));
    }
    let grown = peak().saturating_sub(before);
    assert!(grown <= MOST_BYTES, "{about}: {grown} bytes");
}

fn endless<R: Reader>(provider: &str) {
    let long = vec![b'x'; 64 * 1024];
    flood::<R>(b"data: {\"a\":\"", &long, &format!("{provider}: a line without end"));
    let lines = format!("data: {}\n", "y".repeat(1_000)).repeat(60);
    flood::<R>(b"", lines.as_bytes(), &format!("{provider}: an event without end"));
    flood::<R>(b"data: ", "[".repeat(60_000).as_bytes(), &format!("{provider}: brackets"));
    // an answer that goes on and on
    let frames = cut::<R>(&recorded(provider)[0]);
    for frame in frames.iter().skip(1).take(2) {
        let again = frame.repeat(1 + 30_000 / frame.len());
        flood::<R>(&frames[0], &again, &format!("{provider}: {}", String::from_utf8_lossy(frame)));
    }
}

/// On Linux only, where a process can ask for its own peak. Each test has a process of its own.
#[cfg(target_os = "linux")]
#[test]
fn stream_without_end_takes_little_memory() {
    endless::<openai::Chat>("openai");
    endless::<openai_responses::Responses>("openai_responses");
    endless::<anthropic::Messages>("anthropic");
    endless::<gemini::Generated>("gemini");
    endless::<ollama::Spoken>("ollama");
}
