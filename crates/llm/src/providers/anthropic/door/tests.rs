//! What clients of `/v1/messages` send.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::{decode, decode_count, encode_count};
use crate::chat::{Effort, Image, Message, Part, Reasoning, Role, Thought, ToolCall, ToolChoice};
use crate::door::{Asked, FieldError};

fn body(mut extra: Value) -> Vec<u8> {
    let mut body =
        json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]});
    body.as_object_mut().unwrap().append(extra.as_object_mut().unwrap());
    body.to_string().into_bytes()
}

fn read(extra: Value) -> Result<Asked, FieldError> {
    decode(&body(extra))
}

#[test]
fn everything_known_is_kept_and_the_unknown_is_passed_over() {
    let asked = read(json!({
        "stream": true, "max_tokens": 2_001, "temperature": 0.5, "top_p": 0.9, "top_k": 40, "stop_sequences": ["END"],
        "system": [{"type": "text", "text": "rules", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        "tools": [{"name": "f", "input_schema": {"type": "object"}, "cache_control": {"type": "ephemeral"}}],
        "tool_choice": {"type": "any", "disable_parallel_tool_use": true},
        "thinking": {"type": "enabled", "budget_tokens": 2000}, "metadata": {"user_id": "u"},
        "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}},
        "service_tier": "auto", "betas": [],
    }))
    .unwrap();
    assert!(asked.stream);
    let request = asked.request;
    let system = vec![Part::Text { text: "rules".into() }, Part::CachePoint];
    let system = Message { role: Role::System, content: system };
    assert_eq!(request.messages, [system, Message::user("hi")]);
    assert_eq!((request.max_output_tokens, request.top_k), (Some(2_001), Some(40)));
    assert_eq!((request.temperature, request.top_p), (Some(0.5), Some(0.9)));
    assert_eq!(request.stop, ["END"]);
    assert_eq!(request.tool_choice, ToolChoice::Required);
    assert_eq!(request.parallel_tool_calls, Some(false));
    assert_eq!(request.reasoning, Some(Reasoning::Budget(2_000)));
    assert_eq!(request.user.as_deref(), Some("u"));
    assert!(request.cache.tools && request.cache.long);
    assert!(request.output_schema.is_some());
    let thinking = |extra: Value| read(extra).unwrap().request.reasoning;
    assert_eq!(thinking(json!({"thinking": {"type": "adaptive"}})), Some(Reasoning::Adaptive));
    assert_eq!(thinking(json!({"thinking": {"type": "disabled"}})), Some(Reasoning::Off));
    let low = json!({"effort": "low"});
    let adaptive = json!({"thinking": {"type": "adaptive"}, "output_config": low});
    assert_eq!(thinking(adaptive), Some(Reasoning::Effort(Effort::Low)));
    let request = read(json!({"output_config": low})).unwrap().request;
    assert_eq!((request.reasoning, request.effort), (None, Some(Effort::Low)));
}

#[test]
fn turns_are_read_in_all_their_forms() {
    let messages = json!([
        {"role": "user", "content": [
            {"type": "text", "text": "see"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}},
        ]},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "hm", "signature": "S"},
            {"type": "thinking", "thinking": "mine", "signature": ""},
            {"type": "redacted_thinking", "data": "D"},
            {"type": "text", "text": "Wait."},
            {"type": "tool_use", "id": "a", "name": "read", "input": {"p": 1}},
        ]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "a", "is_error": true, "content": [
                {"type": "text", "text": "one"},
                {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
                {"type": "text", "text": "two"},
            ], "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": "and?"},
        ]},
    ]);
    let text = |text: &str| Part::Text { text: text.into() };
    let thought =
        |text: &str, seal: &str| Part::Thought(Thought { text: text.into(), seal: seal.into() });
    let message = |role, content| Message { role, content };
    let expected = [
        message(Role::User, vec![text("see"), Part::Image(Image::base64("image/png", "AA"))]),
        message(
            Role::Assistant,
            vec![
                thought("hm", "S"),
                thought("", "anthropic-redacted:D"),
                text("Wait."),
                Part::ToolCall(ToolCall {
                    id: "a".into(),
                    name: "read".into(),
                    arguments: "{\"p\":1}".into(),
                }),
            ],
        ),
        message(
            Role::Tool,
            vec![
                Part::ToolReturn { id: "a".into(), content: "one\ntwo".into(), is_error: true },
                Part::CachePoint,
            ],
        ),
        message(
            Role::User,
            vec![Part::Image(Image::url("https://example.com/a.png")), text("and?")],
        ),
    ];
    assert_eq!(read(json!({"messages": messages})).unwrap().request.messages, expected);
}

#[test]
fn what_cannot_be_done_is_refused_with_its_field() {
    let check = |extra: Value, field: &str| {
        let error = read(extra.clone()).unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field), "{extra}: {error}");
    };
    let block = |block: Value| json!({"messages": [{"role": "user", "content": [block]}]});
    check(json!({"model": ""}), "model");
    check(json!({"messages": []}), "messages");
    check(json!({"max_tokens": 0}), "max_tokens");
    check(json!({"max_tokens": null}), "max_tokens");
    check(json!({"max_tokens": "9"}), "max_tokens");
    check(json!({"temperature": 1.5}), "temperature");
    check(json!({"system": [{"type": "image"}]}), "system[0].type");
    check(json!({"messages": [{"role": "robot", "content": "x"}]}), "messages[0].role");
    check(json!({"messages": [{"role": "user"}]}), "messages[0].content");
    check(block(json!({"type": "document"})), "messages[0].content[0].type");
    check(block(json!({"type": "text"})), "messages[0].content[0].text");
    check(
        block(json!({"type": "image", "source": {"type": "file"}})),
        "messages[0].content[0].source.type",
    );
    check(block(json!({"type": "tool_result"})), "messages[0].content[0].tool_use_id");
    check(
        block(json!({"type": "tool_result", "tool_use_id": "a", "content": [{"type": "video"}]})),
        "messages[0].content[0].content[0].type",
    );
    check(json!({"tools": [{"type": "web_search_20250305", "name": "s"}]}), "tools[0].type");
    check(json!({"tools": [{"name": ""}]}), "tools[0].name");
    check(json!({"tool_choice": {"type": "tool"}}), "tool_choice.name");
    check(json!({"tool_choice": {"type": "tool", "name": "f"}}), "tool_choice.name");
    check(json!({"tool_choice": {"type": "any"}}), "tool_choice");
    check(json!({"service_tier": "fast"}), "service_tier");
    check(json!({"mcp_servers": [{"type": "url", "url": "u", "name": "n"}]}), "mcp_servers");
    check(json!({"thinking": {"type": "enabled"}}), "thinking.budget_tokens");
    check(json!({"thinking": {"type": "deep"}}), "thinking.type");
    let budget = json!({"thinking": {"type": "enabled", "budget_tokens": 9}});
    check(budget, "thinking.budget_tokens");
    check(json!({"output_config": {"effort": "x"}}), "output_config.effort");
    assert_eq!(decode(b"").unwrap_err().field, None);
}

#[test]
fn tokens_are_counted_without_a_limit() {
    let request = decode_count(&body(json!({"max_tokens": null}))).unwrap();
    assert_eq!(request.messages, [Message::user("hi")]);
    assert_eq!(encode_count(12), br#"{"input_tokens":12}"#);
}
