//! Scripts: which rule answers, and what it says.

#![allow(clippy::unwrap_used)]

use base::Micros;
use futures::StreamExt;
use serde_json::{Value, json};

use super::Scripted;
use crate::chat::{Delta, Finish, Message, Reply, Request, TokenUsage};
use crate::testing::{call, reply};
use crate::{Error, Result};

async fn deltas(scripted: &Scripted, request: &Request) -> Result<Vec<Result<Delta>>> {
    Ok(scripted.stream(request).await?.collect().await)
}

async fn ask(scripted: &Scripted, request: &Request) -> Result<Reply> {
    reply(deltas(scripted, request).await?)
}

fn request(command: &str, said: &str) -> Request {
    let mut request = Request::new("m", vec![Message::system("rules"), Message::user(said)]);
    request.labels.insert("command".into(), command.into());
    request.labels.insert("param:idea".into(), "a \"shop\"".into());
    request
}

#[tokio::test]
async fn the_first_rule_that_fits_answers() {
    let scripted = Scripted::new(json!({"rules": [
        {"when": {"command": "plan", "contains": "shop"}, "reply": "shop plan"},
        {"when": {"command": "plan"}, "reply": "plan"},
        {"when": {"contains": "rules"}, "reply": "never: only users and tools are heard"},
        {"when": {"turn": 2, "contains": "tool said"}, "reply": "second turn"},
        {"when": {"contains": "hi"}, "reply": "hello", "times": 1},
        {"when": {"contains": "hi", "nth": 2}, "reply": "again"},
        {"when": {"contains": "hi", "nth": 1}, "reply": "hello once more"},
    ]}))
    .unwrap();
    let check = async |request: Request, expected: &str| {
        assert_eq!(ask(&scripted, &request).await.unwrap().content, expected);
    };
    check(request("plan", "a shop"), "shop plan").await;
    check(request("plan", "a game"), "plan").await;
    // the fifth rule's one time, then the sixth waits for its second call
    check(request("x", "hi"), "hello").await;
    check(request("x", "hi"), "hello once more").await;
    check(request("x", "hi"), "again").await;
    let mut second = request("x", "go");
    second.messages.push(Message::assistant("calling"));
    second.messages.push(Message::tool_return("call_1_0", "tool said 5"));
    check(second, "second turn").await;
}

#[tokio::test]
async fn a_question_without_a_rule_is_named() {
    let scripted = Scripted::new(json!([{"when": {"command": "plan"}, "reply": "x"}])).unwrap();
    let error = ask(&scripted, &request("build", "make it")).await.unwrap_err();
    let message =
        "no rule of the script answers this: command \"build\", turn 1, the user said \"make it\"";
    assert_eq!(error, Error::BadRequest { message: message.into() });
}

#[tokio::test]
async fn replies_insert_values_of_the_request() {
    let check = async |reply: Value, expected: &str| {
        let scripted = Scripted::new(json!([{ "reply": reply }])).unwrap();
        let reply = ask(&scripted, &request("plan", "hi")).await.unwrap();
        assert_eq!(reply.content, expected);
    };
    check(json!("{{last_user}}/{{ nth }}/{{turn}}/{{model}}"), "hi/1/1/m").await;
    check(json!("{{param:idea}} by {{command}}"), "a \"shop\" by plan").await;
    check(json!({"idea": ["{{param:idea}}"], "n": 1}), r#"{"idea":["a \"shop\""],"n":1}"#).await;
    check(
        json!("${{ inputs.x }} {{ color }} {{{model}} {{"),
        "${{ inputs.x }} {{ color }} {{{model}} {{",
    )
    .await;
    check(json!("{ {{model}} }"), "{ m }").await;
    let scripted = Scripted::new(json!([{"reply": "{{param:nope}}"}])).unwrap();
    let error = ask(&scripted, &request("plan", "hi")).await.unwrap_err();
    assert!(error.to_string().contains("param:nope"), "{error}");
}

#[tokio::test]
async fn a_rule_plays_tools_usage_and_pieces() {
    let scripted = Scripted::new(json!([{
        "reply": "abcdé", "reasoning": "hm", "chunks": 2,
        "tool_calls": [
            {"name": "read", "arguments": {"path": "{{command}}"}},
            {"id": "own", "name": "list"},
        ],
        "input_tokens": 10, "output_tokens": 20, "cost_micros": 30,
    }]))
    .unwrap();
    let request = request("plan", "hi");
    let expected = Reply {
        model: "m".into(),
        content: "abcdé".into(),
        refusal: String::new(),
        reasoning: "hm".into(),
        thoughts: Vec::new(),
        tool_calls: vec![call("call_1_0", "read", r#"{"path":"plan"}"#), call("own", "list", "{}")],
        finish: Finish::ToolCalls,
        stop_sequence: None,
        usage: TokenUsage {
            input: 10,
            output: 20,
            stated_cost: Some(Micros(30)),
            ..TokenUsage::default()
        },
        scripted: true,
    };
    assert_eq!(ask(&scripted, &request).await, Ok(expected));
    let texts: Vec<String> = deltas(&scripted, &request)
        .await
        .unwrap()
        .into_iter()
        .filter_map(|delta| match delta {
            Ok(Delta::Text { text }) => Some(text),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["abc", "dé"]);
}

#[tokio::test]
async fn without_counts_the_usage_is_an_estimate() {
    let scripted = Scripted::new(json!([{"reply": "12345678"}])).unwrap();
    let usage = ask(&scripted, &request("plan", "hi")).await.unwrap().usage;
    assert!(usage.estimated && usage.input > 2 && usage.stated_cost.is_none(), "{usage:?}");
    assert_eq!(usage.output, 2);
}

#[tokio::test]
async fn errors_come_at_once_or_after_the_text() {
    for code in [
        "rate_limited",
        "overloaded",
        "timeout",
        "connection",
        "unauthenticated",
        "out_of_credit",
        "context_too_long",
        "bad_request",
        "content_filtered",
        "invalid_reply",
        "stream_cut",
        "cancelled",
        "model_unavailable",
    ] {
        let scripted =
            Scripted::new(json!([{"error": {"kind": code, "retry_after_ms": 5}}])).unwrap();
        let error = scripted.stream(&request("x", "hi")).await.err().unwrap();
        assert_eq!(error.code(), code);
    }
    let script = json!([{"reply": "half", "error": {"kind": "stream_cut"}}]);
    let scripted = Scripted::new(script).unwrap();
    let got = deltas(&scripted, &request("x", "hi")).await.unwrap();
    let expected = vec![
        Ok(Delta::Start { model: "m".into(), scripted: true }),
        Ok(Delta::Text { text: "half".into() }),
        Err(Error::StreamCut),
    ];
    assert_eq!(got, expected);
}

#[test]
fn a_wrong_script_is_refused_with_its_place() {
    let check = |script: Value, expected: &str| {
        let error = Scripted::new(script).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check(json!(5), "a script is a list of rules");
    check(json!({"rule": []}), "a list called \"rules\"");
    check(json!([{"reply": "a"}, {"when": {}}]), "script rule 2: it needs a \"reply\"");
    check(json!([{"replay": "a"}]), "script rule 1: unknown field `replay`");
    check(json!([{"error": {"kind": "boom"}}]), "script rule 1: unknown variant `boom`");
}
