//! What each kind of fact may say.

use base::Timestamp;
use engine::{AttemptKey, Decision, Event, Failure, KeptInstance, StepStatus};
use serde_json::{Value as Json, json};

use super::{Checker, GIVE_UP_AFTER, Parked};
use crate::scenario::{End, Handling, Kind};
use crate::violation::{Violation, must};

impl Checker<'_> {
    pub(super) fn take(&mut self, event: &Event, now: Timestamp) -> Result<(), Violation> {
        match event {
            Event::ExecutionCreated { .. } => {
                must("order", self.stored.is_empty(), || "it is created twice".to_owned())
            }
            Event::StepKept { step, status, instances, earlier, .. } => {
                self.kept(*step, *status, instances, earlier)
            }
            Event::ExecutionStarted { deadline } => {
                must("order", !self.began, || "it is started twice".to_owned())?;
                self.began = true;
                self.deadline = *deadline;
                Ok(())
            }
            Event::ExecutionPaused { .. } => {
                must("pause", !self.paused, || "it is paused twice".to_owned())?;
                self.paused = true;
                Ok(())
            }
            Event::ExecutionResumed { .. } => {
                must("pause", self.paused, || "it is resumed but not paused".to_owned())?;
                self.paused = false;
                Ok(())
            }
            Event::StepExpanded { step, items } => {
                self.may_start(*step)?;
                self.widths.insert(*step, items.len());
                for (instance, item) in items.iter().enumerate() {
                    self.elements.insert((*step, instance), item.value.clone());
                }
                self.expanded_to_undo(*step, items)
            }
            Event::AttemptStarted { key, deadline } => self.attempt_started(*key, *deadline, now),
            Event::AttemptResumed { key, deadline, deaths, .. } => {
                must("news", self.running.contains_key(key), || format!("{key:?} does not run"))?;
                let before = self.deaths.insert(*key, *deaths).unwrap_or(0);
                must("deaths", *deaths == before || *deaths == before + 1, || {
                    format!("{key:?} had {before} deaths and has {deaths}")
                })?;
                self.running.insert(*key, *deadline);
                Ok(())
            }
            Event::AttemptBegan { key, deadline } => {
                must("news", self.running.contains_key(key), || format!("{key:?} does not run"))?;
                self.running.insert(*key, *deadline);
                Ok(())
            }
            Event::AgentChosen { key, agent, .. } => {
                must("news", self.running.contains_key(key), || format!("{key:?} does not run"))?;
                let agents = self.chosen.entry((key.step, key.instance)).or_default();
                must("agents", !agents.contains(agent), || format!("{agent} is chosen again"))?;
                agents.push(agent.clone());
                Ok(())
            }
            Event::WaitStarted { key, until, signal, .. } => {
                self.park(*key, Some(*until), signal.clone(), None)
            }
            Event::SignalReceived { name, .. } => {
                *self.signals.entry(name.clone()).or_insert(0) += 1;
                Ok(())
            }
            Event::ApprovalRequested { key, request } => {
                self.park(*key, request.expires_at, None, Some(request.clone()))
            }
            Event::ApprovalDecided { key, decision } => self.decided(*key, decision),
            Event::ApprovalEscalated { key } => {
                let request = self.parked.get(key).and_then(|parked| parked.request.as_ref());
                let at = request.and_then(|request| request.escalates_at);
                must("timer", at.is_some_and(|at| at <= now), || format!("{key:?} escalates early"))
            }
            Event::AttemptCompleted { key, output } => self.completed(*key, output, now),
            Event::AttemptFailed { key, failure } => self.failed(*key, failure, now),
            Event::RetryScheduled { key, at } => {
                must("retry", self.over.contains(key), || format!("{key:?} has not failed"))?;
                must("doomed", !self.doomed || self.plan.undoes(key.step).is_some(), || {
                    format!("{key:?} would be tried again in an execution that fails")
                })?;
                self.retries.insert((key.step, key.instance), *at);
                Ok(())
            }
            Event::LoopContinued { step, .. } => {
                let width = self.widths.entry(*step).or_insert(1);
                *width += 1;
                let most =
                    self.scenario.steps[*step].rounds.map_or(1, |(wants, most)| wants.min(most));
                must("bounds", *width <= most as usize, || {
                    format!("step {step} has {width} rounds")
                })
            }
            Event::WorkSentBack { gate, round, steps, .. } => self.sent_back(*gate, *round, steps),
            Event::StepCompleted { step, .. } => self.step_ended(*step, StepStatus::Completed),
            Event::StepFailed { step, .. } => self.step_ended(*step, StepStatus::Failed),
            Event::StepSkipped { step, .. } => {
                if self.began || !self.is_link() {
                    self.may_start(*step)?;
                }
                self.step_ended(*step, StepStatus::Skipped)
            }
            Event::RollbackStarted { .. } => self.rollback_started(),
            Event::ExecutionRolledBack { not_reversible } => self.rolled_back(not_reversible),
            Event::ExecutionCompleted { .. } => {
                must("final", self.steps_ended.len() == self.plan.len(), || {
                    "completed before its steps".to_owned()
                })?;
                must("final", !self.doomed, || "completed although a step failed".to_owned())
            }
            Event::ExecutionFailed { step: None, failure } if failure.code == "timeout" => {
                self.running.clear();
                self.parked.clear();
                must("timer", self.deadline.is_some_and(|deadline| deadline <= now), || {
                    format!("it is over before {:?}", self.deadline)
                })
            }
            Event::ExecutionFailed { .. } => self.execution_failed(),
            Event::ExecutionCancelled { .. } => {
                self.running.clear();
                self.parked.clear();
                Ok(())
            }
        }
    }

    pub(super) fn is_link(&self) -> bool {
        self.replayed.origin.is_some()
    }

    fn kept(
        &mut self,
        step: usize,
        status: Option<StepStatus>,
        instances: &[KeptInstance],
        earlier: &[KeptInstance],
    ) -> Result<(), Violation> {
        must("kept", self.is_link(), || "results are kept from nowhere".to_owned())?;
        if !instances.is_empty() || status.is_some() {
            self.widths.insert(step, instances.len());
        }
        let mut any = false;
        for (instance, kept) in instances.iter().enumerate() {
            self.elements.insert((step, instance), kept.value.clone());
            if let Some(output) = &kept.output {
                any = true;
                self.results.insert((step, instance), output.clone());
            }
        }
        let before = earlier.iter().filter_map(|it| Some((it.value.clone(), it.output.clone()?)));
        let before: Vec<_> = before.collect();
        must("kept", before.len() == earlier.len(), || format!("{step} gave nothing before"))?;
        if let Some(status) = status {
            self.steps_ended.insert(step, status);
        }
        if !before.is_empty() || status.is_some() && any {
            self.done.push(step);
        }
        self.earlier.insert(step, before);
        Ok(())
    }

    pub(super) fn may_start(&self, step: usize) -> Result<(), Violation> {
        if self.plan.undoes(step).is_some() {
            return self.may_undo(step);
        }
        must("order", self.began, || format!("step {step} starts before the execution"))?;
        must("undo", self.undo.is_none(), || format!("step {step} starts in a rollback"))?;
        must("pause", !self.paused, || format!("step {step} starts in a pause"))?;
        must("doomed", !self.doomed, || format!("step {step} starts in an execution that fails"))?;
        must("order", !self.steps_ended.contains_key(&step), || {
            format!("step {step} starts after its end")
        })?;
        for need in &self.plan.step(step).needs {
            must("order", self.steps_ended.contains_key(need), || {
                format!("step {step} starts before step {need} ends")
            })?;
        }
        Ok(())
    }

    fn attempt_started(
        &mut self,
        key: AttemptKey,
        deadline: Timestamp,
        now: Timestamp,
    ) -> Result<(), Violation> {
        self.may_start(key.step)?;
        let place = (key.step, key.instance);
        let used = self.used.get(&key.step).copied().unwrap_or(0);
        let before = self.started.insert(place, key.attempt).unwrap_or(used);
        must("attempts", key.attempt == before + 1, || format!("{key:?} is not the next attempt"))?;
        let width = self.widths.get(&key.step).copied().unwrap_or(1);
        must("bounds", key.instance < width, || format!("{key:?} has no element"))?;
        must("results", !self.results.contains_key(&place), || {
            format!("{key:?} has a result already")
        })?;
        self.is_tried_again(key, used)?;
        if let Some(at) = self.retries.remove(&place) {
            must("timer", at <= now, || format!("{key:?} starts before {at}"))?;
        }
        self.running.insert(key, deadline);
        let most = match self.scenario.steps.get(key.step) {
            Some(step) => step.fan.as_ref().map_or(1, |fan| fan.max_parallel),
            None => 1,
        };
        let here = self.running.keys().filter(|other| other.step == key.step).count();
        must("places", here <= most, || format!("{here} of step {} run at once", key.step))?;
        let all = self.running.len();
        must("places", self.scenario.max_parallel.is_none_or(|most| all <= most), || {
            format!("{all} attempts run at once")
        })
    }

    /// An attempt is made no more often than the definition says; those that waited for
    /// money do not count.
    fn is_tried_again(&self, key: AttemptKey, used: u32) -> Result<(), Violation> {
        let most = match self.scenario.steps.get(key.step) {
            Some(step) if step.kind.is_work() => step.max_attempts,
            Some(_) => 1,
            None => 3,
        };
        let made = (used + 1..key.attempt).map(|attempt| AttemptKey { attempt, ..key });
        let made = made.filter(|key| self.scenario.end(*key) != End::Dear).count();
        must("bounds", made < most as usize, || format!("{key:?} is one attempt too many"))
    }

    fn park(
        &mut self,
        key: AttemptKey,
        until: Option<Timestamp>,
        signal: Option<String>,
        request: Option<engine::ApprovalRequest>,
    ) -> Result<(), Violation> {
        must("news", self.running.remove(&key).is_some(), || format!("{key:?} does not run"))?;
        let (approved, refused) = Default::default();
        self.parked.insert(key, Parked { until, signal, request, approved, refused });
        Ok(())
    }

    fn decided(&mut self, key: AttemptKey, decision: &Decision) -> Result<(), Violation> {
        let Some(parked) = self.parked.get_mut(&key) else {
            return must("news", false, || format!("nobody was asked about {key:?}"));
        };
        let who = decision.by.email.clone();
        let decided = parked.approved.contains(&who) || parked.refused.contains(&who);
        must("decisions", !decided, || format!("{who} decides twice"))?;
        must("decisions", !decision.by.is_requester, || format!("{who} started it"))?;
        let is_asked = parked.request.as_ref().is_some_and(|request| {
            let more = request.escalation.iter().flat_map(|escalation| &escalation.people);
            request.people.iter().chain(more).any(|person| *person == who)
        });
        must("decisions", is_asked, || format!("{who} was not asked"))?;
        if decision.approve { &mut parked.approved } else { &mut parked.refused }.insert(who);
        Ok(())
    }

    fn completed(
        &mut self,
        key: AttemptKey,
        output: &Json,
        now: Timestamp,
    ) -> Result<(), Violation> {
        must("results", self.over.insert(key), || format!("{key:?} ends twice"))?;
        let place = (key.step, key.instance);
        must("results", self.results.insert(place, output.clone()).is_none(), || {
            format!("{key:?} gives a second result")
        })?;
        // It has done again now what it did in an earlier round.
        let element = self.elements.get(&place).cloned().unwrap_or_default();
        let earlier = self.earlier.entry(key.step).or_default();
        if let Some(at) = earlier.iter().position(|(other, _)| *other == element) {
            earlier.remove(at);
        }
        if let Some(parked) = self.parked.remove(&key) {
            return self.wait_ended(key, &parked, output, now);
        }
        must("news", self.running.remove(&key).is_some(), || format!("{key:?} does not run"))?;
        let kind = self.scenario.steps.get(key.step).map_or(Kind::Tool, |step| step.kind);
        if let Kind::Gate { goto, takes, .. } = kind {
            // An attempt more also counts, when time jumped over the one before.
            let n = self.results.get(&(goto, 0)).and_then(|output| output["n"].as_u64());
            let holds = n.is_some_and(|n| n > u64::from(takes));
            return must("gate", self.is_link() || holds, || {
                format!("{key:?} lets {n:?} through, and it takes more than {takes}")
            });
        }
        let given = self.scenario.output(key);
        let is_given = self.scenario.end(key) == End::Well && *output == given;
        must("results", is_given, || format!("{key:?} gave {given}, stored is {output}"))
    }

    fn wait_ended(
        &mut self,
        key: AttemptKey,
        parked: &Parked,
        output: &Json,
        now: Timestamp,
    ) -> Result<(), Violation> {
        let is_over = parked.until.is_some_and(|until| until <= now);
        if let Some(name) = &parked.signal {
            if engine::definition::is_event_kind(name) {
                // What the system tells goes to this attempt, and is kept for no other.
                return must("results", *output == json!({ "n": 1 }), || {
                    format!("{key:?} heard {output}")
                });
            }
            let kept = self.signals.get_mut(name).filter(|kept| **kept > 0);
            return match kept {
                Some(kept) => {
                    *kept -= 1;
                    Ok(())
                }
                None => must("signals", false, || format!("{key:?} goes on without a signal")),
            };
        }
        match &parked.request {
            Some(request) => {
                let (yes, no) = (parked.approved.len(), parked.refused.len());
                let is_enough = match request.rule {
                    engine::definition::Rule::Any => yes > 0,
                    engine::definition::Rule::All => no == 0 && yes >= request.people.len(),
                    engine::definition::Rule::Quorum(count) => yes >= count as usize,
                };
                let expires = request.on_expiry == engine::definition::OnExpiry::Approve;
                must("decisions", is_enough || expires && is_over, || {
                    format!("{key:?} is approved by {yes} and refused by {no}")
                })
            }
            None => must("timer", is_over, || format!("{key:?} goes on before {:?}", parked.until)),
        }
    }

    fn failed(
        &mut self,
        key: AttemptKey,
        failure: &Failure,
        now: Timestamp,
    ) -> Result<(), Violation> {
        must("results", self.over.insert(key), || format!("{key:?} ends twice"))?;
        let deadline = self.running.remove(&key);
        let parked = self.parked.remove(&key);
        let due = deadline.or_else(|| parked.as_ref().and_then(|parked| parked.until));
        must("news", deadline.is_some() || parked.is_some(), || format!("{key:?} does not run"))?;
        match failure.code.as_str() {
            "timeout" | "approval_expired" => {
                must("timer", due.is_some_and(|due| due <= now), || {
                    format!("{key:?} is over before {due:?}")
                })
            }
            "rejected" => {
                let parked = parked.as_ref();
                let is_over = parked.and_then(|it| it.until).is_some_and(|until| until <= now);
                let refused = parked.is_some_and(|parked| !parked.refused.is_empty());
                must("decisions", refused || is_over, || format!("nobody rejected {key:?}"))
            }
            "quarantined" => {
                let deaths = self.deaths.get(&key).copied().unwrap_or(0) + 1;
                must("deaths", deaths >= GIVE_UP_AFTER, || format!("{key:?} saw {deaths} deaths"))
            }
            _ => Ok(()),
        }
    }

    fn sent_back(&mut self, gate: usize, round: u32, steps: &[usize]) -> Result<(), Violation> {
        let before = self.rounds.insert(gate, round).unwrap_or(0);
        must("bounds", round == before + 1, || format!("round {round} comes after {before}"))?;
        let most = match self.scenario.steps[gate].kind {
            Kind::Gate { max, .. } => max,
            _ => 0,
        };
        must("bounds", round <= most, || format!("step {gate} sends work back {round} times"))?;
        for step in steps {
            // What it did stands until it is done again; in the middle of it, it did it just now.
            let is_open = !self.steps_ended.contains_key(step);
            if is_open && self.results.keys().any(|(of, _)| of == step) {
                self.done.retain(|done| done != step);
                self.done.push(*step);
            }
            let stands = self.stands(*step);
            if stands.is_empty() {
                self.done.retain(|done| done != step);
            }
            self.earlier.insert(*step, stands);
            self.elements.retain(|(of, _), _| of != step);
            let last = self.started.iter().filter(|((of, _), _)| of == step);
            let last = last.map(|(_, attempt)| *attempt).max().unwrap_or(0);
            let used = self.used.entry(*step).or_insert(0);
            *used = last.max(*used);
            self.started.retain(|(of, _), _| of != step);
            self.results.retain(|(of, _), _| of != step);
            self.retries.retain(|(of, _), _| of != step);
            self.chosen.retain(|(of, _), _| of != step);
            self.running.retain(|key, _| key.step != *step);
            self.parked.retain(|key, _| key.step != *step);
            self.widths.remove(step);
            self.steps_ended.remove(step);
        }
        Ok(())
    }

    fn step_ended(&mut self, step: usize, status: StepStatus) -> Result<(), Violation> {
        must("order", self.steps_ended.insert(step, status).is_none(), || {
            format!("step {step} ends twice")
        })?;
        must("order", !self.running.keys().any(|key| key.step == step), || {
            format!("step {step} ends while it runs")
        })?;
        self.parked.retain(|key, _| key.step != step);
        self.retries.retain(|(of, _), _| *of != step);
        let gave = self.results.keys().filter(|(of, _)| *of == step).count();
        if status == StepStatus::Completed {
            let width = self.widths.get(&step).copied().unwrap_or(1);
            must("results", gave == width, || {
                format!("step {step} has {gave} of {width} results")
            })?;
        }
        if self.plan.undoes(step).is_some() {
            return self.undone(step, status);
        }
        if status == StepStatus::Completed && !self.plan.step(step).is_fan_out() {
            self.earlier.remove(&step);
        }
        if status == StepStatus::Completed || status == StepStatus::Failed && gave > 0 {
            self.done.retain(|done| *done != step);
            self.done.push(step);
        }
        self.doomed |=
            status == StepStatus::Failed && self.scenario.steps[step].handling == Handling::Stop;
        Ok(())
    }

    fn execution_failed(&mut self) -> Result<(), Violation> {
        must("final", self.running.is_empty(), || "it fails while attempts run".to_owned())?;
        self.parked.clear();
        let gives_up = self.undo.as_ref().is_some_and(|undo| undo.is_given_up);
        must("final", self.doomed || gives_up, || "it fails although no step did".to_owned())?;
        let undoes = self.scenario.rolls_back && !gives_up;
        must("undo", !undoes, || "it fails without undoing what was done".to_owned())
    }
}
