//! What no single route knows: title and version, how to sign in, and the errors that any
//! route may answer.

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, Info, License, OpenApi, Ref, RefOr, Response,
    ResponseBuilder,
};
use utoipa::{PartialSchema as _, ToSchema as _};
use web::{Access, FieldError, Problem, RouteAccess, SESSION_COOKIE};

/// The finished document.
pub fn finish(mut document: OpenApi, table: &[RouteAccess]) -> OpenApi {
    let mut info = Info::new("HishamOS", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Teams of AI agents: models, agents, durable workflows and a board. Times are RFC 3339 in UTC, money is integer micro-dollars, errors are problem documents (RFC 9457) with a stable `code`."
            .to_owned(),
    );
    info.license =
        Some(License::builder().name("Apache-2.0").identifier(Some("Apache-2.0")).build());
    document.info = info;
    document.servers = None;
    let mut components =
        document.components.take().unwrap_or_else(|| ComponentsBuilder::new().build());
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    components.schemas.insert(FieldError::name().into_owned(), FieldError::schema());
    components.add_security_scheme(
        "api_key",
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some("An API key: hos_…"))
                .build(),
        ),
    );
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
            SESSION_COOKIE,
            "The cookie of a signed-in browser",
        ))),
    );
    document.components = Some(components);
    for route in table {
        let Some(item) = document.paths.paths.get_mut(&route.path) else { continue };
        let operation = match route.method {
            "GET" => &mut item.get,
            "POST" => &mut item.post,
            "PUT" => &mut item.put,
            "PATCH" => &mut item.patch,
            _ => &mut item.delete,
        };
        if let Some(operation) = operation {
            complete(operation, route.access);
            operation.operation_id =
                operation.operation_id.take().map(|id| full_id(id, &route.path));
        }
    }
    document
}

/// Verbs that many handlers are called by; with their noun they are unique.
const BARE_VERBS: [&str; 5] = ["list", "get", "create", "change", "delete"];

/// A handler that is called by its verb alone gets the noun of its path: `get_work_item`.
fn full_id(id: String, path: &str) -> String {
    let nouns = || path.split('/').filter(|part| !part.is_empty() && !part.starts_with('{'));
    match nouns().next_back() {
        Some(noun) if BARE_VERBS.contains(&id.as_str()) => {
            let noun = noun.replace('-', "_");
            let is_one = id != "list";
            let noun = noun.strip_suffix('s').filter(|_| is_one).unwrap_or(&noun);
            format!("{id}_{noun}")
        }
        Some(_) | None => id,
    }
}

fn complete(operation: &mut Operation, access: Access) {
    if access != Access::Public {
        operation.security = Some(vec![
            SecurityRequirement::new::<_, [&str; 0], &str>("api_key", []),
            SecurityRequirement::new::<_, [&str; 0], &str>("session", []),
        ]);
        add(operation, "401", "Nobody is signed in, or the key is wrong");
    }
    if matches!(access, Access::Permission(_)) {
        add(operation, "403", "The caller's role lacks the permission");
    }
    let is_checked = matches!(access, Access::SignedIn | Access::Permission(_));
    if is_checked || operation.request_body.is_some() {
        add(operation, "400", "The request cannot be used as given; `errors` names each field");
    }
    if operation.request_body.is_some() {
        add(operation, "413", "The body is larger than 1 MiB");
        add(operation, "415", "The body is not JSON");
    }
    add(operation, "500", "A defect of ours; the log has the details under `request_id`");
}

/// Adds an answer unless the route describes it itself.
fn add(operation: &mut Operation, status: &str, description: &str) {
    let content = ContentBuilder::new()
        .schema(Some(RefOr::Ref(Ref::from_schema_name(Problem::name()))))
        .build();
    let response: Response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build();
    operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_verbs_get_their_noun() {
        let check = |id: &str, path: &str, expected: &str| {
            assert_eq!(full_id(id.to_owned(), path), expected);
        };
        check("list", "/api/v1/projects/{key}/work-items", "list_work_items");
        check("create", "/api/v1/projects", "create_project");
        check("get", "/api/v1/work-items/{item_key}", "get_work_item");
        check("get", "/api/v1/projects/{key}/board", "get_board");
        check("login", "/api/v1/auth/login", "login");
    }
}
