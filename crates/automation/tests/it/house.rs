//! What the tests begin with: an application whose runner works, with a small library and
//! the double of the model port.

use std::sync::Arc;
use std::time::Duration;

use agent::Library;
use automation::{Automation, Options, Parts, RunnerState, Workflows};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use base::SeededRandom;
use serde_json::{Value as Json, json};
use store::Db;
use web::testing::{Answer, TestApp};
use web::{AllowedHosts, App, AppParts};

use crate::models::{FakeModels, SOON};
use crate::tools::{Increment, procedures};

const AGENT: &str = "---
name: tester
description: Works in tests.
limits: { max_model_calls: 4 }
---
You work in tests.
";

const LIST_TOPICS: &str = "---
name: list_topics
description: Lists topics.
agent: tester
category: tests
params:
  subject: { type: string, description: What the topics are about }
output_schema:
  type: object
  additionalProperties: false
  required: [topics]
  properties:
    topics: { type: array, items: { type: string } }
---
List topics of {{ params.subject }}.
";

const WRITE_TEXT: &str = "---
name: write_text
description: Writes a text.
agent: tester
category: tests
params:
  topic: { type: string, description: What the text is about }
output_schema:
  type: object
  additionalProperties: false
  required: [text]
  properties:
    text: { type: string }
---
Write about {{ params.topic }}.
";

/// Topics, a text for each, then a countable effect.
pub const WRITE: &str = r#"
name: Write about it
inputs:
  subject: { type: string, description: What it is about, required: true }
steps:
  - id: topics
    agent: tester
    command: list_topics
    params: { subject: "${{ inputs.subject }}" }
  - id: texts
    needs: [topics]
    strategy:
      matrix: { topic: "${{ steps.topics.outputs.topics }}" }
      max-parallel: 2
    agent: tester
    command: write_text
    params: { topic: "${{ matrix.topic }}" }
  - id: count
    needs: [texts]
    tool: increment
    with: { name: written }
outputs:
  texts: "${{ steps.texts.outputs[*].text }}"
  count: "${{ steps.count.outputs.value }}"
"#;

/// One step of one agent.
pub const ONE: &str = r"
name: One text
steps:
  - id: text
    agent: tester
    command: write_text
    params: { topic: life }
    retry: { max-attempts: 3, first-wait-seconds: 10, multiplier: 3, jitter: false }
    timeout-minutes: 5
";

const IDEA: &str = r#"
name: Idea to backlog
inputs:
  idea: { type: string, description: The idea, required: true }
  project: { type: string, description: The project, required: true }
steps:
  - id: topics
    agent: tester
    command: list_topics
    params: { subject: "${{ inputs.idea }}" }
"#;

/// How a house is put together.
#[derive(Clone)]
pub struct Setup {
    pub models: FakeModels,
    pub increment: Increment,
    pub max_running: usize,
    pub max_open: usize,
    pub max_per_agent: usize,
    pub node: &'static str,
    /// Agents and commands beside the usual ones, by their paths.
    pub more_files: &'static [(&'static str, &'static str)],
    /// Which process of the test this is, so that no two make the same ids.
    pub number: u64,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            models: FakeModels::default(),
            increment: Increment::default(),
            max_running: 16,
            max_open: 100_000,
            max_per_agent: 1000,
            node: "node",
            more_files: &[],
            number: 0,
        }
    }
}

/// An application with a runner.
pub struct House {
    pub app: TestApp,
    pub automation: Automation,
    pub models: FakeModels,
    /// For answers that are read bit by bit.
    pub router: Router,
}

impl House {
    pub async fn new(db: Db) -> Self {
        Self::open(db, Setup::default()).await
    }

    /// A house whose runner is active.
    pub async fn open(db: Db, setup: Setup) -> Self {
        let house = Self::start(db, setup).await;
        house.state(RunnerState::Active).await;
        house
    }

    pub async fn start(db: Db, setup: Setup) -> Self {
        let (models, number) = (setup.models.clone(), setup.number);
        Self::build(db, number, models, parts(setup)).await
    }

    /// A house of other parts, whose runner is active.
    pub async fn of(db: Db, parts: Parts) -> Self {
        let house = Self::build(db, 0, FakeModels::default(), parts).await;
        house.state(RunnerState::Active).await;
        house
    }

    async fn build(db: Db, number: u64, models: FakeModels, parts: Parts) -> Self {
        let mut started = None;
        let app = TestApp::new(db, |app| {
            // The same application, but with randomness of its own: two processes of one
            // test must not make the same ids.
            let runner = App::new(AppParts {
                db: app.db.clone(),
                clock: app.clock.clone(),
                random: Arc::new(SeededRandom::new(1000 + number)),
                bus: app.bus.clone(),
                authenticator: app.authenticator.clone(),
                things: app.things.clone(),
                hosts: AllowedHosts::new([]),
                tasks: app.tasks.clone(),
                shutdown: app.shutdown.clone(),
                is_https: false,
            });
            let automation = Automation::start(&runner, parts);
            started = Some(automation.clone());
            automation::routes(automation)
        })
        .await;
        let automation = started.unwrap();
        let (router, _, _) = automation::routes(automation.clone()).into_parts();
        let layer = axum::middleware::from_fn_with_state(app.app.clone(), web::authenticate);
        Self { app, automation, models, router: router.layer(layer) }
    }

    /// Waits until the runner is in this state.
    pub async fn state(&self, wanted: RunnerState) {
        let state = || self.automation.runner_state();
        until(&format!("the runner is {wanted:?}"), async || (state() == wanted).then_some(()))
            .await;
    }

    pub async fn get(&self, path: &str) -> Json {
        self.app.send("GET", &format!("/api/v1{path}"), None).await.expect(200)
    }

    pub async fn post(&self, path: &str, body: Json) -> Answer {
        self.app.send("POST", &format!("/api/v1{path}"), Some(body)).await
    }

    /// Sends a body with more headers.
    pub async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &Json) -> Answer {
        self.post_as("test-all", path, headers, body).await
    }

    /// The same as somebody else.
    pub async fn post_as(
        &self,
        key: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Json,
    ) -> Answer {
        let mut request = Request::builder()
            .method("POST")
            .uri(format!("/api/v1{path}"))
            .header("host", "localhost")
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.app.send_request(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Starts an execution of a definition; its id.
    pub async fn execute(&self, definition: &str, inputs: Json) -> String {
        let body = json!({ "definition": definition, "inputs": inputs });
        let made = self.post("/executions", body).await.expect(202);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Starts the big example.
    pub async fn write(&self) -> String {
        self.execute(WRITE, json!({ "subject": "life" })).await
    }

    pub async fn detail(&self, id: &str) -> Json {
        self.get(&format!("/executions/{id}")).await
    }

    /// Waits until the execution has this status, and gives it.
    pub async fn status(&self, id: &str, status: &str) -> Json {
        self.when(id, status, |detail| detail["status"] == status).await
    }

    /// Waits until the execution is as wanted, and gives it.
    pub async fn when(&self, id: &str, what: &str, is: impl Fn(&Json) -> bool) -> Json {
        let look = async || {
            let detail = self.detail(id).await;
            is(&detail).then_some(detail)
        };
        until(&format!("{id} is {what}"), look).await
    }

    /// Waits until the journal has a fact of this kind.
    pub async fn fact(&self, id: &str, kind: &str) {
        self.fact_count(id, kind, 1).await;
    }

    /// Waits until the journal has so many facts of this kind.
    pub async fn fact_count(&self, id: &str, kind: &str, count: usize) {
        let look = async || {
            let kinds = self.kinds(id).await;
            (kinds.iter().filter(|other| *other == kind).count() >= count).then_some(())
        };
        until(&format!("{id} has {count} {kind}"), look).await;
    }

    /// The whole journal.
    pub async fn journal(&self, id: &str) -> Vec<Json> {
        let mut facts = Vec::new();
        loop {
            let after = facts.len();
            let page = self.get(&format!("/executions/{id}/journal?after={after}&limit=200")).await;
            facts.extend(page["items"].as_array().unwrap().iter().cloned());
            if page["next"].is_null() {
                return facts;
            }
        }
    }

    /// The kinds of the journal's facts, which must be numbered without gaps.
    pub async fn kinds(&self, id: &str) -> Vec<String> {
        let facts = self.journal(id).await;
        for (fact, number) in facts.iter().zip(1..) {
            assert_eq!(fact["seq"], json!(number), "the journal has no gaps");
        }
        facts.iter().map(|fact| fact["kind"].as_str().unwrap().to_owned()).collect()
    }

    /// Holds the data against the product's promises.
    pub async fn check(&self) {
        let findings = store::check::run(&self.app.app.db).await.unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
    }
}

fn parts(setup: Setup) -> Parts {
    let files = [
        ("agents/tester.md", AGENT),
        ("commands/list_topics.md", LIST_TOPICS),
        ("commands/write_text.md", WRITE_TEXT),
    ]
    .into_iter();
    let more = setup.more_files.iter().copied();
    let workflows = [("write", WRITE), ("idea_to_backlog", IDEA)];
    let workflows = workflows.map(|(slug, text)| (slug.to_owned(), text.to_owned()));
    Parts {
        library: Arc::new(Library::from_files(files.chain(more)).unwrap()),
        workflows: Workflows::from_files(workflows).unwrap(),
        models: Arc::new(setup.models),
        procedures: procedures(setup.increment),
        tools: agent::tool::Registry::default(),
        http: automation::HttpTool::default(),
        options: Options {
            max_running: setup.max_running,
            max_open: setup.max_open,
            max_per_agent: setup.max_per_agent,
            give_up_after: 1000,
            node: setup.node.to_owned(),
        },
    }
}

/// Looks again and again until there is something; gives up after [`SOON`].
pub async fn until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(SOON, looking).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

/// The step with this id.
pub fn step<'a>(detail: &'a Json, id: &str) -> &'a Json {
    detail["steps"].as_array().unwrap().iter().find(|step| step["id"] == id).unwrap()
}

/// `[field of each instance]` of a step.
pub fn of_instances(detail: &Json, id: &str, field: &str) -> Vec<Json> {
    let instances = step(detail, id)["instances"].as_array().unwrap();
    instances.iter().map(|instance| instance[field].clone()).collect()
}
