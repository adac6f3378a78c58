//! What stands around a rehearsal: the scripted model with a script for each rehearsal, and
//! doubles of the tools that other features offer.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use agent::port::{CallOutcome, ModelCall, Models};
use base::Micros;
use futures::future::BoxFuture;
use llm::{Provider, Scripted, Timeouts, Transport};
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::{CallContext, Procedure, ProcedureError, Procedures, Tx};

/// The scripted model and the tools of the rehearsal that is under way.
#[derive(Clone)]
pub struct World(Arc<Mutex<Now>>);

struct Now {
    model: Provider,
    answered: BTreeSet<usize>,
    broken_tools: Vec<String>,
    /// How many cards there are.
    cards: usize,
}

impl World {
    pub fn new() -> Self {
        let now = Now {
            model: Provider::Scripted(Scripted::new(json!([])).unwrap()),
            answered: BTreeSet::new(),
            broken_tools: Vec::new(),
            cards: 0,
        };
        Self(Arc::new(Mutex::new(now)))
    }

    /// Begins another rehearsal.
    pub fn set(&self, script: Json, broken_tools: &[String]) {
        let mut now = self.0.lock().unwrap();
        now.model = Provider::Scripted(Scripted::new(script).unwrap());
        now.broken_tools = broken_tools.to_vec();
        now.answered.clear();
        now.cards = 0;
    }

    /// The numbers of the rules that have answered.
    pub fn answered(&self) -> BTreeSet<usize> {
        self.0.lock().unwrap().answered.clone()
    }

    /// The tools.
    pub fn procedures(&self, others: Procedures) -> Procedures {
        let tool = |name| Tool { name, world: self.clone() };
        let tools = ["create_backlog", "create_work_item", "move_work_item"];
        tools.into_iter().fold(others, |procedures, name| procedures.with(tool(name)))
    }
}

impl Models for World {
    fn call(&self, call: ModelCall) -> BoxFuture<'_, Result<CallOutcome, llm::Error>> {
        Box::pin(async move {
            let model = self.0.lock().unwrap().model.clone();
            let transport = Transport::new(Timeouts::default())?;
            let answer = model.complete(&transport, call.request).await;
            let rule = match &answer {
                Ok(reply) => usize::try_from(reply.usage.input).unwrap(),
                Err(error) => {
                    let text = error.to_string();
                    let number = text.split_once("rule ").map(|(_, number)| number.to_owned());
                    number.and_then(|number| number.parse().ok()).unwrap_or(0)
                }
            };
            self.0.lock().unwrap().answered.insert(rule);
            Ok(CallOutcome {
                reply: answer?,
                model: "scripted".to_owned(),
                provider: "scripted".to_owned(),
                cost: Micros(0),
                cost_known: true,
                duration_ms: 1,
                scripted: true,
            })
        })
    }

    fn default_model(&self) -> Option<String> {
        Some("scripted".to_owned())
    }
}

/// A double of a tool of the board.
struct Tool {
    name: &'static str,
    world: World,
}

impl Procedure for Tool {
    fn name(&self) -> &'static str {
        self.name
    }

    fn input_schema(&self) -> Json {
        json!({})
    }

    fn call<'a>(
        &'a self,
        _: &'a mut Tx,
        _: &'a CallContext,
        input: Json,
    ) -> BoxFuture<'a, Result<Done, ProcedureError>> {
        Box::pin(async move {
            let mut now = self.world.0.lock().unwrap();
            if now.broken_tools.iter().any(|name| name == self.name) {
                return Err(ProcedureError::Invalid("the rehearsal breaks this tool".to_owned()));
            }
            let mut card = || {
                now.cards += 1;
                format!("{}-{}", text(&input, "project"), now.cards)
            };
            let output = match self.name {
                "create_backlog" => {
                    let stories = input["stories"].as_array().unwrap();
                    assert!(!stories.is_empty(), "{input}");
                    let keys: Vec<String> = stories.iter().map(|_| card()).collect();
                    let made: Vec<Json> = keys.iter().map(|key| json!({ "key": key })).collect();
                    json!({ "stories": keys, "made": made })
                }
                "create_work_item" => {
                    text(&input, "title");
                    json!({ "key": card() })
                }
                _ => json!({ "key": text(&input, "key"), "column": text(&input, "column") }),
            };
            Ok(Done { output, events: Vec::new() })
        })
    }
}

/// A text that the real tool needs too.
fn text<'a>(input: &'a Json, name: &str) -> &'a str {
    let text = input[name].as_str().filter(|text| !text.is_empty());
    text.unwrap_or_else(|| panic!("\"{name}\" is missing in {input}"))
}

/// How long a rehearsal may take.
pub const PATIENCE: Duration = Duration::from_secs(60);
