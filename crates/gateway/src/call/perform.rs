//! Making calls.

use std::sync::Arc;

use futures::StreamExt as _;
use llm::Error;
use llm::chat::{Delta, Reply, Request, TokenUsage};
use llm::price::Price;
use llm::tokens::estimate_input;

use super::answer::Heard;
use super::ticket::Ticket;
use super::{Answer, CallMeta, Gateway};
use crate::platform::{Picture, Target};
use crate::price::UnknownPrice;

/// What a model is expected to write when nobody limits it.
const USUAL_OUTPUT: u32 = 4_096;

impl Gateway {
    /// Asks and gives the answer as it comes, once its first piece is there. Until then
    /// another try or another platform may step in unseen. Dropping the future or the
    /// pieces closes the connection and frees the turn.
    pub async fn stream(&self, meta: &CallMeta, mut request: Request) -> Result<Answer, Error> {
        let picture = self.picture(meta.organisation);
        let wanted = self.wanted(meta)?;
        let mut plan = picture.plan_for(meta.user, &wanted)?;
        self.refuse_unknown_prices(&picture, &mut plan.targets)?;
        request.model.clone_from(&plan.targets[0].model);
        let request = Arc::new(request);
        let ask = |target: Target, ticket: Ticket| {
            let request = named(&request, &target.model);
            begin(target, ticket, request)
        };
        let tokens = plan.tokens(|| expected(&request));
        let (heard, target) = self.travel(meta, &picture, &plan, tokens, ask).await?;
        Ok(Answer {
            platform: target.platform.name.clone(),
            model: target.model,
            deltas: heard.boxed(),
        })
    }

    /// Asks and waits for the whole answer, which comes in one piece: less work for both
    /// sides. Gives the platform and the model that answered with it.
    pub async fn complete(
        &self,
        meta: &CallMeta,
        mut request: Request,
    ) -> Result<(Reply, Arc<str>, String), Error> {
        let picture = self.picture(meta.organisation);
        let wanted = self.wanted(meta)?;
        let mut plan = picture.plan_for(meta.user, &wanted)?;
        self.refuse_unknown_prices(&picture, &mut plan.targets)?;
        request.model.clone_from(&plan.targets[0].model);
        let request = Arc::new(request);
        let ask = |target: Target, ticket: Ticket| {
            let request = named(&request, &target.model);
            whole(target, ticket, request)
        };
        let tokens = plan.tokens(|| expected(&request));
        let (reply, target) = self.travel(meta, &picture, &plan, tokens, ask).await?;
        Ok((reply, target.platform.name.clone(), target.model))
    }

    /// What a call cost.
    pub fn cost(
        &self,
        organisation: base::OrganisationId,
        (platform, model): (&str, &str),
        usage: &TokenUsage,
    ) -> Price {
        self.picture(organisation).cost(platform, model, usage, self.clock().now())
    }

    /// Leaves out the targets whose price nobody knows, where that is the rule.
    pub(super) fn refuse_unknown_prices(
        &self,
        picture: &Picture,
        targets: &mut Vec<Target>,
    ) -> Result<(), Error> {
        if picture.unknown_price == UnknownPrice::Flag {
            return Ok(());
        }
        let now = self.clock().now();
        let usage = TokenUsage { input: 1, output: 1, ..TokenUsage::default() };
        let first =
            targets.first().map(|target| format!("{}/{}", target.platform.name, target.model));
        // OpenRouter states the cost of each call itself
        targets.retain(|target| {
            let platform = &target.platform;
            platform.kind == crate::platform::PlatformKind::OpenRouter
                || picture.cost(&platform.name, &target.model, &usage, now) != Price::Unknown
        });
        if targets.is_empty() {
            let model = first.unwrap_or_default();
            let message = "its price is not known, and such calls are refused here; set a price, or allow calls without one".to_owned();
            return Err(Error::ModelUnavailable { model, message });
        }
        Ok(())
    }
}

/// About how many tokens a call may take, for limits.
pub(super) fn expected(request: &Request) -> u64 {
    let output = request.max_output_tokens.unwrap_or(USUAL_OUTPUT);
    estimate_input(request).saturating_add(u64::from(output))
}

/// The request for a target where the model has this name. Its texts may be long, so it is copied
/// only where the name is another one.
fn named(request: &Arc<Request>, model: &str) -> Arc<Request> {
    if request.model == model {
        return request.clone();
    }
    Arc::new(Request { model: model.to_owned(), ..Request::clone(request) })
}

/// Asks one target and waits for the first real piece. The start is held back until then,
/// so that nobody ever hears two starts.
async fn begin(target: Target, mut ticket: Ticket, request: Arc<Request>) -> Result<Heard, Error> {
    let platform = &target.platform;
    let first = async {
        let provider = platform.provider(&request.model).await?;
        let mut deltas = provider.stream(&platform.transport, &request).await?;
        let mut start = None;
        loop {
            match deltas.next().await {
                Some(Ok(delta @ Delta::Start { .. })) => start = Some(delta),
                Some(Ok(delta)) => return Ok((start, delta, deltas)),
                Some(Err(error)) => return Err(error),
                None => return Err(Error::StreamCut),
            }
        }
    };
    match first.await {
        Ok((start, first, rest)) => {
            ticket.spoke();
            Ok(Heard::new(start, first, rest, ticket))
        }
        Err(error) => {
            ticket.failed(&error);
            Err(error)
        }
    }
}

/// Asks one target for the whole answer.
async fn whole(target: Target, mut ticket: Ticket, request: Arc<Request>) -> Result<Reply, Error> {
    let platform = &target.platform;
    let answered = async {
        let provider = platform.provider(&request.model).await?;
        provider.complete_at_once(&platform.transport, &request).await
    };
    match answered.await {
        Ok(reply) => {
            ticket.spoke();
            ticket.used(reply.usage.input.saturating_add(reply.usage.output));
            ticket.succeeded();
            Ok(reply)
        }
        Err(error) => {
            ticket.failed(&error);
            Err(error)
        }
    }
}
