//! Doubles of the gateway's ledger: they write the real table, so that the check of the
//! data holds usage against calls, but know no prices.

use std::sync::Mutex;

use base::Usage;
use futures::future::BoxFuture;
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::{CallContext, Db, Error, Procedure, ProcedureError, Tx, params, sql};

use crate::models::COST;

fn usage(calls: i64, input: i64, output: i64, cost: i64) -> Done {
    let cost_micros = base::Micros(cost);
    let usage =
        Usage { model_calls: calls, input_tokens: input, output_tokens: output, cost_micros };
    Done { output: json!(usage), events: Vec::new() }
}

/// Every intent of this process, for tests that look at what the ledger is told.
static INTENTS: Mutex<Vec<Json>> = Mutex::new(Vec::new());

/// What the ledger was told before each call of an execution.
pub fn intents(execution: &str) -> Vec<Json> {
    let all = INTENTS.lock().unwrap();
    all.iter().filter(|intent| intent["execution_id"] == execution).cloned().collect()
}

/// How often the database is still lost, by procedure and execution.
static LOSSES: Mutex<Vec<(&'static str, String)>> = Mutex::new(Vec::new());

/// The database will be lost once when this procedure is performed for the execution; asked
/// for again, once more.
pub fn lose(procedure: &'static str, execution: &str) {
    LOSSES.lock().unwrap().push((procedure, execution.to_owned()));
}

/// Whether every loss that was asked for has come.
pub fn all_lost(execution: &str) -> bool {
    LOSSES.lock().unwrap().iter().all(|(_, other)| other != execution)
}

fn be_lost(procedure: &'static str, context: &CallContext) -> Result<(), Error> {
    let Some(execution) = context.execution else { return Ok(()) };
    let loss = (procedure, execution.to_string());
    let mut losses = LOSSES.lock().unwrap();
    let Some(next) = losses.iter().position(|other| *other == loss) else { return Ok(()) };
    losses.remove(next);
    Err(Error::Unreachable("the test wants it so".to_owned()))
}

/// How the calls of an execution ended, in the order in which they began.
pub async fn outcomes(db: &Db, execution: &str) -> Vec<String> {
    let mut tx = db.read().await.unwrap();
    let rows = tx
        .fetch_all(
            sql!("select outcome from model_calls where execution_id = $1 order by id"),
            params![execution],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.get("outcome").unwrap()).collect()
}

/// How the calls of an execution ended and whether their cost is an estimate, sorted.
pub async fn lines(db: &Db, execution: &str) -> Vec<(String, bool)> {
    let mut tx = db.read().await.unwrap();
    let rows = tx
        .fetch_all(
            sql!("select outcome, estimated from model_calls where execution_id = $1 order by outcome, estimated"),
            params![execution],
        )
        .await
        .unwrap();
    rows.iter().map(|row| (row.get("outcome").unwrap(), row.get("estimated").unwrap())).collect()
}

/// Refuses a call that would pass what the execution or its step may spend.
async fn refuse_over_caps(
    tx: &mut Tx,
    context: &CallContext,
    input: &Json,
) -> Result<(), ProcedureError> {
    let (execution, step) = (input["execution_id"].as_str(), input["step"].as_str());
    for (key, step) in [("execution", ""), ("step", step.unwrap())] {
        let Some(cap) = input["caps"][key].as_i64() else { continue };
        let row = tx
            .fetch_one(
                sql!("select cast(coalesce(sum(case when outcome = 'ok' then cost_micros else $4 end), 0) as bigint) as cost from model_calls where organisation_id = $1 and execution_id = $2 and ($3 = '' or step = $3)"),
                params![context.organisation, execution.unwrap(), step, COST],
            )
            .await?;
        let spent: i64 = row.get("cost")?;
        if spent + COST > cap {
            let message = format!("the budget of the {key} has {} left", cap - spent);
            return Err(ProcedureError::Refused { code: "budget_exceeded", message });
        }
    }
    Ok(())
}

pub struct Intent;

impl Procedure for Intent {
    fn name(&self) -> &'static str {
        "record_call_intent"
    }

    fn input_schema(&self) -> Json {
        json!({})
    }

    fn is_tool(&self) -> bool {
        false
    }

    fn call<'a>(
        &'a self,
        tx: &'a mut Tx,
        context: &'a CallContext,
        input: Json,
    ) -> BoxFuture<'a, Result<Done, ProcedureError>> {
        Box::pin(async move {
            be_lost(self.name(), context)?;
            let text = |key: &str| input[key].as_str().unwrap().to_owned();
            let number = |key: &str| input[key].as_i64().unwrap();
            refuse_over_caps(tx, context, &input).await?;
            INTENTS.lock().unwrap().push(input.clone());
            // A call that the instance left running belongs to a process that died.
            let interrupted = tx
                .execute(
                    sql!("update model_calls set outcome = 'interrupted', finished_at = $5 where organisation_id = $1 and execution_id = $2 and step = $3 and instance = $4 and outcome = 'running' and id <> $6"),
                    params![
                        context.organisation, text("execution_id"), text("step"), number("instance"), context.now,
                        input["beside"].as_str().unwrap_or_default()
                    ],
                )
                .await?;
            tx.execute(
                sql!("insert into model_calls (organisation_id, id, execution_id, step, instance, attempt, nth, is_repair, model, provider, scripted, outcome, input_tokens, output_tokens, cost_micros, estimated, duration_ms, started_at) values ($1, $2, $3, $4, $5, $6, $7, $8, '', '', false, 'running', 0, 0, 0, true, 0, $9)"),
                params![
                    context.organisation, text("id"), text("execution_id"), text("step"), number("instance"),
                    number("attempt"), number("nth"), input["is_repair"].as_bool().unwrap(), context.now
                ],
            )
            .await?;
            Ok(usage(interrupted as i64, 0, 0, 0))
        })
    }
}

pub struct Ended;

impl Procedure for Ended {
    fn name(&self) -> &'static str {
        "record_call"
    }

    fn input_schema(&self) -> Json {
        json!({})
    }

    fn is_tool(&self) -> bool {
        false
    }

    fn call<'a>(
        &'a self,
        tx: &'a mut Tx,
        context: &'a CallContext,
        input: Json,
    ) -> BoxFuture<'a, Result<Done, ProcedureError>> {
        Box::pin(async move {
            be_lost(self.name(), context)?;
            let text = |key: &str| input[key].as_str().unwrap().to_owned();
            let number = |key: &str| input[key].as_i64().unwrap();
            let changed = tx
                .execute(
                    sql!("update model_calls set outcome = $3, model = $4, provider = $5, input_tokens = $6, output_tokens = $7, cost_micros = $8, finished_at = $9, estimated = $10 where organisation_id = $1 and id = $2 and outcome = 'running'"),
                    params![
                        context.organisation, text("id"), text("outcome"), text("model"), text("provider"),
                        number("input_tokens"), number("output_tokens"), number("cost_micros"), context.now,
                        input["cost_is_lost"].as_bool().unwrap()
                    ],
                )
                .await?;
            let count = changed as i64;
            let sum = |key| count * number(key);
            Ok(usage(count, sum("input_tokens"), sum("output_tokens"), sum("cost_micros")))
        })
    }
}

pub struct Close;

impl Procedure for Close {
    fn name(&self) -> &'static str {
        "close_calls"
    }

    fn input_schema(&self) -> Json {
        json!({})
    }

    fn is_tool(&self) -> bool {
        false
    }

    fn call<'a>(
        &'a self,
        tx: &'a mut Tx,
        context: &'a CallContext,
        input: Json,
    ) -> BoxFuture<'a, Result<Done, ProcedureError>> {
        Box::pin(async move {
            let closed = tx
                .execute(
                    sql!("update model_calls set outcome = 'interrupted', finished_at = $3 where organisation_id = $1 and execution_id = $2 and outcome = 'running'"),
                    params![context.organisation, input["execution_id"].as_str().unwrap(), context.now],
                )
                .await?;
            Ok(usage(closed as i64, 0, 0, 0))
        })
    }
}
