//! The same live streams over a WebSocket (RFC 6455), for clients that want one: each event
//! is a text `{"seq", "kind", "data"}`, where `seq` is `null` for what is not stored. The
//! socket only speaks; what the client says is passed over until it closes.

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use crate::origin::same_origin;
use crate::stream::{Frame, Frames, Source, StreamEvent, open};
use crate::{Ctx, Error, Result, forbidden};

/// The longest message that a client may send, whole or in parts: room for a part is made when
/// its length is announced.
const LONGEST: usize = 4096;

/// A request to become a WebSocket, or why it is none.
pub type Upgrade = std::result::Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// The response that makes the connection a WebSocket and sends `source` from `number` on.
///
/// Browsers send cookies with a WebSocket of any page and let that page read it, so the
/// page has to be one of this server's own.
pub fn respond(
    ctx: &Ctx,
    headers: &HeaderMap,
    upgrade: Upgrade,
    source: impl Source,
    number: i64,
) -> Result<Response> {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !same_origin(headers, host) {
        return Err(forbidden("a WebSocket must be opened by this site's own pages"));
    }
    let upgrade = upgrade.map_err(|rejection| {
        Error::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", rejection.body_text())
    })?;
    let ctx = ctx.clone();
    let upgrade = upgrade.max_message_size(LONGEST).max_frame_size(LONGEST);
    Ok(upgrade.on_upgrade(async move |socket| {
        let frames = open(&ctx, source, number, text);
        send(socket, frames).await;
    }))
}

/// One event as a message.
fn text(event: &StreamEvent) -> String {
    json!({ "seq": event.id, "kind": event.name, "data": event.data }).to_string()
}

/// Sends until there is nothing more, or nobody listens.
async fn send(mut socket: WebSocket, mut frames: Frames) {
    loop {
        let message = tokio::select! {
            frame = frames.next() => match frame {
                Some(Frame::Event(text)) => Message::Text(text.into()),
                Some(Frame::Alive) => Message::Ping(axum::body::Bytes::new()),
                None => Message::Close(None),
            },
            said = socket.recv() => match said {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
        };
        let is_last = matches!(message, Message::Close(_));
        if socket.send(message).await.is_err() || is_last {
            return;
        }
    }
}
