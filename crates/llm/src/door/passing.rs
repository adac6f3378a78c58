//! What a client sets is what a provider is sent: of its own kind in the same words, of
//! another kind in that one's.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::Door;
use crate::chat::Request;
use crate::providers::{anthropic, gemini, ollama, openai, openai_responses};

/// A kind of provider.
#[derive(Debug, Clone, Copy)]
enum To {
    OpenAi,
    DeepSeek,
    Compatible,
    Responses,
    Anthropic,
    Gemini,
    Ollama,
}

/// The request of a client of this door, with these fields beside what it must have.
fn asked(door: Door, mut extra: Value) -> Request {
    let mut body = match door {
        Door::Chat => json!({"messages": [{"role": "user", "content": "hi"}]}),
        Door::Responses => json!({"input": "hi"}),
        Door::Messages => {
            json!({"max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]})
        }
    };
    let object = body.as_object_mut().unwrap();
    object.insert("model".into(), json!("claude-sonnet-4-5"));
    object.append(extra.as_object_mut().unwrap());
    door.decode(body.to_string().as_bytes()).unwrap().request
}

fn sent(request: &Request, to: To) -> Value {
    let body = match to {
        To::OpenAi => openai::encode(request, openai::Dialect::OpenAi, false),
        To::DeepSeek => openai::encode(request, openai::Dialect::Recalling, false),
        To::Compatible => openai::encode(request, openai::Dialect::Compatible, false),
        To::Responses => openai_responses::encode(request, false),
        To::Anthropic => anthropic::encode(request, false),
        To::Gemini => gemini::encode(request),
        To::Ollama => ollama::encode(request, false),
    };
    serde_json::from_slice(&body.unwrap()).unwrap()
}

/// What stands at `place` of what is sent, which is nothing where it is null.
fn check(door: Door, extra: Value, to: To, place: &str, expected: Value) {
    let body = sent(&asked(door, extra.clone()), to);
    let found = body.pointer(place).cloned().unwrap_or_default();
    assert_eq!(found, expected, "{extra} of {door:?} to {to:?} at {place}");
}

#[test]
fn a_tool_that_failed_is_said_to_have_failed() {
    let check = |is_error: Value, content: &str, to: To, place: &str, expected: Value| {
        let turns = json!({"messages": [
            {"role": "assistant", "content": [
                {"type": "tool_use", "id": "a", "name": "read", "input": {}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": content, "is_error": is_error},
            ]},
        ]});
        check(Door::Messages, turns, to, place, expected);
    };
    let result = "/messages/1/content/0/is_error";
    check(json!(true), "gone", To::Anthropic, result, json!(true));
    check(json!(false), "gone", To::Anthropic, result, Value::Null);
    check(json!(null), "gone", To::Anthropic, result, Value::Null);
    check(json!(true), "gone", To::OpenAi, "/messages/1/content", json!("error: gone"));
    check(json!(false), "gone", To::OpenAi, "/messages/1/content", json!("gone"));
    check(json!(true), "gone", To::Responses, "/input/1/output", json!("error: gone"));
    check(json!(true), "gone", To::Ollama, "/messages/1/content", json!("error: gone"));
    let response = "/contents/1/parts/0/functionResponse/response";
    check(json!(true), "gone", To::Gemini, response, json!({"error": "gone"}));
    check(json!(true), "{\"code\":2}", To::Gemini, response, json!({"error": {"code": 2}}));
    check(json!(false), "{\"code\":2}", To::Gemini, response, json!({"code": 2}));
    check(json!(false), "gone", To::Gemini, response, json!({"result": "gone"}));
}

#[test]
fn a_strict_tool_stays_strict_where_that_can_be_said() {
    let schema = json!({"type": "object", "properties": {}, "additionalProperties": false});
    let chat = |strict: Value| {
        json!({"tools": [{"type": "function", "function":
            {"name": "f", "parameters": schema, "strict": strict}}]})
    };
    let responses = |strict: Value| json!({"tools": [{"type": "function", "name": "f", "parameters": schema, "strict": strict}]});
    let messages =
        |strict: Value| json!({"tools": [{"name": "f", "input_schema": schema, "strict": strict}]});
    let (chat_place, place) = ("/tools/0/function/strict", "/tools/0/strict");
    for strict in [json!(true), json!(false)] {
        check(Door::Chat, chat(strict.clone()), To::OpenAi, chat_place, strict.clone());
        check(Door::Chat, chat(strict.clone()), To::Compatible, chat_place, strict.clone());
        check(Door::Responses, responses(strict.clone()), To::Responses, place, strict.clone());
        check(Door::Messages, messages(strict.clone()), To::Anthropic, place, strict.clone());
        check(Door::Chat, chat(strict.clone()), To::Anthropic, place, strict.clone());
        check(Door::Messages, messages(strict.clone()), To::Responses, place, strict);
    }
    check(Door::Chat, chat(Value::Null), To::OpenAi, chat_place, Value::Null);
    check(Door::Chat, chat(Value::Null), To::Responses, place, json!(false));
    check(Door::Responses, responses(Value::Null), To::Responses, place, json!(true));
    check(Door::Responses, responses(Value::Null), To::OpenAi, chat_place, json!(true));
    check(Door::Messages, messages(Value::Null), To::Anthropic, place, Value::Null);
}

#[test]
fn a_picture_is_looked_at_as_closely_as_was_asked() {
    let chat = |detail: Value| {
        json!({"messages": [{"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "https://a.example/b", "detail": detail}},
        ]}]})
    };
    let responses = |detail: &str| {
        json!({"input": [{"role": "user", "content": [
            {"type": "input_image", "image_url": "https://a.example/b", "detail": detail},
        ]}]})
    };
    let chat_place = "/messages/0/content/0/image_url/detail";
    let place = "/input/0/content/0/detail";
    for word in ["auto", "low", "high"] {
        check(Door::Chat, chat(json!(word)), To::OpenAi, chat_place, json!(word));
        check(Door::Chat, chat(json!(word)), To::Responses, place, json!(word));
        check(Door::Responses, responses(word), To::Responses, place, json!(word));
    }
    check(Door::Chat, chat(Value::Null), To::OpenAi, chat_place, Value::Null);
    check(Door::Chat, chat(Value::Null), To::Responses, place, json!("auto"));
    check(Door::Responses, responses("original"), To::Responses, place, json!("original"));
    check(Door::Responses, responses("original"), To::OpenAi, chat_place, json!("high"));
    let block = json!({"type": "url", "url": "https://a.example/b"});
    check(Door::Chat, chat(json!("low")), To::Anthropic, "/messages/0/content/0/source", block);
}

#[test]
fn whether_and_how_many_tools_are_called_is_said_in_every_dialect() {
    let schema = json!({"type": "object"});
    let chat = |choice: Value, parallel: Value| {
        json!({
            "tools": [{"type": "function", "function": {"name": "f", "parameters": schema}}],
            "tool_choice": choice, "parallel_tool_calls": parallel,
        })
    };
    let messages = |choice: Value| json!({"tools": [{"name": "f", "input_schema": schema}], "tool_choice": choice});
    let one = || json!({"type": "any", "disable_parallel_tool_use": true});
    let named = || json!({"type": "function", "function": {"name": "f"}});
    check(Door::Messages, messages(one()), To::Anthropic, "/tool_choice", one());
    check(Door::Messages, messages(one()), To::OpenAi, "/tool_choice", json!("required"));
    check(Door::Messages, messages(one()), To::OpenAi, "/parallel_tool_calls", json!(false));
    check(Door::Messages, messages(one()), To::Responses, "/parallel_tool_calls", json!(false));
    let mode = "/toolConfig/functionCallingConfig/mode";
    check(Door::Messages, messages(one()), To::Gemini, mode, json!("ANY"));
    check(Door::Chat, chat(json!("required"), json!(false)), To::Anthropic, "/tool_choice", one());
    let several = json!({"type": "auto"});
    check(Door::Chat, chat(json!("auto"), json!(true)), To::Anthropic, "/tool_choice", several);
    let none = json!({"type": "none"});
    check(Door::Chat, chat(json!("none"), Value::Null), To::Anthropic, "/tool_choice", none);
    let tool = json!({"type": "tool", "name": "f"});
    check(Door::Chat, chat(named(), Value::Null), To::Anthropic, "/tool_choice", tool.clone());
    check(Door::Messages, messages(tool), To::OpenAi, "/tool_choice", named());
    let named = chat(named(), Value::Null);
    check(
        Door::Chat,
        named,
        To::Responses,
        "/tool_choice",
        json!({"type": "function", "name": "f"}),
    );
}

#[test]
fn what_shapes_an_answer_goes_where_it_is_known_and_nowhere_else() {
    let chat = |extra: Value, to: To, place: &str, expected: Value| {
        check(Door::Chat, extra, to, place, expected);
    };
    chat(json!({"seed": -7}), To::OpenAi, "/seed", json!(-7));
    chat(json!({"seed": 7}), To::Gemini, "/generationConfig/seed", json!(7));
    chat(json!({"seed": 7}), To::Ollama, "/options/seed", json!(7));
    chat(json!({"seed": 7}), To::Anthropic, "/seed", Value::Null);
    let messages = |extra: Value, to: To, place: &str, expected: Value| {
        check(Door::Messages, extra, to, place, expected);
    };
    messages(json!({"top_k": 40}), To::Anthropic, "/top_k", json!(40));
    messages(json!({"top_k": 40}), To::Compatible, "/top_k", json!(40));
    messages(json!({"top_k": 40}), To::OpenAi, "/top_k", Value::Null);
    messages(json!({"top_k": 40}), To::Gemini, "/generationConfig/topK", json!(40));
    messages(json!({"top_k": 40}), To::Ollama, "/options/top_k", json!(40));
}

#[test]
fn an_answer_is_held_to_its_shape_as_was_asked() {
    let closed = json!({"type": "object", "properties": {"a": {"type": "string"}},
        "required": ["a"], "additionalProperties": false});
    let chat = |strict: Value| {
        json!({"response_format": {"type": "json_schema",
            "json_schema": {"name": "s", "schema": closed, "strict": strict}}})
    };
    let responses = |strict: Value| {
        json!({"text": {"format":
            {"type": "json_schema", "name": "s", "schema": closed, "strict": strict}}})
    };
    let messages =
        || json!({"output_config": {"format": {"type": "json_schema", "schema": closed}}});
    let (chat_place, place) = ("/response_format/json_schema/strict", "/text/format/strict");
    for (strict, expected) in [(Value::Null, false), (json!(false), false), (json!(true), true)] {
        let expected = || json!(expected);
        check(Door::Chat, chat(strict.clone()), To::OpenAi, chat_place, expected());
        check(Door::Chat, chat(strict.clone()), To::Responses, place, expected());
        check(Door::Responses, responses(strict), To::Responses, place, expected());
    }
    check(Door::Messages, messages(), To::OpenAi, chat_place, json!(true));
    // any object, where the messages speak of JSON, as its providers demand
    let kind = || json!({"type": "json_object"});
    let chat = |content: &str| json!({"messages": [{"role": "user", "content": content}], "response_format": kind()});
    check(Door::Chat, chat("Answer in Json."), To::Compatible, "/response_format", kind());
    check(Door::Chat, chat("Answer in JSON."), To::Responses, "/text/format", kind());
    let schema = json!("json_schema");
    check(Door::Chat, chat("Answer."), To::OpenAi, "/response_format/type", schema);
    let responses = json!({"input": "json?", "text": {"format": kind()}});
    check(Door::Responses, responses, To::OpenAi, "/response_format", kind());
}

#[test]
fn how_much_is_said_goes_where_it_is_known() {
    let (chat, responses) = (json!({"verbosity": "low"}), json!({"text": {"verbosity": "high"}}));
    check(Door::Chat, chat.clone(), To::OpenAi, "/verbosity", json!("low"));
    check(Door::Chat, chat.clone(), To::Responses, "/text", json!({"verbosity": "low"}));
    check(Door::Chat, chat, To::Compatible, "/verbosity", Value::Null);
    check(Door::Responses, responses.clone(), To::Responses, "/text/verbosity", json!("high"));
    check(Door::Responses, responses, To::OpenAi, "/verbosity", json!("high"));
}

#[test]
fn texts_side_by_side_do_not_run_into_each_other() {
    let texts = json!([{"type": "text", "text": "1"}, {"type": "text", "text": "2"}]);
    let messages = || {
        json!({"system": texts, "messages": [
            {"role": "user", "content": texts}, {"role": "assistant", "content": texts},
        ]})
    };
    for to in [To::OpenAi, To::Compatible, To::Ollama] {
        check(Door::Messages, messages(), to, "/messages/0/content", json!("1\n2"));
        check(Door::Messages, messages(), to, "/messages/1/content", json!("1\n2"));
        // what the model said is one text, whatever pieces it came in
        check(Door::Messages, messages(), to, "/messages/2/content", json!("12"));
    }
}

#[test]
fn a_call_without_arguments_is_sent_back_with_none() {
    let turns = || {
        json!({"messages": [{"role": "assistant", "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "now", "arguments": ""}},
        ]}]})
    };
    let place = "/messages/0/tool_calls/0/function/arguments";
    check(Door::Chat, turns(), To::Compatible, place, json!("{}"));
    check(Door::Chat, turns(), To::Responses, "/input/0/arguments", json!("{}"));
}

#[test]
fn an_effort_alone_makes_no_model_of_anthropics_think() {
    let messages = |extra: Value, place: &str, expected: Value| {
        check(Door::Messages, extra, To::Anthropic, place, expected);
    };
    let effort = || json!({"effort": "low"});
    let alone = || json!({"output_config": effort(), "temperature": 0.5});
    messages(alone(), "/output_config", effort());
    messages(alone(), "/thinking", Value::Null);
    messages(alone(), "/temperature", json!(0.5));
    let thinking = json!({"type": "enabled", "budget_tokens": 1_024});
    let both = || json!({"max_tokens": 4_096, "thinking": thinking, "output_config": effort()});
    messages(both(), "/thinking", thinking.clone());
    messages(both(), "/output_config", effort());
    check(Door::Messages, alone(), To::OpenAi, "/reasoning_effort", json!("low"));
    check(Door::Messages, alone(), To::Responses, "/reasoning/effort", json!("low"));
    check(
        Door::Chat,
        json!({"reasoning_effort": "low"}),
        To::Anthropic,
        "/output_config",
        Value::Null,
    );
}

#[test]
fn thoughts_before_a_call_go_back_to_those_who_want_them() {
    let turn = |calls: Value| json!({"messages": [{"role": "assistant", "reasoning_content": "hm", "tool_calls": calls}]});
    let called = || json!([{"id": "a", "type": "function", "function": {"name": "now"}}]);
    let place = "/messages/0/reasoning_content";
    check(Door::Chat, turn(called()), To::DeepSeek, place, json!("hm"));
    check(Door::Chat, turn(json!([])), To::DeepSeek, place, Value::Null);
    check(Door::Chat, turn(called()), To::Compatible, place, Value::Null);
    check(
        Door::Chat,
        turn(called()),
        To::Anthropic,
        "/messages/0/content/0/type",
        json!("tool_use"),
    );
}

#[test]
fn all_thoughts_of_a_turn_with_calls_go_back_and_those_of_others_do_not() {
    let talk = || {
        json!({"messages": [
            {"role": "user", "content": "when?"},
            {"role": "assistant", "reasoning_content": "hm", "tool_calls":
                [{"id": "a", "type": "function", "function": {"name": "now"}}]},
            {"role": "tool", "tool_call_id": "a", "content": "noon"},
            {"role": "assistant", "content": "At noon.", "reasoning_content": "so"},
            {"role": "user", "content": "thanks"},
            {"role": "assistant", "content": "Bye.", "reasoning_content": "polite"},
            {"role": "user", "content": "again"},
            {"role": "assistant", "content": null, "reasoning_content": "hm", "tool_calls":
                [{"id": "b", "type": "function", "function": {"name": "now"}}]},
            {"role": "tool", "tool_call_id": "b", "content": "one"},
            {"role": "assistant", "content": "At one."},
        ]})
    };
    let check = |place: usize, expected: Value| {
        let place = format!("/messages/{place}/reasoning_content");
        check(Door::Chat, talk(), To::DeepSeek, &place, expected);
        check(Door::Chat, talk(), To::Compatible, &place, Value::Null);
        check(Door::Chat, talk(), To::OpenAi, &place, Value::Null);
    };
    check(1, json!("hm"));
    check(3, json!("so"));
    check(5, Value::Null);
    check(7, json!("hm"));
    check(9, json!(""));
}

#[test]
fn thoughts_go_back_through_the_doors_that_gave_them_sealed() {
    let place = "/messages/0/reasoning_content";
    let messages = json!({"messages": [{"role": "assistant", "content": [
        {"type": "thinking", "thinking": "hm", "signature": "chat:"},
        {"type": "tool_use", "id": "a", "name": "now", "input": {}},
    ]}]});
    check(Door::Messages, messages.clone(), To::DeepSeek, place, json!("hm"));
    let first = "/messages/0/content/0/type";
    check(Door::Messages, messages, To::Anthropic, first, json!("tool_use"));
    let input = json!({"input": [
        {"type": "reasoning", "id": "rs_1", "encrypted_content": "chat:",
         "summary": [{"type": "summary_text", "text": "hm"}]},
        {"type": "function_call", "call_id": "a", "name": "now", "arguments": "{}"},
    ]});
    check(Door::Responses, input.clone(), To::DeepSeek, place, json!("hm"));
    check(Door::Responses, input, To::Responses, "/input/0/type", json!("function_call"));
}

#[test]
fn who_asks_is_passed_on() {
    let user = "/metadata/user_id";
    let metadata = json!({"metadata": {"user_id": "u"}});
    check(Door::Messages, metadata.clone(), To::Anthropic, user, json!("u"));
    check(Door::Messages, metadata, To::OpenAi, "/user", json!("u"));
    check(Door::Chat, json!({"user": "u"}), To::OpenAi, "/user", json!("u"));
    check(Door::Chat, json!({"user": "u"}), To::Anthropic, user, json!("u"));
    check(Door::Responses, json!({"safety_identifier": "s"}), To::Responses, "/user", json!("s"));
}

#[test]
fn the_tier_is_said_in_the_words_of_those_who_have_it() {
    let tier = |word: &str| json!({"service_tier": word});
    let place = "/service_tier";
    for word in ["auto", "default"] {
        check(Door::Chat, tier(word), To::OpenAi, place, json!(word));
        check(Door::Responses, tier(word), To::Responses, place, json!(word));
        check(Door::Chat, tier(word), To::Compatible, place, Value::Null);
    }
    check(Door::Chat, tier("default"), To::Anthropic, place, json!("standard_only"));
    check(Door::Messages, tier("standard_only"), To::Anthropic, place, json!("standard_only"));
    check(Door::Messages, tier("auto"), To::Anthropic, place, json!("auto"));
    check(Door::Messages, tier("standard_only"), To::OpenAi, place, json!("default"));
}

#[test]
fn no_provider_is_asked_to_keep_an_answer() {
    let store = || json!({"store": true});
    check(Door::Responses, store(), To::Responses, "/store", json!(false));
    check(Door::Chat, store(), To::OpenAi, "/store", Value::Null);
    check(Door::Chat, store(), To::Responses, "/store", json!(false));
}
