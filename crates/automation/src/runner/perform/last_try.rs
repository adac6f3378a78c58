//! A call that needs several tries. One whose cost nobody knows stays in the ledger as the
//! most that it may have cost, and the next one sets its own money aside.

use std::sync::{Arc, Mutex, PoisonError};

use agent::port::{Another, OnLost};
use base::CallId;
use serde_json::json;
use store::lease;

use super::journal::{INTENT, Intent, Unwritten, context, record};
use super::{Assignment, Desk};
use crate::runner::points::Point;
use crate::runner::sql::add_usage;

/// The id under which the ledger knows the last try of a call.
#[derive(Debug, Clone)]
pub(super) struct LastTry(Arc<Mutex<CallId>>);

impl LastTry {
    pub(super) fn new(first: CallId) -> Self {
        Self(Arc::new(Mutex::new(first)))
    }

    pub(super) fn id(&self) -> CallId {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the gateway calls before it repeats a try whose cost nobody knows: the ledger
    /// closes that one and takes the intent of another, or refuses.
    pub(super) fn on_lost(
        &self,
        desk: &Desk,
        assignment: &Arc<Assignment>,
        intent: Intent,
    ) -> OnLost {
        let (last, app) = (self.clone(), desk.app.clone());
        let procedures = desk.dependencies.procedures.clone();
        let (assignment, intent) = (assignment.clone(), Arc::new(intent));
        Arc::new(move |at: Vec<Arc<str>>| {
            let (last, app, procedures) = (last.clone(), app.clone(), procedures.clone());
            let (assignment, intent) = (assignment.clone(), intent.clone());
            Box::pin(async move {
                let (now, random) = (app.now(), app.random.clone());
                let id = CallId::new(now, random.as_ref());
                let mut entry = intent.entry(&assignment, id);
                entry["lost_at"] = at.iter().map(|provider| json!(&**provider)).collect();
                Point::RetryDue.pass();
                let written = app.db.write(move |tx| {
                    Box::pin(async move {
                        lease::check(tx, &assignment.lease).await?;
                        let Some(procedure) = procedures.get(INTENT) else { return Ok(Vec::new()) };
                        let context = context(&assignment, now, random);
                        let told = record(tx, procedure.as_ref(), &context, entry).await?;
                        if told.model.is_some() {
                            // the call under way has its model already
                            let message = "there is money for a cheaper model only".to_owned();
                            return Err(Unwritten::Refused { code: "budget_stopped", message });
                        }
                        let (organisation, execution) =
                            (assignment.organisation, assignment.execution);
                        add_usage(tx, organisation, execution, told.usage).await?;
                        Point::RetryWritten.pass();
                        Ok(told.without)
                    })
                });
                match written.await {
                    Ok(without) => {
                        Point::RetryDurable.pass();
                        *last.0.lock().unwrap_or_else(PoisonError::into_inner) = id;
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
}
