//! What the person on whose account a key is may use. It is looked at before anything else is
//! spent, the cache included.

use agent::port::Insider;
use llm::Error;
use llm::door::Failure;
use web::Thing;

use super::quote::Quote;
use super::{Doors, failure, insider};
use crate::platform::Target;
use crate::virtual_key::Holder;

impl Doors {
    /// Whether a request may take as many tokens as it asks for, within this hour; counts it.
    /// Its platforms and models were looked at when it was priced. Gives the end that the
    /// answer of a person with a bound gets where the client sets none.
    pub(super) async fn let_in(
        &self,
        holder: &Holder,
        quote: &Quote,
    ) -> Result<Option<u32>, Failure> {
        let (organisation, user) = (holder.organisation, holder.key.user_id);
        let picture = self.gateway.picture(organisation);
        let Some(profile) = picture.profile(Some(user)) else { return Ok(None) };
        let refused = |error: Error| Failure::from(&error);
        profile.may_take(quote.asks).map_err(refused)?;
        let counted = self.gateway.count_request((organisation, user), self.app.now()).await;
        counted.map_err(refused)?;
        Ok(profile.tokens_per_request.map(|_| Quote::usual_output()))
    }

    /// Whether a person may be led to a model.
    pub(super) fn may_go_to(&self, holder: &Holder, model: &str) -> bool {
        let picture = self.gateway.picture(holder.organisation);
        let plan = picture.plan_for(Some(holder.key.user_id), model);
        !matches!(plan, Err(Error::Denied { .. }))
    }

    /// Whether a person may use what stands in the list of models. That another model steps in
    /// for one that they may not ask does not put it there.
    pub(super) fn may_use(&self, holder: &Holder, name: &str) -> bool {
        let picture = self.gateway.picture(holder.organisation);
        let Some(profile) = picture.profile(Some(holder.key.user_id)) else { return true };
        match insider::of(name) {
            Some((who, slug)) => {
                who.kind() != Insider::Agent || profile.may_use_agent(slug).is_ok()
            }
            None => picture.plan(name).is_ok_and(|mut plan| {
                let is_itself =
                    |first: &Target| name == format!("{}/{}", first.platform.name, first.model);
                if plan.targets.first().is_some_and(is_itself) {
                    plan.targets.truncate(1);
                }
                profile.narrow(name, &mut plan.targets).is_ok()
            }),
        }
    }

    /// Whether a person may ask an agent or a workflow now. Each of the calls that it makes is
    /// looked at and counted for itself.
    pub(super) async fn let_in_to(
        &self,
        holder: &Holder,
        kind: Insider,
        slug: &str,
    ) -> Result<(), Failure> {
        let (organisation, user) = (holder.organisation, holder.key.user_id);
        let picture = self.gateway.picture(organisation);
        let Some(profile) = picture.profile(Some(user)) else { return Ok(()) };
        let refused = |error: Error| Failure::from(&error);
        if kind == Insider::Agent && profile.agents.is_some() {
            let found = async {
                let mut tx = self.app.db.read().await?;
                self.app.things.find(&mut tx, organisation, Thing::Agent, slug).await
            };
            let found = found.await.map_err(|error| failure::store(&error))?;
            // whoever is not there is somebody else's to refuse
            if let Some(agent) = found {
                profile.may_use_agent(&agent).map_err(refused)?;
            }
        }
        self.gateway.has_request((organisation, user), self.app.now()).await.map_err(refused)
    }
}
