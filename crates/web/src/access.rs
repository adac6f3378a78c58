//! Who may use a route: declared where the route is added, enforced before its handler.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::parameters::Parameters;
use crate::{Ctx, Error, Permission};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Anyone, without signing in. Kept to a short list that a test pins.
    Public,
    /// Anyone who is signed in; the handler touches only what is the caller's own, or what
    /// every colleague may know.
    SignedIn,
    /// Who brings a virtual key. The door itself checks it, before it reads the body, since
    /// its clients want a refusal in the dialect that they speak.
    VirtualKey,
    /// Who has this permission.
    Permission(Permission),
}

/// One line of the table of routes, generated from the code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RouteAccess {
    /// `/api/v1/projects/{key}`
    pub path: String,
    /// `GET`
    pub method: &'static str,
    /// Who may.
    pub access: Access,
}

/// Refuses the request before the body is read when the caller may not, or when its query has
/// a name that the route does not know.
pub(crate) async fn enforce(
    access: Access,
    parameters: Parameters,
    request: Request,
    next: Next,
) -> Response {
    let Some(ctx) = request.extensions().get::<Ctx>() else {
        return Error::internal("a route was reached without the authentication layer")
            .into_response();
    };
    let allowed =
        ctx.check(access).and_then(|()| parameters.check(request.method(), request.uri()));
    match allowed {
        Ok(()) => next.run(request).await,
        Err(error) => {
            if error.is_forbidden() {
                ctx.record_denial(request.method().as_str(), request.uri().path(), access).await;
            }
            error.with_request(ctx.request_id()).into_response()
        }
    }
}
