//! Streams that are cut, split and broken.

use super::super::Chat;
use super::{fixtures, request};
use crate::testing::{is_capped, survives_every_cut, survives_noise, survives_random_bytes};

#[test]
fn a_stream_cut_at_any_byte_is_never_half_a_reply() {
    // at most the usage event's last byte and "[DONE]" with its line ends may be missing
    survives_every_cut::<Chat>(&fixtures(), &request(), 20);
}

#[test]
fn a_broken_stream_still_ends_exactly_once() {
    survives_noise::<Chat>(&fixtures(), &request());
}

#[test]
fn random_bytes_are_cut_streams_or_nonsense() {
    survives_random_bytes::<Chat>(&request());
}

#[test]
fn an_endless_stream_is_stopped_at_its_limit() {
    is_capped::<Chat>(&request());
}
