//! gzip for what is worth it. Event streams stay as they are: a compressor holds bytes
//! back, and an event must arrive when it happens.

use tower_http::compression::predicate::{NotForContentType, SizeAbove};
use tower_http::compression::{CompressionLayer, Predicate};

/// The layer.
pub fn layer() -> CompressionLayer<impl Predicate> {
    let worth_it = SizeAbove::new(1024)
        .and(NotForContentType::SSE)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::const_new("font/"));
    CompressionLayer::new().gzip(true).compress_when(worth_it)
}
