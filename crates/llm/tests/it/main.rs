//! Calls over real sockets on this machine: wiremock where the answer is regular HTTP, a
//! raw listener where it is broken on purpose.

#![allow(clippy::unwrap_used)]

mod answers;
mod failures;
mod garbage;
mod kinds;
mod properties;
mod raw;
mod streams;
mod written;

use std::time::Duration;

use llm::chat::{Finish, Message, Reply, Request, TokenUsage};
use llm::{Endpoint, Provider, Timeouts, Transport};

/// A complete stream that says "Hi".
const HI: &str = "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n\
    data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
    data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n\
    data: [DONE]\n\n";

/// What that stream says.
fn hi() -> Reply {
    Reply {
        model: "m".into(),
        content: "Hi".into(),
        refusal: String::new(),
        reasoning: String::new(),
        thoughts: Vec::new(),
        tool_calls: Vec::new(),
        finish: Finish::Stop,
        stop_sequence: None,
        usage: TokenUsage { input: 3, output: 1, ..TokenUsage::default() },
        scripted: false,
    }
}

fn request() -> Request {
    Request::new("m", vec![Message::user("hello")])
}

fn provider(base_url: &str) -> Provider {
    Provider::OpenAi(Endpoint::new(base_url).with_key("sk-test"))
}

fn transport() -> Transport {
    transport_with(Timeouts::default())
}

fn transport_with(timeouts: Timeouts) -> Transport {
    Transport::new(timeouts).unwrap()
}

/// Long enough for a busy machine where a timeout is not what is tested.
const AMPLE: Duration = Duration::from_secs(60);

fn timeouts(headers: Duration, idle: Duration, total: Duration) -> Timeouts {
    Timeouts { connect: AMPLE, headers, idle, total }
}
