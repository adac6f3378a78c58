//! A call on its way through the doors: what was asked by whom, and the ledger's row.

use std::sync::Arc;

use base::{CallId, Micros};
use llm::chat::{Reply, TokenUsage};
use llm::door::Meta;
use llm::price::Price;
use llm::tokens::Tally;
use tokio::time::Instant;

use super::Doors;
use super::call::Thrift;
use super::quote::Quote;
use crate::cache::{Given, Lead, Spot};
use crate::ledger::slices::{Amount, Entry, Ticket};
use crate::telemetry::{self, Answered, Ending, Operation, Told};
use crate::virtual_key::Holder;

/// What is known of a call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) id: CallId,
    /// The door's name.
    pub(super) door: &'static str,
    pub(super) holder: Holder,
    pub(super) began: Instant,
    started_at: base::Timestamp,
}

/// What an answer used, as the ledger takes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Used<'a> {
    pub(super) platform: &'a Arc<str>,
    pub(super) model: &'a str,
    pub(super) usage: TokenUsage,
    pub(super) scripted: bool,
}

impl Call {
    /// A call that comes in now.
    pub(super) fn new(doors: &Doors, door: &'static str, holder: Holder, began: Instant) -> Self {
        let now = doors.app.now();
        let id = CallId::new(now, doors.app.random.as_ref());
        Self { id, door, holder, began, started_at: now }
    }

    /// What it asks of a model.
    pub(super) fn operation(&self) -> Operation {
        match self.door {
            "embeddings" => Operation::Embeddings,
            "audio/transcriptions" => Operation::Transcription,
            _ => Operation::Chat,
        }
    }

    /// What the answer says beside the model's words.
    pub(super) fn meta(&self, model: &str) -> Meta {
        let id = self.id.to_string();
        Meta {
            id: id.split_once('_').map_or(id.clone(), |(_, digits)| digits.to_owned()),
            created: self.started_at.as_millis() / 1_000,
            model: model.to_owned(),
        }
    }

    /// The ledger's row as it stands before the call.
    pub(super) fn entry(&self, quote: &Quote) -> Entry {
        self.entry_of(self.id, quote)
    }

    /// The same under an id of its own, for a try after one that was given up.
    pub(super) fn entry_of(&self, id: CallId, quote: &Quote) -> Entry {
        Entry {
            organisation: self.holder.organisation,
            id,
            model: format!("{}/{}", quote.provider(), quote.model()),
            provider: quote.provider().to_owned(),
            scripted: false,
            outcome: "ok",
            error: None,
            input_tokens: 0,
            output_tokens: 0,
            cost_micros: 0,
            estimated: false,
            duration_ms: 0,
            started_at: self.started_at.as_millis(),
            finished_at: self.started_at.as_millis(),
            door: self.door,
            key: Some(self.holder.key.id),
            user: Some(self.holder.key.user_id),
            project: self.holder.key.project.clone(),
            calls: 1,
            cached_input_tokens: 0,
            cost_known: quote.cost_known,
            is_cached: false,
        }
    }
}

impl Doors {
    /// Books an answer; gives what it cost.
    pub(super) fn book(&self, call: &Call, ticket: Option<Ticket>, used: Used<'_>) -> Micros {
        let Used { platform, model, usage, scripted } = used;
        let organisation = call.holder.organisation;
        let price = self.gateway.cost(organisation, (&**platform, model), &usage);
        let cost = price.micros().unwrap_or(Micros::ZERO);
        let Some(mut ticket) = ticket else { return cost };
        if let Some(entry) = ticket.entry() {
            if *entry.provider != **platform || !entry.model.ends_with(model) {
                entry.asks(platform, model);
            }
            entry.scripted = scripted;
            entry.estimated = usage.estimated || price == Price::Unknown;
            entry.cost_known = price != Price::Unknown;
            entry.cached_input_tokens = i64::try_from(usage.cached_input).unwrap_or(i64::MAX);
        }
        ticket.answered_by(platform.clone());
        ticket.settle(Amount::call(cost, usage.input, usage.output));
        cost
    }

    /// Books a try that was given up with nobody knowing what it cost at this platform.
    pub(super) fn book_lost(mut ticket: Ticket, at: &Arc<str>, quote: &Quote) {
        if let Some(entry) = ticket.entry() {
            entry.outcome = "error";
            entry.error = Some(llm::Error::StreamCut.to_string());
            entry.estimated = true;
            if let Some(place) = quote.place(at) {
                entry.asks(&place.platform, &place.model);
            }
        }
        ticket.lose(std::slice::from_ref(at));
    }

    /// Books a call that failed: nothing when the provider cannot have counted anything,
    /// else as much as was set aside, since nobody knows.
    pub(super) fn book_failure(ticket: Option<Ticket>, error: &llm::Error) {
        let Some(mut ticket) = ticket else { return };
        let is_free = error.used_nothing() || ticket.is_unsent();
        if let Some(entry) = ticket.entry() {
            entry.outcome = "error";
            entry.error = Some(error.to_string());
            entry.estimated = !is_free;
        }
        if is_free {
            ticket.settle(Amount { calls: 1, ..Amount::default() });
        } else {
            ticket.lose(&[]);
        }
    }

    /// An answer of the cache goes into the ledger too, at no cost.
    pub(super) fn remembered<A>(
        &self,
        call: &Call,
        quote: &Quote,
        given: &Given<A>,
        scripted: bool,
    ) {
        if !self.does(super::Part::Ledger) {
            return;
        }
        let mut entry = call.entry(quote);
        entry.model = format!("{}/{}", given.provider, given.model);
        entry.provider.clone_from(&given.provider);
        entry.scripted = scripted;
        entry.is_cached = true;
        entry.cost_known = true;
        self.bank.note(entry);
    }

    /// Tells how a call of a model ended.
    pub(super) fn tell(
        &self,
        call: &Call,
        span: &tracing::Span,
        place: (&str, &str),
        outcome: Result<Answered<'_>, &llm::Error>,
    ) {
        let meters = self.does(super::Part::Meters).then(|| self.gateway.meters());
        let (operation, took) = (call.operation(), call.began.elapsed());
        let outcome = outcome.map_err(llm::Error::code);
        telemetry::ended(span, meters, Told { operation, place, took, outcome });
    }

    /// Counts how a call ended.
    pub(super) fn count(&self, call: &Call, ending: Ending) {
        if self.does(super::Part::Meters) {
            self.gateway.meters().door(call.door, ending, call.began.elapsed());
        }
    }
}

/// The parts of a call that its stream needs when it ends.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) doors: Doors,
    pub(super) call: Arc<Call>,
    pub(super) ticket: Option<Ticket>,
    pub(super) pass: Option<crate::limit::Admission>,
    pub(super) thrift: Thrift,
    pub(super) span: tracing::Span,
    pub(super) platform: Arc<str>,
    pub(super) model: String,
    /// Those who wait for the same answer, when it may be given again.
    pub(super) lead: Option<Lead<Given<Reply>>>,
    /// Where it goes for questions of the same meaning.
    pub(super) spot: Option<Spot>,
}

impl Open {
    /// An answer that is cut short has cost at least what was heard of it, whatever was set
    /// aside: a model that nobody limits may have written more than anybody thought.
    pub(super) fn hold_at_least(&mut self, told: &TokenUsage, heard: Tally) {
        let Some(ticket) = self.ticket.as_mut() else { return };
        let written = heard.tokens().max(told.output);
        let held = ticket.held();
        if i64::try_from(written).is_ok_and(|written| written <= held.output) {
            return;
        }
        let input = told.input.max(u64::try_from(held.input).unwrap_or(0));
        let usage = TokenUsage { input, output: written, ..*told };
        let organisation = self.call.holder.organisation;
        let price = self.doors.gateway.cost(organisation, (&*self.platform, &self.model), &usage);
        let cost = price.micros().unwrap_or(Micros::ZERO);
        ticket.cost_at_least(Amount::call(cost, input, written));
    }
}
