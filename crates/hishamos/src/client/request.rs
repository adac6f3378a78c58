//! Asking and answering in JSON, with problems as failures.

use std::fmt::Write as _;

use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value as Json;

use super::Client;
use crate::failure::{Exit, Failure, Result, exit_of_status};

/// A name or an id as a part of a path. Nothing and the two dots of folders are none: an address
/// loses them however they are written, and something else would be asked for.
pub fn part(name: &str) -> Result<String> {
    if matches!(name, "" | "." | "..") {
        let message = format!("nothing is called \"{name}\"; give a name or an id");
        return Err(Failure::new(Exit::NotFound, message));
    }
    Ok(escaped(name))
}

/// A part of a path or of a query with everything hidden that means something there.
fn escaped(part: &str) -> String {
    let mut out = String::new();
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A path with those of the filters that are set as its query.
pub fn query<'a>(
    path: &str,
    filters: impl IntoIterator<Item = (&'a str, Option<String>)>,
) -> String {
    let mut out = path.to_owned();
    for (name, value) in filters {
        if let Some(value) = value {
            let separator = if out.contains('?') { '&' } else { '?' };
            let _ = write!(out, "{separator}{name}={}", escaped(&value));
        }
    }
    out
}

impl Client {
    /// Reads.
    pub async fn get(&self, path: &str) -> Result<Json> {
        self.json(self.request(&self.http, Method::GET, path)).await
    }

    /// Changes.
    pub async fn post(&self, path: &str, body: &Json) -> Result<Json> {
        self.json(self.request(&self.http, Method::POST, path).json(body)).await
    }

    /// Changes a part of something.
    pub async fn patch(&self, path: &str, body: &Json) -> Result<Json> {
        self.json(self.request(&self.http, Method::PATCH, path).json(body)).await
    }

    /// Sets the whole of something.
    pub async fn put(&self, path: &str, body: &Json) -> Result<Json> {
        self.json(self.request(&self.http, Method::PUT, path).json(body)).await
    }

    /// Reads a file as the server words it.
    pub async fn get_text(&self, path: &str) -> Result<String> {
        let response = self.send(self.request(&self.http, Method::GET, path)).await?;
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.as_bytes().get(..9));
        if kind.is_some_and(|kind| kind.eq_ignore_ascii_case(b"text/html")) {
            return Err(self.stranger());
        }
        response.text().await.map_err(|error| self.unreachable(&error))
    }

    /// Sends a workflow file.
    pub async fn post_text(&self, path: &str, text: String) -> Result<Json> {
        let request = self.request(&self.http, Method::POST, path);
        let request = request.header("content-type", "application/yaml").body(text);
        self.json(request).await
    }

    /// Removes.
    pub async fn delete(&self, path: &str) -> Result<Json> {
        self.json(self.request(&self.http, Method::DELETE, path)).await
    }

    pub(super) fn request(
        &self,
        http: &reqwest::Client,
        method: Method,
        path: &str,
    ) -> RequestBuilder {
        let request = http.request(method, format!("{}{path}", self.base));
        match &self.key {
            Some(key) => request.bearer_auth(key.reveal()),
            None => request,
        }
    }

    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        if status.is_redirection() {
            let there = response.headers().get(LOCATION).and_then(|there| there.to_str().ok());
            return Err(Failure::failed(format!(
                "{} sends its clients on to {}; name the final address with --server",
                self.base,
                there.unwrap_or("another address")
            )));
        }
        let problem: Json = response.json().await.unwrap_or(Json::Null);
        Err(self.refused(status.as_u16(), &problem))
    }

    async fn json(&self, request: RequestBuilder) -> Result<Json> {
        let response = self.send(request).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(Json::Null);
        }
        let bytes = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        match serde_json::from_slice(&bytes) {
            Ok(answer @ Json::Object(_)) => Ok(answer),
            Ok(_) | Err(_) => Err(self.stranger()),
        }
    }

    /// That what answered is no HishamOS server; all of those answer with an object.
    pub(super) fn stranger(&self) -> Failure {
        Failure::failed(format!(
            "{} does not answer like a HishamOS server; name one with --server, or look at what stands in front of it",
            self.base
        ))
    }

    pub(super) fn unreachable(&self, error: &reqwest::Error) -> Failure {
        if error.is_builder() {
            return Failure::invalid(
                "the API key, or a name in the command, has characters that cannot be sent; write it as it was shown",
            );
        }
        let mut cause: &(dyn std::error::Error + 'static) = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let why = if error.is_timeout() {
            "does not answer in time".to_owned()
        } else {
            format!("cannot be reached ({cause})")
        };
        Failure::new(
            Exit::Unreachable,
            format!(
                "the server {} {why}; start it with \"hishamos serve\" or name another with --server",
                self.base
            ),
        )
    }

    fn refused(&self, status: u16, problem: &Json) -> Failure {
        // A page that says 401 or 404 is not the server's, which gives a reason.
        let is_ours = problem["detail"].is_string();
        let exit = if status == 404 && !is_ours { Exit::Failed } else { exit_of_status(status) };
        if status == 401 && is_ours {
            let how = if self.key.is_some() {
                "the server does not know this API key, or it has expired"
            } else {
                "the server wants an API key"
            };
            return Failure::new(
                exit,
                format!(
                    "{how}; make one with \"hishamos api-key create\" and pass it with --api-key or HISHAMOS_API_KEY"
                ),
            );
        }
        let errors = problem["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let text = match (errors, problem["detail"].as_str()) {
            ([], Some(detail)) => detail.to_owned(),
            ([], None) => format!(
                "{} answered {status} and gives no reason; is it a HishamOS server, or something in front of one?",
                self.base
            ),
            (errors, _) => {
                let message = |error: &Json| {
                    format!(
                        "{}: {}",
                        error["field"].as_str().unwrap_or_default(),
                        error["message"].as_str().unwrap_or_default()
                    )
                };
                errors.iter().map(message).collect::<Vec<_>>().join("; ")
            }
        };
        Failure::new(exit, text)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;

    use super::*;

    /// A client of something that answers everything like this.
    fn client_of(head: &str, body: &str) -> Client {
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let lines = BufReader::new(&stream).lines().map_while(Result::ok);
                lines.take_while(|line| !line.is_empty()).for_each(drop);
                stream.write_all(answer.as_bytes()).expect("a client that waits");
            }
        });
        Client::to(&format!("http://{address}"), None).expect("an address")
    }

    #[tokio::test]
    async fn answers_of_others_are_no_answers() {
        let check = async |head: &str, body: &str, exit: Exit, says: &str| {
            let failure = client_of(head, body).all("/list").await.expect_err("no list");
            assert_eq!(failure.exit, exit, "{head} {body}: {failure}");
            assert!(failure.message.contains(says), "{head} {body}: {failure}");
        };
        let like = "does not answer like a HishamOS server";
        check("200 OK", "<html>", Exit::Failed, like).await;
        check("200 OK", "[]", Exit::Failed, like).await;
        check("200 OK", "{}", Exit::Failed, like).await;
        check("200 OK", "", Exit::Failed, like).await;
        check("401 Unauthorized", "<html>", Exit::Refused, "answered 401 and gives no reason")
            .await;
        check("404 Not Found", "<html>", Exit::Failed, "answered 404 and gives no reason").await;
        check("502 Bad Gateway", "<html>", Exit::Unreachable, "answered 502").await;
        // followed, what is posted would become what is read
        let moved = "301 Moved Permanently\r\nlocation: https://example.com/";
        check(moved, "", Exit::Failed, "on to https://example.com/; name the final").await;
        let page = client_of("200 OK\r\ncontent-type: text/html; charset=utf-8", "<html>");
        let failure = page.get_text("/export").await.expect_err("no file");
        assert!(failure.message.contains(like), "{failure}");
        assert_eq!(client_of("204 No Content", "").delete("/a").await, Ok(Json::Null));
    }

    #[test]
    fn parts_are_escaped() {
        assert_eq!(escaped("*/5 9 * * 1#2"), "%2A%2F5%209%20%2A%20%2A%201%232");
        assert_eq!(escaped("idea_to-backlog.v1~x"), "idea_to-backlog.v1~x");
        assert_eq!(escaped("é"), "%C3%A9");
        assert_eq!(part("a/../b?c#d").as_deref(), Ok("a%2F..%2Fb%3Fc%23d"));
        for name in ["", ".", ".."] {
            assert_eq!(part(name).map_err(|failure| failure.exit), Err(Exit::NotFound), "{name}");
        }
    }

    #[tokio::test]
    async fn key_that_cannot_be_sent_is_told() {
        let key = base::Secret::new("hos_1\nhos_2".to_owned());
        let client = Client::to("http://127.0.0.1:9", Some(key)).expect("an address");
        let failure = client.get("/api/v1/projects").await.expect_err("no header holds it");
        assert_eq!(failure.exit, Exit::Invalid);
    }

    #[test]
    fn filters_that_are_set_become_a_query() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(query("/a", [("x", None)]), "/a");
        let filters = [("model", some("a/b c")), ("x", None), ("to", some(""))];
        assert_eq!(query("/a", filters), "/a?model=a%2Fb%20c&to=");
    }
}
