//! A smoke test with a real model, apart from the test suite because it downloads one:
//!
//! ```text
//! cargo run -p gateway --example local_model -- FOLDER smollm2-135m
//! ```
//!
//! It installs the model and its server into the folder, lets the model answer with a
//! schema, kills the server in the middle of a second call, and expects a third to work.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use agent::port::{CallOutcome, ModelCall, Models as _};
use base::{CallId, ExecutionId, OrganisationId, OsRandom, SystemClock};
use gateway::local::Progress;
use gateway::{Gateway, GatewayConfig};
use llm::chat::{Delta, Message, OutputSchema, Request};
use serde_json::json;

/// Prints stages, and bytes at each new hundredth.
#[derive(Default)]
struct Printed(AtomicUsize);

impl Progress for Printed {
    fn stage(&self, text: &str) {
        println!("{text}");
    }

    fn bytes(&self, done: u64, total: u64) {
        let hundredths = usize::try_from(done * 100 / total.max(1)).unwrap_or(0);
        if self.0.swap(hundredths, Ordering::Relaxed) != hundredths {
            println!("{hundredths} % ({done} of {total} bytes)");
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(model)) = (arguments.next(), arguments.next()) else {
        return Err("usage: local_model FOLDER MODEL".into());
    };
    let gateway =
        Gateway::new(GatewayConfig::new(folder), Arc::new(SystemClock), Arc::new(OsRandom))?;
    let name = gateway.local().install(&model, &Printed::default()).await?;
    println!("chosen: {}", gateway.local().use_model(&name)?);

    let first = ask(&gateway, 120, None).await?;
    let answer: serde_json::Value = serde_json::from_str(&first.reply.content)?;
    println!("{} answered in {} ms: {answer}", first.model, first.duration_ms);
    if answer["title"].as_str().is_none() {
        return Err("the answer does not follow the schema".into());
    }

    let process = gateway.local().status().process.ok_or("the server does not run")?;
    match ask(&gateway, 400, Some(process)).await {
        Ok(_) => return Err("the server was killed and the call succeeded all the same".into()),
        Err(error) if error.is_retryable() => println!("the killed call failed: {error}"),
        Err(error) => return Err(error.into()),
    }
    let third = ask(&gateway, 60, None).await?;
    println!("the server was restarted and answered in {} ms", third.duration_ms);
    Ok(())
}

/// Asks for a story; kills `process` at the first word.
async fn ask(
    gateway: &Gateway,
    tokens: u32,
    process: Option<u32>,
) -> Result<CallOutcome, llm::Error> {
    let schema = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["title", "points"],
        "properties": {
            "title": {"type": "string", "maxLength": if process.is_some() { 2_000 } else { 60 }},
            "points": {"enum": [1, 2, 3, 5, 8, 13]},
        },
    });
    let request = Request {
        messages: vec![Message::user("Write a user story for a clinic that books appointments.")],
        output_schema: Some(OutputSchema { name: "story".to_owned(), schema, strict: None }),
        max_output_tokens: Some(tokens),
        ..Request::default()
    };
    let on_delta = move |delta: &Delta| {
        if let (Some(process), Delta::Text { .. }) = (process, delta) {
            let killed =
                std::process::Command::new("kill").args(["-9", &process.to_string()]).status();
            assert!(killed.is_ok(), "kill cannot be run");
        }
    };
    let call = ModelCall {
        organisation: OrganisationId::from_u128(1),
        execution: ExecutionId::from_u128(1),
        step: "smoke".to_owned(),
        agent: "tester".to_owned(),
        user: None,
        instance: 0,
        attempt: 1,
        nth: 1,
        call_id: CallId::from_u128(1),
        model: None,
        without: Vec::new(),
        request,
        on_delta: Some(Arc::new(on_delta)),
        on_lost: None,
    };
    gateway.call(call).await
}
