//! From what an admin set up to a platform that can be called.

use std::sync::Arc;
use std::time::Duration;

use base::Secret;
use llm::{Endpoint, Error, Provider, Transport};
use tokio::sync::Semaphore;

use super::record::{Draft, Record, Settings, Source};
use super::{Backend, Limits, Platform, PlatformKind};
use crate::RetryPolicy;
use crate::health::PlatformState;

/// What calls this kind of platform at this address.
pub(crate) fn provider(
    kind: PlatformKind,
    base_url: &str,
    key: Option<Secret<String>>,
    settings: &Settings,
) -> Result<Provider, Error> {
    let endpoint = Endpoint { api_key: key, ..Endpoint::new(base_url) };
    let endpoint = endpoint.with_abilities(settings.abilities());
    Ok(match kind {
        PlatformKind::OpenAi | PlatformKind::Custom => Provider::OpenAi(endpoint),
        PlatformKind::OpenAiResponses => Provider::OpenAiResponses(endpoint),
        PlatformKind::Anthropic => Provider::Anthropic(endpoint),
        PlatformKind::Gemini => Provider::Gemini(endpoint),
        PlatformKind::Ollama => Provider::Ollama(endpoint),
        PlatformKind::OpenRouter => Provider::OpenRouter(endpoint),
        PlatformKind::AzureOpenAi => {
            Provider::AzureOpenAi { endpoint, api_version: settings.api_version.clone() }
        }
        PlatformKind::Local | PlatformKind::Scripted => {
            return Err(Error::BadRequest {
                message: format!("a platform of the kind \"{kind}\" comes by itself"),
            });
        }
    })
}

/// A stored platform with its key, or with the reason why the key cannot be read.
pub(crate) fn ready(
    record: Record,
    key: Result<Option<Secret<String>>, String>,
    retry: RetryPolicy,
    state: Arc<PlatformState>,
) -> Result<Platform, Error> {
    let Record { id, draft, version, .. } = record;
    let Draft { name, kind, base_url, models, default_model, settings, .. } = draft;
    let lacks_key = kind.defaults().wants_key && matches!(key, Ok(None));
    let backend = match key {
        Ok(key) => Backend::Fixed(provider(kind, &base_url, key, &settings)?),
        Err(reason) => Backend::Broken(reason),
    };
    Ok(Platform {
        stored: Some((id, version)),
        source: Source::Database,
        name: name.into(),
        kind,
        base_url,
        models,
        default_model,
        is_detected: false,
        lacks_key,
        backend,
        transport: Transport::new(settings.timeouts())?,
        permits: Arc::new(Semaphore::new(settings.max_concurrent.max(1) as usize)),
        capacity: settings.max_concurrent.max(1),
        retry: RetryPolicy {
            retries: settings.retries,
            first_wait: Duration::from_millis(u64::from(settings.retry_wait_ms)),
            ..retry
        },
        fallback_order: draft.fallback_order,
        limits: Limits {
            requests_per_minute: draft.requests_per_minute,
            tokens_per_minute: draft.tokens_per_minute,
        },
        daily_budget: draft.daily_budget,
        settings,
        state,
    })
}
