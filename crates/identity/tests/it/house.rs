//! The application under test and the browsers and programs that visit it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, header};
use base::{Random, Secret};
use identity::user::{Locale, NewAdmin};
use identity::{Identity, Lifetimes};
use serde_json::{Value as Json, json};
use store::Db;
use web::testing::{Answer, TestApp};

pub const EMAIL: &str = "mona@example.com";
pub const PASSWORD: &str = "a blue kettle sings";

pub struct House {
    pub app: TestApp,
}

/// One browser or program: its address and its credential.
#[derive(Clone, Default)]
pub struct Visitor {
    pub cookie: Option<String>,
    pub headers: Vec<(&'static str, String)>,
    pub ip: Option<IpAddr>,
}

impl House {
    /// Nobody lives here yet.
    pub async fn empty(db: &Db) -> Self {
        let identity = Identity::new(Lifetimes::default());
        let check = Arc::new(identity.clone());
        let app =
            TestApp::with_authenticator(db.clone(), check, |_| identity::routes(&identity)).await;
        Self { app }
    }

    /// Set up with one administrator, who is not signed in.
    pub async fn with_admin(db: &Db) -> Self {
        let house = Self::empty(db).await;
        house.create_admin(EMAIL).await;
        house
    }

    pub async fn create_admin(&self, email: &str) -> base::UserId {
        let admin = NewAdmin {
            email: email.to_owned(),
            name: "Mona".to_owned(),
            password: Some(Secret::new(PASSWORD.to_owned())),
            organisation: "Clinic".to_owned(),
            locale: Locale::English,
        };
        identity::user::create_admin(&self.app.app.db, admin, self.app.app.now(), self.random())
            .await
            .unwrap()
    }

    pub fn random(&self) -> &Arc<dyn Random> {
        &self.app.app.random
    }

    pub async fn ask(
        &self,
        visitor: &Visitor,
        method: Method,
        path: &str,
        body: Option<Json>,
    ) -> Answer {
        let path = format!("/api/v1{path}");
        let mut request =
            Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        if let Some(token) = &visitor.cookie {
            request = request.header(header::COOKIE, format!("hishamos_session={token}"));
        }
        for (name, value) in &visitor.headers {
            request = request.header(*name, value);
        }
        if let Some(ip) = visitor.ip {
            request = request.extension(ConnectInfo(SocketAddr::new(ip, 4000)));
        }
        let body = match body {
            None => Body::empty(),
            Some(json) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(json.to_string())
            }
        };
        self.app.send_request(request.body(body).unwrap()).await
    }

    pub async fn get(&self, visitor: &Visitor, path: &str) -> Answer {
        self.ask(visitor, Method::GET, path, None).await
    }

    pub async fn post(&self, visitor: &Visitor, path: &str, body: Json) -> Answer {
        self.ask(visitor, Method::POST, path, Some(body)).await
    }

    pub async fn delete(&self, visitor: &Visitor, path: &str) -> Answer {
        self.ask(visitor, Method::DELETE, path, None).await
    }

    pub async fn login(&self, visitor: &Visitor, email: &str, password: &str) -> Answer {
        self.post(visitor, "/auth/login", json!({ "email": email, "password": password })).await
    }

    /// A browser that has just signed in.
    pub async fn signed_in(&self, email: &str) -> Visitor {
        Visitor::of(&self.login(&Visitor::default(), email, PASSWORD).await)
    }

    /// The status of asking who one is.
    pub async fn me(&self, visitor: &Visitor) -> u16 {
        self.get(visitor, "/auth/me").await.status.as_u16()
    }

    /// The actions in the audit log, newest first.
    pub async fn actions(&self, admin: &Visitor) -> Vec<String> {
        let page = self.get(admin, "/admin/audit-logs").await.expect(200);
        let items = page["items"].as_array().unwrap();
        items.iter().map(|line| line["action"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits for what was started in the background.
    pub async fn settle(&self) {
        self.app.app.tasks.close();
        self.app.app.tasks.wait().await;
        self.app.app.tasks.reopen();
    }
}

impl Visitor {
    /// A browser with the cookie that an answer set.
    pub fn of(answer: &Answer) -> Self {
        assert!(answer.status.is_success(), "{}", answer.text);
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        let token = cookie.split(['=', ';']).nth(1).unwrap();
        Self { cookie: Some(token.to_owned()), ..Self::default() }
    }

    /// A program with a header.
    pub fn with(name: &'static str, value: impl Into<String>) -> Self {
        Self { headers: vec![(name, value.into())], ..Self::default() }
    }
}
