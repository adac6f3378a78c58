//! Extractors that answer bad input as a problem document with one clear sentence.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Ctx, Error, Result, invalid};

/// A JSON body, in and out.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let id = request.extensions().get::<Ctx>().map(Ctx::request_id);
        read_json(request, state).await.map(Self).map_err(|error| match id {
            Some(id) => error.with_request(id),
            None => error,
        })
    }
}

async fn read_json<T: DeserializeOwned, S: Send + Sync>(request: Request, state: &S) -> Result<T> {
    let is_json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .eq_ignore_ascii_case("application/json")
        });
    if !is_json {
        return Err(Error::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "send the body as JSON with the header \"content-type: application/json\"",
        ));
    }
    let body = Bytes::from_request(request, state).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Error::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "payload_too_large",
                "the body is larger than 1 MiB; send less at once",
            )
        } else {
            Error::new(StatusCode::BAD_REQUEST, "unreadable_body", rejection.body_text())
        }
    })?;
    let reader = &mut serde_json::Deserializer::from_slice(&body);
    let value = serde_path_to_error::deserialize(&mut *reader).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        if error.is_data() { unfit(&path, &error) } else { not_json(&error) }
    })?;
    reader.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

/// JSON that does not fit. The place in the text is left out: the field says it better.
fn unfit(path: &str, error: &serde_json::Error) -> Error {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = error.to_string();
    let message = message.strip_suffix(&place).unwrap_or(&message);
    invalid(field_of(path, message), message)
}

/// The path to what is wrong. A missing field has no place in the body, so its path ends at
/// the object that lacks it; serde's message has the name.
fn field_of(path: &str, message: &str) -> String {
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    match (path, missing) {
        (".", None) => "body".to_owned(),
        (".", Some(name)) => name.to_owned(),
        (path, None) => path.to_owned(),
        (path, Some(name)) => format!("{path}.{name}"),
    }
}

fn not_json(error: &serde_json::Error) -> Error {
    Error::new(
        StatusCode::BAD_REQUEST,
        "invalid_json",
        format!("the body is not valid JSON: {error}"),
    )
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The parameters in the path.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(path) => Ok(Self(path.0)),
            // An id of the wrong form names nothing that exists. Which one says it all.
            Err(rejection) => {
                let text = rejection.body_text();
                let detail = text.strip_prefix("Invalid URL: ").unwrap_or(&text);
                Err(Error::new(StatusCode::NOT_FOUND, "not_found", detail))
            }
        }
    }
}

/// The parameters in the query.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(query) => Ok(Self(query.0)),
            Err(rejection) => Err(invalid("query", rejection.body_text())),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::body::Body;

    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct Team {
        name: String,
        people: Option<Vec<Person>>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct Person {
        age: u8,
    }

    #[tokio::test]
    async fn what_does_not_fit_is_refused_by_its_path() {
        let check = async |body: &str, field: &str, message: &str| {
            let request = Request::post("/")
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_owned()))
                .unwrap();
            let error = read_json::<Team, ()>(request, &()).await.unwrap_err();
            let told = &error.problem().errors[0];
            assert_eq!((told.field.as_str(), told.message.as_str()), (field, message), "{body}");
        };
        check("{}", "name", "missing field `name`").await;
        check("7", "body", "invalid type: integer `7`, expected struct Team").await;
        check(r#"{"name": 7}"#, "name", "invalid type: integer `7`, expected a string").await;
        check(r#"{"name": "a", "people": [{}]}"#, "people[0].age", "missing field `age`").await;
        let text = r#"invalid type: string "x", expected u8"#;
        check(r#"{"name": "a", "people": [{"age": 1}, {"age": "x"}]}"#, "people[1].age", text)
            .await;
        let unknown = "unknown field `colour`, expected `name` or `people`";
        check(r#"{"name": "a", "colour": 1}"#, "colour", unknown).await;
        let unknown = "unknown field `size`, expected `age`";
        check(r#"{"name": "a", "people": [{"size": 1}]}"#, "people[0].size", unknown).await;
    }
}
