//! Secrets in a vault. The vault is a double that says so in its answers: it keeps values
//! in memory, wants a token, and can be told to fail.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use agent::port::Models as _;
use base::Secret;
use gateway::secret::{SecretsConfig, VaultAccess, VaultConfig};
use serde_json::{Value as Json, json};
use store::{both_databases, params, sql};
use tempfile::tempdir;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::house::{House, answering, platform};
use crate::support::{call, config};

#[derive(Debug, Default)]
struct Shelf {
    values: BTreeMap<String, Json>,
    /// Tokens that are good, for role sign-ins.
    tokens: Vec<String>,
    logins: usize,
    is_sealed: bool,
}

#[derive(Debug, Clone, Default)]
struct FakeVault(Arc<Mutex<Shelf>>);

impl Respond for FakeVault {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut shelf = self.0.lock().unwrap();
        let answer = |status: u16, body: Json| {
            ResponseTemplate::new(status)
                .set_body_json(body)
                .insert_header("server", "fake vault for tests")
        };
        if shelf.is_sealed {
            return answer(503, json!({"errors": ["Vault is sealed"]}));
        }
        let path = request.url.path().to_owned();
        if path == "/v1/auth/approle/login" {
            shelf.logins += 1;
            let token = format!("token-{}", shelf.logins);
            shelf.tokens = vec![token.clone()];
            return answer(200, json!({"auth": {"client_token": token, "lease_duration": 60}}));
        }
        let token = request.headers.get("x-vault-token").map(|t| t.to_str().unwrap().to_owned());
        if !token.is_some_and(|token| token == "root" || shelf.tokens.contains(&token)) {
            return answer(403, json!({"errors": ["permission denied"]}));
        }
        let Some(path) = path.strip_prefix("/v1/secret/") else {
            return answer(404, json!({"errors": []}));
        };
        match (request.method.as_str(), path.split_once('/')) {
            ("POST", Some(("data", place))) => {
                let body: Json = serde_json::from_slice(&request.body).unwrap();
                shelf.values.insert(place.to_owned(), body["data"].clone());
                answer(200, json!({"data": {"version": 1}}))
            }
            ("GET", Some(("data", place))) => match shelf.values.get(place) {
                Some(data) => {
                    answer(200, json!({"data": {"data": data, "metadata": {"version": 1}}}))
                }
                None => answer(404, json!({"errors": []})),
            },
            ("DELETE", Some(("metadata", place))) => {
                shelf.values.remove(place);
                ResponseTemplate::new(204)
            }
            _ => answer(405, json!({"errors": ["unsupported operation"]})),
        }
    }
}

impl FakeVault {
    async fn start() -> (Self, MockServer) {
        let (vault, server) = (Self::default(), MockServer::start().await);
        Mock::given(any()).respond_with(vault.clone()).mount(&server).await;
        (vault, server)
    }

    fn change(&self, change: impl FnOnce(&mut Shelf)) {
        change(&mut self.0.lock().unwrap());
    }
}

fn secrets(folder: &std::path::Path, server: &MockServer, access: VaultAccess) -> SecretsConfig {
    let vault = VaultConfig {
        address: server.uri(),
        mount: "secret".to_owned(),
        prefix: "hishamos".to_owned(),
        namespace: None,
        access,
    };
    SecretsConfig { vault: Some(vault), ..SecretsConfig::new(folder) }
}

fn root() -> VaultAccess {
    VaultAccess::Token(Secret::new("root".to_owned()))
}

both_databases! {
    async fn keys_are_kept_in_the_vault_and_leave_it_with_their_platform(db: Db) {
        let (folder, provider) = (tempdir().unwrap(), answering().await);
        let (vault, server) = FakeVault::start().await;
        let house = House::with(&db, config(folder.path()), secrets(folder.path(), &server, root())).await;
        let made = house.platform("acme", &provider).await;
        assert_eq!(made["api_key"], "…7890");
        let held: Vec<Json> = vault.0.lock().unwrap().values.values().cloned().collect();
        assert_eq!(held[0]["value"], "sk-acme-1234567890");
        let mut tx = db.read().await.unwrap();
        let row = tx.fetch_one(sql!("select kept_in, kept from secrets"), params![]).await.unwrap();
        assert_eq!(row.get::<String>("kept_in").unwrap(), "vault");
        assert!(!row.get::<String>("kept").unwrap().contains("1234567890"));
        drop(tx);
        house.gateway.call(call(Some("acme/large"))).await.unwrap();
        let path = format!("/api/v1/platforms/{}", made["id"].as_str().unwrap());
        house.app.send("DELETE", &path, None).await.expect(204);
        assert!(vault.0.lock().unwrap().values.is_empty());
    }

    async fn a_repeated_request_leaves_no_second_key_there(db: Db) {
        let (folder, provider) = (tempdir().unwrap(), answering().await);
        let (vault, server) = FakeVault::start().await;
        let house = House::with(&db, config(folder.path()), secrets(folder.path(), &server, root())).await;
        for _ in 0..2 {
            let request = axum::http::Request::post("/api/v1/platforms?force=true")
                .header("host", "localhost")
                .header("authorization", "Bearer test-all")
                .header("content-type", "application/json")
                .header("idempotency-key", "once")
                .body(platform("acme", &provider.uri()).to_string().into());
            house.app.send_request(request.unwrap()).await.expect(201);
        }
        assert_eq!(vault.0.lock().unwrap().values.len(), 1);
    }

    async fn what_the_vault_does_not_give_is_not_had(db: Db) {
        let (folder, provider) = (tempdir().unwrap(), answering().await);
        let (vault, server) = FakeVault::start().await;
        let config_of = || secrets(folder.path(), &server, root());
        let house = House::with(&db, config(folder.path()), config_of()).await;
        let made = house.platform("acme", &provider).await;
        let path = format!("/api/v1/platforms/{}", made["id"].as_str().unwrap());
        let check = async |expected: &str| {
            let problem = house.post(&format!("{path}/test"), Json::Null, 503).await;
            assert_eq!(problem["code"], "secrets_unavailable");
            assert!(problem["detail"].as_str().unwrap().contains(expected), "{problem}");
        };
        vault.change(|shelf| shelf.is_sealed = true);
        check("Vault is sealed").await;
        house.post("/api/v1/platforms?force=true", platform("other", &provider.uri()), 503).await;
        vault.change(|shelf| shelf.is_sealed = false);
        let kept = vault.0.lock().unwrap().values.clone();
        vault.change(|shelf| shelf.values.clear());
        check("404").await;
        vault.change(|shelf| shelf.values.clone_from(&kept));
        // what belongs to another place is refused, though the vault gives it
        vault.change(|shelf| shelf.values.values_mut().for_each(|data| data["place"] = json!("elsewhere")));
        house.post(&format!("{path}/test"), Json::Null, 409).await;

        // a start without the vault: the platform is there, refuses its calls, and says why
        vault.change(|shelf| shelf.is_sealed = true);
        let before = crate::house::asked(&provider).await;
        let again = House::with(&db, config(folder.path()), config_of()).await;
        let error = again.gateway.call(call(Some("acme/large"))).await.unwrap_err();
        assert_eq!(error.code(), "unauthenticated");
        assert!(error.to_string().contains("Vault is sealed"), "{error}");
        assert_eq!(crate::house::asked(&provider).await, before, "nothing was sent without the key");
    }

    async fn role_signs_in_again_when_its_token_ends(db: Db) {
        let (folder, provider) = (tempdir().unwrap(), answering().await);
        let (vault, server) = FakeVault::start().await;
        let access = VaultAccess::AppRole {
            role_id: "hishamos".to_owned(),
            secret_id: Secret::new("a role's secret".to_owned()),
        };
        let house = House::with(&db, config(folder.path()), secrets(folder.path(), &server, access)).await;
        let id = house.platform("acme", &provider).await["id"].as_str().unwrap().to_owned();
        vault.change(|shelf| shelf.tokens.clear());
        let tested = house.post(&format!("/api/v1/platforms/{id}/test"), Json::Null, 200).await;
        assert_eq!(tested["ok"], true);
        assert_eq!(vault.0.lock().unwrap().logins, 2);
    }
}
