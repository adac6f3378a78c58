//! The request's id in every problem document: handlers do not know it, and who reports a
//! problem should be able to quote it.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::Value as Json;
use web::Ctx;

/// The largest document that is looked into; ours are far smaller.
const LARGEST: usize = 256 * 1024;

/// Writes the id into a problem document that has none.
pub async fn stamp(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<Ctx>().map(|ctx| ctx.request_id().to_string());
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    match id {
        Some(id) if kind == Some(b"application/problem+json") => with_id(response, id).await,
        _ => response,
    }
}

async fn with_id(response: Response, id: String) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let stamped = serde_json::from_slice::<Json>(&bytes).ok().and_then(|mut document| {
        let slot = document.get_mut("request_id").filter(|slot| slot.is_null())?;
        *slot = Json::String(id);
        serde_json::to_vec(&document).ok()
    });
    match stamped {
        Some(text) => {
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(text))
        }
        None => Response::from_parts(parts, Body::from(bytes)),
    }
}
