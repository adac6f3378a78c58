//! A transcript is a test: each line is an input and, after "=>", the facts that follow from
//! it. [`check`] plays the inputs and compares the whole transcript.
#![allow(clippy::unwrap_used)]

mod control;
mod fan_out;
mod graph;
mod large;
mod orders;
mod recovery;
mod retry;

use base::Timestamp;
use serde_json::{Value as Json, json};

use crate::{
    AttemptKey, Effect, Event, Failure, Input, Outcome, Plan, State, create, definition, step,
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
            ["recover"] => Input::Recover,
            ["pause"] => Input::Pause { by },
            ["resume"] => Input::Resume { by },
            ["cancel"] => Input::Cancel { by, reason: None },
            ["ok", name] => Input::AttemptCompleted { key: self.key(name), output: Json::Null },
            ["ok", name, output] => Input::AttemptCompleted {
                key: self.key(name),
                output: serde_json::from_str(output).unwrap(),
            },
            ["broken", name] => failed(self.key(name), Failure::permanent("broken", "no use")),
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
        let instance = if self.plan.step(key.step).matrix.is_some() {
            format!("[{}]", key.instance)
        } else {
            String::new()
        };
        format!("{}{instance}#{}", self.id(key.step), key.attempt)
    }

    fn fact(&self, event: &Event) -> String {
        match event {
            Event::ExecutionCreated { .. } => "created".to_owned(),
            Event::ExecutionStarted => "started".to_owned(),
            Event::StepExpanded { step, items } => {
                format!("{} expanded to {}", self.id(*step), items.len())
            }
            Event::AttemptStarted { key, .. } => format!("{} started", self.attempt(*key)),
            Event::AttemptResumed { key, .. } => format!("{} resumed", self.attempt(*key)),
            Event::AttemptCompleted { key, .. } => format!("{} ok", self.attempt(*key)),
            Event::AttemptFailed { key, failure } => {
                format!("{} failed ({})", self.attempt(*key), failure.code)
            }
            Event::RetryScheduled { at, .. } => format!("again at {}", at.as_millis()),
            Event::StepCompleted { step } => format!("{} completed", self.id(*step)),
            Event::StepFailed { step, .. } => format!("{} failed", self.id(*step)),
            Event::StepSkipped { step } => format!("{} skipped", self.id(*step)),
            Event::ExecutionPaused { .. } => "paused".to_owned(),
            Event::ExecutionResumed { .. } => "resumed".to_owned(),
            Event::ExecutionCompleted { outputs } => format!("COMPLETED {outputs}"),
            Event::ExecutionFailed { step, failure } => {
                format!("FAILED by {} ({})", step.as_deref().unwrap_or("itself"), failure.code)
            }
            Event::ExecutionCancelled { .. } => "CANCELLED".to_owned(),
        }
    }
}

/// Plays a transcript: every line is `input => facts`.
fn check(body: &str, transcript: &str) -> Play {
    let mut play = Play::new(plan(body));
    let expected: Vec<&str> =
        transcript.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let found: Vec<String> = expected
        .iter()
        .map(|line| {
            let input = line.split("=>").next().unwrap_or_default().trim();
            format!("{input} => {}", play.answer(input)).trim_end().to_owned()
        })
        .collect();
    assert_eq!(found.join("\n"), expected.join("\n"), "{body}");
    play
}

fn wake(outcome: &Outcome) -> Option<i64> {
    outcome.effects.iter().find_map(|effect| match effect {
        Effect::WakeAt(at) => Some(at.as_millis()),
        Effect::StartAttempt { .. } | Effect::CancelAttempt { .. } => None,
    })
}
