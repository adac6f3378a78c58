//! The only way to add a route. It takes an [`Access`], so a route without an
//! authorisation decision does not compile, and the table of routes comes for free.

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::access::enforce;
use crate::parameters::Parameters;
use crate::{Access, RouteAccess};

/// Routes, their documentation and who may use them.
pub struct Routes<S = ()> {
    router: OpenApiRouter<S>,
    table: Vec<RouteAccess>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self { router: OpenApiRouter::new(), table: Vec::new() }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds handlers (`utoipa_axum::routes!(list)`) that share one path and one access.
    #[must_use]
    pub fn add(
        mut self,
        access: Access,
        (schemas, mut paths, methods): UtoipaMethodRouter<S>,
    ) -> Self {
        let mut parameters = Parameters::default();
        for (path, item) in &mut paths.paths {
            let operations = [
                ("GET", &mut item.get),
                ("POST", &mut item.post),
                ("PUT", &mut item.put),
                ("PATCH", &mut item.patch),
                ("DELETE", &mut item.delete),
            ];
            let mut known = Vec::new();
            for (method, operation) in operations {
                let Some(operation) = operation else { continue };
                operation.extensions =
                    Some(ExtensionsBuilder::new().add("x-access", label(access)).build());
                self.table.push(RouteAccess { path: path.clone(), method, access });
                known.push((method, &*operation));
            }
            parameters = Parameters::new(known);
        }
        let methods = match access {
            // its doors check the key themselves, and a layer costs each of their calls
            Access::VirtualKey => methods,
            // strangers' addresses carry what we do not know, as those of webhooks do
            Access::Public => methods.route_layer(from_fn(move |request: Request, next: Next| {
                enforce(access, Parameters::default(), request, next)
            })),
            Access::SignedIn | Access::Permission(_) => {
                methods.route_layer(from_fn(move |request: Request, next: Next| {
                    enforce(access, parameters.clone(), request, next)
                }))
            }
        };
        self.router = self.router.routes((schemas, paths, methods));
        self
    }

    /// All routes of both.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }

    /// The same routes with their state filled in.
    pub fn with_state(self, state: S) -> Routes {
        Routes { router: self.router.with_state(state), table: self.table }
    }

    /// The router, its OpenAPI document and the table of routes.
    pub fn into_parts(self) -> (axum::Router<S>, utoipa::openapi::OpenApi, Vec<RouteAccess>) {
        let (router, document) = self.router.split_for_parts();
        let mut table = self.table;
        table.sort();
        (router, document, table)
    }
}

fn label(access: Access) -> String {
    match access {
        Access::Public => "public".to_owned(),
        Access::SignedIn => "signed_in".to_owned(),
        Access::VirtualKey => "virtual_key".to_owned(),
        Access::Permission(permission) => permission.to_string(),
    }
}
