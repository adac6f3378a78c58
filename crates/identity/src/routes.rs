//! All routes of this feature with who may use them.

use utoipa_axum::routes;
use web::{Access, Permission, Routes};

use crate::{Identity, api_key, audit, login, one_time_link, password, role, session, setup, user};

/// The routes under `/api/v1/auth` and `/api/v1/admin`, and `/api/v1/people`.
pub fn routes(identity: &Identity) -> Routes {
    Routes::<Identity>::new()
        .add(Access::Public, routes!(setup::api::status))
        .add(Access::Public, routes!(setup::api::complete))
        .add(Access::Public, routes!(login::api::login))
        .add(Access::Public, routes!(one_time_link::api::enter))
        .add(Access::SignedIn, routes!(session::api::logout))
        .add(Access::SignedIn, routes!(user::api::me))
        .add(Access::SignedIn, routes!(user::api::change))
        .add(Access::SignedIn, routes!(user::people::list))
        .add(Access::SignedIn, routes!(password::api::change))
        .add(Access::SignedIn, routes!(session::api::list))
        .add(Access::SignedIn, routes!(session::api::revoke))
        .add(Access::Permission(Permission::ManageApiKeys), routes!(api_key::api::list))
        .add(Access::Permission(Permission::ManageApiKeys), routes!(api_key::api::create))
        .add(Access::Permission(Permission::ManageApiKeys), routes!(api_key::api::revoke))
        .add(Access::Permission(Permission::ManageRoles), routes!(role::api::list))
        .add(Access::Permission(Permission::ViewAuditLogs), routes!(audit::api::list))
        .with_state(identity.clone())
}
