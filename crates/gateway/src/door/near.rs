//! Answers to questions that mean the same: the vector of a question is a call like any other on
//! its client's account, and whatever stands in its way, the model is asked.

use std::sync::Arc;

use llm::chat::{Reply, Request};
use llm::door::Failure;
use llm::embedding::{EmbedInput, EmbedRequest, Embeddings};
use tokio::time::Instant;

use super::asked::Call;
use super::call::Errand;
use super::embeddings::{priced, vectors};
use super::quote::Quote;
use super::{Doors, enter};
use crate::cache::{Given, Look, Question, Spot, Unshared, embeddings_key};
use crate::virtual_key::KeyScope;

impl Doors {
    /// What was answered to a question that means the same, else where the answer to this one
    /// goes.
    pub(super) async fn near(&self, call: &Call, quote: &Quote, request: &Request) -> Look {
        let Some(semantic) = &self.memory.semantic else { return Look::Missed(None) };
        let Some(question) = Question::of(request) else { return Look::Missed(None) };
        let asking = Box::pin(self.vector_of(call, semantic.model(), question.text()));
        let given = match asking.await {
            Ok(given) => given,
            Err(refused) => {
                tracing::debug!("a question is compared with no other: {}", refused.code);
                return Look::Missed(None);
            }
        };
        let Some(vector) = given.answer.vectors.first() else { return Look::Missed(None) };
        let by = (given.provider.as_str(), given.model.as_str());
        let of = quote.remembered_by();
        semantic.look(question.bucket(call.holder.organisation, by, of), vector)
    }

    /// What was answered to a question that means the same, or what a model answers now; then
    /// `spot` is where that goes.
    pub(super) async fn near_or_whole(
        &self,
        call: &Arc<Call>,
        quote: Arc<Quote>,
        request: Request,
        spot: &mut Option<Spot>,
    ) -> Result<Given<Reply>, Unshared<Given<Reply>>> {
        let found = match self.near(call, &quote, &request).await {
            Look::Found(given) => return Ok(*given),
            Look::Missed(found) => found,
        };
        let given = self.whole(call, quote, request).await?;
        *spot = found;
        Ok(given)
    }

    /// The vector of a question: from the cache, or from the model on the account of the client
    /// who asked the question, as far as its key may ask for vectors.
    async fn vector_of(
        &self,
        chat: &Call,
        model: &str,
        text: &str,
    ) -> Result<Arc<Given<Embeddings>>, Failure> {
        let holder = chat.holder.clone();
        enter::check(&holder, KeyScope::Embeddings, model)?;
        let request = EmbedRequest {
            model: model.to_owned(),
            input: EmbedInput::Texts(vec![text.to_owned()]),
            dimensions: None,
            user: None,
        };
        let call = Arc::new(Call::new(self, "embeddings", holder, Instant::now()));
        let quote = priced(self, &call.holder, &request)?;
        let memory = &self.memory.embeddings;
        let of = quote.remembered_by();
        let key = memory.is_on().then(|| embeddings_key(call.holder.organisation, of, &request));
        if let Some(given) = key.and_then(|key| memory.find(&key)) {
            self.remembered(&call, &quote, &given, false);
            return Ok(given);
        }
        // nobody waits for this one: it is given up sooner than a client's own
        let asked = vectors(self, &call, quote, request, Errand::OfCache).await;
        let given = Arc::new(asked.or_else(Unshared::own)?);
        if let Some(key) = key {
            memory.keep(key, given.clone());
        }
        Ok(given)
    }
}
