//! Finding the rule that answers, and playing it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::stream::{StreamExt, iter, unfold};
use serde_json::Value;

use super::script::{Rule, When, parse};
use super::template::Values;
use crate::chat::{Delta, Finish, Message, Part, Request, Role, TokenUsage};
use crate::provider::DeltaStream;
use crate::tokens::{Tally, estimate_input};
use crate::{Error, Result};

/// The scripted model's name where models are listed.
pub const MODEL: &str = "scripted";

/// A model that answers from a script. Clones share the counts of `nth` and `times`.
#[derive(Debug, Clone)]
pub struct Scripted {
    rules: Arc<[Rule]>,
    counts: Arc<Mutex<Vec<Count>>>,
}

/// How often a rule was met and how often it answered.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    met: u64,
    answered: u64,
}

impl Scripted {
    /// A model that answers from this script, a list of rules.
    pub fn new(script: Value) -> Result<Self> {
        let rules = parse(script)?;
        let counts = vec![Count::default(); rules.len()];
        Ok(Self { rules: rules.into(), counts: Arc::new(Mutex::new(counts)) })
    }

    pub(crate) async fn stream(&self, request: &Request) -> Result<DeltaStream> {
        let turn = turn(request);
        let (rule, nth) = self.choose(request, turn)?;
        pause(rule.delay_ms).await;
        if let Some(error) = rule.error.as_ref().filter(|_| rule.fails_at_once()) {
            return Err(error.to_error(&request.model));
        }
        let deltas = deltas(rule, &Values { request, nth, turn })?;
        let last = rule.error.as_ref().map(|error| Err(error.to_error(&request.model)));
        let items: Vec<_> = deltas.into_iter().map(Ok).chain(last).collect();
        Ok(paced(items, rule.chunk_delay_ms))
    }

    /// The first rule that fits, and how often it has answered with this time.
    fn choose(&self, request: &Request, turn: u64) -> Result<(&Rule, u64)> {
        // counts stay sound even if a panic elsewhere poisoned the lock
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for (rule, count) in self.rules.iter().zip(counts.iter_mut()) {
            if !rule.when.fits(request, turn) {
                continue;
            }
            count.met += 1;
            let is_its_turn = rule.when.nth.is_none_or(|nth| nth == count.met);
            let has_more = rule.times.is_none_or(|times| count.answered < times);
            if is_its_turn && has_more {
                count.answered += 1;
                return Ok((rule, count.answered));
            }
        }
        Err(no_rule(request, turn))
    }
}

impl When {
    fn fits(&self, request: &Request, turn: u64) -> bool {
        let command = request.labels.get("command");
        let command_fits = self.command.as_ref().is_none_or(|wanted| command == Some(wanted));
        let text_fits = self.contains.as_ref().is_none_or(|wanted| was_said(request, wanted));
        command_fits && text_fits && self.turn.is_none_or(|wanted| wanted == turn)
    }
}

fn was_said(request: &Request, wanted: &str) -> bool {
    let is_heard = |message: &&Message| matches!(message.role, Role::User | Role::Tool);
    let mut parts = request.messages.iter().filter(is_heard).flat_map(|message| &message.content);
    parts.any(|part| match part {
        Part::Text { text } | Part::ToolReturn { content: text, .. } => text.contains(wanted),
        Part::Image(_) | Part::ToolCall(_) | Part::Thought(_) | Part::CachePoint => false,
    })
}

fn turn(request: &Request) -> u64 {
    let is_past = |message: &&Message| message.role == Role::Assistant;
    request.messages.iter().filter(is_past).count() as u64 + 1
}

fn no_rule(request: &Request, turn: u64) -> Error {
    let command = request.labels.get("command").map_or("none", String::as_str);
    let said: String = request.last_user_text().unwrap_or_default().chars().take(120).collect();
    Error::bad_request(format!(
        "no rule of the script answers this: command \"{command}\", turn {turn}, the user said \"{said}\""
    ))
}

fn deltas(rule: &Rule, values: &Values<'_>) -> Result<Vec<Delta>> {
    let mut written = Tally::default();
    let mut deltas = vec![Delta::Start { model: values.request.model.clone(), scripted: true }];
    if let Some(reasoning) = &rule.reasoning {
        let text = values.fill(reasoning)?;
        written.add(&text);
        deltas.push(Delta::Reasoning { text });
    }
    let text = match &rule.reply {
        None => String::new(),
        Some(Value::String(text)) => values.fill(text)?,
        Some(json) => values.fill_json(json)?.to_string(),
    };
    written.add(&text);
    deltas.extend(pieces(&text, rule.chunks).into_iter().map(|text| Delta::Text { text }));
    if let Some(refusal) = &rule.refusal {
        let text = values.fill(refusal)?;
        written.add(&text);
        deltas.extend(pieces(&text, rule.chunks).into_iter().map(|text| Delta::Refusal { text }));
    }
    for (index, call) in rule.tool_calls.iter().enumerate() {
        let arguments = match values.fill_json(&call.arguments)? {
            Value::Null => "{}".to_owned(),
            // text stands for arguments that are not JSON, as models write them at times
            Value::String(text) => text,
            json => json.to_string(),
        };
        written.add(&call.name);
        written.add(&arguments);
        let id = call.id.clone().unwrap_or_else(|| format!("call_{}_{index}", values.turn));
        deltas.push(Delta::ToolCall { index, id, name: call.name.clone(), arguments });
    }
    if rule.error.is_none() {
        deltas.push(Delta::Usage(usage(rule, values.request, written)));
        deltas.push(Delta::Finish { reason: finish(rule) });
    }
    Ok(deltas)
}

/// The text in about `count` pieces of the same length, cut between letters.
fn pieces(text: &str, count: usize) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let length = letters.len().div_ceil(count.max(1)).max(1);
    letters.chunks(length).map(|piece| piece.iter().collect()).collect()
}

fn usage(rule: &Rule, request: &Request, written: Tally) -> TokenUsage {
    TokenUsage {
        input: rule.input_tokens.unwrap_or_else(|| estimate_input(request)),
        output: rule.output_tokens.unwrap_or_else(|| written.tokens()),
        estimated: rule.input_tokens.is_none() || rule.output_tokens.is_none(),
        stated_cost: rule.stated_cost(),
        ..TokenUsage::default()
    }
}

fn finish(rule: &Rule) -> Finish {
    let is_refused = rule.refusal.is_some();
    rule.finish.unwrap_or(match (rule.tool_calls.is_empty(), is_refused) {
        (false, _) => Finish::ToolCalls,
        (true, true) => Finish::ContentFilter,
        (true, false) => Finish::Stop,
    })
}

/// The items, with a pause after each piece of text.
fn paced(items: Vec<Result<Delta>>, chunk_delay_ms: u64) -> DeltaStream {
    if chunk_delay_ms == 0 {
        return iter(items).boxed();
    }
    unfold((items.into_iter(), false), move |(mut items, must_pause)| async move {
        if must_pause {
            pause(chunk_delay_ms).await;
        }
        let item = items.next()?;
        let is_text = matches!(item, Ok(Delta::Text { .. } | Delta::Refusal { .. }));
        Some((item, (items, is_text)))
    })
    .boxed()
}

async fn pause(millis: u64) {
    if millis > 0 {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}
