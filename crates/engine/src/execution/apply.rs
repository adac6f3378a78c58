//! How each fact changes the state; live and in replay alike.

use serde_json::Value as Json;

use super::approval::ApprovalState;
use super::{
    AttemptKey, Event, InstanceState, InstanceStatus, Item, KeptInstance, Parking, Signal, State,
    Status, StepState, StepStatus,
};

impl State {
    /// Takes a fact in.
    pub fn apply(&mut self, event: &Event) {
        self.events += 1;
        self.bytes += event.payload();
        match event {
            Event::ExecutionCreated { inputs, seed, origin } => {
                self.inputs = inputs.clone();
                self.seed = *seed;
                self.origin.clone_from(origin);
            }
            Event::StepKept { step, status, instances, failure, earlier } => {
                self.keep(*step, *status, instances, earlier);
                self.steps[*step].failure.clone_from(failure);
            }
            Event::ExecutionStarted { deadline } => {
                self.status = Status::Running;
                self.is_started = true;
                self.deadline = *deadline;
            }
            Event::ExecutionResumed { .. } => {
                self.status = if self.is_started { Status::Running } else { Status::Queued };
            }
            Event::ExecutionPaused { .. } => self.status = Status::Paused,
            Event::StepExpanded { step, items } => self.steps[*step].expand(items),
            Event::AttemptStarted { key, deadline } => {
                let step = &mut self.steps[key.step];
                step.status = StepStatus::Running;
                if step.instances.is_empty() {
                    step.add(String::new(), Json::Null);
                }
                step.active.insert(key.instance);
                step.waiting.remove(&key.instance);
                let instance = &mut step.instances[key.instance];
                instance.attempts = key.attempt;
                instance.deaths = 0;
                instance.is_held = false;
                instance.is_chosen = false;
                instance.status = InstanceStatus::Running { deadline: *deadline };
            }
            Event::AttemptResumed { key, deadline, deaths, held } => {
                let instance = self.instance_mut(*key);
                instance.deaths = *deaths;
                instance.is_held = *held;
                instance.status = InstanceStatus::Running { deadline: *deadline };
            }
            Event::AttemptBegan { key, deadline } => {
                let instance = self.instance_mut(*key);
                instance.is_held = false;
                instance.status = InstanceStatus::Running { deadline: *deadline };
            }
            Event::AgentChosen { key, agent, .. } => {
                let instance = self.instance_mut(*key);
                instance.agents.push(agent.clone());
                instance.is_chosen = true;
            }
            Event::WaitStarted { key, until, signal, .. } => {
                let on = signal.clone().map_or(Parking::Time, Parking::Signal);
                self.instance_mut(*key).status = InstanceStatus::Parked { until: Some(*until), on };
            }
            Event::SignalReceived { name, payload, .. } => {
                self.signals.push(Signal { name: name.clone(), payload: payload.clone() });
            }
            Event::ApprovalRequested { key, request } => {
                let until = request.expires_at;
                let on = Parking::People(Box::new(ApprovalState::new(request.clone())));
                self.instance_mut(*key).status = InstanceStatus::Parked { until, on };
            }
            Event::ApprovalDecided { key, decision } => {
                if let Some(approval) = self.approval_mut(*key) {
                    approval.decisions.push(decision.clone());
                }
            }
            Event::ApprovalEscalated { key } => {
                if let Some(approval) = self.approval_mut(*key) {
                    approval.escalate();
                }
            }
            Event::AttemptCompleted { key, output } => self.complete(*key, output),
            Event::AttemptFailed { key, failure } => {
                let step = &mut self.steps[key.step];
                step.active.remove(&key.instance);
                step.failed += 1;
                step.ended += 1;
                self.instance_mut(*key).status =
                    InstanceStatus::Failed { failure: failure.clone() };
            }
            Event::RetryScheduled { key, at } => {
                let step = &mut self.steps[key.step];
                step.active.insert(key.instance);
                step.failed -= 1;
                step.ended -= 1;
                self.instance_mut(*key).status = InstanceStatus::Backoff { until: *at };
            }
            Event::LoopContinued { step, last } => {
                let step = &mut self.steps[*step];
                let label = format!("#{}", step.instances.len() + 1);
                step.add(label, last.clone());
            }
            Event::WorkSentBack { gate, round, steps, feedback } => {
                for step in steps {
                    self.send_back(*step, feedback);
                }
                self.steps[*gate].rounds = *round;
                // What was done is still to be undone, at its place in the order.
                self.done
                    .retain(|step| !self.steps[*step].earlier.is_empty() || !steps.contains(step));
            }
            Event::StepCompleted { step, .. } => {
                self.steps[*step].status = StepStatus::Completed;
                self.did(*step);
            }
            Event::StepFailed { step, failure } => {
                let state = &mut self.steps[*step];
                state.status = StepStatus::Failed;
                state.failure = Some(failure.clone());
                state.cancel_open();
                if state.did_something() {
                    self.did(*step);
                }
            }
            Event::StepSkipped { step, cause } => {
                self.steps[*step].status = StepStatus::Skipped;
                self.steps[*step].is_lost = *cause == super::SkipCause::NeedFailed;
            }
            Event::RollbackStarted { step, failure, .. } => {
                self.status = Status::RollingBack;
                if let Some(failure) = failure {
                    self.failure = Some((step.clone(), failure.clone()));
                }
                self.stop_for_rollback();
            }
            Event::ExecutionRolledBack { .. } => self.end(Status::RolledBack),
            Event::ExecutionCompleted { outputs } => {
                self.status = Status::Completed;
                self.outputs = Some(outputs.clone());
            }
            Event::ExecutionFailed { step, failure } => {
                self.failure = Some((step.clone(), failure.clone()));
                self.end(Status::Failed);
            }
            Event::ExecutionCancelled { .. } => self.end(Status::Cancelled),
        }
    }

    fn complete(&mut self, key: AttemptKey, output: &Json) {
        let step = &mut self.steps[key.step];
        step.active.remove(&key.instance);
        step.ended += 1;
        step.replace_earlier(key.instance);
        let completed = InstanceStatus::Completed { output: output.clone() };
        let before = std::mem::replace(&mut step.instances[key.instance].status, completed);
        if let InstanceStatus::Parked { on: Parking::Signal(name), .. } = before
            && let Some(place) = self.signals.iter().position(|signal| signal.name == name)
        {
            self.signals.remove(place);
        }
    }

    /// A step did something in this round, the last thing so far.
    fn did(&mut self, step: usize) {
        if !self.steps[step].earlier.is_empty() {
            self.done.retain(|other| *other != step);
        }
        self.done.push(step);
    }

    /// A step is to be done again.
    fn send_back(&mut self, step: usize, feedback: &Json) {
        let state = &self.steps[step];
        if !state.status.is_final() && state.did_something() {
            // It was in the middle, and what it did stands, too.
            self.did(step);
        }
        let state = &mut self.steps[step];
        state.reset();
        state.feedback = feedback.clone();
    }

    fn keep(
        &mut self,
        step: usize,
        status: Option<StepStatus>,
        kept: &[KeptInstance],
        earlier: &[KeptInstance],
    ) {
        let state = &mut self.steps[step];
        state.earlier.extend(earlier.iter().filter_map(|instance| {
            let mut before = InstanceState::new(instance.label.clone(), instance.value.clone(), 0);
            before.status = InstanceStatus::Completed { output: instance.output.clone()? };
            Some(before)
        }));
        for instance in kept {
            state.add(instance.label.clone(), instance.value.clone());
            if let Some(output) = &instance.output {
                let place = state.instances.len() - 1;
                state.waiting.remove(&place);
                state.ended += 1;
                state.instances[place].status =
                    InstanceStatus::Completed { output: output.clone() };
            }
        }
        let open = if kept.is_empty() { StepStatus::Pending } else { StepStatus::Running };
        state.status = status.unwrap_or(open);
        if status.is_some() {
            state.cancel_open();
        }
        if !state.earlier.is_empty() || status.is_some() && state.did_something() {
            self.did(step);
        }
    }

    fn approval_mut(&mut self, key: AttemptKey) -> Option<&mut ApprovalState> {
        match &mut self.instance_mut(key).status {
            InstanceStatus::Parked { on: Parking::People(approval), .. } => Some(approval),
            _ => None,
        }
    }

    /// Steps that are still open get their last state: those that never started are
    /// skipped, those that had are cancelled.
    fn end(&mut self, status: Status) {
        self.status = status;
        self.signals.clear();
        self.steps.iter_mut().for_each(StepState::close);
    }

    /// Nothing new starts but compensations; what has done something, even if it did not
    /// end well, will be undone.
    fn stop_for_rollback(&mut self) {
        let main = self.steps.len() - self.compensations;
        for step in 0..main {
            let was_open = !self.steps[step].status.is_final();
            self.steps[step].close();
            if was_open && self.steps[step].did_something() {
                self.did(step);
            }
        }
    }
}

impl StepState {
    fn close(&mut self) {
        match self.status {
            StepStatus::Pending => self.status = StepStatus::Skipped,
            StepStatus::Running => self.status = StepStatus::Cancelled,
            StepStatus::Completed
            | StepStatus::Failed
            | StepStatus::Skipped
            | StepStatus::Cancelled => {}
        }
        self.cancel_open();
    }

    fn expand(&mut self, items: &[Item]) {
        self.status = StepStatus::Running;
        for item in items {
            self.add(item.label.clone(), item.value.clone());
        }
    }

    fn add(&mut self, label: String, item: Json) {
        self.waiting.insert(self.instances.len());
        self.instances.push(InstanceState::new(label, item, self.used_attempts));
    }
}
