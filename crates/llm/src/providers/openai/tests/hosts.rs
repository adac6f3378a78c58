//! What the answers of servers mean that speak the dialect with words of their own.

use base::Micros;

use super::{decode_pieces, fixture, reply};
use crate::chat::{Finish, Reply, TokenUsage};
use crate::testing::{call, said, usage};

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
