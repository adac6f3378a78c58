//! What every codec keeps of the answer it reads: who answers, and how much was said for the
//! day on which the provider does not count.

use crate::chat::{Delta, Request, TokenUsage};
use crate::tokens::{Tally, estimate_input};

/// What an answer has told so far.
#[derive(Debug)]
pub(super) struct Told {
    /// The model that was asked, and from the start on the one that says it answers.
    pub model: String,
    has_started: bool,
    input_estimate: u64,
    written: Tally,
}

impl Told {
    /// Nothing yet of the answer to `request`.
    pub fn new(request: &Request) -> Self {
        Self {
            model: request.model.clone(),
            has_started: false,
            input_estimate: estimate_input(request),
            written: Tally::default(),
        }
    }

    /// The answer has begun; the first time that it is told, the start is given.
    pub fn start(&mut self, model: Option<String>, deltas: &mut Vec<Delta>) {
        if !self.has_started {
            self.has_started = true;
            if let Some(model) = model.filter(|model| !model.is_empty()) {
                self.model = model;
            }
            deltas.push(Delta::Start { model: self.model.clone(), scripted: false });
        }
    }

    /// Gives words of the answer, if there are any.
    pub fn say(&mut self, text: Option<String>, deltas: &mut Vec<Delta>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.count(&text);
            deltas.push(Delta::Text { text });
        }
    }

    /// Gives words of a refusal, if there are any.
    pub fn refuse(&mut self, text: Option<String>, deltas: &mut Vec<Delta>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.count(&text);
            deltas.push(Delta::Refusal { text });
        }
    }

    /// Gives words of a thought, if there are any.
    pub fn think(&mut self, text: Option<String>, deltas: &mut Vec<Delta>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.count(&text);
            deltas.push(Delta::Reasoning { text });
        }
    }

    /// Counts what is written beside words and thoughts, such as a call.
    pub fn count(&mut self, text: &str) {
        self.written.add(text);
    }

    /// About what was used, for a provider that did not say.
    pub fn estimate(&self) -> TokenUsage {
        TokenUsage {
            input: self.input_estimate,
            output: self.written.tokens(),
            estimated: true,
            ..TokenUsage::default()
        }
    }
}
