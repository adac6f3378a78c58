#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::*;
use crate::library::{Agent, Library};
use crate::turn::ToolOutcome;

/// A test double: gives its arguments back.
struct Echo(ToolSpec);

impl RunTool for Echo {
    fn spec(&self) -> &ToolSpec {
        &self.0
    }

    fn run(&self, invocation: Invocation) -> BoxFuture<'_, Result<Value, Error>> {
        async move { Ok(invocation.arguments) }.boxed()
    }
}

fn echo(name: &str, effect: Effect) -> Arc<dyn RunTool> {
    Arc::new(Echo(ToolSpec {
        name: name.into(),
        description: "Says it again".into(),
        input_schema: json!({ "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"] }),
        effect,
        permission: "tools.use",
        timeout: Duration::from_secs(1),
        max_output_bytes: 1024,
    }))
}

fn registry() -> Registry {
    let mut registry = Registry::default();
    for (name, effect) in [
        ("look", Effect::Pure),
        ("note", Effect::Idempotent),
        ("move", Effect::Compensable),
        ("send", Effect::Irreversible),
        ("unlisted", Effect::Pure),
    ] {
        assert!(registry.add(echo(name, effect)).is_ok());
    }
    registry
}

fn agent(tools: &str) -> Agent {
    let text = format!("---\nname: tester\ndescription: Tests.\ntools: {tools}\n---\nYou test.\n");
    Library::from_files([("agents/tester.md", text)]).unwrap().agent("tester").unwrap().clone()
}

#[test]
fn policies_follow_the_agent_then_the_effect() {
    let agent = agent("[look, note, move, send, gone]");
    let mut registry = registry();
    let check = |registry: &Registry, tool: &str, expected| {
        assert_eq!(registry.policy(&agent, tool), expected, "{tool}");
    };
    check(&registry, "look", Policy::Allow);
    check(&registry, "note", Policy::Allow);
    check(&registry, "move", Policy::Allow);
    check(&registry, "send", Policy::Ask);
    check(&registry, "unlisted", Policy::Deny);
    check(&registry, "gone", Policy::Deny);
    registry.set_policy("tester", "look", Policy::Deny);
    registry.set_policy("tester", "send", Policy::Allow);
    registry.set_policy("tester", "unlisted", Policy::Allow);
    registry.set_policy("someone-else", "note", Policy::Deny);
    check(&registry, "look", Policy::Deny);
    check(&registry, "send", Policy::Allow);
    check(&registry, "unlisted", Policy::Deny);
    check(&registry, "note", Policy::Allow);
}

#[test]
fn the_model_sees_what_is_listed_and_not_denied() {
    let mut registry = registry();
    registry.set_policy("tester", "note", Policy::Deny);
    let offered = registry.offer(&agent("[send, note, look]")).unwrap();
    assert_eq!(offered.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>(), ["send", "look"]);
    let error = registry.offer(&agent("[lok]")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "agent \"tester\" lists unknown tool \"lok\": remove it or use one of look, note, move, send, unlisted"
    );
}

#[test]
fn a_name_is_given_once() {
    let mut registry = registry();
    assert!(registry.add(echo("look", Effect::Irreversible)).is_err());
    assert_eq!(registry.get("look").unwrap().spec().effect, Effect::Pure);
    assert_eq!(registry.specs().count(), 5);
}

#[test]
fn arguments_are_held_against_the_schema() {
    let tool = registry().get("look").unwrap().spec().for_model();
    let check = |arguments: Result<Value, &str>, expected: Option<&str>| {
        let result =
            check_arguments(&tool, arguments.as_ref().map_err(|error| (*error).to_owned()));
        assert_eq!(result.err().map(|InvalidArguments(message)| message).as_deref(), expected);
    };
    check(Ok(json!({ "n": 1 })), None);
    check(
        Ok(json!({ "n": "1" })),
        Some("the arguments of \"look\" are not acceptable: /n: \"1\" is not of type \"integer\""),
    );
    check(
        Ok(json!({})),
        Some(
            "the arguments of \"look\" are not acceptable: at the top: \"n\" is a required property",
        ),
    );
    check(Err("eof"), Some("the arguments of \"look\" are not acceptable: they are no JSON (eof)"));
}

#[test]
fn results_become_outcomes() {
    let check =
        |result: Result<Value, Error>, expected| assert_eq!(ToolOutcome::from(result), expected);
    let failed = |message: &str| ToolOutcome::Failed { message: message.into() };
    check(Ok(json!(1)), ToolOutcome::Returned { output: json!(1) });
    check(
        Err(Error::NotPermitted { message: "no".into() }),
        ToolOutcome::Denied { reason: "no".into() },
    );
    check(Err(Error::Failed { message: "x".into() }), failed("the tool failed: x"));
    check(
        Err(Error::TimedOut { after: Duration::from_secs(2) }),
        failed("the tool did not answer within 2000 ms"),
    );
}

#[tokio::test]
async fn a_registered_tool_runs() {
    let invocation = Invocation {
        organisation: base::OrganisationId::from_u128(1),
        execution: base::ExecutionId::from_u128(2),
        agent: "tester".into(),
        idempotency_key: "exe/step/1".into(),
        arguments: json!({ "n": 7 }),
    };
    let registry = registry();
    assert_eq!(registry.get("look").unwrap().run(invocation).await, Ok(json!({ "n": 7 })));
}
