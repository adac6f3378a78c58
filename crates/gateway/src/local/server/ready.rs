//! Waiting until a server answers.

use std::time::Duration;

use llm::{Endpoint, Provider, Timeouts, Transport};
use tokio::process::Child;
use tokio::time::{Instant, sleep};

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// The pause between two questions.
const PAUSE: Duration = Duration::from_millis(50);

/// Why a server does not serve, in words.
#[derive(Debug)]
pub(super) enum NotReady {
    /// It ended, or could not be asked; another start may go better.
    Failed(String),
    /// It used up its time; another start would only use it up again.
    TooSlow(String),
}

/// Waits until the server of `endpoint` says that it is healthy and serves `model`; gives
/// the reason when it ends before that or the time is up.
pub(super) async fn wait(
    child: &mut Child,
    endpoint: &Endpoint,
    model: &str,
    within: Duration,
) -> Result<(), NotReady> {
    let failed = NotReady::Failed;
    let deadline = Instant::now() + within;
    let client = llm::client_builder()
        .map_err(|error| failed(error.to_string()))?
        .no_proxy()
        .timeout(PATIENCE)
        .build()
        .map_err(|error| failed(error.to_string()))?;
    let health = format!("{}/health", endpoint.base_url.trim_end_matches("/v1"));
    loop {
        let is_healthy =
            client.get(&health).send().await.is_ok_and(|answer| answer.status().is_success());
        if let Some(status) = child.try_wait().map_err(|error| failed(error.to_string()))? {
            return Err(failed(format!("it ended with {status}")));
        }
        if is_healthy {
            return serves(endpoint, model).await.map_err(failed);
        }
        if Instant::now() >= deadline {
            let reason = format!(
                "it was not ready after {} s; choose a smaller model or free the machine",
                within.as_secs()
            );
            return Err(NotReady::TooSlow(reason));
        }
        sleep(PAUSE).await;
    }
}

/// Makes sure that it is our server that answers, and not somebody who took the port.
async fn serves(endpoint: &Endpoint, model: &str) -> Result<(), String> {
    let timeouts =
        Timeouts { connect: PATIENCE, headers: PATIENCE, idle: PATIENCE, total: PATIENCE };
    let transport = Transport::new(timeouts).map_err(|error| error.to_string())?;
    let models = Provider::OpenAi(endpoint.clone())
        .models(&transport)
        .await
        .map_err(|error| error.to_string())?;
    if models.iter().any(|served| served == model) {
        return Ok(());
    }
    Err(format!("another server answers on its port, which serves {}", models.join(", ")))
}
