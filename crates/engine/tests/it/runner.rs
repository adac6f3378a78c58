//! A fake runner: it keeps a journal, carries effects out by the scenario's script, hands
//! news in any order, and dies when asked to.

use std::collections::BTreeMap;

use base::Timestamp;
use engine::{
    AttemptKey, Effect, Event, Failure, Input, Outcome, Plan, State, Status, create, replay, step,
};
use serde_json::json;

use crate::luck::Luck;
use crate::scenario::{End, Scenario, output};
use crate::watch::Watch;

/// More inputs than any scenario needs; beyond it, something goes in circles.
const TOO_MANY: usize = 5_000;

pub struct Runner<'a> {
    pub scenario: &'a Scenario,
    pub plan: &'a Plan,
    pub state: State,
    pub journal: Vec<Event>,
    watch: Watch<'a>,
    now: Timestamp,
    wake: Option<Timestamp>,
    /// Attempts in the air and their deadlines.
    air: BTreeMap<AttemptKey, Timestamp>,
    inputs: usize,
}

/// What may go wrong around the execution.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    pub crashes: usize,
    pub pauses: usize,
    pub cancels: usize,
    /// News comes twice, or comes for attempts that are over.
    pub echoes: usize,
}

impl<'a> Runner<'a> {
    pub fn new(scenario: &'a Scenario, plan: &'a Plan) -> Self {
        let (state, event) = create(plan, json!({}), 7);
        Self::with(scenario, plan, state, vec![event])
    }

    /// A runner that finds this journal after a crash.
    pub fn after_crash(
        scenario: &'a Scenario,
        plan: &'a Plan,
        journal: &[Event],
        now: Timestamp,
    ) -> Self {
        let mut runner = Self::with(scenario, plan, replay(plan, journal), journal.to_vec());
        runner.now = now;
        runner.recover();
        runner
    }

    fn with(scenario: &'a Scenario, plan: &'a Plan, state: State, journal: Vec<Event>) -> Self {
        let mut watch = Watch::new(scenario, plan);
        for event in &journal {
            watch.see(event);
        }
        let now = Timestamp::from_millis(1_000_000);
        Self {
            scenario,
            plan,
            state,
            journal,
            watch,
            now,
            wake: None,
            air: BTreeMap::new(),
            inputs: 0,
        }
    }

    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Hands in one input and carries out what follows.
    pub fn feed(&mut self, input: Input) {
        let text = format!("{input:?}");
        let before = self.state.clone();
        let Ok(outcome) = step(self.plan, &mut self.state, input.clone(), self.now) else {
            assert_eq!(self.state, before, "a refused {text} changed something");
            return;
        };
        let mut again = before;
        let twin = step(self.plan, &mut again, input, self.now).unwrap();
        assert_eq!((&outcome, &self.state), (&twin, &again), "{text} has two answers");
        self.take(outcome);
    }

    fn take(&mut self, outcome: Outcome) {
        self.inputs += 1;
        assert!(self.inputs < TOO_MANY, "it goes in circles");
        for event in outcome.events {
            self.watch.see(&event);
            match &event {
                Event::AttemptCompleted { key, .. } | Event::AttemptFailed { key, .. } => {
                    self.air.remove(key);
                }
                _ => {}
            }
            self.journal.push(event);
        }
        self.wake = None;
        for effect in outcome.effects {
            match effect {
                Effect::StartAttempt { key, .. } => {
                    assert!(self.state.is_running(key), "{key:?} is ordered but does not run");
                    self.air.insert(key, self.now.plus(self.plan.step(key.step).timeout));
                }
                Effect::CancelAttempt { key } => {
                    self.air.remove(&key);
                }
                Effect::WakeAt(at) => {
                    assert!(at > self.now, "a wake-up call for the past");
                    self.wake = Some(at);
                }
            }
        }
        let air: Vec<AttemptKey> = self.air.keys().copied().collect();
        assert_eq!(air, self.state.running(), "what runs is not what was ordered");
        self.watch.check(&self.state, &self.journal);
    }

    fn recover(&mut self) {
        self.air.clear();
        self.feed(Input::Recover);
    }

    fn crash(&mut self) {
        self.state = replay(self.plan, &self.journal);
        self.now = self.now.plus(std::time::Duration::from_secs(5));
        self.recover();
    }

    /// What the script says about an attempt; nothing when it stays silent.
    fn news(&self, key: AttemptKey) -> Option<Input> {
        let failed = |failure| Input::AttemptFailed { key, failure };
        match self.scenario.end(key) {
            End::Well => {
                Some(Input::AttemptCompleted { key, output: output(key.step, key.instance) })
            }
            End::Flaky => Some(failed(Failure::passing("flaky", "try again"))),
            End::Broken => Some(failed(Failure::permanent("broken", "no use"))),
            End::Silent => None,
        }
    }

    /// Whether the clock may go to the next wake-up without making an attempt late that is
    /// not scripted to be silent.
    fn may_wake(&self) -> bool {
        self.wake.is_some_and(|wake| {
            self.air
                .iter()
                .all(|(key, deadline)| *deadline > wake || self.scenario.end(*key) == End::Silent)
        })
    }

    fn tick(&mut self) {
        self.now = self.now.max(self.wake.expect("something is due"));
        self.feed(Input::Tick);
    }

    /// Drives it to its end.
    pub fn run(&mut self, luck: &mut Luck, weather: Weather) {
        let by = || "somebody".to_owned();
        while !self.state.status.is_final() {
            if luck.percent(weather.crashes) {
                self.crash();
            } else if luck.percent(weather.pauses) {
                self.feed(Input::Pause { by: by() });
            } else if luck.percent(weather.cancels) {
                self.feed(Input::Cancel { by: by(), reason: None });
            } else if luck.percent(weather.echoes) {
                self.echo(luck);
            } else {
                self.go_on(luck);
            }
        }
    }

    fn go_on(&mut self, luck: &mut Luck) {
        match self.state.status {
            Status::Queued => return self.feed(Input::Start),
            Status::Paused if self.air.is_empty() || luck.percent(30) => {
                return self.feed(Input::Resume { by: "somebody".to_owned() });
            }
            _ => {}
        }
        let news: Vec<Input> = self.air.keys().filter_map(|key| self.news(*key)).collect();
        if self.may_wake() && (news.is_empty() || luck.percent(20)) {
            return self.tick();
        }
        assert!(!news.is_empty(), "it is stuck: {:?}", self.state);
        let chosen = luck.below(news.len());
        self.feed(news[chosen].clone());
    }

    /// News that nobody wants any more.
    fn echo(&mut self, luck: &mut Luck) {
        let known: Vec<AttemptKey> = self
            .journal
            .iter()
            .filter_map(|event| match event {
                Event::AttemptStarted { key, .. } if !self.state.is_running(*key) => Some(*key),
                _ => None,
            })
            .collect();
        let Some(key) = known.get(luck.below(known.len())).copied() else { return };
        let before = self.journal.len();
        self.feed(Input::AttemptCompleted { key, output: json!("an echo") });
        self.feed(Input::AttemptFailed { key, failure: Failure::passing("echo", "an echo") });
        assert_eq!(self.journal.len(), before, "late news of {key:?} was taken in");
    }
}
