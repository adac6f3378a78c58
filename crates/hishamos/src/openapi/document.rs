//! The document as it is served.

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use utoipa::openapi::OpenApi;
use web::{Error, Problem, Result};

/// The text, put in once all routes are known.
#[derive(Clone, Default)]
pub struct Document(Arc<OnceLock<OpenApi>>);

impl Document {
    /// Puts the finished document in; the first one stays.
    pub fn set(&self, document: &OpenApi) {
        let _ = self.0.set(document.clone());
    }
}

/// The whole API as an OpenAPI 3.1 document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "program", operation_id = "openapi",
    responses(
        (status = 200, description = "The document", content_type = "application/json"),
        (status = 500, description = "It could not be written", body = Problem),
    ))]
pub(super) async fn openapi(State(document): State<Document>) -> Result<Response> {
    let text = document.0.get().map(OpenApi::to_json).transpose();
    let text = text.map_err(|error| Error::internal(error.to_string()))?;
    let text = text.ok_or_else(|| Error::internal("the document was not put in"))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}
