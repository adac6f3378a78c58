//! Streams that are cut, split and broken.

use serde_json::json;

use super::super::Messages;
use super::{fixtures, request, shaped, story};
use crate::testing::{is_capped, survives_every_cut, survives_noise, survives_random_bytes};

#[test]
fn a_stream_cut_at_any_byte_is_never_half_a_reply() {
    // the last event's two line ends may be missing
    survives_every_cut::<Messages>(&fixtures(), &request(), 2);
    survives_every_cut::<Messages>(&fixtures(), &shaped(story()), 2);
    survives_every_cut::<Messages>(&fixtures(), &shaped(json!({"type": "array"})), 2);
}

#[test]
fn a_broken_stream_still_ends_exactly_once() {
    survives_noise::<Messages>(&fixtures(), &request());
    survives_noise::<Messages>(&fixtures(), &shaped(story()));
}

#[test]
fn random_bytes_are_cut_streams_or_nonsense() {
    survives_random_bytes::<Messages>(&request());
}

#[test]
fn an_endless_stream_is_stopped_at_its_limit() {
    is_capped::<Messages>(&request());
}
