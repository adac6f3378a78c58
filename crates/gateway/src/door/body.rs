//! Reading the body of a request, up to a bound.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use llm::door::{Failure, Kind};

/// The whole body. One that says that it is too large is refused unread.
pub(super) async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Failure> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(too_large(most));
    }
    to_bytes(body, most).await.map_err(|error| {
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(one) = cause {
            if one.to_string().contains("length limit") {
                return too_large(most);
            }
            cause = one.source();
        }
        Failure::new(Kind::InvalidRequest, "unreadable_body", "the body ended before its end")
    })
}

fn too_large(most: usize) -> Failure {
    let message = format!("the body is larger than {most} bytes; send less at once");
    Failure::new(Kind::TooLarge, "request_too_large", message)
}
