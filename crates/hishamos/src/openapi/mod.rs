//! The API's description: OpenAPI 3.1 at `/api/openapi.json`, pages for people at
//! `/api/docs`. It is made from the routes themselves and checked into the repository, so
//! that a change of the contract shows in review.
//!
//! Start with [`finish`], which adds what no single route knows.

mod docs;
mod document;
mod finish;

use utoipa_axum::routes;
use web::{Access, Routes};

pub use document::Document;
pub use finish::finish;

/// The description and its pages.
pub fn routes(document: Document) -> Routes {
    Routes::<Document>::new()
        .add(Access::Public, routes!(document::openapi))
        .add(Access::Public, routes!(docs::index))
        .add(Access::Public, routes!(docs::file))
        .with_state(document)
}

#[cfg(test)]
mod tests;
