//! HTTP plumbing that the features share: who is calling, may they, how errors look,
//! pages, idempotency, live streams, and the application under test.
//!
//! Start with [`Routes`]: the only way to add a route, and it wants to know who may use
//! it. Then [`Ctx`], which every handler gets.

mod access;
mod app;
mod audit;
mod authenticate;
mod context;
mod cursor;
mod error;
mod extract;
pub mod idempotency;
mod origin;
mod parameters;
mod permission;
mod routes;
pub mod socket;
pub mod stream;
pub mod testing;
mod things;

pub use access::{Access, RouteAccess};
pub use app::{App, AppParts};
pub use audit::AuditEntry;
pub use authenticate::{Authenticator, Credential, Denial, SESSION_COOKIE, authenticate};
pub use context::{Caller, CallerKind, Ctx};
pub use cursor::{
    decode_cursor, decode_text_cursor, decode_time_cursor, encode_cursor, encode_time_cursor,
};
pub use error::{
    Error, FieldError, Problem, Result, conflict, forbidden, invalid, invalid_state, not_found,
    unknown,
};
pub use extract::{Json, Path, Query};
pub use origin::{AllowedHosts, guard_origin};
pub use permission::Permission;
pub use routes::Routes;
pub use things::{Find, Thing, Things};
