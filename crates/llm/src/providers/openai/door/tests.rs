//! What clients of `/v1/chat/completions` send, and what they are told.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::decode;
use crate::chat::{
    Delta, Detail, Effort, Finish, Image, Message, Part, Reasoning, Request, Role, ServiceTier,
    ToolChoice, Verbosity,
};
use crate::door::{Asked, Door, FieldError, Meta};

fn read(mut extra: Value) -> Result<Asked, FieldError> {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
    let object = body.as_object_mut().unwrap();
    object.append(extra.as_object_mut().unwrap());
    decode(body.to_string().as_bytes())
}

#[test]
fn everything_known_is_kept_and_the_unknown_is_passed_over() {
    let asked = read(json!({
        "stream": true, "stream_options": {"include_usage": true, "new": 1},
        "max_tokens": 5, "max_completion_tokens": 9, "temperature": 1.5, "top_p": 0.9,
        "frequency_penalty": -1, "presence_penalty": 1, "seed": -7, "stop": "END",
        "reasoning_effort": "high", "prompt_cache_key": "k", "user": "u", "logit_bias": {}, "logprobs": false,
        "parallel_tool_calls": false, "tool_choice": {"type": "function", "function": {"name": "f"}},
        "tools": [{"type": "function", "function": {"name": "f"}}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}},
        "n": 1, "metadata": {}, "store": true, "service_tier": "default", "verbosity": "low",
    }))
    .unwrap();
    assert!(asked.stream && asked.include_usage);
    let request = asked.request;
    assert_eq!(request.messages, [Message::user("hi")]);
    assert_eq!(request.max_output_tokens, Some(9));
    assert_eq!((request.temperature, request.top_p), (Some(1.5), Some(0.9)));
    assert_eq!((request.frequency_penalty, request.presence_penalty), (Some(-1.0), Some(1.0)));
    assert_eq!(request.service_tier, Some(ServiceTier::Standard));
    assert_eq!((request.seed, request.stop), (Some(-7), vec!["END".to_owned()]));
    assert_eq!(request.reasoning, Some(Reasoning::Effort(Effort::High)));
    assert_eq!(request.cache.key.as_deref(), Some("k"));
    assert_eq!(request.user.as_deref(), Some("u"));
    assert_eq!(request.parallel_tool_calls, Some(false));
    assert_eq!(request.tool_choice, ToolChoice::Tool("f".into()));
    assert_eq!(request.tools[0].parameters["type"], "object");
    assert_eq!(request.output_schema.unwrap().name, "s");
    assert_eq!(request.verbosity, Some(Verbosity::Low));
}

#[test]
fn messages_are_read_in_all_their_forms() {
    let text = |text: &str| Part::Text { text: text.into() };
    let check = |message: Value, expected: Message| {
        let asked = read(json!({"messages": [message]})).unwrap();
        assert_eq!(asked.request.messages, [expected], "{message}");
    };
    check(json!({"role": "developer", "content": "rules"}), Message::system("rules"));
    check(
        json!({"role": "user", "content": [
            {"type": "text", "text": "see", "cache_control": {"type": "ephemeral"}},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA", "detail": "low"}},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        ]}),
        Message {
            role: Role::User,
            content: vec![
                text("see"),
                Part::CachePoint,
                Part::Image(Image {
                    detail: Some(Detail::Low),
                    ..Image::base64("image/png", "AA")
                }),
                Part::Image(Image::url("https://example.com/a.png")),
            ],
        },
    );
    check(
        json!({"role": "assistant", "content": null, "tool_calls": []}),
        Message { role: Role::Assistant, content: Vec::new() },
    );
    let returned = json!([{"type": "text", "text": "{\"a\":1}"}, {"type": "text", "text": "2"}]);
    check(
        json!({"role": "tool", "tool_call_id": "a", "content": returned}),
        Message::tool_return("a", "{\"a\":1}\n2"),
    );
}

#[test]
fn what_cannot_be_done_is_refused_with_its_field() {
    let check = |extra: Value, field: &str| {
        let error = read(extra.clone()).unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field), "{extra}: {error}");
    };
    check(json!({"model": ""}), "model");
    check(json!({"model": 5}), "model");
    check(json!({"messages": []}), "messages");
    check(json!({"messages": "hi"}), "messages");
    check(json!({"messages": [{"role": "robot", "content": "x"}]}), "messages[0].role");
    check(
        json!({"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}),
        "messages[0].content[0].type",
    );
    check(
        json!({"messages": [{"role": "user", "content": [{"type": "text"}]}]}),
        "messages[0].content[0].text",
    );
    check(json!({"messages": [{"role": "tool", "content": "x"}]}), "messages[0].tool_call_id");
    check(json!({"messages": [{"role": "user", "content": 5}]}), "messages[0].content");
    check(json!({"n": 2}), "n");
    check(json!({"functions": []}), "functions");
    check(json!({"logprobs": true}), "logprobs");
    check(json!({"logit_bias": {"5": -100}}), "logit_bias");
    check(json!({"web_search_options": {}}), "web_search_options");
    check(json!({"verbosity": "none"}), "verbosity");
    check(json!({"modalities": ["text", "audio"]}), "modalities");
    check(json!({"temperature": 2.5}), "temperature");
    check(json!({"temperature": "hot"}), "temperature");
    check(json!({"max_tokens": -1}), "max_tokens");
    check(json!({"stop": 5}), "stop");
    check(json!({"tools": [{"type": "web_search"}]}), "tools[0].type");
    check(
        json!({"tools": [{"type": "function", "function": {"name": ""}}]}),
        "tools[0].function.name",
    );
    let blurred = json!({"type": "image_url", "image_url": {"url": "u", "detail": "blurred"}});
    check(
        json!({"messages": [{"role": "user", "content": [blurred]}]}),
        "messages[0].content[0].image_url.detail",
    );
    check(json!({"service_tier": "flex"}), "service_tier");
    check(json!({"tool_choice": "maybe"}), "tool_choice");
    check(json!({"tool_choice": "required"}), "tool_choice");
    check(json!({"response_format": {"type": "yaml"}}), "response_format.type");
    check(
        json!({"response_format": {"type": "json_schema"}}),
        "response_format.json_schema.schema",
    );
    check(json!({"reasoning_effort": "extreme"}), "reasoning_effort");
    assert_eq!(decode(b"nonsense").unwrap_err().field, None);
}

#[test]
fn ten_thousand_messages_are_read() {
    let messages = vec![json!({"role": "user", "content": "x"}); 10_000];
    let asked = read(json!({"messages": messages})).unwrap();
    assert_eq!(asked.request.messages.len(), 10_000);
}

#[test]
fn chunks_are_written_as_the_clients_expect_them() {
    let meta = Meta { id: "1".into(), created: 7, model: "m".into() };
    let asked = Asked { request: Request::default(), stream: true, include_usage: false };
    let mut frames = Door::Chat.frames(&meta, &asked);
    let mut out = Vec::new();
    frames.push(&Delta::Text { text: "é\"".into() }, &mut out);
    frames.push(&Delta::Finish { reason: Finish::Stop }, &mut out);
    let head =
        r#"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m","#;
    let text = r#""choices":[{"index":0,"delta":{"content":"é\""},"logprobs":null,"finish_reason":null}]}"#;
    let end = r#""choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}"#;
    let expected = format!("{head}{text}\n\n{head}{end}\n\ndata: [DONE]\n\n");
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}
