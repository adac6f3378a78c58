//! Putting the list together.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::PlatformId;
use futures::future::join_all;
use llm::Error;
use tokio::time::Instant;

use super::{ModelItem, ModelList, ModelStatus, Notice};
use crate::local::Local;
use crate::platform::{Answer, Backend, Platform, PlatformKind, Probe, SCRIPTED};

/// What platforms said, by their name and, where there is one, their id, and when.
type Answers = BTreeMap<(String, Option<PlatformId>), (Instant, Answer)>;

/// Makes the list; remembers for a moment what the platforms said.
#[derive(Debug)]
pub(crate) struct Lister {
    probe: Probe,
    /// How long an answer of a platform is good for.
    fresh: Duration,
    answers: Mutex<Answers>,
}

impl Lister {
    /// Asks again when an answer is older than `fresh`.
    pub(crate) fn new(fresh: Duration) -> Result<Self, Error> {
        Ok(Self { probe: Probe::new()?, fresh, answers: Mutex::default() })
    }

    /// Every model of every platform.
    pub(crate) async fn list(
        &self,
        platforms: &[Arc<Platform>],
        default: Option<String>,
    ) -> ModelList {
        let items = join_all(platforms.iter().map(|platform| self.items(platform))).await;
        let items: Vec<ModelItem> = items.into_iter().flatten().collect();
        let notice = notice(default.as_deref(), &items);
        ModelList { default, items, notice }
    }

    async fn items(&self, platform: &Platform) -> Vec<ModelItem> {
        match (&platform.backend, platform.kind) {
            (Backend::Local(local), _) => local_items(local),
            (Backend::Broken(reason), _) => items_of(platform, Answer::Trouble(reason.clone())),
            (Backend::Fixed(_), PlatformKind::Scripted) => {
                let detail = "plays the script that was given; no model is asked";
                platform.models.iter().map(|name| ready(platform, name, detail)).collect()
            }
            (Backend::Fixed(provider), _) => {
                let answer = self.answer(platform, provider).await;
                items_of(platform, answer)
            }
        }
    }

    async fn answer(&self, platform: &Platform, provider: &llm::Provider) -> Answer {
        // another organisation's platform may have the same name
        let key = (platform.name.to_string(), platform.stored.map(|(id, _)| id));
        let known = self.lock().get(&key).cloned();
        if let Some((at, answer)) = known
            && at.elapsed() < self.fresh
        {
            return answer;
        }
        let answer = self.probe.ask(provider, platform.is_detected).await;
        self.lock().insert(key, (Instant::now(), answer.clone()));
        answer
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn items_of(platform: &Platform, answer: Answer) -> Vec<ModelItem> {
    let listed = |detail: &str| {
        platform.models.iter().map(|name| ready(platform, name, detail)).collect::<Vec<_>>()
    };
    match answer {
        Answer::Serves(models) if platform.models.is_empty() => {
            let detail = if platform.is_detected {
                "runs on this machine; choose it to use it"
            } else {
                "the provider answers"
            };
            models.iter().map(|name| ready(platform, name, detail)).collect()
        }
        Answer::Serves(_) => listed("the provider answers"),
        Answer::There => listed("the provider answers but does not list its models"),
        // nobody set it up, so nobody misses it
        Answer::Trouble(_) if platform.is_detected => Vec::new(),
        Answer::Trouble(reason) => listed("")
            .into_iter()
            .map(|item| ModelItem {
                status: ModelStatus::Error,
                status_detail: reason.clone(),
                ..item
            })
            .collect(),
    }
}

fn ready(platform: &Platform, name: &str, detail: &str) -> ModelItem {
    ModelItem {
        id: format!("{}/{name}", platform.name),
        provider: platform.name.to_string(),
        name: name.to_owned(),
        kind: platform.kind,
        status: ModelStatus::Ready,
        status_detail: detail.to_owned(),
        is_tiny: false,
        size_bytes: None,
        context_tokens: None,
    }
}

fn local_items(local: &Local) -> Vec<ModelItem> {
    let context = local.context_tokens();
    local
        .list()
        .into_iter()
        .map(|model| ModelItem {
            id: format!("{}/{}", crate::platform::LOCAL, model.name),
            provider: crate::platform::LOCAL.to_owned(),
            name: model.name,
            kind: PlatformKind::Local,
            status: model.status,
            status_detail: model.status_detail,
            is_tiny: model.is_tiny,
            size_bytes: Some(model.size_bytes),
            context_tokens: Some(context),
        })
        .collect()
}

fn notice(default: Option<&str>, items: &[ModelItem]) -> Option<Notice> {
    let Some(default) = default else { return Some(Notice::NoModel) };
    if default.strip_prefix(SCRIPTED).is_some_and(|rest| rest.starts_with('/')) {
        return Some(Notice::ScriptedModel);
    }
    let is_tiny =
        items.iter().any(|item| item.is_tiny && (item.id == default || item.name == default));
    is_tiny.then_some(Notice::TinyModel)
}
