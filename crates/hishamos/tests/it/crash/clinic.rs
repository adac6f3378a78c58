//! The customer: asks for a backlog, and pulls the plug while the server works on it.

use std::path::PathBuf;
use std::time::Duration;

use base::{OsRandom, Random as _, SeededRandom};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::proof::{self, Work};
use crate::program::{Folder, Server, ended, quick_script};

/// How many milliseconds a model call of the rehearsal takes; a run is six of them long.
const CALL: u64 = 25;
/// How often one run is killed at most; then it is left alone.
const KILLS: usize = 6;
/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Clinic {
    folder: Folder,
    /// Where the database is, as arguments.
    database: Vec<String>,
    script: PathBuf,
    key: String,
    http: reqwest::Client,
    dice: SeededRandom,
}

/// Which moments are tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// Any of a whole run.
    Run,
    /// Those right after a start: the next kill comes while the last one is mended.
    Recovery,
}

/// One request for a backlog.
struct Order {
    project: String,
    execution: Option<String>,
}

impl Clinic {
    pub fn open(database: Vec<String>) -> Self {
        let folder = Folder::new();
        let script = quick_script(&folder, |rule| rule["delay_ms"] = CALL.into());
        let on_it = |arguments: &[&str]| {
            let all = arguments.iter().map(|one| (*one).to_owned()).chain(database.clone());
            let (code, printed, errors) = ended(&folder.run(all));
            assert_eq!(code, 0, "{errors}");
            printed
        };
        on_it(&["user", "create-admin", "--email", "a@example.com", "--name", "A"]);
        let key = on_it(&["api-key", "create"]).trim().to_owned();
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        let mut seed = [0; 8];
        OsRandom.fill(&mut seed);
        let seed = u64::from_le_bytes(seed);
        eprintln!("the moments come from the seed {seed}");
        Self { folder, database, script, key, http, dice: SeededRandom::new(seed) }
    }

    /// Kills the server at so many moments of its work, and looks at everything it made.
    /// A moment counts when the work was under way and was taken up again after it.
    pub async fn survive(self, moments: usize, spread: Spread) {
        let mut server = self.start();
        let mut model = self.order(&server, "MODEL").await;
        let begun = Instant::now();
        self.wait(&server, &mut model).await;
        let run = begun.elapsed();
        let window = if spread == Spread::Run { run } else { run / 6 };
        let expected = self.work(&server, &model).await;
        proof::undisturbed(&expected);
        let (mut hit, mut interrupted) = (0, 0);
        for round in 1.. {
            if hit >= moments {
                break;
            }
            let order = self.order(&server, &format!("R{round}")).await;
            let (next, order, kills) = self.disturb(server, order, window).await;
            server = next;
            let work = self.work(&server, &order).await;
            proof::whole(&work, &expected, kills);
            interrupted += proof::interrupted(&work);
            hit += usize::try_from(work.execution["recovered"].as_i64().unwrap()).unwrap();
        }
        // A recovery is so short that no call need have begun when it is killed.
        let may_miss = spread == Spread::Recovery;
        assert!(may_miss || interrupted > 0, "not one kill fell into a call");
        drop(server);
        let (code, printed, errors) =
            ended(&self.folder.run(["check".to_owned()].into_iter().chain(self.database.clone())));
        assert_eq!(code, 0, "{printed}{errors}");
    }

    /// Kills the server at random moments until the work is done; gives the server that
    /// did the rest, and how often one was killed.
    async fn disturb(
        &self,
        mut server: Server,
        mut order: Order,
        window: Duration,
    ) -> (Server, Order, usize) {
        let mut kills = 0;
        while kills < KILLS {
            let moment = self.roll(window);
            let done = tokio::time::timeout(moment, self.wait(&server, &mut order)).await.is_ok();
            if done {
                return (server, order, kills);
            }
            drop(server);
            kills += 1;
            server = self.start();
        }
        self.wait(&server, &mut order).await;
        (server, order, kills)
    }

    /// The server; dropping it kills it.
    fn start(&self) -> Server {
        let mut more = vec!["--model-script", self.script.to_str().unwrap()];
        more.extend(self.database.iter().map(String::as_str));
        Server::start(self.folder.path(), &more)
    }

    /// A project that wants a backlog; nothing is asked for yet.
    async fn order(&self, server: &Server, key: &str) -> Order {
        let body = json!({ "key": key, "name": "Clinic" });
        let (status, answer) = self.post(server, "/projects", key, &body).await.unwrap();
        assert_eq!(status, 201, "{answer}");
        Order { project: key.to_owned(), execution: None }
    }

    /// Asks for the backlog, as often as it takes, and waits until it stands.
    async fn wait(&self, server: &Server, order: &mut Order) {
        let work = async {
            while order.execution.is_none() {
                order.execution = self.ask(server, &order.project).await;
            }
            while !self.is_done(server, order).await {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, work).await.expect("the work is done in time");
    }

    /// The key makes it the same request each time, whether or not the first was heard.
    async fn ask(&self, server: &Server, project: &str) -> Option<String> {
        let body = json!({ "idea": "A clinic needs online appointment booking" });
        let path = format!("/projects/{project}/generate-stories");
        let (status, answer) = self.post(server, &path, project, &body).await?;
        // Right after a start the engine may still be reading what was unfinished.
        assert!(matches!(status, 202 | 503), "{status}: {answer}");
        answer["id"].as_str().map(str::to_owned)
    }

    async fn is_done(&self, server: &Server, order: &Order) -> bool {
        let Some(id) = &order.execution else { return false };
        let execution = self.get(server, &format!("/executions/{id}")).await;
        let status = execution["status"].as_str().unwrap();
        assert!(matches!(status, "queued" | "running" | "completed"), "{execution:#}");
        status == "completed"
    }

    /// Everything that is left of an order.
    async fn work(&self, server: &Server, order: &Order) -> Work {
        let id = order.execution.as_deref().unwrap();
        Work {
            execution: self.get(server, &format!("/executions/{id}")).await,
            journal: self.all(server, &format!("/executions/{id}/journal?limit=200")).await,
            calls: self.all(server, &format!("/model-calls?execution={id}&limit=200")).await,
            items: self
                .all(server, &format!("/projects/{}/work-items?limit=200", order.project))
                .await,
        }
    }

    /// All pages of a list.
    async fn all(&self, server: &Server, path: &str) -> Vec<Json> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(server, &format!("{path}{cursor}")).await;
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next"].as_str() else { return items };
            cursor = format!("&cursor={next}");
        }
    }

    async fn get(&self, server: &Server, path: &str) -> Json {
        let request = self.http.get(format!("{}/api/v1{path}", server.url()));
        let answer = request.bearer_auth(&self.key).send().await.unwrap();
        let status = answer.status();
        let body: Json = answer.json().await.unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn post(
        &self,
        server: &Server,
        path: &str,
        key: &str,
        body: &Json,
    ) -> Option<(u16, Json)> {
        let request = self.http.post(format!("{}/api/v1{path}", server.url()));
        let request =
            request.bearer_auth(&self.key).header("idempotency-key", format!("{path} {key}"));
        let answer = request.json(body).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }

    /// A moment of the window.
    fn roll(&self, window: Duration) -> Duration {
        let mut bytes = [0; 4];
        self.dice.fill(&mut bytes);
        window.mul_f64(f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
    }
}
