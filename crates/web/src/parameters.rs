//! The names of a route's parameters in the query, as its documentation tells them. A name
//! that is not among them is refused: a misspelt filter would give everything, a misspelt
//! condition would hold always.

use std::sync::Arc;

use axum::extract::Query;
use axum::http::{Method, Uri};
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation, ParameterIn};

use crate::{Result, invalid};

/// The names that each method of a path knows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters(Arc<Vec<(&'static str, Vec<String>)>>);

impl Parameters {
    /// Those of a path's operations.
    pub(crate) fn new<'a>(
        operations: impl IntoIterator<Item = (&'static str, &'a Operation)>,
    ) -> Self {
        let names = |operation: &Operation| {
            let all = operation.parameters.iter().flatten();
            all.filter_map(|parameter| match parameter {
                RefOr::T(one) if matches!(one.parameter_in, ParameterIn::Query) => {
                    Some(one.name.clone())
                }
                RefOr::T(_) | RefOr::Ref(_) => None,
            })
            .collect()
        };
        let all = operations.into_iter().map(|(method, operation)| (method, names(operation)));
        Self(Arc::new(all.collect()))
    }

    /// Refuses a query with a name that the method does not know.
    pub(crate) fn check(&self, method: &Method, uri: &Uri) -> Result<()> {
        if uri.query().is_none_or(str::is_empty) {
            return Ok(());
        }
        // what answers GET answers HEAD
        let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
        let Some((_, known)) = self.0.iter().find(|(of, _)| *of == method) else {
            return Ok(());
        };
        let given = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|rejection| invalid("query", rejection.body_text()))?;
        match given.0.into_iter().find(|(name, _)| !known.contains(name)) {
            None => Ok(()),
            Some((name, _)) if known.is_empty() => {
                let message = format!("there is no parameter \"{name}\" here; leave it out");
                Err(invalid(name, message))
            }
            Some((name, _)) => {
                let message = format!(
                    "there is no parameter \"{name}\" here; write one of {}",
                    known.join(", ")
                );
                Err(invalid(name, message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use utoipa::openapi::path::{OperationBuilder, ParameterBuilder};

    use super::*;

    #[test]
    fn names_that_are_not_documented_are_refused() {
        let parameter = |name: &str, place: ParameterIn| {
            ParameterBuilder::new().name(name).parameter_in(place).build()
        };
        let put = OperationBuilder::new()
            .parameter(parameter("slug", ParameterIn::Path))
            .parameter(parameter("revision", ParameterIn::Query))
            .parameter(parameter("Prefer", ParameterIn::Header))
            .build();
        let get = OperationBuilder::new().build();
        let parameters = Parameters::new([("PUT", &put), ("GET", &get)]);
        let check = |method: Method, uri: &'static str, expected: Option<&str>| {
            let told = parameters.check(&method, &Uri::from_static(uri));
            let told = told.err().map(|error| error.detail().to_owned());
            assert_eq!(told.as_deref(), expected, "{method} {uri}");
        };
        check(Method::PUT, "/w/a", None);
        check(Method::PUT, "/w/a?", None);
        check(Method::PUT, "/w/a?revision=2", None);
        check(Method::PUT, "/w/a?%72evision=2", None);
        check(
            Method::PUT,
            "/w/a?revison=2",
            Some("revison: there is no parameter \"revison\" here; write one of revision"),
        );
        check(
            Method::PUT,
            "/w/a?revision=2&slug=b",
            Some("slug: there is no parameter \"slug\" here; write one of revision"),
        );
        check(Method::GET, "/w/a", None);
        let nothing = Some("x: there is no parameter \"x\" here; leave it out");
        check(Method::GET, "/w/a?x=1", nothing);
        check(Method::HEAD, "/w/a?x=1", nothing);
        check(Method::DELETE, "/w/a?x=1", None);
    }
}
