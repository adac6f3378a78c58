//! One call of a model: limits and money before it, booking after it.

use std::sync::Arc;
use std::time::Duration;

use llm::chat::{Finish, Reply, Request};
use llm::door::Failure;
use llm::{Error, Phase};
use tokio::time::timeout;

use super::asked::{Call, Open, Used};
use super::held::Held;
use super::quote::{Quote, of_key, subjects};
use super::{Doors, Part, failure};
use crate::budget::OnExceeded;
use crate::cache::{Given, Lead, Spot, Unshared};
use crate::call::CallMeta;
use crate::ledger::slices::{Refusal, Ticket};
use crate::limit::{Admission, DayCaps, Subject, day_caps, give_back};
use crate::telemetry::{self, Answered};
use crate::virtual_key::Holder;

/// A call that may be made.
#[derive(Debug)]
struct Admitted {
    quote: Arc<Quote>,
    ticket: Option<Ticket>,
    pass: Option<Admission>,
    /// The name to ask for, which a budget may have changed.
    wanted: String,
    thrift: Thrift,
}

/// What a budget took away from a call: its answer is then none for others who ask the same.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Thrift {
    /// A cheaper model answers.
    is_cheaper: bool,
    /// It got an end that the client did not set.
    has_end: bool,
}

impl Thrift {
    /// Whether an answer that ended like this would be another one without the budget.
    pub(super) fn shows(self, finish: Finish) -> bool {
        self.is_cheaper || (self.has_end && finish == Finish::Length)
    }
}

/// On whose errand a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    /// A client asked for it.
    OfClient,
    /// The cache wants it on account of a client that asked for something else: its money and
    /// its tokens count like any other's, but it is no further request of the client's.
    OfCache,
}

/// How long a client is held up for the cache.
const FOR_CACHE: Duration = Duration::from_secs(3);

impl Errand {
    /// How long the call waits for a limit at most.
    pub(super) fn patience(self, doors: &Doors) -> Duration {
        match self {
            Self::OfClient => doors.options.patience,
            Self::OfCache => Duration::ZERO,
        }
    }

    /// How long the call may take.
    pub(super) fn deadline(self, doors: &Doors) -> Duration {
        match self {
            Self::OfClient => doors.options.deadline,
            Self::OfCache => FOR_CACHE.min(doors.options.deadline),
        }
    }
}

impl Doors {
    /// Lets a call pass the limits and sets its money aside.
    async fn admit(
        &self,
        call: &Call,
        quote: Arc<Quote>,
        request: &mut Request,
    ) -> Result<Admitted, Failure> {
        let pass = self.pass(&call.holder, quote.tokens, Errand::OfClient).await?;
        // without money its places are free again
        let admitted = self.afford(call, quote, request).await?;
        Ok(Admitted { pass, ..admitted })
    }

    /// Sets a call's money aside.
    async fn afford(
        &self,
        call: &Call,
        quote: Arc<Quote>,
        request: &mut Request,
    ) -> Result<Admitted, Failure> {
        let (pass, mut wanted) = (None, std::mem::take(&mut request.model));
        if !self.does(Part::Ledger) {
            let thrift = Thrift::default();
            return Ok(Admitted { quote, ticket: None, pass, wanted, thrift });
        }
        let organisation = call.holder.organisation;
        let (mut quote, mut thrift) = (quote, Thrift::default());
        if request.max_output_tokens.is_none() {
            let is_limited = self.bank.is_limited(organisation, quote.wanted(&call.holder)).await;
            if is_limited.map_err(|refusal| failure::refused(&refusal))? {
                // a budget should not have to hold the longest answer that the model can write
                request.max_output_tokens = Some(Quote::usual_output());
                thrift.has_end = true;
            } else {
                quote = Arc::new(self.unlimited(&call.holder, &wanted, request, &quote)?);
            }
        }
        let mut refusal = match self.reserve(call, &quote).await {
            Ok(ticket) => {
                let ticket = Some(ticket);
                return Ok(Admitted { quote, ticket, pass, wanted, thrift });
            }
            Err(refusal) => refusal,
        };
        let cheaper = match &refusal {
            Refusal::Exceeded(exceeded) => match &exceeded.on_exceeded {
                OnExceeded::Fallback(model) => Some(model.clone()),
                OnExceeded::Stop | OnExceeded::Pause => None,
            },
            Refusal::Unpriced(_) | Refusal::Unavailable(_) => None,
        };
        // a key asks what it may ask, whatever a budget prefers
        let may_ask =
            |model: &String| call.holder.may_ask(model) && self.may_go_to(&call.holder, model);
        if let Some(model) = cheaper.filter(may_ask) {
            quote = Arc::new(self.quote(&call.holder, &model, request)?);
            wanted = model;
            thrift.is_cheaper = true;
            match self.reserve(call, &quote).await {
                Ok(ticket) => {
                    let ticket = Some(ticket);
                    return Ok(Admitted { quote, ticket, pass, wanted, thrift });
                }
                Err(second) => refusal = second,
            }
        }
        Err(failure::refused(&refusal))
    }

    async fn reserve(&self, call: &Call, quote: &Quote) -> Result<Ticket, Refusal> {
        self.bank.reserve(quote.wanted(&call.holder), call.entry(quote)).await
    }

    /// Lets a question of about so many tokens pass the limits of its key, user and organisation.
    pub(super) async fn pass(
        &self,
        holder: &Holder,
        tokens: i64,
        errand: Errand,
    ) -> Result<Option<Admission>, Failure> {
        if !self.does(Part::Limits) {
            return Ok(None);
        }
        let (db, now) = (&self.app.db, self.app.now());
        let set = self.gateway.limits_of(db, holder.organisation, now).await;
        let set = set.map_err(|error| failure::store(&error))?;
        let (mut all, mut day) = (subjects(holder, &set), day_caps(&set));
        if errand == Errand::OfCache {
            for subject in &mut all {
                subject.requests = None;
            }
            day = day.map(DayCaps::of_no_request);
        }
        self.pass_all(holder, (&all, day), tokens, errand.patience(self)).await
    }

    /// The same for the limits of its key alone.
    pub(super) async fn pass_key(
        &self,
        holder: &Holder,
        tokens: i64,
    ) -> Result<Option<Admission>, Failure> {
        let subjects: Vec<Subject> =
            of_key(holder).filter(|_| self.does(Part::Limits)).into_iter().collect();
        self.pass_all(holder, (&subjects, None), tokens, self.options.patience).await
    }

    async fn pass_all(
        &self,
        holder: &Holder,
        limited: (&[Subject], Option<DayCaps>),
        tokens: i64,
        patience: Duration,
    ) -> Result<Option<Admission>, Failure> {
        let (limits, now) = (self.gateway.limits(), self.app.now());
        let passed = limits.pass(holder.organisation, limited, tokens, patience, now).await;
        passed.map_err(|reached| failure::too_much(&reached))
    }

    /// Admits a call whose bounds are known: nothing in it is changed.
    pub(super) async fn admit_fixed(
        &self,
        call: &Call,
        quote: &Quote,
        errand: Errand,
    ) -> Result<(Option<Ticket>, Option<Admission>), Failure> {
        let pass = self.pass(&call.holder, quote.tokens, errand).await?;
        if !self.does(Part::Ledger) {
            return Ok((None, pass));
        }
        // without money its places are free again
        let ticket = self.reserve(call, quote).await;
        Ok((Some(ticket.map_err(|refusal| failure::refused(&refusal))?), pass))
    }

    /// Makes a call and waits for the whole answer.
    pub(super) async fn whole(
        &self,
        call: &Arc<Call>,
        quote: Arc<Quote>,
        mut request: Request,
    ) -> Result<Given<Reply>, Unshared<Given<Reply>>> {
        let admitted = self.admit(call, quote, &mut request).await;
        let Admitted { quote, ticket, pass, wanted, thrift } =
            admitted.map_err(Unshared::Refused)?;
        let without = ticket.as_ref().map_or_else(Vec::new, |ticket| ticket.without().to_vec());
        let (held, mut pass) = Held::new(ticket, pass);
        let meta = CallMeta::new(call.holder.organisation, wanted)
            .on_account_of(call.holder.key.user_id)
            .without(without)
            .paid_by(Some(held.on_lost(self, call, &quote)))
            .departing(held.departure())
            .patient_for(self.options.patience);
        let span = telemetry::span(call.operation(), quote.provider(), quote.model());
        telemetry::asked(&span, &request, self.options.capture_content);
        let asking = Box::pin(self.gateway.complete(&meta, request));
        let deadline = self.options.deadline;
        let answered = timeout(deadline, asking)
            .await
            .unwrap_or(Err(Error::Timeout { which: Phase::Total, after: deadline }));
        match answered {
            Ok((reply, platform, model)) => {
                if let Some(pass) = &mut pass {
                    let tokens = reply.usage.input.saturating_add(reply.usage.output);
                    pass.used(i64::try_from(tokens).unwrap_or(i64::MAX));
                }
                let used = Used {
                    platform: &platform,
                    model: &model,
                    usage: reply.usage,
                    scripted: reply.scripted,
                };
                let cost = self.book(call, held.take(), used);
                let answered = Answered { usage: &reply.usage, cost, finish: Some(reply.finish) };
                self.tell(call, &span, (&platform, &model), Ok(answered));
                if self.options.capture_content {
                    telemetry::said(&span, &reply.words(), reply.finish);
                }
                let is_own = thrift.shows(reply.finish);
                let provider = platform.to_string();
                let given = Given { answer: reply, provider, model, alike: None };
                if is_own { Err(Unshared::Given(Box::new(given))) } else { Ok(given) }
            }
            Err(error) => {
                self.tell(call, &span, (quote.provider(), quote.model()), Err(&error));
                give_back(pass, &error);
                Doors::book_failure(held.take(), &error);
                Err(Unshared::Failed(Failure::from(&error)))
            }
        }
    }

    /// Makes a call and gives the answer as it comes, once its first piece is there. Those who
    /// wait for it with `lead` hear it when there is none; whole, it goes to `spot` too.
    pub(super) async fn pieces(
        &self,
        call: Arc<Call>,
        quote: Arc<Quote>,
        mut request: Request,
        lead: Option<Lead<Given<Reply>>>,
        spot: Option<Spot>,
    ) -> Result<(llm::DeltaStream, Open), Failure> {
        let admitted = match self.admit(&call, quote, &mut request).await {
            Ok(admitted) => admitted,
            Err(refused) => {
                if let Some(lead) = lead {
                    lead.refused(&refused);
                }
                return Err(refused);
            }
        };
        let Admitted { quote, ticket, pass, wanted, thrift } = admitted;
        let without = ticket.as_ref().map_or_else(Vec::new, |ticket| ticket.without().to_vec());
        let (held, pass) = Held::new(ticket, pass);
        let meta = CallMeta::new(call.holder.organisation, wanted)
            .on_account_of(call.holder.key.user_id)
            .without(without)
            .paid_by(Some(held.on_lost(self, &call, &quote)))
            .departing(held.departure())
            .patient_for(self.options.patience);
        let span = telemetry::span(call.operation(), quote.provider(), quote.model());
        telemetry::asked(&span, &request, self.options.capture_content);
        match Box::pin(self.gateway.stream(&meta, request)).await {
            Ok(answer) => {
                let mut ticket = held.take();
                if let Some(ticket) = &mut ticket {
                    ticket.answered_by(answer.platform.clone());
                }
                let open = Open {
                    doors: self.clone(),
                    call,
                    ticket,
                    pass,
                    thrift,
                    span,
                    platform: answer.platform,
                    model: answer.model,
                    lead,
                    spot,
                };
                Ok((answer.deltas, open))
            }
            Err(error) => {
                self.tell(&call, &span, (quote.provider(), quote.model()), Err(&error));
                give_back(pass, &error);
                Doors::book_failure(held.take(), &error);
                if let Some(lead) = lead {
                    lead.broke();
                }
                Err(Failure::from(&error))
            }
        }
    }
}
