//! Doubles of the gateway's ledger: they write the real table, so that the check of the
//! data holds usage against calls, but know no prices.

use base::Usage;
use futures::future::BoxFuture;
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::{CallContext, Procedure, ProcedureError, Tx, params, sql};

fn usage(calls: i64, input: i64, output: i64, cost: i64) -> Done {
    let cost_micros = base::Micros(cost);
    let usage =
        Usage { model_calls: calls, input_tokens: input, output_tokens: output, cost_micros };
    Done { output: json!(usage), events: Vec::new() }
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
            let text = |key: &str| input[key].as_str().unwrap().to_owned();
            let number = |key: &str| input[key].as_i64().unwrap();
            // A call that the instance left running belongs to a process that died.
            let interrupted = tx
                .execute(
                    sql!("update model_calls set outcome = 'interrupted', finished_at = $5 where organisation_id = $1 and execution_id = $2 and step = $3 and instance = $4 and outcome = 'running'"),
                    params![context.organisation, text("execution_id"), text("step"), number("instance"), context.now],
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
            let text = |key: &str| input[key].as_str().unwrap().to_owned();
            let number = |key: &str| input[key].as_i64().unwrap();
            let changed = tx
                .execute(
                    sql!("update model_calls set outcome = $3, model = $4, provider = $5, input_tokens = $6, output_tokens = $7, cost_micros = $8, finished_at = $9 where organisation_id = $1 and id = $2 and outcome = 'running'"),
                    params![
                        context.organisation, text("id"), text("outcome"), text("model"), text("provider"),
                        number("input_tokens"), number("output_tokens"), number("cost_micros"), context.now
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
