//! Tool steps that are procedures of other features: the work and the record of it are one
//! transaction, so it is done exactly once, whatever is killed and whenever.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use base::ResultId;
use engine::{AttemptKey, Failure, Input};
use futures::FutureExt as _;
use serde_json::{Value as Json, json};
use store::procedure::{CallContext, ProcedureError};
use store::{Error, Procedure, Signal, lease, outbox};

use super::change::Change;
use super::facts::{self, New};
use super::handle::ResultNote;
use super::machine::Machine;
use super::points::Point;

/// Why the transaction was taken back.
enum Undone {
    /// The procedure refused; the step fails.
    Refused(Failure),
    /// The database failed; the engine stops and recovers.
    Store(Error),
}

impl From<Error> for Undone {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl Machine {
    /// Calls the procedure that waits longest, in a commit of its own, after the one that is on
    /// its way. Where its execution has facts for the coming commit, those come first.
    pub(super) async fn call_next_procedure(&mut self) -> Result<(), Error> {
        if self.procedures.is_empty() {
            return Ok(());
        }
        self.finish().await?;
        let (changes, procedures) = (&self.changes, &mut self.procedures);
        let next = procedures.pop_front_if(|(id, ..)| !changes.contains_key(id));
        let Some((id, key, tool, with)) = next else { return Ok(()) };
        let now = self.app.now();
        let is_wanted = self.live.get(&id).is_some_and(|live| live.state.is_running(key));
        if !is_wanted {
            return Ok(());
        }
        let procedures = &self.dependencies.procedures;
        let procedure = procedures.get(&tool).filter(|procedure| procedure.is_tool()).cloned();
        let Some(procedure) = procedure else {
            let known: Vec<&str> = procedures.tools().collect();
            let message = format!("there is no tool \"{tool}\"; there are {}", known.join(", "));
            self.advance(
                id,
                Input::AttemptFailed { key, failure: Failure::permanent("unknown_tool", message) },
                None,
                now,
            );
            return Ok(());
        };
        match self.call(id, key, procedure, with).await {
            Ok(()) => Ok(()),
            Err(Undone::Refused(failure)) => {
                self.advance(id, Input::AttemptFailed { key, failure }, None, now);
                Ok(())
            }
            Err(Undone::Store(Error::DiskFull)) => {
                let failure = Failure::passing("disk_full", Error::DiskFull.to_string());
                self.advance(id, Input::AttemptFailed { key, failure }, None, now);
                Ok(())
            }
            Err(Undone::Store(error)) => Err(error),
        }
    }

    async fn call(
        &mut self,
        id: base::ExecutionId,
        key: AttemptKey,
        procedure: Arc<dyn Procedure>,
        with: Json,
    ) -> Result<(), Undone> {
        let Some(live) = self.live.get(&id) else { return Ok(()) };
        let now = self.app.now();
        let result_id = ResultId::new(now, self.app.random.as_ref());
        let author = live.author.clone();
        let context = CallContext {
            organisation: live.organisation,
            execution: Some(id),
            step: Some(live.plan.step(key.step).id.clone()),
            result: Some(result_id),
            actor: author.agent.clone().unwrap_or_else(|| "workflow".to_owned()),
            model: author.model.clone(),
            scripted: author.scripted,
            now,
            random: self.app.random.clone(),
        };
        let mut next = live.copy();
        let (lease, random) = (self.lease.clone(), self.app.random.clone());
        let procedures = self.dependencies.procedures.clone();
        let name = procedure.name();
        Point::ProcedureDue.pass();
        let written = self
            .app
            .db
            .write(move |tx| {
                Box::pin(async move {
                    lease::check(tx, &lease).await?;
                    // A defect of one procedure must not stop everybody's engine.
                    let call = AssertUnwindSafe(procedure.call(tx, &context, with));
                    let panicked = |_| Undone::Refused(stopped_half_way(name));
                    let mut done = call.catch_unwind().await.map_err(panicked)?.map_err(undone)?;
                    // What is told says which execution did it, so that chains of events end.
                    for event in &mut done.events {
                        if let Some(fields) = event.body.as_object_mut() {
                            fields.entry("execution_id").or_insert_with(|| json!(id));
                        }
                    }
                    let topics: Vec<String> =
                        done.events.iter().map(|event| event.topic.clone()).collect();
                    if !done.events.is_empty() {
                        outbox::append(tx, context.organisation, &done.events, now).await?;
                    }
                    let plan = next.plan.clone();
                    let input = Input::AttemptCompleted { key, output: done.output };
                    let outcome =
                        engine::step(&plan, &mut next.state, input, now).unwrap_or_default();
                    let mut change = Change::new(&next);
                    let note = ResultNote {
                        id: Some(result_id),
                        summary: format!("{name} is done"),
                        scripted: context.scripted,
                        ..ResultNote::default()
                    };
                    change.notes.insert(key, note);
                    change.extend(&mut next, outcome.events);
                    let mut changes = [change];
                    let written = facts::write(
                        tx,
                        &lease,
                        &procedures,
                        &changes,
                        New::Expected,
                        now,
                        &random,
                    )
                    .await?;
                    Point::ProcedureWritten.pass();
                    let [change] = &mut changes;
                    let change = std::mem::replace(change, Change::new(&next));
                    Ok::<_, Undone>((next, change, outcome.effects, topics, written.newest))
                })
            })
            .await;
        let (next, change, effects, mut topics, newest) = written?;
        Point::ProcedureDurable.pass();
        if let Some(live) = self.live.get_mut(&id) {
            live.state = next.state;
            live.seq = next.seq;
            live.percent = next.percent;
        }
        self.schedule_after(id, effects);
        self.rest_if_idle(id);
        topics.sort_unstable();
        topics.dedup();
        for topic in topics {
            self.app.bus.send(Signal::Outbox { organisation: change.organisation, topic });
        }
        self.committed(&change, true);
        self.listen(&change, newest);
        Ok(())
    }
}

fn undone(error: ProcedureError) -> Undone {
    match error {
        ProcedureError::Invalid(message) => {
            Undone::Refused(Failure::permanent("invalid_input", message))
        }
        ProcedureError::NotFound(message) => {
            Undone::Refused(Failure::permanent("not_found", message))
        }
        ProcedureError::Refused { code, message } => {
            Undone::Refused(Failure::permanent(code, message))
        }
        ProcedureError::Store(error) if error.is_refusal() => {
            Undone::Refused(Failure::passing("database", error.to_string()))
        }
        ProcedureError::Store(error) => Undone::Store(error),
    }
}

fn stopped_half_way(name: &str) -> Failure {
    Failure::permanent("panicked", format!("\"{name}\" stopped half-way; the log says where"))
}
