//! What is sent.

use serde_json::{Value, json};

use super::super::{Dialect, encode};
use crate::chat::{
    Image, Message, OutputSchema, Part, Request, Role, ToolCall, ToolChoice, ToolSpec,
};
use crate::testing::call;

fn body(request: &Request, dialect: Dialect) -> crate::Result<Value> {
    Ok(serde_json::from_slice(&encode(request, dialect, true)?).unwrap())
}

fn sent(request: &Request) -> Value {
    body(request, Dialect::Compatible).unwrap()
}

#[test]
fn a_plain_request_has_nothing_that_was_not_set() {
    let mut request = Request::new("m", vec![Message::system("Be brief."), Message::user("Hi")]);
    request.labels.insert("command".into(), "greet".into());
    let expected = json!({
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
        ],
        "stream": true,
        "stream_options": {"include_usage": true},
    });
    assert_eq!(sent(&request), expected);
}

#[test]
fn everything_that_is_set_is_sent() {
    let request = Request {
        tools: vec![ToolSpec {
            name: "read".into(),
            description: "read a file".into(),
            parameters: json!({"type": "object"}),
            strict: None,
        }],
        tool_choice: ToolChoice::Tool("read".into()),
        max_output_tokens: Some(50),
        temperature: Some(0.7),
        seed: Some(3),
        stop: vec!["END".into()],
        ..Request::new("m", Vec::new())
    };
    let tools = json!([{
        "type": "function",
        "function": {"name": "read", "description": "read a file", "parameters": {"type": "object"}},
    }]);
    let body_sent = sent(&request);
    let check = |key: &str, expected: Value| assert_eq!(body_sent[key], expected, "{key}");
    check("tools", tools);
    check("tool_choice", json!({"type": "function", "function": {"name": "read"}}));
    check("max_tokens", json!(50));
    check("temperature", json!(0.7));
    check("seed", json!(3));
    check("stop", json!(["END"]));
    let to_openai = body(&request, Dialect::OpenAi).unwrap();
    assert_eq!(to_openai["max_completion_tokens"], json!(50));
    assert_eq!(to_openai["max_tokens"], Value::Null);
}

#[test]
fn messages_take_the_shape_of_the_wire() {
    let check = |message: Message, expected: Value| {
        let request = Request::new("m", vec![message]);
        assert_eq!(sent(&request)["messages"], expected);
    };
    let image = Image::base64("image/png", "AAAA");
    let link = Image::url("https://example.com/a.png");
    check(
        Message {
            role: Role::User,
            content: vec![Part::Text { text: "See".into() }, Part::Image(image), Part::Image(link)],
        },
        json!([{"role": "user", "content": [
            {"type": "text", "text": "See"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        ]}]),
    );
    let call = |id: &str| Part::ToolCall(call(id, "read", "{}"));
    let wire = |id: &str| json!({"id": id, "type": "function", "function": {"name": "read", "arguments": "{}"}});
    check(
        Message { role: Role::Assistant, content: vec![call("a"), call("b")] },
        json!([{"role": "assistant", "content": null, "tool_calls": [wire("a"), wire("b")]}]),
    );
    check(
        Message {
            role: Role::Assistant,
            content: vec![Part::Text { text: "Wait".into() }, call("a")],
        },
        json!([{"role": "assistant", "content": "Wait", "tool_calls": [wire("a")]}]),
    );
    let returned =
        |id: &str| Part::ToolReturn { id: id.into(), content: "ok".into(), is_error: id == "b" };
    check(
        Message { role: Role::Tool, content: vec![returned("a"), returned("b")] },
        json!([
            {"role": "tool", "tool_call_id": "a", "content": "ok"},
            {"role": "tool", "tool_call_id": "b", "content": "error: ok"},
        ]),
    );
}

#[test]
fn a_part_in_the_wrong_place_is_refused() {
    let check = |role: Role, part: Part, expected: &str| {
        let request = Request::new("m", vec![Message { role, content: vec![part] }]);
        let error = body(&request, Dialect::Compatible).unwrap_err();
        assert_eq!(error.code(), "bad_request");
        assert!(error.to_string().ends_with(expected), "{error}");
    };
    let call = || Part::ToolCall(ToolCall::default());
    let image = || Part::Image(Image::url(""));
    let returned =
        || Part::ToolReturn { id: String::new(), content: String::new(), is_error: false };
    let text = || Part::Text { text: String::new() };
    check(Role::System, image(), "a message of role \"system\" cannot hold an image");
    check(Role::User, call(), "a message of role \"user\" cannot hold a tool call");
    check(Role::User, returned(), "a message of role \"user\" cannot hold a tool return");
    check(Role::Assistant, image(), "a message of role \"assistant\" cannot hold an image");
    check(Role::Tool, text(), "a message of role \"tool\" cannot hold text");
}

#[test]
fn a_schema_is_strict_only_where_strict_mode_accepts_it() {
    let check = |schema: Value, strict: bool| {
        let output_schema = Some(OutputSchema {
            name: "user stories!".into(),
            schema: schema.clone(),
            strict: None,
        });
        let request = Request { output_schema, ..Request::new("m", Vec::new()) };
        let expected = json!({
            "type": "json_schema",
            "json_schema": {"name": "user_stories_", "strict": strict, "schema": schema},
        });
        assert_eq!(sent(&request)["response_format"], expected);
    };
    let closed = json!({"type": "object", "properties": {"a": {"type": "string"}},
        "required": ["a"], "additionalProperties": false});
    check(json!({"type": "array", "items": closed}), true);
    check(closed, true);
    check(json!({"type": "object", "properties": {"a": {}}, "additionalProperties": false}), false);
    check(json!({"type": "object", "properties": {"a": {}}, "required": ["a"]}), false);
    check(json!({"type": "array", "items": {"type": "object"}}), false);
}

#[test]
fn the_dialect_follows_from_the_host() {
    let check = |url: &str, expected: Dialect| assert_eq!(Dialect::of(url), expected, "{url}");
    check("https://api.openai.com/v1", Dialect::OpenAi);
    check("https://acme.openai.azure.com/openai/v1", Dialect::OpenAi);
    check("https://openrouter.ai/api/v1", Dialect::OpenRouter);
    check("https://api.deepseek.com", Dialect::Recalling);
    check("https://api.moonshot.ai/v1", Dialect::Recalling);
    check("https://api.kimi.com/coding/v1", Dialect::Recalling);
    check("http://127.0.0.1:8080/v1", Dialect::Compatible);
    check("https://evil.example/api.openai.com", Dialect::Compatible);
}
