//! OpenAI's responses.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value as Json, json};

use super::{is, list, number, text};
use crate::real_model::event::Event;
use crate::real_model::task::{Answer, MOST_TOKENS, Task, parameters, schema};

pub(super) fn body(task: Task, model: &str) -> Json {
    let mut body = json!({
        "model": model, "max_output_tokens": MOST_TOKENS, "temperature": 0, "store": false,
        "input": task.question(),
    });
    match task.of() {
        Task::Tool => {
            body["tools"] = json!([{
                "type": "function", "name": "weather", "description": "Looks out of the window",
                "parameters": parameters(), "strict": false,
            }]);
            body["tool_choice"] = json!("required");
            body["parallel_tool_calls"] = json!(false);
        }
        Task::Schema => {
            body["text"] = json!({"format": {
                "type": "json_schema", "name": "capital", "strict": true, "schema": schema(),
            }});
        }
        _ => {}
    }
    body
}

pub(super) fn whole(answer: &Json, model: &str) -> Result<Answer> {
    is(answer, "object", "response")?;
    is(answer, "model", model)?;
    ensure!(text(answer, "id")?.starts_with("resp_"), "id is {}", answer["id"]);
    number(answer, "created_at")?;
    is(answer, "error", Json::Null)?;
    let is_cut = match text(answer, "status")? {
        "completed" => false,
        "incomplete" => {
            is(&answer["incomplete_details"], "reason", "max_output_tokens")?;
            true
        }
        other => bail!("its status is \"{other}\""),
    };
    let usage = &answer["usage"];
    let (read, wrote) = (number(usage, "input_tokens")?, number(usage, "output_tokens")?);
    is(usage, "total_tokens", read + wrote)?;
    let mut found = Answer { tokens: (read, wrote), is_cut, ..Answer::default() };
    for item in list(answer, "output")? {
        ensure!(!text(item, "id")?.is_empty(), "an item without an id: {item}");
        match text(item, "type")? {
            "message" => {
                is(item, "role", "assistant")?;
                for part in list(item, "content")? {
                    is(part, "type", "output_text")?;
                    list(part, "annotations")?;
                    found.text += text(part, "text")?;
                }
            }
            "function_call" => {
                ensure!(!text(item, "call_id")?.is_empty(), "a call without an id: {item}");
                let call = (text(item, "name")?, text(item, "arguments")?);
                found.calls.push((call.0.to_owned(), call.1.to_owned()));
            }
            "reasoning" => {}
            other => bail!("an item of the type \"{other}\""),
        }
    }
    Ok(found)
}

pub(super) fn streamed(events: &[Event], model: &str) -> Result<Answer> {
    let (mut words, mut arguments) = (String::new(), Vec::<String>::new());
    for (number, event) in events.iter().enumerate() {
        is(&event.data, "type", event.name.as_str())?;
        is(&event.data, "sequence_number", number)?;
        match event.name.as_str() {
            "response.output_text.delta" => words += text(&event.data, "delta")?,
            "response.output_item.added" if event.data["item"]["type"] == "function_call" => {
                arguments.push(String::new());
            }
            "response.function_call_arguments.delta" => {
                let last = arguments.last_mut().context("arguments of no call")?;
                *last += text(&event.data, "delta")?;
            }
            _ => {}
        }
    }
    let first = events.first().context("no events")?;
    ensure!(first.name == "response.created", "it begins with {}", first.name);
    let last = events.last().context("no events")?;
    let is_end = matches!(last.name.as_str(), "response.completed" | "response.incomplete");
    ensure!(is_end, "it ends with {}: {}", last.name, last.data);
    let answer = whole(&last.data["response"], model)?;
    ensure!(answer.text == words, "the pieces make {words:?} and the whole is {:?}", answer.text);
    let whole: Vec<&String> = answer.calls.iter().map(|(_, arguments)| arguments).collect();
    ensure!(whole == arguments.iter().collect::<Vec<_>>(), "{whole:?} came as {arguments:?}");
    Ok(answer)
}
