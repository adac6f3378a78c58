//! All platforms as calls see them: one picture for each organisation, replaced as a whole
//! when something changes, so that a call reads it without a lock and without SQL.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base::{OrganisationId, Timestamp, UserId};
use llm::Error;
use llm::chat::TokenUsage;
use llm::price::Price;

use super::{Offer, Platform, resolve};
use crate::ai_access::Profile;
use crate::price::{Prices, UnknownPrice, comparable};
use crate::route::{Candidate, Group, Strategy};

/// The pictures of all organisations.
#[derive(Debug)]
pub(crate) struct Directory {
    /// What every organisation has: the configuration and what comes by nature.
    pub(crate) shared: Arc<Picture>,
    /// The organisations that have set something up.
    pub(crate) organisations: foldhash::HashMap<OrganisationId, Arc<Picture>>,
}

/// What the calls of one organisation can reach.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    /// The version of the settings that it was made from.
    pub(crate) version: i64,
    /// Every platform that may be called.
    pub(crate) platforms: Vec<Arc<Platform>>,
    /// The names that stand for models of one or several platforms.
    pub(crate) groups: HashMap<String, Arc<Group>>,
    /// The prices.
    pub(crate) prices: Prices,
    /// What happens to calls without a known price.
    pub(crate) unknown_price: UnknownPrice,
    /// What bounds the people whom something bounds.
    pub(crate) people: HashMap<UserId, Profile>,
    by_name: foldhash::HashMap<Arc<str>, usize>,
}

/// One place where a call may go.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The platform.
    pub(crate) platform: Arc<Platform>,
    /// The model's name there.
    pub(crate) model: String,
    /// Its place in the order that was set.
    pub(crate) order: i64,
    /// Its share.
    pub(crate) weight: u32,
}

/// Where a call may go, and how the first place is chosen.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The places; never empty.
    pub(crate) targets: Vec<Target>,
    /// How the first one is chosen.
    pub(crate) strategy: Strategy,
    /// After so long without a word, the second one is asked too.
    pub(crate) hedge_after: Option<Duration>,
}

impl Plan {
    /// About how many tokens a call takes, worked out only where a limit counts them.
    pub(crate) fn tokens(&self, expected: impl FnOnce() -> u64) -> i64 {
        let counts =
            self.targets.iter().any(|target| target.platform.limits.tokens_per_minute.is_some());
        if counts { i64::try_from(expected()).unwrap_or(i64::MAX) } else { 0 }
    }
}

impl Directory {
    /// The picture of this organisation.
    pub(crate) fn of(&self, organisation: OrganisationId) -> &Arc<Picture> {
        self.organisations.get(&organisation).unwrap_or(&self.shared)
    }
}

impl Picture {
    /// A picture of these platforms; of two with one name the first counts.
    pub(crate) fn new(version: i64, platforms: Vec<Arc<Platform>>) -> Self {
        let mut picture = Self { version, ..Self::default() };
        for platform in platforms {
            if !picture.by_name.contains_key(&platform.name) {
                picture.by_name.insert(platform.name.clone(), picture.platforms.len());
                picture.platforms.push(platform);
            }
        }
        picture
    }

    /// The platform of this name.
    pub(crate) fn platform(&self, name: &str) -> Option<&Arc<Platform>> {
        self.by_name.get(name).map(|index| &self.platforms[*index])
    }

    /// What a call costs.
    pub(crate) fn cost(
        &self,
        platform: &str,
        model: &str,
        usage: &TokenUsage,
        at: Timestamp,
    ) -> Price {
        let table = self.platform(platform).map_or(platform, |platform| platform.price_table());
        self.prices.cost((platform, table), model, usage, at)
    }

    /// Where a call for `wanted` may go: a group's name, `platform/model`, or a model that
    /// is offered somewhere.
    pub(crate) fn plan(&self, wanted: &str) -> Result<Plan, Error> {
        if let Some(group) = self.groups.get(wanted) {
            return self.of_group(wanted, group);
        }
        if let Some((name, model)) = wanted.split_once('/')
            && let Some(platform) = self.platform(name)
            && !model.is_empty()
            && platform.serves(model)
        {
            return Ok(self.with_fallbacks(platform.clone(), model));
        }
        if let Some(plan) = self.by_fallback_order(wanted) {
            return Ok(plan);
        }
        let offers: Vec<Offer> = self.platforms.iter().map(|platform| platform.offer()).collect();
        let (index, model) = resolve(wanted, &offers)?;
        Ok(self.with_fallbacks(self.platforms[index].clone(), &model))
    }

    fn of_group(&self, name: &str, group: &Group) -> Result<Plan, Error> {
        let targets: Vec<Target> = group
            .targets
            .iter()
            .filter_map(|target| {
                let platform = self.platform(&target.platform)?;
                Some(Target {
                    platform: platform.clone(),
                    model: target.model.clone(),
                    order: target.order,
                    weight: u32::try_from(target.weight).unwrap_or(1),
                })
            })
            .collect();
        if targets.is_empty() {
            return Err(Error::ModelUnavailable {
                model: name.to_owned(),
                message: "none of the group's platforms is there and enabled; change the group or enable one"
                    .to_owned(),
            });
        }
        let hedge_after =
            group.hedge_after_ms.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
        Ok(Plan { targets, strategy: group.strategy, hedge_after })
    }

    /// The platform, and behind it those that step in for it with the same model.
    fn with_fallbacks(&self, first: Arc<Platform>, model: &str) -> Plan {
        let stands_in = |platform: &&Arc<Platform>| {
            platform.fallback_order > 0
                && platform.name != first.name
                && platform.models.iter().any(|known| known == model)
        };
        let others: Vec<Target> = self
            .platforms
            .iter()
            .filter(stands_in)
            .map(|platform| target(platform, model))
            .collect();
        let mut targets = Vec::with_capacity(1 + others.len());
        targets.push(Target { order: i64::MIN, ..target(&first, model) });
        targets.extend(others);
        Plan { targets, strategy: Strategy::Priority, hedge_after: None }
    }

    /// A bare model's name, where the order says who is asked for it first.
    fn by_fallback_order(&self, model: &str) -> Option<Plan> {
        let offers = |platform: &&Arc<Platform>| {
            platform.fallback_order > 0 && platform.models.iter().any(|known| known == model)
        };
        let targets: Vec<Target> =
            self.platforms.iter().filter(offers).map(|platform| target(platform, model)).collect();
        (!targets.is_empty()).then_some(Plan {
            targets,
            strategy: Strategy::Priority,
            hedge_after: None,
        })
    }

    /// What is known about the targets of a plan at this moment.
    pub(crate) fn candidates(&self, plan: &Plan, at: Timestamp) -> Vec<Candidate> {
        let wants_price = plan.strategy == Strategy::Cheapest;
        plan.targets
            .iter()
            .map(|target| {
                let platform = &target.platform;
                let of = (&*platform.name, platform.price_table());
                Candidate {
                    order: target.order,
                    weight: target.weight,
                    price: wants_price
                        .then(|| comparable(&self.prices, of, &target.model, at))
                        .flatten(),
                    latency_ms: platform.state.latency.ms(),
                    in_flight: platform.state.in_flight(),
                    capacity: platform.capacity,
                }
            })
            .collect()
    }
}

fn target(platform: &Arc<Platform>, model: &str) -> Target {
    Target {
        platform: platform.clone(),
        model: model.to_owned(),
        order: platform.fallback_order,
        weight: 1,
    }
}
