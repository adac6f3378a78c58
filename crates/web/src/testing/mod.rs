//! The application under test: real SQL, a clock that stands still until moved, repeatable
//! ids, and a caller of your choice. A test double for signing in only; nothing else is faked.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use base::{ManualClock, OrganisationId, SeededRandom, Timestamp, UserId};
use futures::future::BoxFuture;
use serde_json::Value as Json;
use store::{Bus, Db};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

mod sql;

use crate::{
    AllowedHosts, App, AppParts, Authenticator, Caller, CallerKind, Credential, Denial, Permission,
    Result, Routes, Things, authenticate, guard_origin,
};

/// Signs in whoever sends the key
/// `test-<permissions, comma separated, or all>[@<organisation number>][#<user number>]`.
#[derive(Debug)]
struct TestAuthenticator;

impl Authenticator for TestAuthenticator {
    fn authenticate<'a>(
        &'a self,
        _: &'a App,
        credential: Credential,
    ) -> BoxFuture<'a, Result<Option<Caller>>> {
        let Credential::ApiKey(key) = credential else { return Box::pin(async { Ok(None) }) };
        Box::pin(async move {
            let Some(rights) = key.reveal().strip_prefix("test-") else { return Ok(None) };
            let (rights, user) = rights.split_once('#').unwrap_or((rights, "1"));
            let (rights, organisation) = rights.split_once('@').unwrap_or((rights, "1"));
            let permissions: BTreeSet<Permission> = if rights == "all" {
                Permission::ALL.iter().copied().collect()
            } else {
                rights.split(',').filter_map(|name| name.parse().ok()).collect()
            };
            Ok(Some(Caller {
                organisation: OrganisationId::from_u128(organisation.parse().unwrap_or(1)),
                user: UserId::from_u128(user.parse().unwrap_or(1)),
                name: if user == "1" { "Test".to_owned() } else { format!("Test {user}") },
                email: "test@example.com".to_owned(),
                role: "Test".to_owned(),
                kind: CallerKind::ApiKey(base::ApiKeyId::from_u128(1)),
                permissions,
            }))
        })
    }

    fn is_still_let_in<'a>(&'a self, _: &'a App, _: &'a Caller) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async { Ok(true) })
    }

    fn record_denial<'a>(&'a self, _: &'a App, denial: Denial) -> BoxFuture<'a, ()> {
        Box::pin(async move { tracing::info!("denied {} {}", denial.method, denial.path) })
    }
}

/// A running application without a socket.
pub struct TestApp {
    /// The application.
    pub app: App,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    router: Router,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, `null` when it is empty or not JSON.
    pub json: Json,
    /// The body as text.
    pub text: String,
}

impl TestApp {
    /// An application over `db` with the routes that `build` makes. The two organisations
    /// with the numbers 1 and 2 exist already.
    pub async fn new(db: Db, build: impl FnOnce(&App) -> Routes) -> Self {
        Self::with_authenticator(db, Arc::new(TestAuthenticator), build).await
    }

    /// The same with another check of credentials, such as the real one.
    pub async fn with_authenticator(
        db: Db,
        authenticator: Arc<dyn Authenticator>,
        build: impl FnOnce(&App) -> Routes,
    ) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(1_795_246_200_000)));
        let app = App::new(AppParts {
            db,
            clock: clock.clone(),
            random: Arc::new(SeededRandom::new(1)),
            bus: Bus::default(),
            authenticator,
            things: Things::default(),
            hosts: AllowedHosts::new([]),
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
            is_https: false,
        });
        sql::organisations(&app).await.expect("the test organisations are written");
        let (router, _, _) = build(&app).into_parts();
        let router = router
            .layer(axum::middleware::from_fn_with_state(app.clone(), authenticate))
            .layer(axum::middleware::from_fn_with_state(app.clone(), guard_origin));
        Self { app, clock, router }
    }

    /// Sends a request as somebody with all permissions.
    pub async fn send(&self, method: &str, path: &str, body: Option<Json>) -> Answer {
        self.send_as("test-all", method, path, body).await
    }

    /// Sends a request with a key such as `test-view_projects`, `test-all@2`; nobody when empty.
    pub async fn send_as(&self, key: &str, method: &str, path: &str, body: Option<Json>) -> Answer {
        let mut request =
            Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        if !key.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        let body = match body {
            None => Body::empty(),
            Some(json) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(json.to_string())
            }
        };
        self.send_request(request.body(body).expect("a request")).await
    }

    /// Sends any request and gives the answer with its body still to be read.
    pub async fn respond(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.expect("the router answers")
    }

    /// Sends any request.
    pub async fn send_request(&self, request: Request<Body>) -> Answer {
        let response = self.respond(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), 64 << 20).await.expect("a body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json = serde_json::from_str(&text).unwrap_or(Json::Null);
        Answer { status, headers, json, text }
    }
}

impl Answer {
    /// The body, when the status is the expected one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Json {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json
    }
}
