//! A server that is killed and started again, as a client outside of it sees it.

use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use base::{OsRandom, Random as _, SeededRandom};
use serde_json::{Value as Json, json};

use super::endpoint::Endpoint;
use crate::program::{Folder, Server, ended, program};

/// How long anything may take before the test gives up.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Before the same is asked again.
const PAUSE: Duration = Duration::from_millis(50);

/// The data folder, the database, and what a client needs.
pub struct Site {
    pub folder: Folder,
    /// Where the database is, as arguments.
    database: Vec<String>,
    key: String,
    http: reqwest::Client,
    dice: SeededRandom,
    /// What the client was promised, on disk before the next request.
    promises: File,
    /// After how many deaths a step is given up; as usual when absent.
    deaths: Option<u32>,
    allow: String,
    /// What the server finds in its environment beside that.
    pub environment: Vec<(&'static str, &'static str)>,
    /// Whether the server may say that it cannot answer now.
    pub is_lenient: bool,
    /// How long after its end was recorded a call may arrive that was on its way, in
    /// milliseconds: none survives its process.
    pub on_its_way_ms: i64,
}

/// An answer to a request that changes something.
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<String>,
    pub body: Json,
}

impl Site {
    /// Makes the folder with an administrator's key. Steps may call what listens at `outside`;
    /// `seed` decides about the moments.
    pub fn new(database: Vec<String>, outside: SocketAddr, folder: Folder, seed: u64) -> Self {
        let on_it = |arguments: &[&str]| {
            let all = arguments.iter().map(|one| (*one).to_owned()).chain(database.clone());
            let (code, printed, errors) = ended(&folder.run(all));
            assert_eq!(code, 0, "{errors}");
            printed
        };
        on_it(&["user", "create-admin", "--email", "a@example.com", "--name", "A"]);
        let key = on_it(&["api-key", "create"]).trim().to_owned();
        eprintln!("the moments come from the seed {seed}");
        Self {
            promises: File::create(folder.path().join("promises.log")).unwrap(),
            http: reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap(),
            dice: SeededRandom::new(seed),
            allow: outside.to_string(),
            environment: Vec::new(),
            deaths: Some(1_000_000),
            is_lenient: false,
            on_its_way_ms: 0,
            folder,
            database,
            key,
        }
    }

    /// Steps are given up as they usually are.
    pub fn with_usual_deaths(mut self) -> Self {
        self.deaths = None;
        self
    }

    pub const fn is_on_postgres(&self) -> bool {
        !self.database.is_empty()
    }

    /// The server, which listens but may still read what was unfinished.
    pub fn spawn(&self) -> Server {
        self.spawn_on(self.folder.path())
    }

    /// Another server on the same database, with a data folder of its own.
    pub fn spawn_on(&self, folder: &Path) -> Server {
        self.spawn_by(folder, &self.database)
    }

    /// The same, which reaches the database by a way of its own.
    pub fn spawn_by(&self, folder: &Path, database: &[String]) -> Server {
        Server::spawn(&mut self.command(folder, database))
    }

    /// What starts the server.
    pub fn command(&self, folder: &Path, database: &[String]) -> Command {
        let mut command = program();
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "error"]);
        command.args(database).arg("--data").arg(folder);
        command.env("HISHAMOS_TOOLS_HTTP_ALLOW", &self.allow);
        command.envs(self.environment.iter().copied());
        match self.deaths {
            Some(deaths) => command.env("HISHAMOS_DEATHS_OF_A_STEP", deaths.to_string()),
            None => command.env_remove("HISHAMOS_DEATHS_OF_A_STEP"),
        };
        command
    }

    /// The server on its own folder, which dies where this says; the code with which it ended
    /// if it never listened.
    pub fn spawn_armed(&self, die_at: &str) -> Result<Server, i32> {
        let mut command = self.command(self.folder.path(), &self.database);
        command.env("HISHAMOS_DIE_AT", die_at);
        Server::begin(&mut command).map_err(|(code, _)| code)
    }

    /// The server, once its engine works; dropping it kills it.
    pub async fn start(&self) -> Server {
        let server = self.spawn();
        self.wait_for_engine(&server, "active").await;
        server
    }

    /// What the server says that its engine does: `active`, `standby`, …
    pub async fn engine(&self, server: &Server) -> Option<String> {
        let answer = self.http.get(format!("{}/ready", server.url())).send().await.ok()?;
        let body: Json = answer.json().await.ok()?;
        body["checks"]["engine"].as_str().map(str::to_owned)
    }

    /// Waits until the server's engine is in this state.
    pub async fn wait_for_engine(&self, server: &Server, state: &str) {
        let wait = async {
            while self.engine(server).await.as_deref() != Some(state) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .unwrap_or_else(|_| panic!("the engine of {} is never {state}", server.url()));
    }

    /// What a client shows to be let in.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// A document; nothing when the server is gone.
    pub async fn get(&self, server: &Server, path: &str) -> Option<Json> {
        let request = self.http.get(format!("{}/api/v1{path}", server.url()));
        let answer = request.bearer_auth(&self.key).send().await.ok()?;
        let status = answer.status();
        let body: Json = answer.json().await.ok()?;
        if self.is_lenient && status == 503 {
            return None;
        }
        assert_eq!(status, 200, "{path}: {body}");
        Some(body)
    }

    /// A document that is there; asked for again while the server may say that it cannot
    /// answer now.
    pub async fn read(&self, server: &Server, path: &str) -> Json {
        let ask = async {
            loop {
                match self.get(server, path).await {
                    Some(found) => return Some(found),
                    None if self.is_lenient => tokio::time::sleep(PAUSE).await,
                    None => return None,
                }
            }
        };
        let answer = tokio::time::timeout(PATIENCE, ask).await.ok().flatten();
        answer.unwrap_or_else(|| panic!("{path} is not answered"))
    }

    /// All pages of a list.
    pub async fn all(&self, server: &Server, path: &str) -> Vec<Json> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.read(server, &format!("{path}{cursor}")).await;
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next"].as_str() else { return items };
            cursor = format!("&cursor={next}");
        }
    }

    /// The status and the body of an answer to a request; nothing when the server is gone.
    pub async fn post(
        &self,
        server: &Server,
        path: &str,
        key: &str,
        body: &Json,
    ) -> Option<(u16, Json)> {
        let request = self.http.post(format!("{}/api/v1{path}", server.url()));
        let mut request = request.bearer_auth(&self.key).json(body);
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }

    /// Sets something; gives the status and the answer.
    pub async fn put(&self, server: &Server, path: &str, body: &Json) -> (u16, Json) {
        let request = self.http.put(format!("{}/api/v1{path}", server.url()));
        let answer = request.bearer_auth(&self.key).json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Changes something; gives the status and the answer.
    pub async fn patch(&self, server: &Server, path: &str, body: &Json) -> (u16, Json) {
        let request = self.http.patch(format!("{}/api/v1{path}", server.url()));
        let answer = request.bearer_auth(&self.key).json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Removes something.
    pub async fn delete(&self, server: &Server, path: &str) {
        let request = self.http.delete(format!("{}/api/v1{path}", server.url()));
        let answer = request.bearer_auth(&self.key).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }

    /// The whole answer to a request of a server that lives.
    pub async fn ask(&self, server: &Server, path: &str, body: &Json) -> Answer {
        let request = self.http.post(format!("{}/api/v1{path}", server.url()));
        let answer = request.bearer_auth(&self.key).json(body).send().await.unwrap();
        let header = answer.headers().get("retry-after");
        let retry_after = header.map(|value| value.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        Answer { status, retry_after, body: answer.json().await.unwrap() }
    }

    /// Starts an execution of a definition whose endpoint is written `AT`; gives its id.
    pub async fn execute(
        &self,
        server: &Server,
        endpoint: &Endpoint,
        definition: &str,
        inputs: Json,
    ) -> String {
        let definition = definition.replace("AT", &endpoint.url());
        let body = json!({ "definition": definition, "inputs": inputs });
        let (status, made) = self.post(server, "/executions", "", &body).await.unwrap();
        assert_eq!(status, 202, "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    /// Writes down what the server has promised, and waits until that is on disk.
    pub fn promised(&self, what: &str) {
        let mut file = &self.promises;
        writeln!(file, "{what}").unwrap();
        file.sync_data().unwrap();
    }

    /// A number below `end`.
    pub fn roll(&self, end: u64) -> u64 {
        let mut bytes = [0; 8];
        self.dice.fill(&mut bytes);
        u64::from_le_bytes(bytes) % end
    }

    /// What `hishamos check` says of it; the server has to be down.
    pub fn check(&self) {
        let arguments = ["check".to_owned()].into_iter().chain(self.database.clone());
        let (code, printed, errors) = ended(&self.folder.run(arguments));
        assert_eq!(code, 0, "{printed}{errors}");
    }
}

/// The seed that was asked for, or another one each time.
pub fn seed(asked: Option<u64>) -> u64 {
    asked.unwrap_or_else(|| {
        let mut seed = [0; 8];
        OsRandom.fill(&mut seed);
        u64::from_le_bytes(seed)
    })
}

/// Makes something; the server has to answer with this status.
pub async fn made(site: &Site, server: &Server, path: &str, status: u16, body: Json) -> Json {
    let (got, answer) = site.post(server, path, "", &body).await.unwrap();
    assert_eq!(got, status, "{path}: {answer}");
    answer
}

/// Looks until it is so.
pub async fn until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let looks = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looks).await.unwrap_or_else(|_| panic!("never: {what}"))
}
