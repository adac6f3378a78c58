//! A double of the model port. It answers at once from a table by command, can be told to
//! fail or to say something else, holds calls back at a gate, and remembers every call.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use agent::port::{CallOutcome, Lost, ModelCall, Models, Over};
use base::{ExecutionId, Micros, OrganisationId, UserId};
use futures::future::BoxFuture;
use llm::chat::{Delta, Finish, Reply, TokenUsage};
use serde_json::{Value as Json, json};
use tokio::sync::{Notify, Semaphore, watch};

/// What a call costs, so that sums can be checked.
pub const INPUT: i64 = 10;
pub const OUTPUT: i64 = 5;
pub const COST: i64 = 7;
/// How long a test waits for something that should happen at once.
pub const SOON: Duration = Duration::from_secs(20);

/// The double. Clones are the same one, so two processes of a test can share it.
#[derive(Clone)]
pub struct FakeModels(Arc<State>);

struct State {
    table: Mutex<Table>,
    counts: watch::Sender<Counts>,
}

#[derive(Default)]
struct Table {
    plans: HashMap<String, VecDeque<Plan>>,
    gates: HashMap<String, Arc<Semaphore>>,
    topics: Vec<String>,
    asked: Vec<Asked>,
    default_model: Option<String>,
    down: Option<String>,
    pause: Arc<Notify>,
}

/// What the next call of a command meets instead of the usual answer.
pub enum Plan {
    Say(&'static str),
    Fail(llm::Error),
    /// The first words, and the others once it may go on.
    Pause(&'static str, &'static str),
    /// The first words, then a failure.
    SayThenFail(&'static str, llm::Error),
    /// So many tries are given up with an unknown cost before the usual answer; the call
    /// fails when the ledger forbids one more.
    Lose(usize),
    /// A second try runs beside the first and answers; the first is hung up on, or its
    /// provider has counted nothing.
    Beside {
        is_free: bool,
    },
}

/// How many calls began, and how many of them were dropped before their end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub begun: usize,
    pub dropped: usize,
}

/// One call as it came in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    pub execution: ExecutionId,
    pub step: String,
    pub instance: u32,
    pub attempt: u32,
    pub nth: u32,
    pub model: Option<String>,
}

impl Default for FakeModels {
    fn default() -> Self {
        let table = Table {
            topics: ["a", "b", "c"].map(str::to_owned).to_vec(),
            default_model: Some("fake/model".to_owned()),
            ..Table::default()
        };
        let counts = watch::Sender::new(Counts::default());
        Self(Arc::new(State { table: Mutex::new(table), counts }))
    }
}

impl FakeModels {
    /// The topics that `list_topics` answers with: `t0`, `t1`, …
    pub fn set_topics(&self, count: usize) {
        self.table(|table| table.topics = (0..count).map(|n| format!("t{n}")).collect());
    }

    /// Takes the default model away.
    pub fn disconnect(&self) {
        self.table(|table| table.default_model = None);
    }

    /// Every platform of this model is down.
    pub fn set_down(&self, model: &str) {
        self.table(|table| table.down = Some(model.to_owned()));
    }

    /// What the next call of a command that has no plan yet meets.
    pub fn plan(&self, command: &str, plan: Plan) {
        self.table(|table| table.plans.entry(command.to_owned()).or_default().push_back(plan));
    }

    /// From now on calls of this command wait until they are let through.
    pub fn hold(&self, command: &str) {
        self.table(|table| table.gates.insert(command.to_owned(), Arc::new(Semaphore::new(0))));
    }

    /// Lets so many calls of a held command through.
    pub fn let_through(&self, command: &str, count: usize) {
        self.table(|table| table.gates[command].add_permits(count));
    }

    /// Lets every call of a held command through.
    pub fn open(&self, command: &str) {
        self.let_through(command, 100_000);
    }

    /// Lets a call go on that paused.
    pub fn go_on(&self) {
        self.table(|table| table.pause.notify_one());
    }

    /// Every call so far, in the order they began.
    pub fn asked(&self) -> Vec<Asked> {
        self.table(|table| table.asked.clone())
    }

    /// How often each (step, instance, attempt, nth) was asked, in order.
    pub fn tally(&self) -> Vec<((String, u32, u32, u32), usize)> {
        let mut tally = std::collections::BTreeMap::new();
        for one in self.asked() {
            *tally.entry((one.step, one.instance, one.attempt, one.nth)).or_default() += 1;
        }
        tally.into_iter().collect()
    }

    /// Waits until so many calls have begun in all.
    pub async fn begun(&self, count: usize) {
        self.wait(|counts| counts.begun >= count).await;
    }

    /// Waits until so many calls were dropped before their end.
    pub async fn dropped(&self, count: usize) {
        self.wait(|counts| counts.dropped >= count).await;
    }

    pub fn counts(&self) -> Counts {
        *self.0.counts.borrow()
    }

    async fn wait(&self, is_enough: impl Fn(&Counts) -> bool) {
        let mut counts = self.0.counts.subscribe();
        let waited = tokio::time::timeout(SOON, counts.wait_for(|counts| is_enough(counts))).await;
        let seen = self.counts();
        waited.unwrap_or_else(|_| panic!("waited in vain, saw {seen:?}")).unwrap();
    }

    fn table<T>(&self, change: impl FnOnce(&mut Table) -> T) -> T {
        change(&mut self.0.table.lock().unwrap())
    }
}

/// Counts a call as dropped unless it came to its end.
struct Underway<'a> {
    counts: &'a watch::Sender<Counts>,
    has_ended: bool,
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.counts.send_modify(|counts| counts.dropped += 1);
        }
    }
}

impl Models for FakeModels {
    fn call(&self, call: ModelCall) -> BoxFuture<'_, Result<CallOutcome, llm::Error>> {
        Box::pin(async move {
            let command = call.request.labels["command"].clone();
            let (gate, usual) = self.table(|table| {
                table.asked.push(Asked {
                    execution: call.execution,
                    step: call.step.clone(),
                    instance: call.instance,
                    attempt: call.attempt,
                    nth: call.nth,
                    model: call.model.clone(),
                });
                (table.gates.get(&command).cloned(), usual(table, &call))
            });
            let mut underway = Underway { counts: &self.0.counts, has_ended: false };
            self.0.counts.send_modify(|counts| counts.begun += 1);
            if let Some(gate) = gate {
                gate.acquire().await.unwrap().forget();
            }
            underway.has_ended = true;
            let next = |table: &mut Table| table.plans.get_mut(&command)?.pop_front();
            match self.table(next) {
                Some(Plan::Fail(error)) => Err(error),
                Some(Plan::Pause(first, then)) => {
                    say(&call, first);
                    let pause = self.table(|table| table.pause.clone());
                    pause.notified().await;
                    say(&call, then);
                    Ok(silent(&call, format!("{first}{then}")))
                }
                Some(Plan::SayThenFail(text, error)) => {
                    say(&call, text);
                    Err(error)
                }
                Some(Plan::Lose(count)) => {
                    let on_lost = call.on_lost.as_ref().unwrap();
                    for _ in 0..count {
                        if on_lost(Lost::At("fake".into())).await.is_none() {
                            return Err(llm::Error::StreamCut);
                        }
                    }
                    Ok(outcome(&call, usual.to_string()))
                }
                Some(Plan::Beside { is_free }) => {
                    let on_lost = call.on_lost.as_ref().unwrap();
                    on_lost(Lost::Beside("other".into())).await.unwrap();
                    let over = Over { is_second: false, at: "fake".into(), is_free };
                    on_lost(Lost::Over(over)).await.unwrap();
                    Ok(outcome(&call, usual.to_string()))
                }
                Some(Plan::Say(text)) => Ok(outcome(&call, text.to_owned())),
                None => Ok(outcome(&call, usual.to_string())),
            }
        })
    }

    fn default_model(&self) -> Option<String> {
        self.table(|table| table.default_model.clone())
    }

    fn is_down(&self, _: OrganisationId, _: Option<UserId>, model: Option<&str>) -> bool {
        self.table(|table| {
            let asked = model.or(table.default_model.as_deref());
            table.down.is_some() && table.down.as_deref() == asked
        })
    }
}

fn usual(table: &Table, call: &ModelCall) -> Json {
    match call.request.labels["command"].as_str() {
        "list_topics" => json!({ "topics": table.topics }),
        "write_text" => json!({ "text": format!("about {}", call.request.labels["param:topic"]) }),
        "prompt" => json!({ "because": "so" }),
        other => panic!("the double knows no command {other}"),
    }
}

fn outcome(call: &ModelCall, text: String) -> CallOutcome {
    say(call, &text);
    silent(call, text)
}

/// Says a text in pieces.
fn say(call: &ModelCall, text: &str) {
    if let Some(hear) = &call.on_delta {
        for piece in text.chars().collect::<Vec<_>>().chunks(8) {
            hear(&Delta::Text { text: piece.iter().collect() });
        }
    }
}

/// The outcome of a call whose words were said already.
fn silent(call: &ModelCall, text: String) -> CallOutcome {
    let model = call.model.clone().unwrap_or_else(|| "fake/model".to_owned());
    let usage = TokenUsage { input: INPUT as u64, output: OUTPUT as u64, ..TokenUsage::default() };
    CallOutcome {
        reply: Reply {
            model: model.clone(),
            content: text,
            refusal: String::new(),
            reasoning: String::new(),
            thoughts: Vec::new(),
            tool_calls: Vec::new(),
            finish: Finish::Stop,
            stop_sequence: None,
            usage,
            scripted: false,
        },
        model,
        provider: "fake".to_owned(),
        cost: Micros(COST),
        cost_known: true,
        duration_ms: 3,
        scripted: false,
    }
}
