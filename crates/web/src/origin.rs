//! Two doors that a hostile page could try: another site posting with the user's cookie
//! (CSRF), and a name that resolves to this machine (DNS rebinding).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::{App, Error, forbidden};

/// The host names that this server answers for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<String>);

impl AllowedHosts {
    /// Loopback names and the hosts given (without ports).
    pub fn new(hosts: impl IntoIterator<Item = String>) -> Self {
        let mut all = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
        all.extend(hosts.into_iter().map(|host| host.to_ascii_lowercase()));
        Self(all)
    }

    /// Whether a `Host` header's value names this server.
    pub fn allows(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port))
                if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                name
            }
            _ => host,
        };
        self.0.iter().any(|allowed| name.eq_ignore_ascii_case(allowed))
    }
}

/// The layer that refuses foreign hosts, and changes that another site asks a browser for.
pub async fn guard_origin(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = text(headers, header::HOST.as_str()).unwrap_or_default();
    if !app.hosts.allows(host) {
        return Error::new(
            StatusCode::MISDIRECTED_REQUEST,
            "unknown_host",
            format!(
                "this server does not answer for the host \"{host}\"; add it with --public-url"
            ),
        )
        .into_response();
    }
    if is_change(request.method())
        && headers.contains_key(header::COOKIE)
        && !same_origin(headers, host)
    {
        return forbidden("a change that comes with a cookie must come from this site's own pages")
            .into_response();
    }
    next.run(request).await
}

fn is_change(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Browsers say where a request comes from; who says nothing is not a browser and its
/// cookie was not sent against its user's will.
pub(crate) fn same_origin(headers: &HeaderMap, host: &str) -> bool {
    if let Some(site) = text(headers, "sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match text(headers, header::ORIGIN.as_str()) {
        None => true,
        Some(origin) => {
            origin.split_once("://").is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_only_for_its_own_hosts() {
        let hosts = AllowedHosts::new(["hishamos.example.com".to_owned()]);
        let check = |host: &str, expected: bool| assert_eq!(hosts.allows(host), expected, "{host}");
        check("localhost:8484", true);
        check("127.0.0.1", true);
        check("[::1]:8484", true);
        check("HISHAMOS.example.com", true);
        check("evil.example.com", false);
        check("127.0.0.1.evil.example.com:8484", false);
        check("", false);
    }

    #[test]
    fn knows_its_own_pages() {
        let check = |name: &'static str, value: &str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().expect("a header value"));
            assert_eq!(same_origin(&headers, "127.0.0.1:8484"), expected, "{name}: {value}");
        };
        check("sec-fetch-site", "same-origin", true);
        check("sec-fetch-site", "same-site", false);
        check("sec-fetch-site", "cross-site", false);
        check("origin", "http://127.0.0.1:8484", true);
        check("origin", "http://evil.example.com", false);
        check("origin", "null", false);
    }
}
