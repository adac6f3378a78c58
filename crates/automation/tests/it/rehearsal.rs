//! Every shipped workflow carries out its rehearsals: the scripted model answers, people
//! decide as it is written down, time passes, and every branch is taken once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use agent::Library;
use automation::{HttpTool, Options, Parts, Workflows};
use base::Timestamp;
use serde_json::{Value as Json, json};
use store::{Db, both_databases};

use crate::house::House;
use crate::rehearsal_file::{Decision, Rehearsal, rehearsals, shipped};
use crate::rehearsal_world::{PATIENCE, World};

both_databases! {
    async fn hotfix_takes_every_branch(db: Db) { rehearse(db, "hotfix").await; }
    async fn bug_lifecycle_takes_every_branch(db: Db) { rehearse(db, "bug_lifecycle").await; }
    async fn feature_development_takes_every_branch(db: Db) { rehearse(db, "feature_development").await; }
    async fn change_request_takes_every_branch(db: Db) { rehearse(db, "change_request").await; }
    async fn release_process_takes_every_branch(db: Db) { rehearse(db, "release_process").await; }
    async fn incident_management_takes_every_branch(db: Db) { rehearse(db, "incident_management").await; }
    async fn requirements_from_idea_takes_every_branch(db: Db) { rehearse(db, "requirements_from_idea").await; }
    async fn idea_to_production_takes_every_branch(db: Db) { rehearse(db, "idea_to_production").await; }
    async fn story_auto_execution_takes_every_branch(db: Db) { rehearse(db, "story_auto_execution").await; }
    async fn sprint_cycle_takes_every_branch(db: Db) { rehearse(db, "sprint_cycle").await; }
    async fn templates_take_every_branch(db: Db) {
        let others = rehearsed().into_iter().filter(|slug| !NAMED.contains(&slug.as_str()));
        let house = house(db).await;
        for workflow in others {
            rehearse_in(&house, &workflow).await;
        }
    }
}

/// How long to leave the runner alone between two looks: a look reads whole executions.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// The workflows that the catalogue names; each has a test of its own.
const NAMED: [&str; 10] = [
    "bug_lifecycle",
    "change_request",
    "feature_development",
    "hotfix",
    "idea_to_production",
    "incident_management",
    "release_process",
    "requirements_from_idea",
    "sprint_cycle",
    "story_auto_execution",
];

/// Workflows that have no rehearsals of their own: one is a part of the sprint cycle, the other
/// is played by the demo.
const PARTS: [&str; 2] = ["daily_standup", "idea_to_backlog"];

#[test]
fn every_shipped_workflow_is_rehearsed() {
    let mut covered = rehearsed();
    covered.extend(PARTS.map(str::to_owned));
    assert_eq!(workflows().into_keys().collect::<BTreeSet<_>>(), covered);
    assert!(NAMED.iter().all(|slug| covered.contains(*slug)));
}

fn workflows() -> BTreeMap<String, String> {
    let slug =
        |name: &str| Some(name.strip_prefix("workflows/")?.strip_suffix(".yaml")?.to_owned());
    shipped().into_iter().filter_map(|(name, text)| Some((slug(&name)?, text))).collect()
}

/// The workflows with a folder of rehearsals.
fn rehearsed() -> BTreeSet<String> {
    let folder = |name: &str| Some(name.strip_prefix("rehearsals/")?.split_once('/')?.0.to_owned());
    shipped().keys().filter_map(|name| folder(name)).collect()
}

/// A house with everything that is shipped.
pub struct Stage {
    pub house: House,
    world: World,
}

pub async fn house(db: Db) -> Stage {
    static LIBRARY: OnceLock<Arc<Library>> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| Arc::new(Library::from_files(shipped()).unwrap()));
    let world = World::new();
    let parts = Parts {
        library: library.clone(),
        workflows: Workflows::from_files(workflows()).unwrap(),
        models: Arc::new(world.clone()),
        procedures: world.procedures(crate::tools::procedures(crate::tools::Increment::default())),
        tools: agent::tool::Registry::default(),
        http: HttpTool::default(),
        options: Options {
            max_running: 64,
            max_open: 64,
            max_per_agent: 64,
            give_up_after: 1000,
            node: "rehearsal".to_owned(),
        },
    };
    Stage { house: House::of(db, parts).await, world }
}

async fn rehearse(db: Db, workflow: &str) {
    rehearse_in(&house(db).await, workflow).await;
}

async fn rehearse_in(stage: &Stage, workflow: &str) {
    let (rehearsals, replies) = rehearsals(workflow);
    let mut taken = BTreeMap::new();
    for (name, rehearsal) in &rehearsals {
        stage.world.set(rehearsal.script(&replies), &rehearsal.broken_tools);
        let mut play = Play::begin(stage, name, rehearsal).await;
        let played = tokio::time::timeout(PATIENCE, play.finish()).await;
        assert!(played.is_ok(), "{name} does not end: {}", stage.house.detail(&play.id).await);
        play.compare().await;
        let own: BTreeSet<usize> = (1..=rehearsal.rules()).collect();
        let answered = stage.world.answered();
        let idle: Vec<&usize> = own.difference(&answered).collect();
        assert!(idle.is_empty(), "{name}: the model is never asked for rules {idle:?}");
        play.note(&mut taken).await;
    }
    let definition = &workflows()[workflow];
    let missing = not_taken(definition, &taken);
    assert!(missing.is_empty(), "{workflow}: no rehearsal takes {missing:?}");
}

/// A rehearsal under way.
struct Play<'a> {
    stage: &'a Stage,
    name: &'a str,
    rehearsal: &'a Rehearsal,
    id: String,
    decided: Vec<bool>,
    signalled: usize,
}

impl<'a> Play<'a> {
    async fn begin(stage: &'a Stage, name: &'a str, rehearsal: &'a Rehearsal) -> Self {
        let path = format!("/workflows/{}/execute", rehearsal.workflow);
        let made = stage.house.post(&path, json!({ "inputs": rehearsal.inputs })).await;
        assert_eq!(made.status, 202, "{name}: {}", made.text);
        let id = made.json["id"].as_str().unwrap().to_owned();
        let decided = vec![false; rehearsal.decisions.len()];
        Self { stage, name, rehearsal, id, decided, signalled: 0 }
    }

    async fn finish(&mut self) {
        loop {
            let family = self.family().await;
            if is_final(&family[0]) {
                return;
            }
            if self.decide(&family).await || !is_quiet(&family) {
                tokio::time::sleep(LOOK_AGAIN).await;
                continue;
            }
            if !self.signal().await {
                self.let_time_pass(&family).await;
            }
        }
    }

    /// The execution and all that it has started, directly or not.
    async fn family(&self) -> Vec<Json> {
        let mut family = vec![self.stage.house.detail(&self.id).await];
        let mut next = 0;
        while next < family.len() {
            let children = family[next]["children"].as_array().cloned().unwrap_or_default();
            for child in children {
                family.push(self.stage.house.detail(child["execution_id"].as_str().unwrap()).await);
            }
            next += 1;
        }
        family
    }

    /// Decides about the first approval that somebody has something to say about.
    async fn decide(&mut self, family: &[Json]) -> bool {
        let pending = self.pending(family).await;
        for (index, decision) in self.rehearsal.decisions.iter().enumerate() {
            if self.decided[index] {
                continue;
            }
            let Some(approval) = pending.iter().find(|approval| self.is_meant(decision, approval))
            else {
                continue;
            };
            let path = format!("/approvals/{}/decide", approval["id"].as_str().unwrap());
            let body = json!({ "approve": decision.approve, "comment": decision.comment, "form": decision.form });
            let answer = self.stage.house.post(&path, body).await;
            assert_eq!(answer.status, 200, "{}: {}", self.name, answer.text);
            self.decided[index] = true;
            return true;
        }
        false
    }

    async fn pending(&self, family: &[Json]) -> Vec<Json> {
        let page = self.stage.house.get("/approvals?status=pending&limit=200").await;
        let ours = |approval: &Json| family.iter().any(|one| one["id"] == approval["execution_id"]);
        page["items"].as_array().unwrap().iter().filter(|it| ours(it)).cloned().collect()
    }

    fn is_meant(&self, decision: &Decision, approval: &Json) -> bool {
        let workflow = decision.workflow.as_ref().unwrap_or(&self.rehearsal.workflow);
        let asks = approval["workflow"]["slug"].as_str().or(approval["workflow"].as_str());
        approval["step"] == json!(decision.step) && asks == Some(workflow)
    }

    async fn signal(&mut self) -> bool {
        let Some(signal) = self.rehearsal.signals.get(self.signalled) else { return false };
        self.signalled += 1;
        let body = json!({ "name": signal.name, "payload": signal.payload });
        let answer = self.stage.house.post(&format!("/executions/{}/signals", self.id), body).await;
        assert_eq!(answer.status, 200, "{}: {}", self.name, answer.text);
        true
    }

    /// The next wait ends, or the next approval expires.
    async fn let_time_pass(&self, family: &[Json]) {
        let pending = self.pending(family).await;
        let waits = family.iter().filter(|one| !is_final(one)).flat_map(waits);
        let moments = waits
            .chain(pending.iter().filter_map(|it| it["expires_at"].as_str().map(str::to_owned)));
        let next = moments.filter_map(|moment| moment.parse::<Timestamp>().ok()).min();
        let Some(next) = next else {
            // What was read first may have changed since.
            let again = self.family().await;
            assert!(again != family, "{}: nothing can happen any more: {}", self.name, again[0]);
            return;
        };
        let now = self.stage.house.app.app.now();
        self.stage.house.app.clock.advance(next.since(now) + Duration::from_millis(1));
    }

    async fn compare(&self) {
        let detail = self.stage.house.detail(&self.id).await;
        let (name, expected) = (self.name, &self.rehearsal.expect);
        assert_eq!(detail["status"], json!(expected.status), "{name}: {detail}");
        if let Some(failed) = &expected.failed {
            let why = (&detail["error"]["step"], &detail["error"]["code"]);
            assert_eq!(why, (&json!(failed.step), &json!(failed.code)), "{name}: {detail}");
        }
        for (step, status) in &expected.steps {
            assert_eq!(self.step(&detail, step)["status"], json!(status), "{name}: step {step}");
        }
        for (step, rounds) in &expected.rounds {
            assert_eq!(
                self.step(&detail, step)["rounds"],
                json!(rounds),
                "{name}: rounds of {step}"
            );
        }
        for (output, value) in &expected.outputs {
            assert_eq!(detail["outputs"][output], *value, "{name}: output {output}");
        }
        let unused =
            self.rehearsal.decisions.iter().zip(&self.decided).filter(|(_, decided)| !**decided);
        let unused: Vec<&str> = unused.map(|(decision, _)| decision.step.as_str()).collect();
        assert!(unused.is_empty(), "{name}: nobody asks for decisions about {unused:?}");
        assert_eq!(self.signalled, self.rehearsal.signals.len(), "{name}: signals are left over");
    }

    fn step<'d>(&self, detail: &'d Json, id: &str) -> &'d Json {
        let mut steps = detail["steps"].as_array().unwrap().iter();
        steps.find(|step| step["id"] == id).unwrap_or_else(|| panic!("{}: no step {id}", self.name))
    }

    /// Remembers which ends every step has come to.
    async fn note(&self, taken: &mut BTreeMap<String, BTreeSet<String>>) {
        let detail = self.stage.house.detail(&self.id).await;
        for step in detail["steps"].as_array().unwrap() {
            let ends = taken.entry(step["id"].as_str().unwrap().to_owned()).or_default();
            ends.insert(step["status"].as_str().unwrap().to_owned());
            if step["rounds"].as_u64().is_some_and(|rounds| rounds > 0) {
                ends.insert("sent back".to_owned());
            }
        }
    }
}

fn is_final(execution: &Json) -> bool {
    let status = execution["status"].as_str().unwrap();
    ["completed", "failed", "cancelled", "rolled_back"].contains(&status)
}

/// Whether nothing happens unless somebody decides or time passes: what runs is only waiting,
/// for people, a time, a signal, or another execution that waits itself.
fn is_quiet(family: &[Json]) -> bool {
    let is_waiting = |execution: &Json| {
        let steps = execution["steps"].as_array().unwrap();
        let works = |step: &&Json| step["status"] == "running";
        let children = execution["children"].as_array();
        let has_child = |step: &Json| {
            let mut children = children.into_iter().flatten();
            step["kind"] == "workflow"
                && children.any(|child| {
                    child["step"] == step["id"]
                        && family
                            .iter()
                            .any(|it| it["id"] == child["execution_id"] && !is_final(it))
                })
        };
        execution["status"] != "queued"
            && execution["status"] != "rolling_back"
            && steps.iter().filter(works).all(has_child)
    };
    family.iter().filter(|execution| !is_final(execution)).all(is_waiting)
}

/// When the waits of an execution are over.
fn waits(execution: &Json) -> Vec<String> {
    let list = |json: &Json, key: &str| json[key].as_array().cloned().unwrap_or_default();
    let steps = list(execution, "steps").into_iter().filter(|step| step["status"] == "waiting");
    let attempts = steps
        .flat_map(|step| list(&step, "instances"))
        .filter_map(|instance| list(&instance, "attempts").pop());
    attempts.filter_map(|attempt| attempt["wait_until"].as_str().map(str::to_owned)).collect()
}

/// The ends that no rehearsal brought a step to: every step is done once, every step with a
/// condition is left out once, every question is refused once, every gate fails once and sends
/// work back once if it can.
fn not_taken(definition: &str, taken: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let definition: Json = serde_saphyr::from_str(definition).unwrap();
    let mut missing = Vec::new();
    for step in definition["steps"].as_array().unwrap() {
        let id = step["id"].as_str().unwrap();
        let asks = !step["approval"].is_null() || !step["gate"].is_null();
        let wanted = [
            ("completed", true),
            ("skipped", !step["if"].is_null() && step["if"] != "always()"),
            ("failed", asks),
            ("sent back", !step["gate"]["on-fail"].is_null()),
        ];
        let ends = taken.get(id).cloned().unwrap_or_default();
        let wanted =
            wanted.into_iter().filter(|(end, is_wanted)| *is_wanted && !ends.contains(*end));
        missing.extend(wanted.map(|(end, _)| format!("{id} {end}")));
    }
    missing
}
