//! What clients of `/v1/responses` send.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::decode;
use crate::chat::{
    Delta, Detail, Effort, Finish, Image, Message, Part, Reasoning, Request, Role, Thought,
    ToolChoice,
};
use crate::door::{Asked, Door, FieldError, Meta};
use crate::testing::call;

fn read(mut extra: Value) -> Result<Asked, FieldError> {
    let mut body = json!({"model": "m", "input": "hi"});
    body.as_object_mut().unwrap().append(extra.as_object_mut().unwrap());
    decode(body.to_string().as_bytes())
}

#[test]
fn everything_known_is_kept_and_the_unknown_is_passed_over() {
    let asked = read(json!({
        "stream": true, "instructions": "rules", "max_output_tokens": 9, "temperature": 0.5,
        "top_p": 0.9, "parallel_tool_calls": true, "prompt_cache_key": "k", "user": "u",
        "tools": [{"type": "function", "name": "f", "parameters": null, "strict": true}],
        "tool_choice": {"type": "function", "name": "f"},
        "text": {"format": {"type": "json_schema", "name": "s", "schema": {"type": "object"}}},
        "reasoning": {"effort": "low", "summary": "auto"},
        "store": true, "include": ["reasoning.encrypted_content"], "truncation": "auto",
        "previous_response_id": null, "metadata": {},
    }))
    .unwrap();
    let request = asked.request;
    assert!(asked.stream);
    assert_eq!(request.messages, [Message::system("rules"), Message::user("hi")]);
    assert_eq!((request.max_output_tokens, request.temperature), (Some(9), Some(0.5)));
    assert_eq!(request.tool_choice, ToolChoice::Tool("f".into()));
    assert_eq!(request.tools[0].parameters["type"], "object");
    assert_eq!(request.tools[0].strict, Some(true));
    assert_eq!(request.output_schema.unwrap().name, "s");
    assert_eq!(request.reasoning, Some(Reasoning::Effort(Effort::Low)));
    assert_eq!(request.cache.key.as_deref(), Some("k"));
    let thinking = |wanted: Value| read(json!({"reasoning": wanted})).unwrap().request.reasoning;
    assert_eq!(thinking(json!({"summary": "auto"})), Some(Reasoning::Adaptive));
    assert_eq!(thinking(json!({"effort": null, "summary": null})), None);
}

#[test]
fn a_tool_is_strict_unless_it_is_said_otherwise_or_cannot_be() {
    let check = |tool: Value, expected: Option<bool>| {
        let asked = read(json!({"tools": [tool]})).unwrap();
        assert_eq!(asked.request.tools[0].strict, expected, "{tool}");
    };
    let closed = json!({"type": "object", "properties": {"a": {"type": "string"}},
        "required": ["a"], "additionalProperties": false});
    let open = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let tool = |parameters: &Value, strict: Value| json!({"type": "function", "name": "f", "parameters": parameters, "strict": strict});
    check(tool(&closed, Value::Null), Some(true));
    check(tool(&closed, json!(false)), Some(false));
    check(tool(&open, Value::Null), None);
    check(tool(&open, json!(true)), Some(true));
}

#[test]
fn items_become_turns() {
    let input = json!([
        {"role": "user", "content": [
            {"type": "input_text", "text": "see"},
            {"type": "input_image", "image_url": "data:image/png;base64,AA", "detail": "original"},
        ]},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}],
         "encrypted_content": "E"},
        {"type": "reasoning", "id": "rs_2", "summary": []},
        {"type": "message", "role": "assistant", "id": "msg_1", "content": [
            {"type": "output_text", "text": "Wait.", "annotations": []},
        ]},
        {"type": "function_call", "call_id": "a", "name": "read", "arguments": "{}"},
        {"type": "function_call", "call_id": "b", "name": "read", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "a", "output": [
            {"type": "input_text", "text": "one"},
            {"type": "input_image", "image_url": "https://example.com/a.png"},
            {"type": "input_text", "text": "more"},
        ]},
        {"type": "function_call_output", "call_id": "b", "output": "two"},
        {"role": "user", "content": "and?"},
    ]);
    let call = |id: &str| Part::ToolCall(call(id, "read", "{}"));
    let message = |role, content| Message { role, content };
    let detail = Some(Detail::Original);
    let picture = Image { detail, ..Image::base64("image/png", "AA") };
    let expected = [
        message(Role::User, vec![Part::Text { text: "see".into() }, Part::Image(picture)]),
        message(
            Role::Assistant,
            vec![
                Part::Thought(Thought { text: "hm".into(), seal: "openai:rs_1:E".into() }),
                Part::Text { text: "Wait.".into() },
                call("a"),
                call("b"),
            ],
        ),
        Message::tool_return("a", "one\nmore"),
        Message::tool_return("b", "two"),
        message(Role::User, vec![Part::Image(Image::url("https://example.com/a.png"))]),
        Message::user("and?"),
    ];
    assert_eq!(read(json!({"input": input})).unwrap().request.messages, expected);
}

#[test]
fn what_cannot_be_done_is_refused_with_its_field() {
    let check = |extra: Value, field: &str| {
        let error = read(extra.clone()).unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field), "{extra}: {error}");
    };
    check(json!({"model": ""}), "model");
    check(json!({"input": null}), "input");
    check(json!({"input": 5}), "input");
    check(json!({"input": [{"role": "robot", "content": "x"}]}), "input[0].role");
    check(json!({"input": [{"content": "x"}]}), "input[0].role");
    check(json!({"input": [{"type": "item_reference", "id": "x"}]}), "input[0].type");
    check(json!({"input": [{"type": "function_call", "name": "f"}]}), "input[0].call_id");
    check(
        json!({"input": [{"role": "user", "content": [{"type": "input_file"}]}]}),
        "input[0].content[0].type",
    );
    check(json!({"previous_response_id": "resp_1"}), "previous_response_id");
    check(json!({"conversation": "conv_1"}), "conversation");
    check(json!({"background": true}), "background");
    check(json!({"prompt": {"id": "pmpt_1"}}), "prompt");
    check(json!({"top_logprobs": 2}), "top_logprobs");
    check(json!({"include": ["message.output_text.logprobs"]}), "include");
    check(json!({"text": {"verbosity": "none"}}), "text.verbosity");
    check(json!({"tools": [{"type": "web_search"}]}), "tools[0].type");
    check(json!({"tools": [{"type": "function"}]}), "tools[0].name");
    check(json!({"service_tier": "priority"}), "service_tier");
    check(json!({"tool_choice": "maybe"}), "tool_choice");
    check(json!({"tool_choice": {"type": "mcp", "server_label": "s"}}), "tool_choice.type");
    check(json!({"text": {"format": {"type": "json_schema"}}}), "text.format.schema");
    check(json!({"reasoning": {"effort": "x"}}), "reasoning.effort");
    check(json!({"temperature": 3}), "temperature");
}

#[test]
fn events_come_in_the_documented_order() {
    let meta = Meta { id: "1".into(), created: 7, model: "m".into() };
    let asked = Asked { request: Request::default(), stream: true, include_usage: true };
    let mut frames = Door::Responses.frames(&meta, &asked);
    let mut out = Vec::new();
    let call = |id: &str, name: &str, arguments: &str| Delta::ToolCall {
        index: 0,
        id: id.into(),
        name: name.into(),
        arguments: arguments.into(),
    };
    for delta in [
        Delta::Start { model: "up".into(), scripted: false },
        Delta::Text { text: "Hi".into() },
        call("a", "f", ""),
        call("", "", "{}"),
        Delta::Finish { reason: Finish::ToolCalls },
    ] {
        frames.push(&delta, &mut out);
    }
    let out = String::from_utf8(out).unwrap();
    let names: Vec<&str> = out.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    let expected = [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.output_item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
        "response.completed",
    ];
    assert_eq!(names, expected);
    let data = out.lines().filter_map(|line| line.strip_prefix("data: "));
    let events: Vec<Value> = data.map(|data| serde_json::from_str(data).unwrap()).collect();
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number, "{event}");
        assert_eq!(event["type"], names[number]);
    }
    let output = &events[12]["response"]["output"];
    assert_eq!(output[0]["content"][0]["text"], "Hi");
    assert_eq!((&output[1]["call_id"], &output[1]["arguments"]), (&json!("a"), &json!("{}")));
}
