//! A handler that panics is a defect of ours; it costs one answer, not the process.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures::FutureExt as _;
use tower_http::catch_panic::CatchPanicLayer;
use web::{Ctx, Error};

/// Answers a panic as an internal error with the request's id. The panic itself is in the
/// log already, by the hook that `main` sets.
pub async fn catch(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<Ctx>().map(Ctx::request_id);
    let path = super::shown(request.uri().path()).to_owned();
    if let Ok(response) = AssertUnwindSafe(next.run(request)).catch_unwind().await {
        return response;
    }
    let error = Error::internal(format!("the handler of {path} panicked"));
    match id {
        Some(id) => error.with_request(id).into_response(),
        None => error.into_response(),
    }
}

/// The same for routes that give their requests no id.
pub fn layer() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(|_| Error::internal("a handler panicked").into_response())
}
