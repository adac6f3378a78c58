//! Anthropic's messages.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value as Json, json};

use super::{is, list, number, text};
use crate::real_model::event::Event;
use crate::real_model::task::{Answer, MOST_TOKENS, Task, parameters, schema};

pub(super) fn body(task: Task, model: &str) -> Json {
    let mut body = json!({
        "model": model, "max_tokens": MOST_TOKENS, "temperature": 0,
        "messages": [{"role": "user", "content": task.question()}],
    });
    match task.of() {
        Task::Tool => {
            body["tools"] = json!([{
                "name": "weather", "description": "Looks out of the window",
                "input_schema": parameters(),
            }]);
            body["tool_choice"] = json!({"type": "any", "disable_parallel_tool_use": true});
        }
        Task::Schema => {
            let format = json!({"type": "json_schema", "schema": schema()});
            body["output_config"] = json!({"format": format});
        }
        _ => {}
    }
    body
}

pub(super) fn whole(answer: &Json, model: &str) -> Result<Answer> {
    head(answer, model)?;
    let mut found = Answer { tokens: used(&answer["usage"])?, ..Answer::default() };
    for block in list(answer, "content")? {
        match text(block, "type")? {
            "text" => found.text += text(block, "text")?,
            "tool_use" => {
                ensure!(!text(block, "id")?.is_empty(), "a call without an id: {block}");
                ensure!(block["input"].is_object(), "input is no object: {block}");
                found.calls.push((text(block, "name")?.to_owned(), block["input"].to_string()));
            }
            other => bail!("a block of the type \"{other}\""),
        }
    }
    found.is_cut = ended(text(answer, "stop_reason")?, !found.calls.is_empty())?;
    Ok(found)
}

pub(super) fn streamed(events: &[Event], model: &str) -> Result<Answer> {
    let [first, blocks @ .., delta, last] = events else { bail!("fewer than three events") };
    for event in events {
        is(&event.data, "type", event.name.as_str())?;
    }
    ensure!(first.name == "message_start", "it begins with {}", first.name);
    ensure!(delta.name == "message_delta", "it ends with {}", delta.name);
    ensure!(last.name == "message_stop", "it ends with {}: {}", last.name, last.data);
    head(&first.data["message"], model)?;
    let mut answer = Answer { tokens: used(&delta.data["usage"])?, ..Answer::default() };
    let (mut begun, mut open) = (0_u64, None);
    for event in blocks.iter().filter(|event| event.name != "ping") {
        let index = number(&event.data, "index")?;
        match event.name.as_str() {
            "content_block_start" => {
                ensure!(open.is_none() && index == begun, "a block within a block: {}", event.data);
                (begun, open) = (begun + 1, Some(index));
                let block = &event.data["content_block"];
                match text(block, "type")? {
                    "text" => is(block, "text", "")?,
                    "tool_use" => {
                        is(block, "input", json!({}))?;
                        ensure!(!text(block, "id")?.is_empty(), "a call without an id: {block}");
                        answer.calls.push((text(block, "name")?.to_owned(), String::new()));
                    }
                    other => bail!("a block of the type \"{other}\""),
                }
            }
            "content_block_delta" => {
                ensure!(open == Some(index), "a piece of no open block: {}", event.data);
                let piece = &event.data["delta"];
                match text(piece, "type")? {
                    "text_delta" => answer.text += text(piece, "text")?,
                    "input_json_delta" => {
                        let call = answer.calls.last_mut().context("arguments of no call")?;
                        call.1 += text(piece, "partial_json")?;
                    }
                    other => bail!("a piece of the type \"{other}\""),
                }
            }
            "content_block_stop" => {
                ensure!(open.take() == Some(index), "another block stops: {}", event.data);
            }
            other => bail!("an event \"{other}\" among the blocks"),
        }
    }
    ensure!(open.is_none(), "a block never stops");
    let reason = text(&delta.data["delta"], "stop_reason")?;
    answer.is_cut = ended(reason, !answer.calls.is_empty())?;
    Ok(answer)
}

fn head(message: &Json, model: &str) -> Result<()> {
    is(message, "type", "message")?;
    is(message, "role", "assistant")?;
    is(message, "model", model)?;
    is(message, "stop_sequence", Json::Null)?;
    ensure!(text(message, "id")?.starts_with("msg_"), "id is {}", message["id"]);
    Ok(())
}

fn ended(reason: &str, has_calls: bool) -> Result<bool> {
    match (reason, has_calls) {
        ("max_tokens", _) => Ok(true),
        ("end_turn", false) | ("tool_use", true) => Ok(false),
        _ => bail!("it ends with \"{reason}\", with calls: {has_calls}"),
    }
}

/// What was read from the cache is told apart from the rest here, and nowhere else.
fn used(usage: &Json) -> Result<(u64, u64)> {
    let fields = ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"];
    let read = fields.iter().map(|field| number(usage, field)).sum::<Result<u64>>()?;
    Ok((read, number(usage, "output_tokens")?))
}
