//! Reading the body of a request, up to a bound.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, to_bytes};
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use llm::door::{Failure, Kind};

/// How much more than can be taken is read and thrown away: a client that is still sending
/// when the connection closes never sees why.
const THROWN_AWAY: usize = 128 * 1024 * 1024;
/// How long that may take.
const FOR_AT_MOST: Duration = Duration::from_secs(20);

/// How long a body may take to arrive: the largest one over a slow line, but not for ever.
const ARRIVES_WITHIN: Duration = Duration::from_secs(120);

/// The whole body.
pub(super) async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Failure> {
    let whole = whole(headers, body, most);
    tokio::time::timeout(ARRIVES_WITHIN, whole).await.unwrap_or_else(|_| Err(late()))
}

async fn whole(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Failure> {
    match announced(headers) {
        Some(length) if length > most => {
            throw_away(body.into_data_stream(), THROWN_AWAY).await;
            Err(too_large(most))
        }
        // never longer than it says, and rarely in more than one piece
        Some(_) => to_bytes(body, most).await.map_err(|_| unreadable()),
        None => gather(body.into_data_stream(), most).await,
    }
}

/// How long a body says that it is.
fn announced(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?;
    length.parse().ok()
}

/// A body that does not say how long it is.
async fn gather(mut pieces: BodyDataStream, most: usize) -> Result<Bytes, Failure> {
    let mut body = BytesMut::new();
    while let Some(piece) = pieces.next().await {
        body.extend_from_slice(&piece.map_err(|_| unreadable())?);
        if body.len() > most {
            drop(body);
            throw_away(pieces, THROWN_AWAY).await;
            return Err(too_large(most));
        }
    }
    Ok(body.freeze())
}

/// Reads over a body that nobody wants, unless it says that it is too large for anybody.
pub(super) async fn hear_out(headers: &HeaderMap, body: Body, most: usize) {
    if announced(headers).is_none_or(|length| length <= most) {
        throw_away(body.into_data_stream(), most).await;
    }
}

async fn throw_away(mut pieces: BodyDataStream, most: usize) {
    let all = async {
        let mut left = most;
        while let Some(Ok(piece)) = pieces.next().await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                return;
            }
        }
    };
    if tokio::time::timeout(FOR_AT_MOST, all).await.is_err() {
        tracing::debug!("a body that is too large was not read to its end");
    }
}

fn unreadable() -> Failure {
    Failure::new(Kind::InvalidRequest, "unreadable_body", "the body ended before its end")
}

fn late() -> Failure {
    let seconds = ARRIVES_WITHIN.as_secs();
    let message = format!("the body did not arrive within {seconds} seconds; send it faster");
    Failure::new(Kind::InvalidRequest, "request_timeout", message)
}

fn too_large(most: usize) -> Failure {
    let message = format!("the body is larger than {most} bytes; send less at once");
    Failure::new(Kind::TooLarge, "request_too_large", message)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_for_ever_is_given_up() {
        let check = async |length: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(length) = length {
                headers.insert(header::CONTENT_LENGTH, length.parse().unwrap());
            }
            let pieces = futures::stream::unfold((), |()| async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Some((Ok::<_, std::io::Error>("x"), ()))
            });
            let failure = read(&headers, Body::from_stream(pieces), 1_000_000).await.unwrap_err();
            assert_eq!((failure.kind.status(), failure.code.as_str()), (400, "request_timeout"));
        };
        check(None).await;
        check(Some("900000")).await;
    }
}
