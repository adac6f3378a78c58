//! What a person may use, and what that means for a call. Pure.

use base::{Timestamp, UserId};
use llm::{Denial, Error};
use serde::Serialize;

use crate::platform::Target;
use crate::virtual_key::fits;

/// What a person may use; `None` sets no bound, an empty list allows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Profile {
    pub(crate) platforms: Option<Vec<String>>,
    /// As clients name models; a `*` at the end stands for many.
    pub(crate) models: Option<Vec<String>>,
    /// By their slugs.
    pub(crate) agents: Option<Vec<String>>,
    pub(crate) tokens_per_request: Option<i64>,
    pub(crate) requests_per_hour: Option<i64>,
}

/// How much a person may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AiAccessLevel {
    /// Everything.
    Full,
    /// Some of it.
    Limited,
    /// No model at all.
    None,
}

/// What a person may use, as it is shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct AiAccess {
    /// The person.
    pub(super) user_id: UserId,
    /// Their name.
    pub(super) name: String,
    /// Their address.
    pub(super) email: String,
    /// The name of their role.
    pub(super) role: String,
    /// How much that is: `full`, `limited` or `none`.
    pub(super) level: AiAccessLevel,
    /// The platforms that they may use; `null` for all.
    pub(super) platforms: Option<Vec<String>>,
    /// The models that they may ask, as clients name them; `null` for all. `openai/*` stands
    /// for all models of a platform.
    pub(super) models: Option<Vec<String>>,
    /// The agents that may work on their account; `null` for all.
    pub(super) agents: Option<Vec<String>>,
    /// The most tokens that a request may take, read and written; `null` for no limit.
    pub(super) tokens_per_request: Option<i64>,
    /// How many requests they may make in an hour; `null` for no limit.
    pub(super) requests_per_hour: Option<i64>,
    /// When this was last changed; `null` when nobody ever did.
    pub(super) updated_at: Option<Timestamp>,
    /// Who changed it.
    pub(super) updated_by: Option<UserId>,
}

impl Profile {
    /// Whether it bounds nothing.
    pub(crate) fn is_full(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn level(&self) -> AiAccessLevel {
        let allows_nothing = |list: &Option<Vec<String>>| list.as_ref().is_some_and(Vec::is_empty);
        if self.is_full() {
            AiAccessLevel::Full
        } else if allows_nothing(&self.platforms) || allows_nothing(&self.models) {
            AiAccessLevel::None
        } else {
            AiAccessLevel::Limited
        }
    }

    /// Whether a call for the name `wanted` may be answered by this model of this platform.
    /// Whoever may ask a name may go where it leads, on the platforms that they may use.
    fn may_go(&self, wanted: &str, (platform, model): (&str, &str)) -> Result<(), Denial> {
        if self.platforms.as_ref().is_some_and(|list| !list.iter().any(|one| one == platform)) {
            return Err(Denial::Platform);
        }
        let Some(models) = &self.models else { return Ok(()) };
        let name = format!("{platform}/{model}");
        let is_meant = |one: &String| fits(one, wanted) || fits(one, &name);
        if models.iter().any(is_meant) { Ok(()) } else { Err(Denial::Model) }
    }

    /// Leaves out the targets that the person may not use; fails when none is left.
    pub(crate) fn narrow(&self, wanted: &str, targets: &mut Vec<Target>) -> Result<(), Error> {
        // somebody whose platforms would do lacks the model
        let mut denied: Option<Denial> = None;
        let mut platforms = Vec::new();
        targets.retain(|target| {
            let name = &target.platform.name;
            match self.may_go(wanted, (&**name, &target.model)) {
                Ok(()) => true,
                Err(why) => {
                    denied = denied.max(Some(why));
                    if !platforms.contains(name) {
                        platforms.push(name.clone());
                    }
                    false
                }
            }
        });
        match denied.filter(|_| targets.is_empty()) {
            None => Ok(()),
            Some(Denial::Platform) => {
                let names: Vec<String> =
                    platforms.iter().map(|name| format!("\"{name}\"")).collect();
                let what = format!("the platform {} of model \"{wanted}\"", names.join(" or "));
                Err(denial(Denial::Platform, &what))
            }
            Some(
                Denial::Model | Denial::Agent | Denial::Tokens | Denial::Requests | Denial::Day,
            ) => Err(denial(Denial::Model, &format!("the model \"{wanted}\""))),
        }
    }

    /// Whether an agent may work on the person's account.
    pub(crate) fn may_use_agent(&self, agent: &str) -> Result<(), Error> {
        match &self.agents {
            Some(agents) if !agents.iter().any(|one| one == agent) => {
                Err(denial(Denial::Agent, &format!("the agent \"{agent}\"")))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether a request may take so many tokens, read and written.
    pub(crate) fn may_take(&self, tokens: i64) -> Result<(), Error> {
        match self.tokens_per_request {
            Some(limit) if tokens > limit => {
                let message = format!(
                    "this request may take {tokens} tokens, read and written, and this account may use {limit} in one; ask for fewer"
                );
                Err(Error::Denied { why: Denial::Tokens, retry_after: None, message })
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn denial(why: Denial, what: &str) -> Error {
    let message = format!("this account may not use {what}; ask an administrator for it");
    Error::Denied { why, retry_after: None, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn level_says_how_much_is_left() {
        let check = |profile: Profile, expected: AiAccessLevel| {
            assert_eq!(profile.level(), expected, "{profile:?}");
        };
        let full = Profile::default;
        check(full(), AiAccessLevel::Full);
        check(Profile { platforms: Some(list(&["openai"])), ..full() }, AiAccessLevel::Limited);
        check(Profile { agents: Some(list(&[])), ..full() }, AiAccessLevel::Limited);
        check(Profile { requests_per_hour: Some(1), ..full() }, AiAccessLevel::Limited);
        check(Profile { platforms: Some(list(&[])), ..full() }, AiAccessLevel::None);
        check(Profile { models: Some(list(&[])), ..full() }, AiAccessLevel::None);
    }

    #[test]
    fn platform_is_looked_at_before_the_model() {
        let check = |platforms: Option<&[&str]>,
                     models: Option<&[&str]>,
                     (wanted, platform, model): (&str, &str, &str),
                     expected: Result<(), Denial>| {
            let profile = Profile {
                platforms: platforms.map(list),
                models: models.map(list),
                ..Profile::default()
            };
            assert_eq!(profile.may_go(wanted, (platform, model)), expected, "{profile:?} {wanted}");
        };
        let mini = ("openai/mini", "openai", "mini");
        check(None, None, mini, Ok(()));
        check(Some(&[]), None, mini, Err(Denial::Platform));
        check(Some(&["openai"]), None, mini, Ok(()));
        check(Some(&["azure"]), Some(&["openai/mini"]), mini, Err(Denial::Platform));
        check(None, Some(&[]), mini, Err(Denial::Model));
        check(None, Some(&["openai/*"]), mini, Ok(()));
        check(None, Some(&["openai/large"]), mini, Err(Denial::Model));
        // a name that may be asked leads where it leads
        let smart = ("smart", "openai", "mini");
        check(None, Some(&["smart"]), smart, Ok(()));
        check(Some(&["azure"]), Some(&["smart"]), smart, Err(Denial::Platform));
        check(None, Some(&["openai/mini"]), smart, Ok(()));
        check(None, Some(&["other"]), smart, Err(Denial::Model));
        // and is not the model itself
        check(None, Some(&["smart"]), mini, Err(Denial::Model));
    }

    #[test]
    fn agents_and_tokens_are_bounded() {
        let profile = Profile {
            agents: Some(list(&["tester"])),
            tokens_per_request: Some(100),
            ..Profile::default()
        };
        let why = |result: Result<(), Error>| result.err().map(|error| error.code());
        assert_eq!(why(profile.may_use_agent("tester")), None);
        assert_eq!(why(profile.may_use_agent("coder")), Some("agent_access_denied"));
        assert_eq!(why(profile.may_take(100)), None);
        assert_eq!(why(profile.may_take(101)), Some("request_tokens_exceeded"));
        assert_eq!(why(Profile::default().may_take(i64::MAX)), None);
    }
}
