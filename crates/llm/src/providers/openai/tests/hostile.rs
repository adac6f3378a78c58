//! Streams that are cut, split and broken.

use base::{Random, SeededRandom};

use super::{STREAMS, decode_pieces, fixture, reply};
use crate::chat::Delta;
use crate::{Error, Result};

#[test]
fn a_stream_cut_at_any_byte_is_never_half_a_reply() {
    for name in STREAMS {
        let bytes = fixture(name);
        let whole = reply(decode_pieces([&bytes[..]]));
        let mut cuts = 0;
        for cut in 0..bytes.len() {
            let part = reply(decode_pieces([&bytes[..cut]]));
            if part == Err(Error::StreamCut) {
                cuts += 1;
            } else {
                assert_eq!(part, whole, "{name} cut at {cut}");
            }
        }
        // at most the usage event's last byte and "[DONE]" with its line ends may be missing
        assert!(cuts >= bytes.len() - 20, "{name}: {cuts} of {} cuts seen", bytes.len());
    }
}

#[test]
fn a_stream_reads_the_same_wherever_its_pieces_begin() {
    for name in STREAMS {
        let bytes = fixture(name);
        let whole = decode_pieces([&bytes[..]]);
        assert_eq!(decode_pieces(bytes.chunks(1)), whole, "{name} byte by byte");
        for cut in 0..bytes.len() {
            assert_eq!(decode_pieces([&bytes[..cut], &bytes[cut..]]), whole, "{name} at {cut}");
        }
    }
}

#[test]
fn a_broken_stream_still_ends_exactly_once() {
    let random = SeededRandom::new(11);
    let mut noise = [0_u8; 16];
    for round in 0..4_000_usize {
        random.fill(&mut noise);
        let mut bytes = fixture(STREAMS[round % STREAMS.len()]);
        for pair in noise.chunks(4) {
            let at = usize::from(u16::from_be_bytes([pair[0], pair[1]])) % bytes.len();
            match pair[2] % 3 {
                0 => bytes[at] = pair[3],
                1 => bytes.insert(at, pair[3]),
                _ => drop(bytes.remove(at)),
            }
        }
        assert_ends_once(&decode_pieces(bytes.chunks(7)), &bytes);
    }
}

#[test]
fn random_bytes_are_cut_streams_or_nonsense() {
    let random = SeededRandom::new(12);
    let mut bytes = [0_u8; 256];
    for _ in 0..2_000 {
        random.fill(&mut bytes);
        bytes[..6].copy_from_slice(b"data: ");
        let deltas = decode_pieces(bytes.chunks(50));
        assert_ends_once(&deltas, &bytes);
        let code = reply(deltas).unwrap_err().code();
        assert!(matches!(code, "stream_cut" | "invalid_reply"), "{code}");
    }
}

fn assert_ends_once(deltas: &[Result<Delta>], bytes: &[u8]) {
    let is_end = |delta: &Result<Delta>| matches!(delta, Err(_) | Ok(Delta::Finish { .. }));
    let ends = deltas.iter().filter(|delta| is_end(delta)).count();
    let text = String::from_utf8_lossy(bytes);
    assert!(ends == 1 && deltas.last().is_some_and(is_end), "{ends} ends in {text}");
}
