//! OpenAI's chat completions.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value as Json, json};

use super::{is, list, number, text};
use crate::real_model::event::Event;
use crate::real_model::task::{Answer, MOST_TOKENS, Task, parameters, schema};

pub(super) fn body(task: Task, model: &str) -> Json {
    let mut body = json!({
        "model": model, "max_completion_tokens": MOST_TOKENS, "temperature": 0,
        "messages": [{"role": "user", "content": task.question()}],
    });
    if task.is_streamed() {
        body["stream_options"] = json!({"include_usage": true});
    }
    match task.of() {
        Task::Tool => {
            let function = json!({"name": "weather", "description": "Looks out of the window", "parameters": parameters()});
            body["tools"] = json!([{"type": "function", "function": function}]);
            body["tool_choice"] = json!("required");
            body["parallel_tool_calls"] = json!(false);
        }
        Task::Schema => {
            let shape = json!({"name": "capital", "strict": true, "schema": schema()});
            body["response_format"] = json!({"type": "json_schema", "json_schema": shape});
        }
        _ => {}
    }
    body
}

pub(super) fn whole(answer: &Json, model: &str) -> Result<Answer> {
    is(answer, "object", "chat.completion")?;
    is(answer, "model", model)?;
    ensure!(text(answer, "id")?.starts_with("chatcmpl-"), "id is {}", answer["id"]);
    number(answer, "created")?;
    let [choice] = list(answer, "choices")? else { bail!("not one choice: {answer}") };
    is(choice, "index", 0)?;
    let message = &choice["message"];
    is(message, "role", "assistant")?;
    let calls = match &message["tool_calls"] {
        Json::Null => Vec::new(),
        _ => list(message, "tool_calls")?.iter().map(call).collect::<Result<_>>()?,
    };
    let words = message["content"].as_str().unwrap_or_default().to_owned();
    let is_cut = ended(text(choice, "finish_reason")?, !calls.is_empty())?;
    Ok(Answer { text: words, calls, tokens: used(&answer["usage"])?, is_cut })
}

pub(super) fn streamed(events: &[Event], model: &str) -> Result<Answer> {
    let Some((last, chunks)) = events.split_last() else { bail!("no events") };
    ensure!(last.data.is_null(), "the last event is not [DONE]");
    let Some((usage, chunks)) = chunks.split_last() else { bail!("no chunks") };
    ensure!(list(&usage.data, "choices")?.is_empty(), "the usage has choices");
    let mut answer = Answer { tokens: used(&usage.data["usage"])?, ..Answer::default() };
    let id = text(&usage.data, "id")?;
    let mut finish = None;
    for (index, event) in chunks.iter().enumerate() {
        let chunk = &event.data;
        is(chunk, "object", "chat.completion.chunk")?;
        is(chunk, "model", model)?;
        is(chunk, "id", id)?;
        ensure!(finish.is_none(), "a chunk after the finish: {chunk}");
        let [choice] = list(chunk, "choices")? else { bail!("not one choice: {chunk}") };
        let delta = &choice["delta"];
        ensure!((index == 0) == delta["role"].is_string(), "a role where none belongs: {chunk}");
        answer.text += delta["content"].as_str().unwrap_or_default();
        for part in delta["tool_calls"].as_array().into_iter().flatten() {
            let at = usize::try_from(number(part, "index")?)?;
            if at == answer.calls.len() {
                ensure!(!text(part, "id")?.is_empty(), "a call without an id: {part}");
                is(part, "type", "function")?;
                answer.calls.push((text(&part["function"], "name")?.to_owned(), String::new()));
            }
            let call = answer.calls.get_mut(at).context("calls are numbered with gaps")?;
            call.1 += part["function"]["arguments"].as_str().unwrap_or_default();
        }
        finish = choice["finish_reason"].as_str();
    }
    answer.is_cut = ended(finish.context("no finish")?, !answer.calls.is_empty())?;
    Ok(answer)
}

fn call(call: &Json) -> Result<(String, String)> {
    is(call, "type", "function")?;
    ensure!(!text(call, "id")?.is_empty(), "a call without an id: {call}");
    let function = &call["function"];
    Ok((text(function, "name")?.to_owned(), text(function, "arguments")?.to_owned()))
}

fn ended(reason: &str, has_calls: bool) -> Result<bool> {
    match (reason, has_calls) {
        ("length", _) => Ok(true),
        ("stop", false) | ("tool_calls", true) => Ok(false),
        _ => bail!("it ends with \"{reason}\", with calls: {has_calls}"),
    }
}

fn used(usage: &Json) -> Result<(u64, u64)> {
    let (read, wrote) = (number(usage, "prompt_tokens")?, number(usage, "completion_tokens")?);
    is(usage, "total_tokens", read + wrote)?;
    Ok((read, wrote))
}
