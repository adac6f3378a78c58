//! The files of the UI as they are inside the program.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

/// What `npm run build` made; empty in a checkout where it did not run.
#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Dist;

/// Whether the UI was built before the program.
pub fn is_inside() -> bool {
    Dist::get("index.html").is_some()
}

/// A file with what caches need to know.
pub struct Asset {
    file: EmbeddedFile,
    etag: String,
    is_hashed: bool,
}

impl Asset {
    /// The file at this path.
    pub fn find(path: &str) -> Option<Self> {
        let file = Dist::get(path)?;
        let hash = file.metadata.sha256_hash();
        let etag = hash[..16].iter().fold("\"".to_owned(), |mut text, byte| {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
            text
        }) + "\"";
        // Vite puts a hash of the content into these names, so they never change.
        Some(Self { file, etag, is_hashed: path.starts_with("assets/") })
    }

    /// Whether the client has this very file already.
    pub fn is_known(&self, if_none_match: Option<&str>) -> bool {
        if_none_match.is_some_and(|known| {
            known
                .split(',')
                .map(str::trim)
                .any(|tag| tag == "*" || tag.trim_start_matches("W/") == self.etag)
        })
    }

    /// The headers of the file, with or without its content.
    pub fn respond(self, with_content: bool) -> Response {
        let cache = if self.is_hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
        let kind = self.file.metadata.mimetype().to_owned();
        let mut response = if with_content {
            self.file.data.into_owned().into_response()
        } else {
            axum::http::StatusCode::NOT_MODIFIED.into_response()
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        if let Ok(value) = HeaderValue::from_str(&self.etag) {
            headers.insert(header::ETAG, value);
        }
        if let Ok(value) = HeaderValue::from_str(&with_charset(&kind)) {
            headers.insert(header::CONTENT_TYPE, value);
        }
        response
    }
}

fn with_charset(kind: &str) -> String {
    if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind.to_owned() }
}
