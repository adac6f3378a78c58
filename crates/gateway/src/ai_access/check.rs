//! What a profile may name: a typing error would shut somebody out, or let them in, and
//! nobody would see why.

use store::Tx;
use web::{Ctx, Result, Thing, invalid, unknown};

use super::Profile;
use crate::platform::Record;
use crate::{Gateway, platform, route, virtual_key};

/// The profile with each name once, if its fields can be used.
pub(super) fn form(profile: Profile) -> Result<Profile> {
    let Profile { platforms, models, agents, tokens_per_request, requests_per_hour } = profile;
    if let Some(models) = &models {
        virtual_key::check_models(models)?;
    }
    for (field, list) in [("platforms", &platforms), ("agents", &agents)] {
        let list = list.as_deref().unwrap_or_default();
        if list.len() > 500 {
            return Err(invalid(field, "name at most 500, or leave the field out for all"));
        }
        if let Some(index) = list.iter().position(|name| name.is_empty() || name.len() > 200) {
            return Err(invalid(format!("{field}[{index}]"), "use 1 to 200 characters"));
        }
    }
    virtual_key::check_limit("tokens_per_request", tokens_per_request)?;
    virtual_key::check_limit("requests_per_hour", requests_per_hour)?;
    let (platforms, models) = (platforms.map(once), models.map(once));
    Ok(Profile { platforms, models, agents, tokens_per_request, requests_per_hour })
}

/// The profile with its agents' slugs, if everything that it names is there. What is set up
/// but switched off is there too.
pub(super) async fn names(
    tx: &mut Tx,
    ctx: &Ctx,
    gateway: &Gateway,
    profile: Profile,
) -> Result<Profile> {
    let organisation = ctx.organisation()?;
    let known = Known {
        picture: gateway.picture(organisation),
        records: platform::sql::all(tx, organisation).await?,
        groups: route::sql::all(tx, organisation).await?.into_iter().map(|one| one.name).collect(),
    };
    let missing = |list: &Option<Vec<String>>, has: &dyn Fn(&str) -> bool| -> Vec<String> {
        list.iter().flatten().filter(|name| !has(name)).cloned().collect()
    };
    refuse("platforms", "platform", &missing(&profile.platforms, &|name| known.platform(name)))?;
    refuse("models", "model", &missing(&profile.models, &|name| known.model(name)))?;
    let Some(agents) = profile.agents else { return Ok(profile) };
    let (mut slugs, mut strangers) = (Vec::new(), Vec::new());
    for agent in agents {
        match ctx.app().things.find(tx, organisation, Thing::Agent, &agent).await? {
            Some(slug) => slugs.push(slug),
            None => strangers.push(agent),
        }
    }
    refuse("agents", "agent", &strangers)?;
    Ok(Profile { agents: Some(once(slugs)), ..profile })
}

/// What an organisation has set up, and what comes by nature.
struct Known {
    picture: std::sync::Arc<platform::Picture>,
    records: Vec<Record>,
    groups: Vec<String>,
}

impl Known {
    fn platform(&self, name: &str) -> bool {
        self.platforms().any(|one| one == name)
    }

    fn platforms(&self) -> impl Iterator<Item = &str> {
        let reachable = self.picture.platforms.iter().map(|one| &*one.name);
        reachable.chain(self.records.iter().map(|record| record.draft.name.as_str()))
    }

    fn model(&self, name: &str) -> bool {
        if let Some(start) = name.strip_suffix('*') {
            let leads = |platform: &str| {
                let models = format!("{platform}/");
                models.starts_with(start) || start.starts_with(&models)
            };
            return self.platforms().any(leads)
                || self.groups.iter().any(|group| group.starts_with(start));
        }
        self.groups.iter().any(|group| group == name)
            || self.picture.plan(name).is_ok()
            || self.picture.platforms.iter().any(|one| one.models.iter().any(|model| model == name))
            || self.records.iter().any(|record| has_model(record, name))
    }
}

/// Whether a platform offers a model under this name.
fn has_model(record: &Record, name: &str) -> bool {
    let draft = &record.draft;
    let behind = name.strip_prefix(draft.name.as_str()).and_then(|rest| rest.strip_prefix('/'));
    let is_listed = |wanted: &str| draft.models.iter().any(|model| model == wanted);
    match behind {
        Some(model) => !model.is_empty() && (draft.models.is_empty() || is_listed(model)),
        None => is_listed(name),
    }
}

fn refuse(field: &str, thing: &str, missing: &[String]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = missing.iter().map(|name| format!("\"{name}\"")).collect();
    let names = names.join(" or ");
    Err(unknown(field, format!("there is no {thing} {names}; name what is there")))
}

/// Each name once, in the order in which they came.
fn once(names: Vec<String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}
