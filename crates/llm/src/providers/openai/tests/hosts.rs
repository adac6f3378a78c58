//! What the answers of servers mean that speak the dialect with words of their own.

use base::Micros;

use super::super::Recalled;
use super::{decode_pieces, fixture, fixtures, reply, request};
use crate::chat::{Finish, Reply, Thought, TokenUsage};
use crate::testing::{self, call, said, usage};

fn check(name: &str, expected: Reply) {
    assert_eq!(reply(decode_pieces([&fixture(name)[..]])), Ok(expected), "{name}");
}

#[test]
fn thoughts_stand_in_the_place_that_each_server_has_for_them() {
    let thought = |reasoning: &str, reply| Reply { reasoning: reasoning.into(), ..reply };
    check(
        "mistral-thinking.txt",
        thought(
            "Two and two.",
            said("magistral-medium-2509", "Four.", Finish::Stop, usage(11, 37)),
        ),
    );
    let counted = TokenUsage { cached_input: 64, reasoning: 17, ..usage(90, 21) };
    check(
        "deepseek-reasoner.txt",
        thought("Two and two.", said("deepseek-reasoner", "Four.", Finish::Stop, counted)),
    );
    // and where the model stopped at a text of the request's, that is told
    let stopped = said("Qwen/Qwen3-8B", "one, two, ", Finish::Stop, usage(21, 12));
    let stopped = Reply { stop_sequence: Some("three".into()), ..stopped };
    check("vllm-stop.txt", thought("Count up.", stopped));
}

#[test]
fn thoughts_are_sealed_before_what_follows_them_for_those_who_want_them_back() {
    let recalled = |stream: &[u8]| -> Vec<Thought> {
        let deltas = testing::decode_pieces::<Recalled>(&request(), [stream]);
        reply(deltas).unwrap().thoughts
    };
    let thought = |text: &str| Thought { text: text.into(), seal: "chat:".into() };
    assert_eq!(recalled(&fixture("deepseek-tools.txt")), [thought("The date first.")]);
    assert_eq!(recalled(&fixture("deepseek-reasoner.txt")), [thought("Two and two.")]);
    assert_eq!(recalled(&fixture("openai-parallel-tools.txt")), []);
    // before the words, where doors have their place for it
    let deltas =
        testing::decode_pieces::<Recalled>(&request(), [&fixture("deepseek-tools.txt")[..]]);
    let told: Vec<String> = deltas
        .iter()
        .map(|delta| serde_json::to_value(delta.as_ref().unwrap()).unwrap()["type"].to_string())
        .collect();
    let told = told.join(" ").replace('"', "");
    let expected = "start reasoning reasoning seal text tool_call tool_call usage finish";
    assert_eq!(told, expected);
    // a model that thinks may have nothing to say before a call, and that is wanted back too
    let wordless = |after: &str| {
        let first = r#"{"choices":[{"delta":{"reasoning_content":""}}]}"#;
        format!("data: {first}\n\ndata: {after}\n\ndata: [DONE]\n\n")
    };
    let called = r#"{"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"now"}}]},"finish_reason":"tool_calls"}]}"#;
    assert_eq!(recalled(wordless(called).as_bytes()), [thought("")]);
    let spoken = r#"{"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}"#;
    assert_eq!(recalled(wordless(spoken).as_bytes()), []);
    testing::survives_cuts::<Recalled>(&fixtures(), "deepseek-tools.txt", &request(), 20);
}

#[test]
fn usage_is_found_wherever_a_server_counts() {
    check(
        "groq-usage.txt",
        said("llama-3.3-70b-versatile", "Good day", Finish::Stop, usage(18, 3)),
    );
    check(
        "together-text.txt",
        said("meta-llama/Llama-3.3-70B-Instruct-Turbo", "Good day", Finish::Stop, usage(41, 3)),
    );
    check(
        "moonshot-usage.txt",
        said(
            "kimi-k2-0905-preview",
            "Good day",
            Finish::Stop,
            TokenUsage { cached_input: 10, ..usage(19, 21) },
        ),
    );
    // the message so far, beside each piece, is not said twice
    check(
        "perplexity-search.txt",
        said(
            "sonar-pro",
            "Good day[1]",
            Finish::Stop,
            TokenUsage { stated_cost: Some(Micros(6_066)), ..usage(7, 3) },
        ),
    );
}

#[test]
fn calls_come_whole_and_in_pieces() {
    check(
        "mistral-tools.txt",
        Reply {
            tool_calls: vec![
                call("D681PevKs", "read_file", "{\"path\": \"a\"}"),
                call("gSIMJiOkT", "now", "{}"),
            ],
            ..said(
                "mistral-large-2512",
                "",
                Finish::ToolCalls,
                TokenUsage { cached_input: 64, ..usage(82, 41) },
            )
        },
    );
    let counted = TokenUsage { cached_input: 64, reasoning: 3, ..usage(90, 21) };
    check(
        "deepseek-tools.txt",
        Reply {
            reasoning: "The date first.".into(),
            tool_calls: vec![call("call_00_a", "now", "{}")],
            ..said("deepseek-v4-pro", "Let me look.", Finish::ToolCalls, counted)
        },
    );
    check(
        "lm-studio-tools.txt",
        Reply {
            reasoning: "Read it.".into(),
            tool_calls: vec![call("365174485", "read_file", "{\"path\":\"a\"}")],
            ..said("qwen3-4b", "", Finish::ToolCalls, usage(160, 31))
        },
    );
}

#[test]
fn a_refusal_and_the_odds_of_words_are_read_as_openai_sends_them() {
    let model = "gpt-4o-2024-08-06";
    let refused = said(model, "", Finish::ContentFilter, usage(79, 9));
    let refused = Reply { refusal: "I can't help with that.".into(), ..refused };
    check("openai-refusal.txt", refused);
    check(
        "openai-logprobs.txt",
        said(model, "Good day", Finish::Length, TokenUsage { reasoning: 64, ..usage(19, 66) }),
    );
}
