//! A transcript is a test: each line is an input and, after "=>", the facts that follow from
//! it. [`check`] plays the inputs and compares the whole transcript.
#![allow(clippy::unwrap_used)]

mod agents;
mod approval;
mod branches;
mod bytes;
mod control;
mod fan_out;
mod gate;
mod graph;
mod large;
mod limits;
mod link;
mod loops;
mod orders;
mod recovery;
mod retry;
mod rollback;
mod wait;

use base::Timestamp;
use serde_json::{Value as Json, json};

use crate::{
    AttemptKey, Decider, Decision, Effect, Event, Failure, Input, Outcome, Plan, SkipCause, State,
    StepStatus, create, definition, step,
};

/// A plan of these steps, written as in a definition.
fn plan(body: &str) -> Plan {
    let text = format!("name: some workflow\n{body}\n");
    Plan::new(definition::parse(&text).unwrap_or_else(|problems| panic!("{text}{problems:?}")))
}

/// One execution and its clock.
struct Play {
    plan: Plan,
    state: State,
    now: Timestamp,
}

impl Play {
    fn new(plan: Plan) -> Self {
        let (state, _) = create(&plan, json!({}), 7);
        Self { plan, state, now: Timestamp::EPOCH }
    }

    fn feed(&mut self, input: Input) -> Outcome {
        step(&self.plan, &mut self.state, input, self.now).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The latest attempt of `build` or `build[2]`, or the one named by `build#1`.
    fn key(&self, name: &str) -> AttemptKey {
        let (name, attempt) =
            name.split_once('#').map_or((name, None), |(name, attempt)| (name, Some(attempt)));
        let (name, instance) = name
            .split_once('[')
            .map_or((name, "0"), |(name, rest)| (name, rest.trim_end_matches(']')));
        let step = self.plan.position(name).unwrap_or_else(|| panic!("no step {name}"));
        let instance: usize = instance.parse().unwrap();
        let latest =
            self.state.steps[step].instances.get(instance).map_or(1, |instance| instance.attempts);
        AttemptKey { step, instance, attempt: attempt.map_or(latest, |text| text.parse().unwrap()) }
    }

    fn input(&mut self, line: &str) -> Input {
        let by = "ann".to_owned();
        let words: Vec<&str> = line.split(' ').collect();
        let failed = |key, failure| Input::AttemptFailed { key, failure };
        match words.as_slice() {
            ["start"] => Input::Start,
            ["tick"] => Input::Tick,
            ["tick", "at", millis] => {
                self.now = Timestamp::from_millis(millis.parse().unwrap());
                Input::Tick
            }
            ["recover"] => Input::Recover { give_up_after: Some(3) },
            ["restart"] => Input::Recover { give_up_after: None },
            ["began", name] => Input::AttemptBegan { key: self.key(name) },
            ["chosen", name, agent] => Input::AgentChosen {
                key: self.key(name),
                agent: (*agent).to_owned(),
                explanation: json!({}),
            },
            ["signal", name] => Input::Signal { name: (*name).to_owned(), payload: json!(1), by },
            ["signal", name, payload] => Input::Signal {
                name: (*name).to_owned(),
                payload: serde_json::from_str(payload).unwrap(),
                by,
            },
            ["event", name, event] => Input::EventHeard {
                key: self.key(name),
                event: serde_json::from_str(event).unwrap(),
            },
            [word @ ("approve" | "reject"), name, who, form @ ..] => {
                let key = self.key(name);
                let decision = Decision {
                    by: decider(who),
                    approve: *word == "approve",
                    comment: String::new(),
                    form: form
                        .first()
                        .map_or(Json::Null, |form| serde_json::from_str(form).unwrap()),
                    at: self.now,
                    excused: vec!["req@example.com".to_owned()],
                };
                Input::Decide { step: key.step, instance: key.instance, decision }
            }
            ["pause"] => Input::Pause { by },
            ["resume"] => Input::Resume { by },
            ["cancel"] => Input::Cancel { by, reason: None },
            ["ok", name] => Input::AttemptCompleted { key: self.key(name), output: Json::Null },
            ["ok", name, output] => Input::AttemptCompleted {
                key: self.key(name),
                output: serde_json::from_str(output).unwrap(),
            },
            ["broken", name] => failed(self.key(name), Failure::permanent("broken", "no use")),
            ["broken", name, code] => failed(self.key(name), Failure::permanent(code, "no use")),
            ["flaky", name, code] => failed(self.key(name), Failure::passing(code, "try again")),
            ["flaky", name] => failed(self.key(name), Failure::passing("flaky", "try again")),
            ["flaky", name, "after", millis] => {
                let mut failure = Failure::passing("flaky", "try again");
                failure.retry_after_ms = Some(millis.parse().unwrap());
                failed(self.key(name), failure)
            }
            _ => panic!("unknown input \"{line}\""),
        }
    }

    /// The answer to one line of a script.
    fn answer(&mut self, line: &str) -> String {
        let input = self.input(line);
        let before = self.state.clone();
        match step(&self.plan, &mut self.state, input, self.now) {
            Ok(outcome) => {
                let facts: Vec<String> =
                    outcome.events.iter().map(|event| self.fact(event)).collect();
                if facts.is_empty() {
                    assert_eq!(before, self.state, "\"{line}\" changed the state without a fact");
                }
                facts.join(", ")
            }
            Err(rejected) => {
                assert_eq!(before, self.state, "\"{line}\" was refused and changed something");
                format!("refused: {rejected}")
            }
        }
    }

    fn id(&self, step: usize) -> &str {
        &self.plan.step(step).id
    }

    fn attempt(&self, key: AttemptKey) -> String {
        let step = self.plan.step(key.step);
        let instance = if step.matrix.is_some() || step.repeat.is_some() {
            format!("[{}]", key.instance)
        } else {
            String::new()
        };
        format!("{}{instance}#{}", self.id(key.step), key.attempt)
    }

    fn fact(&self, event: &Event) -> String {
        match event {
            Event::ExecutionCreated { .. } => "created".to_owned(),
            Event::StepKept { step, status, instances, .. } => {
                let kept = instances.iter().filter(|instance| instance.output.is_some()).count();
                let status = status.map_or("open", StepStatus::as_str);
                format!("{} kept {kept} of {} ({status})", self.id(*step), instances.len())
            }
            Event::ExecutionStarted { deadline: None } => "started".to_owned(),
            Event::ExecutionStarted { deadline: Some(deadline) } => {
                format!("started until {}", deadline.as_millis())
            }
            Event::StepExpanded { step, items } => {
                format!("{} expanded to {}", self.id(*step), items.len())
            }
            Event::AttemptStarted { key, .. } => format!("{} started", self.attempt(*key)),
            Event::AttemptResumed { key, deaths: 0 | 1, .. } => {
                format!("{} resumed", self.attempt(*key))
            }
            Event::AttemptResumed { key, deaths, held, .. } => {
                let held = if *held { ", held" } else { "" };
                format!("{} resumed after {deaths} deaths{held}", self.attempt(*key))
            }
            Event::AttemptBegan { key, deadline } => {
                format!("{} began until {}", self.attempt(*key), deadline.as_millis())
            }
            Event::AgentChosen { key, agent, .. } => {
                format!("{} chose {agent}", self.attempt(*key))
            }
            Event::WaitStarted { key, until, signal, listens } => {
                let what = signal.as_deref().unwrap_or("nothing");
                let given = listens.as_ref().map(|listens| format!(" given {}", listens.given));
                let given = given.unwrap_or_default();
                let until = until.as_millis();
                format!("{} waits for {what}{given} until {until}", self.attempt(*key))
            }
            Event::SignalReceived { name, .. } => format!("signal {name}"),
            Event::ApprovalRequested { key, request } => {
                format!("{} asks \"{}\"", self.attempt(*key), request.title)
            }
            Event::ApprovalDecided { decision, .. } => {
                let word = if decision.approve { "approved" } else { "rejected" };
                format!("{word} by {}", decision.by.name)
            }
            Event::ApprovalEscalated { .. } => "escalated".to_owned(),
            Event::AttemptCompleted { key, .. } => format!("{} ok", self.attempt(*key)),
            Event::AttemptFailed { key, failure } => {
                format!("{} failed ({})", self.attempt(*key), failure.code)
            }
            Event::RetryScheduled { at, .. } => format!("again at {}", at.as_millis()),
            Event::LoopContinued { last, .. } => format!("another round after {last}"),
            Event::WorkSentBack { gate, round, steps, feedback } => {
                let steps: Vec<&str> = steps.iter().map(|step| self.id(*step)).collect();
                format!("{} sent back {} ({round}: {feedback})", self.id(*gate), steps.join("+"))
            }
            Event::StepCompleted { step, checkpoint: None } => {
                format!("{} completed", self.id(*step))
            }
            Event::StepCompleted { step, checkpoint: Some(name) } => {
                format!("{} completed as {name}", self.id(*step))
            }
            Event::StepFailed { step, .. } => format!("{} failed", self.id(*step)),
            Event::StepSkipped { step, cause: SkipCause::Condition } => {
                format!("{} skipped", self.id(*step))
            }
            Event::StepSkipped { step, cause: SkipCause::NeedFailed } => {
                format!("{} lost", self.id(*step))
            }
            Event::ExecutionPaused { reason: None, .. } => "paused".to_owned(),
            Event::ExecutionPaused { by, reason: Some(_) } => format!("paused by {by}"),
            Event::ExecutionResumed { .. } => "resumed".to_owned(),
            Event::RollbackStarted { step, failure, .. } => format!(
                "UNDOING because of {} ({})",
                step.as_deref().unwrap_or("itself"),
                failure.as_ref().map_or("request", |failure| failure.code.as_str())
            ),
            Event::ExecutionRolledBack { not_reversible } if not_reversible.is_empty() => {
                "ROLLED BACK".to_owned()
            }
            Event::ExecutionRolledBack { not_reversible } => {
                format!("ROLLED BACK without {}", not_reversible.join("+"))
            }
            Event::ExecutionCompleted { outputs } => format!("COMPLETED {outputs}"),
            Event::ExecutionFailed { step, failure } => {
                format!("FAILED by {} ({})", step.as_deref().unwrap_or("itself"), failure.code)
            }
            Event::ExecutionCancelled { .. } => "CANCELLED".to_owned(),
        }
    }
}

/// A person, by a short name. `req` started the execution, `adm` may decide about
/// everything, `app` may approve, anybody else is nobody in particular; `NAME:ROLE` has a role.
fn decider(who: &str) -> Decider {
    let (name, role) = who.split_once(':').unwrap_or((who, "member"));
    Decider {
        id: format!("id-{name}"),
        email: format!("{name}@example.com"),
        name: name.to_owned(),
        role: role.to_owned(),
        may_approve: matches!(name, "app" | "req" | "boss"),
        is_admin: name == "adm",
        is_requester: name == "req",
    }
}

/// Plays a transcript: every line is `input => facts`.
fn check(body: &str, transcript: &str) -> Play {
    play(Play::new(plan(body)), transcript)
}

/// Goes on with an execution.
fn play(mut play: Play, transcript: &str) -> Play {
    let expected: Vec<&str> =
        transcript.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let found: Vec<String> = expected
        .iter()
        .map(|line| {
            let input = line.split("=>").next().unwrap_or_default().trim();
            format!("{input} => {}", play.answer(input)).trim_end().to_owned()
        })
        .collect();
    assert_eq!(found.join("\n"), expected.join("\n"));
    play
}

fn wake(outcome: &Outcome) -> Option<i64> {
    outcome.effects.iter().find_map(|effect| match effect {
        Effect::WakeAt(at) => Some(at.as_millis()),
        Effect::StartAttempt { .. } | Effect::ChooseAgent { .. } | Effect::CancelAttempt { .. } => {
            None
        }
    })
}
