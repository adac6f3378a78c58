//! The one place that opens a socket to a provider.
//!
//! A call has four timeouts; the idle one counts raw bytes, so a provider that keeps the
//! line alive with comments is not cut off. Dropping the future or the body closes the
//! connection. Nothing is retried here: retries belong to the router alone.

use std::borrow::Cow;
use std::collections::HashMap;
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, PoisonError, RwLock};
use std::task::Poll;
use std::time::Duration;

use base::Secret;
use bytes::Bytes;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Method, Response, Url};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use crate::{Endpoint, Error, Phase, Result, client_builder};

/// The most bytes that one answer may have.
pub const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// The most bytes that one request may have.
const MAX_REQUEST_BYTES: usize = 64 * 1024 * 1024;
const MAX_REDIRECTS: usize = 3;
/// How many addresses are remembered; models are part of some.
const ADDRESSES: usize = 1_000;

/// How long the phases of a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Opening the connection.
    pub connect: Duration,
    /// From the start to the headers of the answer.
    pub headers: Duration,
    /// Between two bytes of the answer.
    pub idle: Duration,
    /// The call as a whole.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            headers: Duration::from_secs(120),
            idle: Duration::from_secs(90),
            total: Duration::from_mins(30),
        }
    }
}

/// The connections to all providers; make one and share it, clones are cheap.
#[derive(Debug, Clone)]
pub struct Transport {
    /// Uses the proxy of the environment, if there is one.
    outward: Client,
    /// Never uses a proxy; for providers on this machine.
    loopback: Client,
    timeouts: Timeouts,
    addresses: Addresses,
}

/// Addresses that were read before: reading one costs more than finding it again.
#[derive(Debug, Clone, Default)]
struct Addresses(Arc<RwLock<HashMap<String, Address>>>);

/// Where a request goes.
#[derive(Debug, Clone)]
struct Address {
    url: Url,
    is_loopback: bool,
}

/// What a codec wants to have sent.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub method: Method,
    /// Appended to the endpoint's base URL.
    pub path: Cow<'static, str>,
    pub auth: Auth,
    /// Headers that the protocol demands.
    pub headers: &'static [(&'static str, &'static str)],
    pub media_type: Cow<'static, str>,
    pub body: Vec<u8>,
}

/// How a provider wants to see the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    /// As `Authorization: Bearer`.
    Bearer,
    /// As a header of its own.
    Header(&'static str),
}

impl Outgoing {
    /// Asks for something.
    pub fn get(path: impl Into<Cow<'static, str>>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            auth: Auth::Bearer,
            headers: &[],
            media_type: Cow::Borrowed("application/json"),
            body: Vec::new(),
        }
    }

    /// Sends JSON.
    pub fn post(path: impl Into<Cow<'static, str>>, body: Vec<u8>) -> Self {
        Self { method: Method::POST, body, ..Self::get(path) }
    }
}

/// The headers of an answer, and its body still to be read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    /// The media type without parameters, in lower case.
    pub media_type: String,
    pub retry_after: Option<Duration>,
    pub body: Body,
}

/// The body of an answer; dropping it closes the connection.
#[derive(Debug)]
pub(crate) struct Body {
    response: Response,
    deadlines: Deadlines,
    /// Rings when a timeout may have run out. It is set anew when it rings, not at each byte:
    /// an answer has many pieces.
    alarm: Option<Pin<Box<Sleep>>>,
    bytes_read: usize,
}

#[derive(Debug, Clone, Copy)]
struct Deadlines {
    timeouts: Timeouts,
    total_at: Instant,
}

impl Transport {
    /// Prepares the connections; nothing is opened yet, no certificate is read.
    pub fn new(timeouts: Timeouts) -> Result<Self> {
        let builder = || {
            let builder = client_builder()?
                .connect_timeout(timeouts.connect)
                .tcp_nodelay(true)
                // the idle timeout must see bytes as they come, not what a decompressor gives
                .no_gzip()
                .retry(reqwest::retry::never())
                .redirect(Policy::custom(redirect_within_host));
            Ok::<_, Error>(builder)
        };
        let built = |client: reqwest::Result<Client>| client.map_err(connection_error);
        Ok(Self {
            outward: built(builder()?.build())?,
            loopback: built(builder()?.no_proxy().build())?,
            timeouts,
            addresses: Addresses::default(),
        })
    }

    /// Sends one request and waits for the headers of the answer.
    pub(crate) async fn send(&self, endpoint: &Endpoint, outgoing: Outgoing) -> Result<Answer> {
        if outgoing.body.len() > MAX_REQUEST_BYTES {
            let size = outgoing.body.len();
            let message =
                format!("it has {size} bytes, at most {MAX_REQUEST_BYTES} can be sent to a model");
            return Err(Error::bad_request(message));
        }
        let Address { url, is_loopback } =
            self.addresses.read(&endpoint.base_url, &outgoing.path)?;
        let client = if is_loopback { &self.loopback } else { &self.outward };
        let headers = headers(endpoint, &outgoing)?;
        let mut request = client
            .request(outgoing.method, url)
            .headers(headers)
            .header(ACCEPT, "text/event-stream, application/json");
        if !outgoing.body.is_empty() {
            request = request.header(CONTENT_TYPE, &*outgoing.media_type).body(outgoing.body);
        }
        let deadlines =
            Deadlines { timeouts: self.timeouts, total_at: Instant::now() + self.timeouts.total };
        let response = deadlines
            .within(Phase::Headers, request.send())
            .await?
            .map_err(|error| self.send_error(error))?;
        Ok(Answer {
            status: response.status().as_u16(),
            media_type: media_type(response.headers()),
            retry_after: retry_after(response.headers()),
            body: Body { response, deadlines, alarm: None, bytes_read: 0 },
        })
    }

    fn send_error(&self, error: reqwest::Error) -> Error {
        if error.is_connect() && error.is_timeout() {
            return Error::Timeout { which: Phase::Connect, after: self.timeouts.connect };
        }
        if !error.is_connect() && !error.is_builder() && !error.is_redirect() {
            // the line stood: the request may have arrived, and what it came to is not known
            return Error::StreamCut;
        }
        connection_error(error)
    }
}

impl Body {
    /// The next bytes; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let chunk = self.piece().await?;
        // after the headers any failure of the line leaves a part of an answer
        let chunk = chunk.map_err(|_| Error::StreamCut)?;
        self.bytes_read += chunk.as_ref().map_or(0, Bytes::len);
        if self.bytes_read > MAX_ANSWER_BYTES {
            let message = format!("it has more than {MAX_ANSWER_BYTES} bytes");
            return Err(Error::invalid_reply(message));
        }
        Ok(chunk)
    }

    /// The next piece, within the timeouts.
    async fn piece(&mut self) -> Result<reqwest::Result<Option<Bytes>>> {
        let Self { response, deadlines, alarm, .. } = self;
        let (at, timeout) = deadlines.next(Phase::Idle);
        let mut piece = pin!(response.chunk());
        poll_fn(|context| {
            if let Poll::Ready(piece) = piece.as_mut().poll(context) {
                return Poll::Ready(Ok(piece));
            }
            let alarm = alarm.get_or_insert_with(|| Box::pin(sleep_until(at)));
            loop {
                std::task::ready!(alarm.as_mut().poll(context));
                if Instant::now() >= at {
                    return Poll::Ready(Err(timeout.clone()));
                }
                alarm.as_mut().reset(at);
            }
        })
        .await
    }

    /// Everything up to the end.
    pub async fn read_all(&mut self) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all)
    }
}

impl Deadlines {
    /// Awaits `future` until its own timeout or the total one, whichever comes first.
    async fn within<T>(&self, phase: Phase, future: impl Future<Output = T>) -> Result<T> {
        let (at, timeout) = self.next(phase);
        timeout_at(at, future).await.map_err(|_| timeout)
    }

    /// When a phase that begins now runs out, and what is said then.
    fn next(&self, phase: Phase) -> (Instant, Error) {
        let after = match phase {
            Phase::Connect => self.timeouts.connect,
            Phase::Headers => self.timeouts.headers,
            Phase::Idle => self.timeouts.idle,
            Phase::Total => self.timeouts.total,
        };
        let phase_at = Instant::now() + after;
        let timeout = if phase_at < self.total_at {
            Error::Timeout { which: phase, after }
        } else {
            Error::Timeout { which: Phase::Total, after: self.timeouts.total }
        };
        (phase_at.min(self.total_at), timeout)
    }
}

impl Addresses {
    fn read(&self, base: &str, path: &str) -> Result<Address> {
        let text = format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'));
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(address) = known.get(&text) {
            return Ok(address.clone());
        }
        drop(known);
        let url = parse_url(&text)?;
        let address = Address { is_loopback: is_loopback(&url), url };
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ADDRESSES {
            known.clear();
        }
        known.insert(text, address.clone());
        Ok(address)
    }
}

fn parse_url(text: &str) -> Result<Url> {
    let problem = |why: &str| Error::bad_request(format!("base URL of \"{text}\" {why}"));
    let url = Url::parse(text).map_err(|error| problem(&format!("is not a URL: {error}")))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        _ => Err(problem("must begin with http:// or https://")),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Follows only what keeps the method and the host: the key must not travel elsewhere.
fn redirect_within_host(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let keeps_method = matches!(attempt.status().as_u16(), 307 | 308);
    let same_origin =
        attempt.previous().last().is_some_and(|from| from.origin() == attempt.url().origin());
    if keeps_method && same_origin && attempt.previous().len() <= MAX_REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

fn headers(endpoint: &Endpoint, outgoing: &Outgoing) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in outgoing.headers {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    match (&endpoint.api_key, outgoing.auth) {
        (None, _) => {}
        (Some(key), Auth::Bearer) => {
            let bearer = Secret::new(format!("Bearer {}", key.reveal()));
            headers.insert(AUTHORIZATION, header_value("api key", &bearer)?);
        }
        (Some(key), Auth::Header(name)) => {
            headers.insert(name, header_value("api key", key)?);
        }
    }
    for (name, value) in &endpoint.headers {
        let header = HeaderName::try_from(name.as_str())
            .map_err(|_| Error::bad_request(format!("\"{name}\" cannot be a header's name")))?;
        headers.insert(header, header_value(name, value)?);
    }
    Ok(headers)
}

fn header_value(name: &str, value: &Secret<String>) -> Result<HeaderValue> {
    let mut value = HeaderValue::try_from(value.reveal().as_str()).map_err(|_| {
        Error::bad_request(format!(
            "the value of \"{name}\" has characters that no header may have"
        ))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// How long the provider asks us to wait: milliseconds, seconds or a date. A date is read
/// against the answer's own `Date`, so that our clock and theirs need not agree.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(millis) = text("retry-after-ms").and_then(|text| text.parse().ok()) {
        return Some(Duration::from_millis(millis));
    }
    let wait = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = wait.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = httpdate::parse_http_date(wait).ok()?;
    let now = httpdate::parse_http_date(text(DATE.as_str())?).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

/// What the network said, without the URL, which may hold a secret.
fn connection_error(error: reqwest::Error) -> Error {
    let error = error.without_url();
    let mut message = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    Error::Connection { message }
}
