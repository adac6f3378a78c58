//! A limit on the time until an answer begins. Streams begin at once and then last.

use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use web::Error;

/// Gives up on a request that takes too long.
pub async fn limit(most: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(most, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::new(
            StatusCode::GATEWAY_TIMEOUT,
            "timeout",
            format!("no answer within {} seconds; try again later", most.as_secs()),
        )
        .into_response(),
    }
}
