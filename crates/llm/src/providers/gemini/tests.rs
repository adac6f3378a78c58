//! The codec against documented answers (`fixtures/gemini`), cut and broken in every way.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::{
    Generated, decode, decode_count, decode_embeddings, decode_models, encode, encode_count,
    encode_embeddings, path,
};
use crate::Error;
use crate::chat::{
    Effort, Finish, Image, Message, OutputSchema, Part, Reasoning, Reply, Request, Role, Thought,
    TokenUsage, ToolChoice,
};
use crate::embedding::{EmbedInput, EmbedRequest};
use crate::providers::refusal::decode_error;
use crate::testing::{
    self, Fixtures, call, decode_pieces, is_capped, reply, sorts_refusals, survives_every_cut,
    survives_noise, survives_random_bytes, tool, usage, whole,
};

/// Every recorded stream.
const STREAMS: [&str; 14] = [
    "blocked.txt",
    "code.txt",
    "counted-apart.txt",
    "error.txt",
    "feedback.txt",
    "grounded.txt",
    "length.txt",
    "malformed.txt",
    "parallel.txt",
    "recitation.txt",
    "safety.txt",
    "text.txt",
    "thoughts.txt",
    "tools.txt",
];

fn fixtures() -> Fixtures {
    Fixtures::of("gemini")
}

fn request() -> Request {
    Request::new("gemini-2.5-flash", vec![Message::user("Say hello, please.")])
}

fn said(content: &str, finish: Finish, usage: TokenUsage) -> Reply {
    testing::said("gemini-2.5-flash", content, finish, usage)
}

fn streamed(name: &str) -> Result<Reply, Error> {
    reply(decode_pieces::<Generated>(&request(), [&fixtures().read(name)[..]]))
}

fn sent(request: &Request) -> Value {
    serde_json::from_slice(&encode(request).unwrap()).unwrap()
}

#[test]
fn documented_streams_decode_to_what_was_said() {
    let check = |name: &str, expected: Reply| assert_eq!(streamed(name), Ok(expected), "{name}");
    check(
        "text.txt",
        said("Hello – مرحبا 👋", Finish::Stop, TokenUsage { cached_input: 8, ..usage(19, 10) }),
    );
    check(
        "tools.txt",
        Reply {
            reasoning: "Two files.".into(),
            thoughts: vec![Thought { text: "Two files.".into(), seal: "gemini:CiQB".into() }],
            tool_calls: vec![
                call("call_1_0", "read_file", "{\"path\":\"a\"}"),
                call("call_1_1", "now", "{}"),
            ],
            ..said("", Finish::ToolCalls, TokenUsage { reasoning: 21, ..usage(82, 41) })
        },
    );
    check("length.txt", said("Once upon", Finish::Length, usage(5, 3)));
    check("safety.txt", said("I", Finish::ContentFilter, usage(5, 1)));
    let code = |name: &str| streamed(name).unwrap_err().code();
    assert_eq!(code("blocked.txt"), "content_filtered");
    assert_eq!(code("malformed.txt"), "invalid_reply");
    assert_eq!(code("error.txt"), "overloaded");
}

#[test]
fn what_the_third_generation_and_its_tools_add_is_read_or_passed_over() {
    let check = |name: &str, expected: Reply| assert_eq!(streamed(name), Ok(expected), "{name}");
    let third = |reply| Reply { model: "gemini-3-pro-preview".into(), ..reply };
    let thought = |text: &str, seal: &str| Thought { text: text.into(), seal: seal.into() };
    let aloud = "**Adding**\n\nTwo and two.";
    check(
        "thoughts.txt",
        third(Reply {
            reasoning: aloud.into(),
            thoughts: vec![thought(aloud, "gemini:EqQBCgIYAhIM")],
            ..said("Four.", Finish::Stop, TokenUsage { reasoning: 61, ..usage(8, 64) })
        }),
    );
    check(
        "parallel.txt",
        third(Reply {
            thoughts: vec![thought("", "gemini:Es8CCswC")],
            tool_calls: vec![
                call("k8j2", "read_file", "{\"path\":\"a\"}"),
                call("k8j3", "read_file", "{\"path\":\"b\"}"),
            ],
            ..said("", Finish::ToolCalls, TokenUsage { reasoning: 21, ..usage(82, 45) })
        }),
    );
    check("grounded.txt", said("It is sunny.", Finish::Stop, usage(53, 5)));
    check("code.txt", said("Counting: 2", Finish::Stop, usage(40, 14)));
    let cached = TokenUsage { cached_input: 4, ..usage(5, 2) };
    check("feedback.txt", said("Good day", Finish::Stop, cached));
    check("recitation.txt", said("Once upon", Finish::ContentFilter, usage(5, 2)));
    check("counted-apart.txt", said("Good day", Finish::Stop, usage(5, 2)));
}

#[test]
fn every_recorded_stream_is_in_the_list() {
    assert_eq!(fixtures().streams(), STREAMS);
}

#[test]
fn a_whole_answer_decodes_like_a_stream() {
    let deltas = decode(&fixtures().read("whole.json"), &request()).unwrap();
    let expected = Reply {
        reasoning: "Hm.".into(),
        thoughts: vec![Thought { text: "Hm.".into(), seal: "gemini:Sig".into() }],
        ..said("Hello", Finish::Stop, TokenUsage { reasoning: 3, ..usage(9, 5) })
    };
    assert_eq!(whole(deltas), Ok(expected));
    for body in ["", "[]", "<html>", "{}"] {
        let code = decode(body.as_bytes(), &request()).unwrap_err().code();
        assert!(matches!(code, "invalid_reply" | "stream_cut"), "{body}: {code}");
    }
}

#[test]
fn turns_take_the_shape_of_the_wire() {
    let message = |role, content| Message { role, content };
    let text = |text: &str| Part::Text { text: text.into() };
    let request = Request {
        tools: vec![tool("read")],
        tool_choice: ToolChoice::Tool("read".into()),
        messages: vec![
            Message::system("rules"),
            message(
                Role::User,
                vec![
                    text("see"),
                    Part::Image(Image::base64("image/png", "AA")),
                    Part::Image(Image::url("https://example.com/a.png")),
                ],
            ),
            message(
                Role::Assistant,
                vec![
                    Part::Thought(Thought { text: "hm".into(), seal: "gemini:S".into() }),
                    Part::Thought(Thought { text: "x".into(), seal: "anthropic:A".into() }),
                    Part::ToolCall(call("a", "read", "{\"p\":1}")),
                    Part::ToolCall(call("b", "read", "broken")),
                ],
            ),
            Message::tool_return("a", "{\"ok\":true}"),
            Message::tool_return("b", "two"),
        ],
        max_output_tokens: Some(9),
        stop: vec!["END".into()],
        ..request()
    };
    let expected = json!({
        "contents": [
            {"role": "user", "parts": [
                {"text": "see"},
                {"inlineData": {"mimeType": "image/png", "data": "AA"}},
                {"fileData": {"fileUri": "https://example.com/a.png"}},
            ]},
            {"role": "model", "parts": [
                {"thoughtSignature": "S", "functionCall": {"name": "read", "args": {"p": 1}}},
                {"functionCall": {"name": "read"}},
            ]},
            {"role": "user", "parts": [
                {"functionResponse": {"name": "read", "response": {"ok": true}}},
                {"functionResponse": {"name": "read", "response": {"result": "two"}}},
            ]},
        ],
        "systemInstruction": {"parts": [{"text": "rules"}]},
        "tools": [{"functionDeclarations": [
            {"name": "read", "description": "d", "parametersJsonSchema": {"type": "object"}},
        ]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["read"]}},
        "generationConfig": {"maxOutputTokens": 9, "stopSequences": ["END"]},
    });
    assert_eq!(sent(&request), expected);
    // the third generation refuses a first call without a seal
    let unsealed = Request {
        model: "gemini-3-pro".into(),
        messages: vec![message(Role::Assistant, vec![Part::ToolCall(call("a", "read", "{}"))])],
        ..request
    };
    let part = &sent(&unsealed)["contents"][0]["parts"][0];
    assert_eq!(part["thoughtSignature"], "skip_thought_signature_validator");
}

#[test]
fn a_demanded_shape_is_native_or_a_function() {
    let schema = |schema: Value| Some(OutputSchema { name: "story".into(), schema, strict: None });
    let fields = json!({"a": {"type": "string"}});
    let closed = json!({"type": "object", "properties": fields, "additionalProperties": false});
    let native = sent(&Request { output_schema: schema(closed), ..request() });
    let config = &native["generationConfig"];
    assert_eq!(config["responseMimeType"], "application/json");
    assert_eq!(config["responseSchema"], json!({"type": "object", "properties": fields}));
    let any = sent(&Request { output_schema: schema(json!({"type": "object"})), ..request() });
    assert_eq!(any["generationConfig"], json!({"responseMimeType": "application/json"}));
    let wide = sent(&Request { output_schema: schema(json!({"$ref": "#"})), ..request() });
    assert_eq!(wide["generationConfig"]["responseJsonSchema"], json!({"$ref": "#"}));
    let beside_tools = Request {
        output_schema: schema(json!({"type": "array"})),
        tools: vec![tool("read")],
        ..request()
    };
    let body = sent(&beside_tools);
    assert_eq!(body["tools"][0]["functionDeclarations"][1]["name"], "story");
    assert_eq!(body["toolConfig"]["functionCallingConfig"]["mode"], "ANY");
    assert!(body["generationConfig"].is_null());
    let answer = json!({"candidates": [{"content": {"parts": [
        {"functionCall": {"name": "story", "args": {"answer": [1, 2]}}},
    ]}, "finishReason": "STOP"}]});
    let deltas = decode(answer.to_string().as_bytes(), &beside_tools).unwrap();
    let answer = whole(deltas).unwrap();
    assert_eq!((answer.content.as_str(), answer.finish), ("[1,2]", Finish::Stop));
}

#[test]
fn thinking_is_asked_for_as_the_model_knows_it() {
    let check = |model: &str, reasoning: Reasoning, expected: Value| {
        let request = Request { reasoning: Some(reasoning), ..Request::new(model, Vec::new()) };
        assert_eq!(sent(&request)["generationConfig"]["thinkingConfig"], expected, "{model}");
    };
    let budget = |tokens: i64| json!({"includeThoughts": true, "thinkingBudget": tokens});
    check("gemini-2.5-flash", Reasoning::Budget(500), budget(500));
    check("gemini-2.5-flash", Reasoning::Adaptive, budget(-1));
    check(
        "gemini-2.5-flash",
        Reasoning::Off,
        json!({"includeThoughts": false, "thinkingBudget": 0}),
    );
    check(
        "gemini-3-pro",
        Reasoning::Effort(Effort::High),
        json!({"includeThoughts": true, "thinkingLevel": "high"}),
    );
    check("gemini-3-pro", Reasoning::Adaptive, json!({"includeThoughts": true}));
}

#[test]
fn models_counts_and_embeddings_are_asked_for_and_read() {
    assert_eq!(path("models/gemini-2.5-flash", "x"), "models/gemini-2.5-flash:x");
    assert_eq!(path("../evil", "x"), "models/..%2Fevil:x");
    let list = json!({"models": [
        {"name": "models/gemini-2.5-flash", "supportedGenerationMethods": ["generateContent"]},
        {"name": "models/imagen", "supportedGenerationMethods": ["predict"]},
    ]});
    let models = decode_models(list.to_string().as_bytes());
    assert_eq!(models, Ok(vec!["gemini-2.5-flash".to_owned()]));
    let count: Value = serde_json::from_slice(&encode_count(&request()).unwrap()).unwrap();
    assert_eq!(count["generateContentRequest"]["model"], "models/gemini-2.5-flash");
    assert_eq!(decode_count(b"{\"totalTokens\": 31}"), Ok(31));
    let ask = |input| EmbedRequest {
        model: "gemini-embedding-001".into(),
        input,
        dimensions: Some(2),
        user: None,
    };
    let texts = ask(EmbedInput::Texts(vec!["a".into(), "b".into()]));
    let body: Value = serde_json::from_slice(&encode_embeddings(&texts).unwrap()).unwrap();
    let one = json!({"model": "models/gemini-embedding-001",
        "content": {"parts": [{"text": "a"}]}, "outputDimensionality": 2});
    assert_eq!(body["requests"][0], one);
    let answer = br#"{"embeddings":[{"values":[0.5,1]},{"values":[1,0]}]}"#;
    let got = decode_embeddings(answer, &texts).unwrap();
    assert_eq!((got.vectors[0].as_slice(), got.usage.estimated), ([0.5, 1.0].as_slice(), true));
    let few = decode_embeddings(br#"{"embeddings":[]}"#, &texts).unwrap_err();
    assert_eq!(few.code(), "invalid_reply");
    let tokens = encode_embeddings(&ask(EmbedInput::Tokens(vec![vec![1]]))).unwrap_err();
    assert_eq!(tokens.code(), "unsupported");
}

#[test]
fn documented_refusals_become_typed_errors() {
    sorts_refusals(&fixtures());
    let cases: Vec<Value> = serde_json::from_slice(&fixtures().read("errors.json")).unwrap();
    let limited = cases.iter().find(|case| case["status"] == 429).unwrap();
    let error = decode_error(429, None, limited["body"].to_string().as_bytes(), "m");
    assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(17)));
}

#[test]
fn a_stream_cut_at_any_byte_is_never_half_a_reply() {
    // the last event's two line ends may be missing
    survives_every_cut::<Generated>(&fixtures(), &request(), 4);
}

#[test]
fn a_broken_stream_still_ends_exactly_once() {
    survives_noise::<Generated>(&fixtures(), &request());
    survives_random_bytes::<Generated>(&request());
}

#[test]
fn an_endless_stream_is_stopped_at_its_limit() {
    is_capped::<Generated>(&request());
}
