//! The pages at `/api/docs`: Swagger UI, which the program carries inside.

use std::sync::{Arc, OnceLock};

use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use utoipa_swagger_ui::Config;
use web::{Error, Path, Problem, Result, not_found};

/// The pages of the API's description.
#[utoipa::path(get, path = "/api/docs", tag = "program", operation_id = "docs",
    responses((status = 307, description = "To the page")))]
pub(super) async fn index() -> Redirect {
    Redirect::temporary("/api/docs/index.html")
}

/// A file of these pages.
#[utoipa::path(get, path = "/api/docs/{file}", tag = "program", operation_id = "docs_file",
    params(("file" = String, Path, description = "The file's name")),
    responses(
        (status = 200, description = "The file", content_type = "text/html"),
        (status = 404, description = "There is no such file", body = Problem),
    ))]
pub(super) async fn file(Path(file): Path<String>) -> Result<Response> {
    let found = utoipa_swagger_ui::serve(&file, config())
        .map_err(|error| Error::internal(error.to_string()))?
        .ok_or_else(|| not_found("file", &file))?;
    let headers = [
        (header::CONTENT_TYPE, found.content_type),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    Ok((headers, found.bytes.into_owned()).into_response())
}

fn config() -> Arc<Config<'static>> {
    static CONFIG: OnceLock<Arc<Config<'static>>> = OnceLock::new();
    CONFIG
        .get_or_init(|| Arc::new(Config::from("/api/openapi.json").try_it_out_enabled(true)))
        .clone()
}
