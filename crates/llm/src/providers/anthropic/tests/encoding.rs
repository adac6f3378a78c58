//! What is sent.

use serde_json::{Value, json};

use super::super::{encode, encode_count};
use super::{request, shaped, story};
use crate::chat::{
    CacheHints, Effort, Image, Message, Part, Reasoning, Request, Role, Thought, ToolChoice,
};
use crate::testing::{call, tool};

fn sent(request: &Request) -> Value {
    serde_json::from_slice(&encode(request, true).unwrap()).unwrap()
}

fn text(text: &str) -> Part {
    Part::Text { text: text.into() }
}

#[test]
fn a_plain_request_has_nothing_that_was_not_set() {
    let mut request = Request::new(
        "claude-sonnet-4-5",
        vec![Message::system("Be brief."), Message::user("Hi"), Message::user("")],
    );
    request.labels.insert("command".into(), "greet".into());
    let expected = json!({
        "model": "claude-sonnet-4-5",
        "max_tokens": 32_000,
        "stream": true,
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
    });
    assert_eq!(sent(&request), expected);
}

#[test]
fn turns_take_the_shape_of_the_wire() {
    let call = |id: &str, arguments: &str| Part::ToolCall(call(id, "read", arguments));
    let own = Thought { text: "hm".into(), seal: "anthropic:S".into() };
    let others = Thought { text: "hm".into(), seal: "gemini:G".into() };
    let hidden = Thought { text: String::new(), seal: "anthropic-redacted:D".into() };
    let image = Image::base64("image/png", "AAAA");
    let link = Image::url("https://example.com/a.png");
    let messages = vec![
        Message {
            role: Role::User,
            content: vec![text("See"), Part::Image(image), Part::Image(link)],
        },
        Message {
            role: Role::Assistant,
            content: vec![
                Part::Thought(own),
                Part::Thought(others),
                Part::Thought(hidden),
                text("\n\n"),
                call("a:1", "{\"p\":1}"),
                call("b", "{broken"),
            ],
        },
        Message::tool_return("a:1", "one"),
        Message {
            role: Role::Tool,
            content: vec![Part::ToolReturn {
                id: "b".into(),
                content: "two".into(),
                is_error: true,
            }],
        },
        Message::user("and?"),
    ];
    let expected = json!([
        {"role": "user", "content": [
            {"type": "text", "text": "See"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
            {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
        ]},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "hm", "signature": "S"},
            {"type": "redacted_thinking", "data": "D"},
            {"type": "tool_use", "id": "a_1", "name": "read", "input": {"p": 1}},
            {"type": "tool_use", "id": "b", "name": "read", "input": {}},
        ]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "a_1", "content": "one"},
            {"type": "tool_result", "tool_use_id": "b", "content": "two", "is_error": true},
            {"type": "text", "text": "and?"},
        ]},
    ]);
    assert_eq!(sent(&Request::new("m", messages))["messages"], expected);
    let misplaced = Message { role: Role::System, content: vec![call("a", "{}")] };
    let error = encode(&Request::new("m", vec![misplaced]), true).unwrap_err();
    assert_eq!(error.code(), "bad_request");
}

#[test]
fn a_demanded_shape_is_a_tool_that_must_be_called() {
    let body = sent(&shaped(story()));
    assert_eq!(body["tools"][0]["name"], "story");
    assert_eq!(body["tools"][0]["input_schema"], story());
    assert_eq!(body["tool_choice"], json!({"type": "tool", "name": "story"}));
    let list = sent(&shaped(json!({"type": "array"})));
    let wrapped = &list["tools"][0]["input_schema"];
    assert_eq!(wrapped["properties"]["answer"], json!({"type": "array"}));
    let with_tools = Request { tools: vec![tool("story")], ..shaped(story()) };
    let body = sent(&with_tools);
    assert_eq!(body["tools"][1]["name"], "story_");
    assert_eq!(body["tool_choice"], json!({"type": "any"}));
    let thinking = Request { reasoning: Some(Reasoning::Budget(2_000)), ..with_tools };
    assert_eq!(sent(&thinking)["tool_choice"], json!({"type": "auto"}));
}

#[test]
fn tools_are_chosen_in_the_words_of_the_wire() {
    let check = |choice: ToolChoice, parallel: Option<bool>, expected: Value| {
        let request = Request {
            tools: vec![tool("read")],
            tool_choice: choice,
            parallel_tool_calls: parallel,
            ..request()
        };
        assert_eq!(sent(&request)["tool_choice"], expected);
    };
    check(ToolChoice::Auto, None, json!({"type": "auto"}));
    check(ToolChoice::None, Some(false), json!({"type": "none"}));
    check(
        ToolChoice::Required,
        Some(false),
        json!({"type": "any", "disable_parallel_tool_use": true}),
    );
    check(ToolChoice::Tool("read".into()), Some(true), json!({"type": "tool", "name": "read"}));
}

#[test]
fn thinking_is_asked_for_as_the_model_knows_it() {
    let check = |model: &str, reasoning: Reasoning, thinking: Value, effort: Value| {
        let reasoning = Some(reasoning);
        let request =
            Request { reasoning, temperature: Some(0.2), ..Request::new(model, Vec::new()) };
        let body = sent(&request);
        assert_eq!(body["thinking"], thinking, "{model} {reasoning:?}");
        assert_eq!(body["output_config"]["effort"], effort, "{model} {reasoning:?}");
        let is_off = reasoning == Some(Reasoning::Off);
        assert_eq!(body["temperature"].is_null(), !is_off, "{model} {reasoning:?}");
    };
    let enabled = |tokens: u32| json!({"type": "enabled", "budget_tokens": tokens});
    check("claude-sonnet-4-5", Reasoning::Budget(5_000), enabled(5_000), Value::Null);
    check("claude-sonnet-4-5", Reasoning::Budget(5), enabled(1_024), Value::Null);
    check("claude-sonnet-4-5", Reasoning::Effort(Effort::Medium), enabled(8_192), Value::Null);
    check("claude-opus-4-7", Reasoning::Budget(9), json!({"type": "adaptive"}), json!("low"));
    check("claude-opus-4-7", Reasoning::Adaptive, json!({"type": "adaptive"}), Value::Null);
    check("claude-opus-4-7", Reasoning::Off, json!({"type": "disabled"}), Value::Null);
}

#[test]
fn thinking_never_raises_the_limit_that_a_caller_set() {
    let check = |limit: Option<u32>, reasoning: Reasoning, budget: Value, max_tokens: u32| {
        let reasoning = Some(reasoning);
        let body = sent(&Request { reasoning, max_output_tokens: limit, ..request() });
        assert_eq!(body["thinking"]["budget_tokens"], budget, "{limit:?} {reasoning:?}");
        assert_eq!(body["max_tokens"], max_tokens, "{limit:?} {reasoning:?}");
    };
    let high = Reasoning::Effort(Effort::High);
    check(Some(100), Reasoning::Budget(2_000), Value::Null, 100);
    check(Some(100), high, Value::Null, 100);
    check(Some(2_047), high, Value::Null, 2_047);
    check(Some(4_096), high, json!(3_072), 4_096);
    check(Some(1_500), Reasoning::Budget(1_024), json!(1_024), 1_500);
    check(Some(20_000), high, json!(16_384), 20_000);
    check(None, Reasoning::Budget(40_000), json!(40_000), 41_024);
}

#[test]
fn cache_points_mark_what_stands_before_them_and_the_first_surplus_ones_go() {
    let point = || Part::CachePoint;
    let message = |role, content| Message { role, content };
    let request = Request {
        tools: vec![tool("a"), tool("b")],
        cache: CacheHints { tools: true, long: true, key: None },
        messages: vec![
            message(Role::System, vec![text("s1"), point(), text("s2"), point()]),
            message(Role::User, vec![point(), text("u1"), point()]),
            message(Role::User, vec![text("u2"), point()]),
        ],
        ..request()
    };
    let body = sent(&request);
    let marked = json!({"type": "ephemeral", "ttl": "1h"});
    assert_eq!(body["tools"][0]["cache_control"], Value::Null);
    assert_eq!(body["tools"][1]["cache_control"], marked);
    assert_eq!(body["system"][0]["cache_control"], Value::Null, "the fifth from the end");
    assert_eq!(body["system"][1]["cache_control"], marked);
    assert_eq!(body["messages"][0]["content"][0]["cache_control"], marked);
    assert_eq!(body["messages"][0]["content"][1]["cache_control"], marked);
}

#[test]
fn a_count_is_asked_for_without_what_concerns_the_answer() {
    let request = Request {
        temperature: Some(0.5),
        max_output_tokens: Some(9),
        stop: vec!["x".into()],
        user: Some("u".into()),
        service_tier: Some(crate::chat::ServiceTier::Standard),
        ..request()
    };
    let body: Value = serde_json::from_slice(&encode_count(&request).unwrap()).unwrap();
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["model", "messages"]);
}
