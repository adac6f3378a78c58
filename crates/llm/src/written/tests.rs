//! Requests as they are rewritten, texts as they are read, streams as they go on.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::ask::rewrite;
use super::read::calls;
use super::{Abilities, Expected, Hold, MOST_WORDS, Schemas, ToolCalls};
use crate::chat::{
    Delta, Finish, Message, OutputSchema, Reply, Request, TokenUsage, ToolChoice, ToolSpec,
};
use crate::providers::{anthropic, openai, openai_responses};
use crate::stream::Reader;
use crate::testing::{Fixtures, decode_pieces, reply, survives_cuts};
use crate::tokens::bound_input;
use crate::{Error, Result};

const WRITTEN: Abilities = Abilities { tool_calls: ToolCalls::Written, schemas: Schemas::Enforced };
const ASKED: Abilities = Abilities { tool_calls: ToolCalls::Native, schemas: Schemas::Asked };
const BOTH: Abilities = Abilities { tool_calls: ToolCalls::Written, schemas: Schemas::Asked };

fn tool(name: &str) -> ToolSpec {
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    ToolSpec { name: name.into(), description: "Looks".into(), parameters, strict: None }
}

/// A question with the tools `weather` and `clock`.
fn with_tools(tool_choice: ToolChoice) -> Request {
    let tools = vec![tool("weather"), tool("clock")];
    let messages = vec![Message::system("Be brief."), Message::user("Rain?")];
    Request { tools, tool_choice, ..Request::new("m", messages) }
}

fn with_schema(request: Request) -> Request {
    let schema = json!({"type": "object", "$defs": {"x": {"type": "string"}}});
    let output_schema = Some(OutputSchema { name: "story".into(), schema, strict: None });
    Request { output_schema, ..request }
}

fn named(name: &str) -> ToolChoice {
    ToolChoice::Tool(name.into())
}

fn expected(tools: &[&str]) -> Expected {
    let tools = tools.iter().map(|&name| name.to_owned()).collect();
    Expected { tools, turn: 1, ..Expected::default() }
}

fn shape_of(name: &str) -> Value {
    json!({
        "type": "object",
        "properties": {"name": {"const": name}, "arguments": tool(name).parameters},
        "required": ["name", "arguments"],
        "additionalProperties": false,
    })
}

#[test]
fn what_a_server_sees_to_is_left_to_it() {
    let check = |request: &Request, abilities: Abilities| {
        assert_eq!(rewrite(request, abilities), None, "{request:?} {abilities:?}");
    };
    let plain = Request::new("m", vec![Message::user("hi")]);
    for request in [
        plain.clone(),
        with_tools(ToolChoice::Auto),
        with_tools(ToolChoice::Required),
        with_schema(with_tools(named("clock"))),
    ] {
        check(&request, Abilities::default());
    }
    check(&plain, BOTH);
    check(&with_schema(plain), WRITTEN);
    check(&with_tools(ToolChoice::Auto), ASKED);
    check(&with_tools(ToolChoice::None), BOTH);
    check(&with_tools(named("unknown")), BOTH);
}

#[test]
fn a_demanded_call_is_a_demanded_shape() {
    let check = |request: Request, tools: &[&str], schema: Value| {
        let (asked, found) = rewrite(&request, WRITTEN).unwrap();
        let output_schema = Some(OutputSchema { name: "tool_call".into(), schema, strict: None });
        let tool_choice = ToolChoice::Auto;
        let is_json = request.output_schema.is_some();
        assert_eq!(asked, Request { tool_choice, output_schema, ..request });
        assert_eq!(found, Expected { is_one: true, is_json, ..expected(tools) });
    };
    let both = json!({"anyOf": [shape_of("weather"), shape_of("clock")]});
    check(with_tools(ToolChoice::Required), &["weather", "clock"], both.clone());
    check(with_schema(with_tools(ToolChoice::Required)), &["weather", "clock"], both);
    check(with_tools(named("clock")), &["clock"], shape_of("clock"));
}

#[test]
fn names_come_before_arguments_as_models_write_them() {
    let shape = shape_of("clock").to_string();
    let asked = rewrite(&with_tools(named("clock")), WRITTEN).unwrap().0;
    assert_eq!(asked.output_schema.unwrap().schema.to_string(), shape);
    assert!(shape.find("\"name\"") < shape.find("\"arguments\""));
}

#[test]
fn parameters_that_mean_nothing_elsewhere_are_any_object() {
    for parameters in [json!({}), json!({"type": "object", "$defs": {}}), json!(null)] {
        let mut request = with_tools(named("clock"));
        request.tools[1].parameters = parameters;
        let schema = rewrite(&request, WRITTEN).unwrap().0.output_schema.unwrap().schema;
        assert_eq!(schema["properties"]["arguments"], json!({"type": "object"}));
    }
}

#[test]
fn a_free_choice_keeps_its_request_and_may_answer_in_its_shape() {
    let request = with_tools(ToolChoice::Auto);
    let tools = ["weather", "clock"];
    assert_eq!(rewrite(&request, WRITTEN), Some((request.clone(), expected(&tools))));
    let one = Request { parallel_tool_calls: Some(false), ..request.clone() };
    assert!(rewrite(&one, WRITTEN).unwrap().1.is_one);
    let (asked, found) = rewrite(&with_schema(request.clone()), WRITTEN).unwrap();
    let schema = json!({
        "anyOf": [shape_of("weather"), shape_of("clock"), {"type": "object"}],
        "$defs": {"x": {"type": "string"}},
    });
    let output_schema = Some(OutputSchema { name: "story".into(), schema, strict: None });
    assert_eq!(asked, Request { output_schema, ..request });
    assert_eq!(found, Expected { is_json: true, ..expected(&tools) });
}

#[test]
fn what_a_server_ignores_is_asked_for_in_words() {
    let check = |request: Request, abilities: Abilities, rule: &str| {
        let asked = rewrite(&request, abilities).unwrap().0;
        assert_eq!(asked.messages[0].joined_text(), rule);
        assert_eq!(asked.messages.last(), request.messages.last());
        assert_eq!((&asked.output_schema, &asked.tools), (&None, &request.tools));
        let counted_twice = if asked.tools.is_empty() { 0 } else { MOST_WORDS };
        assert!(bound_input(&request) > bound_input(&asked) - counted_twice);
    };
    let schema = "Answer with one JSON value that fits this JSON Schema, and nothing else:\n\
                  {\"type\":\"object\",\"$defs\":{\"x\":{\"type\":\"string\"}}}";
    let plain = Request::new("m", vec![Message::user("hi")]);
    check(with_schema(plain), BOTH, schema);
    let call = "{\"name\": <tool>, \"arguments\": <object>}";
    check(
        with_tools(named("clock")),
        BOTH,
        &format!("Be brief.\n\nCall the tool \"clock\": answer with {call} and nothing else."),
    );
    check(
        with_tools(ToolChoice::Required),
        BOTH,
        &format!("Be brief.\n\nCall one tool: answer with {call} and nothing else."),
    );
    check(
        with_schema(with_tools(ToolChoice::Auto)),
        BOTH,
        &format!(
            "Be brief.\n\nCall a tool with {call} and nothing else. When you need no tool: {schema}"
        ),
    );
    check(
        with_schema(with_tools(ToolChoice::Auto)),
        ASKED,
        &format!("Be brief.\n\nWhen you need no tool: {schema}"),
    );
    check(with_schema(with_tools(ToolChoice::None)), BOTH, &format!("Be brief.\n\n{schema}"));
}

#[test]
fn a_text_that_is_exactly_calls_is_those_calls() {
    let check = |text: &str, read: Option<&[(&str, &str)]>| {
        let found = calls(text, &expected(&["weather", "clock"]));
        let found: Option<Vec<_>> = found.as_ref().map(|calls| {
            calls.iter().map(|(name, arguments)| (name.as_str(), *arguments)).collect()
        });
        assert_eq!(found.as_deref(), read, "{text}");
    };
    let one = |arguments| Some([("weather", arguments)]);
    let cairo = r#"{"name": "weather", "arguments": {"city": "Cairo"}}"#;
    let found = one(r#"{"city": "Cairo"}"#);
    let found = found.as_ref().map(<[_; 1]>::as_slice);
    check(cairo, found);
    check(&format!(" \n{cairo}\n"), found);
    check(&format!("```json\n{cairo}\n```"), found);
    check(&format!("```\n{cairo}\n```\n"), found);
    check(&format!("<tool_call>\n{cairo}\n</tool_call>"), found);
    check(&format!("<tools>{cairo}</tools>"), found);
    check(&format!("[{cairo}]"), found);
    check(r#"{"arguments": {}, "name": "clock"}"#, Some(&[("clock", "{}")]));
    check(r#"{"name":"clock","parameters":{ "a" : 1.0 }}"#, Some(&[("clock", r#"{ "a" : 1.0 }"#)]));
    let two: &[_] = &[("weather", r#"{"city": "Cairo"}"#), ("clock", "{}")];
    let clock = r#"{"name": "clock", "arguments": {}}"#;
    check(&format!("{cairo}\n{clock}"), Some(two));
    check(&format!("[{cairo}, {clock}]"), Some(two));
    check(&format!("<tool_call>{cairo}</tool_call>\n<tool_call>{clock}</tool_call>"), Some(two));
    for text in [
        "",
        "[]",
        "{}",
        "null",
        "It rains.",
        "```json\n```",
        "<tool_call></tool_call>",
        r#"{"name": "unknown", "arguments": {}}"#,
        r#"{"name": "weather"}"#,
        r#"{"name": "weather", "arguments": "{}"}"#,
        r#"{"name": "weather", "arguments": []}"#,
        r#"{"name": "weather", "arguments": {}, "why": "rain"}"#,
        r#"{"name": "weather", "arguments": {}, "arguments": {}}"#,
        r#"{"name": "weather", "arguments": {}"#,
        r#"["weather", {}]"#,
    ] {
        check(text, None);
    }
    check(&format!("Look: {cairo}"), None);
    check(&format!("{cairo}. It rains."), None);
    check(&format!("```json\n{cairo}\n```\nThat is how."), None);
    check(&format!("```json\n{cairo}"), None);
    check(&format!("```python\n{cairo}\n```"), None);
    check(&format!("<tool_call>{cairo}"), None);
    check(&format!("<tool_call>{cairo}</tool_call> and"), None);
    check(&format!("<tool_call>{cairo}</tools>"), None);
}

#[test]
fn several_calls_where_one_may_come_stay_words() {
    let one = Expected { is_one: true, ..expected(&["clock"]) };
    let clock = r#"{"name": "clock", "arguments": {}}"#;
    assert!(calls(clock, &one).is_some());
    assert_eq!(calls(&format!("{clock}{clock}"), &one), None);
}

/// What goes on when these pieces come, a `Start` before and usage and a finish behind.
fn pass(expected: Expected, pieces: &[&str], finish: Finish) -> Vec<Delta> {
    let mut deltas = vec![Delta::Start { model: "m".into(), scripted: false }];
    deltas.extend(pieces.iter().map(|&text| Delta::Text { text: text.into() }));
    deltas.push(Delta::Usage(TokenUsage::default()));
    deltas.push(Delta::Finish { reason: finish });
    let mut hold = Hold::new(expected);
    deltas.into_iter().flat_map(|delta| hold.push(Ok(delta))).map(Result::unwrap).collect()
}

/// Only what is said and called, in order.
fn said(deltas: &[Delta]) -> Vec<String> {
    deltas
        .iter()
        .filter_map(|delta| match delta {
            Delta::Text { text } => Some(text.clone()),
            Delta::ToolCall { id, name, arguments, .. } => Some(format!("{id} {name}{arguments}")),
            _ => None,
        })
        .collect()
}

#[test]
fn words_go_on_as_soon_as_they_cannot_be_a_call() {
    let check = |expected: Expected, pieces: &[&str], shown: &[&str]| {
        assert_eq!(said(&pass(expected, pieces, Finish::Stop)), shown, "{pieces:?}");
    };
    let tools = || expected(&["clock"]);
    check(tools(), &["It", " ", "rains"], &["It", " ", "rains"]);
    check(tools(), &["`", "``", "js", "\nlet", " a"], &["```js\nlet", " a"]);
    check(tools(), &["<tool", " is"], &["<tool is"]);
    check(tools(), &["{\"a\"", ": 1}"], &["{\"a\": 1}"]);
    check(tools(), &[" "], &[" "]);
    check(tools(), &["{\"name\": \"clock\", ", "\"arguments\": {}}"], &["call_1_0 clock{}"]);
    let json = || Expected { is_json: true, ..Expected::default() };
    check(json(), &["{\"a\"", ": 1}"], &["{\"a\"", ": 1}"]);
    check(json(), &["```json\n{\"a\"", ": 1}\n```"], &["{\"a\": 1}"]);
    check(json(), &["```json\nno\n```"], &["```json\nno\n```"]);
    check(json(), &["It", " rains"], &["It", " rains"]);
}

#[test]
fn a_call_ends_the_answer_for_tools() {
    let clock = r#"{"name": "clock", "arguments": {}}"#;
    let deltas = pass(expected(&["clock"]), &[clock], Finish::Stop);
    let [Delta::Start { .. }, Delta::ToolCall { .. }, Delta::Usage(_), last] = &deltas[..] else {
        panic!("{deltas:?}")
    };
    assert_eq!(*last, Delta::Finish { reason: Finish::ToolCalls });
    for finish in [Finish::Length, Finish::ContentFilter, Finish::ToolCalls] {
        let deltas = pass(expected(&["clock"]), &[clock], finish);
        assert_eq!(said(&deltas), [clock]);
        assert_eq!(deltas.last(), Some(&Delta::Finish { reason: finish }));
    }
}

#[test]
fn native_calls_and_errors_pass() {
    let call = |name: &str| {
        let (id, arguments) = ("a".to_owned(), "{}".to_owned());
        Delta::ToolCall { index: 0, id, name: name.into(), arguments }
    };
    let mut hold = Hold::new(expected(&["clock"]));
    assert_eq!(hold.push(Ok(Delta::Text { text: "{".into() })), []);
    let opened = vec![Ok(Delta::Text { text: "{".into() }), Ok(call("clock"))];
    assert_eq!(hold.push(Ok(call("clock"))), opened);
    assert_eq!(hold.push(Ok(Delta::Text { text: "{".into() })).len(), 1);
    let mut hold = Hold::new(expected(&["clock"]));
    assert_eq!(hold.push(Ok(Delta::Text { text: "{".into() })), []);
    assert_eq!(hold.push(Err(Error::StreamCut)), [Err(Error::StreamCut)]);
}

/// Reads a recorded answer of llama.cpp's server that has a call in its words.
fn recorded<R: Reader>(name: &str, request: &Request) -> Reply {
    let bytes = Fixtures::of("written").read(name);
    let (asked, expected) = rewrite(request, BOTH).unwrap();
    let mut hold = Hold::new(expected);
    let deltas = decode_pieces::<R>(&asked, bytes.chunks(7));
    reply(deltas.into_iter().flat_map(|delta| hold.push(delta)).collect()).unwrap()
}

#[test]
fn recorded_answers_with_calls_in_their_words_are_calls() {
    let request = Request { tools: vec![tool("weather")], ..with_tools(ToolChoice::Auto) };
    for reply in [
        recorded::<openai::Chat>("chat.txt", &request),
        recorded::<openai_responses::Responses>("responses.txt", &request),
        recorded::<anthropic::Messages>("messages.txt", &request),
    ] {
        let [call] = &reply.tool_calls[..] else { panic!("{reply:?}") };
        assert_eq!((call.name.as_str(), call.id.as_str()), ("weather", "call_1_0"));
        assert_eq!(call.parse_arguments().unwrap(), json!({"city": "Cairo"}));
        assert_eq!((reply.content.as_str(), reply.finish), ("", Finish::ToolCalls));
    }
    let request = Request { tools: vec![tool("capital")], ..request };
    let reply = recorded::<anthropic::Messages>("messages_fenced.txt", &request);
    let [call] = &reply.tool_calls[..] else { panic!("{reply:?}") };
    assert_eq!(call.parse_arguments().unwrap(), json!({"capital": "France", "letters": 11}));
}

#[test]
fn a_recorded_answer_cut_at_any_byte_is_never_half_a_reply() {
    let (fixtures, request) = (Fixtures::of("written"), with_tools(ToolChoice::Auto));
    survives_cuts::<openai::Chat>(&fixtures, "chat.txt", &request, 20);
    survives_cuts::<openai_responses::Responses>(&fixtures, "responses.txt", &request, 2);
    survives_cuts::<anthropic::Messages>(&fixtures, "messages.txt", &request, 2);
    survives_cuts::<anthropic::Messages>(&fixtures, "messages_fenced.txt", &request, 2);
    assert_eq!(fixtures.streams().len(), 4);
}

/// Texts that are nearly calls, and texts of their letters.
fn nearly_calls() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{\"name\": \"clock\", \"arguments\": {}}"),
        Just("{\"name\": \"clock\", "),
        Just("\"arguments\": {\"a\": 1}}"),
        Just("```json\n"),
        Just("```"),
        Just("<tool_call>"),
        Just("</tool_call>"),
        Just("["),
        Just(","),
        Just("]"),
        Just("{"),
        Just("}"),
        Just("\n"),
        Just("clock"),
        Just("é"),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_text_is_calls_or_goes_on_unchanged(text in nearly_calls(), cuts in any::<[usize; 3]>()) {
        let mut ends: Vec<usize> =
            cuts.iter().map(|cut| text.floor_char_boundary(cut % (text.len() + 1))).collect();
        ends.extend([0, text.len()]);
        ends.sort_unstable();
        let pieces: Vec<&str> = ends.windows(2).map(|ends| &text[ends[0]..ends[1]]).collect();
        let deltas = pass(expected(&["clock"]), &pieces, Finish::Stop);
        let is_call = deltas.iter().any(|delta| matches!(delta, Delta::ToolCall { .. }));
        let expected = expected(&["clock"]);
        prop_assert_eq!(is_call, calls(&text, &expected).is_some());
        if !is_call {
            prop_assert_eq!(said(&deltas).concat(), text);
            prop_assert_eq!(deltas.last(), Some(&Delta::Finish { reason: Finish::Stop }));
        }
    }
}
