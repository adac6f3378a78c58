//! A call that needs several tries. One whose cost nobody knows stays in the ledger as the
//! most that it may have cost, and the next one sets its own money aside. Two that run beside
//! each other have a line each; that of the one that is over is completed with the next word.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use agent::port::{Another, Lost, OnLost, Over};
use base::{CallId, Timestamp, Usage};
use serde_json::{Value as Json, json};
use store::{CallContext, Procedures, Tx, lease};

use super::journal::{ENDED, INTENT, Intent, Told, Unwritten, context, record};
use super::{Assignment, Desk};
use crate::runner::points::Point;
use crate::runner::sql::add_usage;

/// The tries of a call as the ledger knows them.
#[derive(Debug, Clone)]
pub(super) struct LastTry(Arc<Mutex<Tries>>);

#[derive(Debug)]
struct Tries {
    /// The id of the last one.
    last: CallId,
    /// The id of a second one that runs beside it.
    beside: Option<CallId>,
    /// What the ledger has to hear of those that are over.
    over: Vec<Json>,
}

/// A try that is about to begin.
#[derive(Debug)]
struct Next {
    entry: Json,
    /// What the ledger hears before.
    over: Vec<Json>,
    /// The provider without which there is no try.
    needs: Option<Arc<str>>,
}

impl LastTry {
    pub(super) fn new(first: CallId) -> Self {
        Self(Arc::new(Mutex::new(Tries { last: first, beside: None, over: Vec::new() })))
    }

    /// The id of the last try, and what the ledger has to hear of the others.
    pub(super) fn ended(&self) -> (CallId, Vec<Json>) {
        let mut tries = self.lock();
        (tries.last, std::mem::take(&mut tries.over))
    }

    /// What the gateway calls before it repeats a try whose cost nobody knows or begins a second
    /// one beside it: the ledger takes the intent of another one, or refuses. Also what it calls
    /// when one of two is over.
    pub(super) fn on_lost(
        &self,
        desk: &Desk,
        assignment: &Arc<Assignment>,
        intent: Intent,
    ) -> OnLost {
        let (last, app) = (self.clone(), desk.app.clone());
        let procedures = desk.dependencies.procedures.clone();
        let (assignment, intent) = (assignment.clone(), Arc::new(intent));
        Arc::new(move |lost: Lost| {
            let (last, app, procedures) = (last.clone(), app.clone(), procedures.clone());
            let (assignment, intent) = (assignment.clone(), intent.clone());
            Box::pin(async move {
                let (now, random) = (app.now(), app.random.clone());
                let id = CallId::new(now, random.as_ref());
                let mut entry = intent.entry(&assignment, id);
                let (is_second, needs) = match lost {
                    Lost::At(provider) => {
                        entry["lost_at"] = json!([&*provider]);
                        (false, None)
                    }
                    Lost::Beside(provider) => {
                        entry["beside"] = json!(last.lock().last);
                        (true, Some(provider))
                    }
                    Lost::Over(over) => {
                        last.over(&over, &intent, now);
                        return Some(Another::default());
                    }
                };
                let over = last.lock().over.clone();
                let next = Next { entry, over, needs };
                Point::RetryDue.pass();
                let written = app.db.write(move |tx| {
                    Box::pin(async move {
                        lease::check(tx, &assignment.lease).await?;
                        let context = context(&assignment, now, random);
                        let told = begin(tx, &procedures, &context, next).await?;
                        let (organisation, execution) =
                            (assignment.organisation, assignment.execution);
                        add_usage(tx, organisation, execution, told.usage).await?;
                        Point::RetryWritten.pass();
                        Ok::<_, Unwritten>(told.without)
                    })
                });
                match written.await {
                    Ok(without) => {
                        Point::RetryDurable.pass();
                        last.begins(id, is_second);
                        let without = without.into_iter().map(Into::into).collect();
                        Some(Another { without })
                    }
                    Err(why) => {
                        tracing::info!("a call is not tried again: {why:?}");
                        None
                    }
                }
            })
        })
    }

    /// Another try begins; the ledger has heard of those before.
    fn begins(&self, id: CallId, is_second: bool) {
        let mut tries = self.lock();
        tries.over.clear();
        if is_second {
            tries.beside = Some(id);
        } else {
            tries.last = id;
        }
    }

    /// One of two tries is over; the other one is the last.
    fn over(&self, over: &Over, intent: &Intent, now: Timestamp) {
        let mut tries = self.lock();
        let Some(beside) = tries.beside.take() else { return };
        let id = if over.is_second { beside } else { std::mem::replace(&mut tries.last, beside) };
        let error = if over.is_free {
            "it came to nothing, and the try beside it went on"
        } else {
            "it was given up for the try beside it"
        };
        tries.over.push(json!({
            "id": id, "outcome": "error", "error": error, "at": now, "provider": &*over.at,
            "model": intent.model.as_deref().unwrap_or_default(), "scripted": false, "input_tokens": 0,
            "output_tokens": 0, "cost_micros": 0, "estimated": !over.is_free,
            "cost_is_lost": !over.is_free,
        }));
    }

    fn lock(&self) -> MutexGuard<'_, Tries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the ledger of a try that is about to begin, and before that of those that are over.
async fn begin(
    tx: &mut Tx,
    procedures: &Procedures,
    context: &CallContext,
    next: Next,
) -> Result<Told, Unwritten> {
    let Next { entry, over, needs } = next;
    let (mut told, mut usage) = (Told::default(), Usage::default());
    let over = over.into_iter().map(|entry| (ENDED, entry));
    for (name, entry) in over.chain([(INTENT, entry)]) {
        let Some(procedure) = procedures.get(name) else { continue };
        told = record(tx, procedure.as_ref(), context, entry).await?;
        usage += told.usage;
    }
    let refused = |message: String| Err(Unwritten::Refused { code: "budget_stopped", message });
    if told.model.is_some() {
        // the call under way has its model already
        return refused("there is money for a cheaper model only".to_owned());
    }
    if let Some(provider) = needs.filter(|one| told.without.iter().any(|other| **other == **one)) {
        return refused(format!("the budget of \"{provider}\" has no room for another try"));
    }
    Ok(Told { usage, ..told })
}
