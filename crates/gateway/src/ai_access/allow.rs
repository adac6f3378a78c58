//! Whether a call may be made on a person's account: by the picture of their organisation,
//! without a lock and without SQL. Where nobody has a profile it costs a look at an empty map.

use base::{OrganisationId, Timestamp, UserId};
use llm::{Denial, Error, ProviderKind};

use super::Profile;
use super::hours::Person;
use crate::Gateway;
use crate::platform::{Picture, Plan};

/// A call as far as a person's profile cares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) organisation: OrganisationId,
    /// On whose account it is.
    pub(crate) user: Option<UserId>,
    /// The agent that asks.
    pub(crate) agent: Option<&'a str>,
    /// The model, group or alias that it asks for.
    pub(crate) wanted: &'a str,
}

impl Picture {
    /// What bounds a person; nothing bounds most of them.
    pub(crate) fn profile(&self, user: Option<UserId>) -> Option<&Profile> {
        if self.people.is_empty() {
            return None;
        }
        self.people.get(&user?)
    }

    /// Where a person's call for `wanted` may go.
    pub(crate) fn plan_for(&self, user: Option<UserId>, wanted: &str) -> Result<Plan, Error> {
        let mut plan = self.plan(wanted)?;
        if let Some(profile) = self.profile(user) {
            profile.narrow(wanted, &mut plan.targets)?;
        }
        Ok(plan)
    }
}

impl Gateway {
    /// Fails when a person may not make a call, whatever they did in the last hour. `most` is
    /// the most tokens that it may take at a target. A model that is nowhere is left to the
    /// call itself.
    pub(crate) fn may_ask(
        &self,
        asked: Asked<'_>,
        most: impl Fn(ProviderKind, &str) -> i64,
    ) -> Result<(), Error> {
        let picture = self.picture(asked.organisation);
        let Some(profile) = picture.profile(asked.user) else { return Ok(()) };
        let Ok(mut plan) = picture.plan(asked.wanted) else { return Ok(()) };
        profile.narrow(asked.wanted, &mut plan.targets)?;
        if let Some(agent) = asked.agent {
            profile.may_use_agent(agent)?;
        }
        let targets = plan.targets.iter();
        let most = targets.map(|target| most(target.platform.kind.speaks(), &target.model)).max();
        profile.may_take(most.unwrap_or(0))
    }

    /// Counts a request of a person, or fails with the time after which they may come again.
    pub(crate) async fn count_request(&self, person: Person, now: Timestamp) -> Result<(), Error> {
        let Some(limit) = self.requests_per_hour(person) else { return Ok(()) };
        self.hours().take(person, limit, now).await.map_err(|wait| used_up(limit, wait))
    }

    /// Fails like [`Self::count_request`] and counts nothing.
    pub(crate) async fn has_request(&self, person: Person, now: Timestamp) -> Result<(), Error> {
        let Some(limit) = self.requests_per_hour(person) else { return Ok(()) };
        self.hours().look(person, limit, now).await.map_err(|wait| used_up(limit, wait))
    }

    fn requests_per_hour(&self, person: Person) -> Option<i64> {
        self.picture(person.0).profile(Some(person.1))?.requests_per_hour
    }
}

fn used_up(limit: i64, wait: std::time::Duration) -> Error {
    let message = format!(
        "this account has made the {limit} requests that it has in an hour; come again later"
    );
    Error::Denied { why: Denial::Requests, retry_after: Some(wait), message }
}
