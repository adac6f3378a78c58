//! Calls that a server leaves in the text.

use llm::chat::{Finish, Reply, Request, ToolChoice, ToolSpec};
use llm::{Abilities, Endpoint, Provider, Schemas, ToolCalls};
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{request, transport};

const CALL: &str = "{\"name\": \"clock\", \"arguments\": {\"zone\": \"UTC\"}}";

/// What comes of a required call, streamed and whole, and what was sent for it.
async fn ask(tool_calls: ToolCalls) -> ([Reply; 2], Value) {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({
        "model": "m",
        "choices": [{"message": {"content": CALL}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1},
    }));
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    let abilities = Abilities { tool_calls, schemas: Schemas::Enforced };
    let provider = Provider::OpenAi(Endpoint::new(server.uri()).with_abilities(abilities));
    let tool = ToolSpec {
        name: "clock".into(),
        description: "Tells the time".into(),
        parameters: json!({"type": "object", "properties": {"zone": {"type": "string"}}}),
        strict: None,
    };
    let request = Request { tools: vec![tool], tool_choice: ToolChoice::Required, ..request() };
    let whole = provider.complete_at_once(&transport(), &request).await.unwrap();
    let streamed = provider.complete(&transport(), request).await.unwrap();
    let sent = server.received_requests().await.unwrap();
    ([whole, streamed], serde_json::from_slice(&sent[0].body).unwrap())
}

#[tokio::test]
async fn a_written_call_is_a_call_where_that_is_said_of_the_server() {
    let (replies, sent) = ask(ToolCalls::Written).await;
    for reply in replies {
        let [call] = &reply.tool_calls[..] else { panic!("{reply:?}") };
        assert_eq!((call.name.as_str(), call.arguments.as_str()), ("clock", "{\"zone\": \"UTC\"}"));
        assert_eq!((reply.content.as_str(), reply.finish), ("", Finish::ToolCalls));
        assert_eq!((reply.usage.input, reply.usage.output), (3, 1));
    }
    assert_eq!(sent["tool_choice"], "auto");
    let schema = &sent["response_format"]["json_schema"]["schema"];
    assert_eq!(schema["properties"]["name"], json!({"const": "clock"}));
}

#[tokio::test]
async fn elsewhere_it_is_words() {
    let (replies, sent) = ask(ToolCalls::Native).await;
    for reply in replies {
        assert_eq!((reply.content.as_str(), reply.tool_calls.len()), (CALL, 0));
        assert_eq!(reply.finish, Finish::Stop);
    }
    assert_eq!(
        (&sent["tool_choice"], &sent["response_format"]),
        (&json!("required"), &Value::Null)
    );
}
