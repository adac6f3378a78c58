//! Procedures for tests: a countable effect, a refusal, a project that exists, and a gate
//! inside the transaction.

use std::sync::Arc;

use futures::future::BoxFuture;
use serde_json::{Value as Json, json};
use store::outbox::Draft;
use store::procedure::Done;
use store::{CallContext, Db, Procedure, ProcedureError, Procedures, Tx, params, sql};
use tokio::sync::{Semaphore, watch};

use crate::ledger;

/// Adds one to the counter named in its input, and says so in the outbox. Where a gate is
/// set it waits there with its work done and not committed.
#[derive(Clone, Default)]
pub struct Increment {
    gate: Option<Arc<Semaphore>>,
    reached: watch::Sender<usize>,
}

impl Increment {
    /// One that waits inside its transaction, for ever.
    pub fn that_hangs() -> Self {
        Self { gate: Some(Arc::new(Semaphore::new(0))), ..Self::default() }
    }

    /// Waits until the work is done and not committed.
    pub async fn reached(&self) {
        let mut reached = self.reached.subscribe();
        tokio::time::timeout(crate::models::SOON, reached.wait_for(|count| *count > 0))
            .await
            .expect("the procedure is called")
            .unwrap();
    }
}

impl Procedure for Increment {
    fn name(&self) -> &'static str {
        "increment"
    }

    fn input_schema(&self) -> Json {
        json!({})
    }

    fn call<'a>(
        &'a self,
        tx: &'a mut Tx,
        context: &'a CallContext,
        input: Json,
    ) -> BoxFuture<'a, Result<Done, ProcedureError>> {
        Box::pin(async move {
            let name = input["name"].as_str().unwrap_or("increments").to_owned();
            let row = tx
                .fetch_one(
                    sql!("insert into counters (name, value) values ($1, 1) on conflict (name) do update set value = counters.value + 1 returning value"),
                    params![&name],
                )
                .await?;
            let value: i64 = row.get("value")?;
            self.reached.send_modify(|count| *count += 1);
            if let Some(gate) = &self.gate {
                gate.acquire().await.unwrap().forget();
            }
            let body = json!({ "value": value, "step": context.step, "actor": context.actor, "model": context.model });
            let event = Draft { topic: "test/counter".to_owned(), kind: "counter.changed", body };
            Ok(Done { output: json!({ "value": value }), events: vec![event] })
        })
    }
}

/// Does something, then goes wrong in one way or another: what it did must be taken back.
#[derive(Clone, Copy, PartialEq)]
enum GoWrong {
    Refuse,
    Panic,
    Collide,
}

impl Procedure for GoWrong {
    fn name(&self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Panic => "panic",
            Self::Collide => "collide",
        }
    }

    fn input_schema(&self) -> Json {
        json!({})
    }

    fn call<'a>(
        &'a self,
        tx: &'a mut Tx,
        _: &'a CallContext,
        _: Json,
    ) -> BoxFuture<'a, Result<Done, ProcedureError>> {
        Box::pin(async move {
            let add = sql!("insert into counters (name, value) values ('gone wrong', 1)");
            tx.execute(add, params![]).await?;
            assert!(*self != Self::Panic, "this procedure panics");
            if *self == Self::Collide {
                tx.execute(add, params![]).await?;
            }
            Err(ProcedureError::Invalid("the input is not to our taste".to_owned()))
        })
    }
}

/// Knows the project `DEMO`, in capitals or not.
struct FindProject;

impl Procedure for FindProject {
    fn name(&self) -> &'static str {
        "find_project"
    }

    fn input_schema(&self) -> Json {
        json!({})
    }

    fn call<'a>(
        &'a self,
        _: &'a mut Tx,
        _: &'a CallContext,
        input: Json,
    ) -> BoxFuture<'a, Result<Done, ProcedureError>> {
        Box::pin(async move {
            let key = input["project"].as_str().unwrap_or_default();
            if key.eq_ignore_ascii_case("DEMO") {
                return Ok(Done { output: json!({ "key": "DEMO" }), events: Vec::new() });
            }
            Err(ProcedureError::NotFound("there is no such project".to_owned()))
        })
    }
}

pub fn procedures(increment: Increment) -> Procedures {
    Procedures::default()
        .with(increment)
        .with(GoWrong::Refuse)
        .with(GoWrong::Panic)
        .with(GoWrong::Collide)
        .with(FindProject)
        .with(ledger::Intent)
        .with(ledger::Ended)
        .with(ledger::Close)
}

/// What a counter stands at; 0 when it is not there.
pub async fn counter(db: &Db, name: &str) -> i64 {
    let mut tx = db.read().await.unwrap();
    let row = tx
        .fetch_optional(sql!("select value from counters where name = $1"), params![name])
        .await
        .unwrap();
    row.map_or(0, |row| row.get("value").unwrap())
}
