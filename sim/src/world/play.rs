//! What happens next.

use std::time::Duration;

use base::Timestamp;
use engine::{Effect, Event, Input, Outcome, Status, replay, step};

use super::node::Pending;
use super::{Weather, World, news};
use crate::checker::progress;
use crate::fault::Fault;
use crate::violation::{Violation, must};

/// After so many turns nothing goes wrong any more.
const CALM_AFTER: usize = 2_000;
/// After so many it goes in circles.
const TOO_MANY: usize = 10_000;

impl World<'_> {
    /// Drives it to its end.
    pub fn run(&mut self) -> Result<(), Violation> {
        while !self.node.state.status.is_final() || !self.node.pending.is_empty() {
            self.turns += 1;
            must("stuck", self.turns < TOO_MANY, || "it goes in circles".to_owned())?;
            if self.turns == CALM_AFTER {
                self.weather = Weather::default();
            }
            self.turn()?;
        }
        if let Some(mut stale) = self.stale.take() {
            stale.pending.clear();
        }
        if self.has(Fault::SecondFinal) {
            let event = Event::ExecutionCancelled { by: "ann".to_owned(), reason: None };
            self.checker.see(&event, self.now)?;
        }
        self.after_the_end()?;
        if self.fault.is_none() {
            self.checker.replays(&self.journal)?;
        }
        Ok(())
    }

    /// What has ended stays ended.
    fn after_the_end(&mut self) -> Result<(), Violation> {
        let (end, length) = (self.node.state.clone(), self.journal.len());
        let by = || "ann".to_owned();
        let mut all = self.unwanted();
        all.extend([
            Input::Tick,
            Input::Recover { give_up_after: Some(1) },
            Input::Pause { by: by() },
            Input::Resume { by: by() },
            Input::Cancel { by: by(), reason: None },
            news::signal("late"),
        ]);
        for input in all {
            self.feed(input)?;
        }
        self.commit()?;
        must("final", self.node.state == end && self.journal.len() == length, || {
            format!("it was {} and is {}", end.status, self.node.state.status)
        })
    }

    fn turn(&mut self) -> Result<(), Violation> {
        let weather = self.weather;
        if self.node.state.status.is_final() {
            return self.commit();
        }
        if self.luck.percent(weather.crashes) {
            return self.crash();
        }
        if self.luck.percent(weather.takeovers) {
            return self.take_over();
        }
        if self.stale.is_some() && self.luck.percent(30) {
            return self.stale_acts();
        }
        if self.luck.percent(weather.jumps) {
            self.jump();
        }
        let by = || "ann".to_owned();
        if self.luck.percent(weather.pauses) {
            self.feed(Input::Pause { by: by() })?;
        } else if self.luck.percent(weather.cancels) {
            self.feed(Input::Cancel { by: by(), reason: None })?;
        } else if self.luck.percent(weather.echoes) {
            self.echo()?;
        } else {
            self.go_on()?;
        }
        if self.luck.percent(weather.batches) { Ok(()) } else { self.commit() }
    }

    fn go_on(&mut self) -> Result<(), Violation> {
        if !self.node.pending.is_empty() && self.luck.percent(30) {
            return self.commit();
        }
        match self.node.state.status {
            Status::Queued => return self.feed(Input::Start),
            Status::Paused if self.node.air.is_empty() || self.luck.percent(30) => {
                return self.feed(Input::Resume { by: "ann".to_owned() });
            }
            _ => {}
        }
        if let Some(key) = self.node.air.keys().next().copied().filter(|_| self.luck.percent(2)) {
            return self.feed(Input::AttemptBegan { key });
        }
        let mut news = self.news();
        let wake = self.node.wake;
        // What waits for its commit has not begun, and must not be late before it has.
        let may_wake = self.node.pending.is_empty()
            && wake.is_some_and(|wake| news.iter().all(|(_, due)| *due > wake));
        if may_wake && (news.is_empty() || self.luck.percent(20)) {
            return self.tick();
        }
        if news.is_empty() {
            must("stuck", !self.node.pending.is_empty(), || {
                format!("nothing is under way and it is not over: {:?}", self.node.state)
            })?;
            return self.commit();
        }
        let chosen = self.luck.below(news.len());
        let (input, _) = news.swap_remove(chosen);
        self.feed(input)
    }

    fn tick(&mut self) -> Result<(), Violation> {
        let Some(wake) = self.node.wake else { return Ok(()) };
        if self.has(Fault::TimerEarly) {
            let real = std::mem::replace(&mut self.now, wake);
            let fed = self.feed(Input::Tick);
            self.now = real;
            if let Some(pending) = self.node.pending.last_mut() {
                pending.now = real;
            }
            return fed;
        }
        self.now = self.now.max(wake);
        let before = self.node.state.events();
        self.feed(Input::Tick)?;
        let is_done = self.node.state.events() > before || self.node.wake != Some(wake);
        must("stuck", is_done, || format!("the call at {wake} wakes nobody and comes again"))
    }

    fn jump(&mut self) {
        let seconds = self.luck.pick(&[600, 3600, 86_400]);
        let by = Duration::from_secs(seconds);
        let is_back = self.luck.percent(50) && self.now.as_millis() > 200_000_000;
        self.now = if is_back { self.now.minus(by) } else { self.now.plus(by) };
    }

    /// News that nobody wants changes nothing.
    fn echo(&mut self) -> Result<(), Violation> {
        if self.has(Fault::ResultOverwritten) {
            let ended = self.journal.iter().rev().find_map(|event| match event {
                Event::AttemptCompleted { key, .. } => Some(*key),
                _ => None,
            });
            if let Some(key) = ended {
                let output = serde_json::json!("an echo");
                let now = self.now;
                return self.checker.see(&Event::AttemptCompleted { key, output }, now);
            }
        }
        for input in self.unwanted() {
            let text = format!("{input:?}");
            let before = self.node.state.clone();
            self.feed(input)?;
            must("news", self.node.state == before, || format!("{text} changed something"))?;
        }
        Ok(())
    }

    /// Hands in one input; what follows waits for its commit.
    pub(super) fn feed(&mut self, input: Input) -> Result<(), Violation> {
        let before = self.node.state.clone();
        let is_recovery = matches!(input, Input::Recover { .. });
        let promises = matches!(
            input,
            Input::Pause { .. }
                | Input::Resume { .. }
                | Input::Cancel { .. }
                | Input::Signal { .. }
                | Input::Decide { .. }
        );
        let twin = self.luck.percent(6).then(|| (before.clone(), input.clone()));
        let Ok(outcome) = step(&self.plan, &mut self.node.state, input, self.now) else {
            return must("refusal", self.node.state == before, || {
                "a refused input changed something".to_owned()
            });
        };
        if let Some((mut state, input)) = twin {
            let again = step(&self.plan, &mut state, input, self.now);
            let is_same = again.as_ref() == Ok(&outcome) && state == self.node.state;
            must("pure", is_same, || "the same input has two answers".to_owned())?;
        }
        let goes_back =
            outcome.events.iter().any(|event| matches!(event, Event::WorkSentBack { .. }));
        if !goes_back && !is_recovery {
            let steps = self.scenario.steps.len();
            let (old, new) = (progress(&before, steps), progress(&self.node.state, steps));
            must("progress", new >= old - 1e-9, || format!("progress falls from {old} to {new}"))?;
        }
        self.node.wake = outcome.effects.iter().find_map(|effect| match effect {
            Effect::WakeAt(at) => Some(*at),
            _ => None,
        });
        if self.has(Fault::LostWakeUp) && self.turns % 4 == 3 {
            self.node.wake = None;
        }
        let outcome = self.bent(outcome)?;
        let promise = outcome.events.first().filter(|_| promises).cloned();
        let Outcome { events, effects } = outcome;
        if self.has(Fault::AckBeforeCommit) {
            self.keep_promise(promise.as_ref(), 0)?;
            self.perform(effects.clone())?;
        }
        self.node.pending.push(Pending { events, effects, now: self.now, promise });
        Ok(())
    }

    /// With [`Fault::ForwardCompensation`], a rollback begins with what was done first.
    fn bent(&mut self, mut outcome: Outcome) -> Result<Outcome, Violation> {
        let begins = |event: &Event| matches!(event, Event::RollbackStarted { .. });
        let at = outcome.events.iter().position(begins);
        let Some(at) = at.filter(|_| self.has(Fault::ForwardCompensation)) else {
            return Ok(outcome);
        };
        let waiting = self.node.pending.iter().flat_map(|pending| &pending.events);
        let all: Vec<&Event> =
            self.journal.iter().chain(waiting).chain(&outcome.events[..at]).collect();
        let ends =
            |event: &Event| matches!(event, Event::StepCompleted { .. } | Event::StepFailed { .. });
        let mut forged: Vec<Event> =
            all.iter().filter(|event| !ends(event)).map(|event| (*event).clone()).collect();
        forged.extend(all.iter().rev().filter(|event| ends(event)).map(|event| (*event).clone()));
        forged.push(outcome.events[at].clone());
        self.node.state = replay(&self.plan, &forged);
        let input = Input::Recover { give_up_after: None };
        let rest = step(&self.plan, &mut self.node.state, input, self.now)
            .map_err(|error| Violation { rule: "refusal", what: error.to_string() })?;
        outcome.events.truncate(at + 1);
        outcome.events.extend(rest.events);
        outcome.effects = rest.effects;
        Ok(outcome)
    }

    /// The time.
    pub const fn now(&self) -> Timestamp {
        self.now
    }
}
