//! Asking a platform, briefly, whether it is there and what it serves.

use std::time::Duration;

use llm::{Error, Provider, Timeouts, Transport};

/// What a platform said when asked for its models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It serves these.
    Serves(Vec<String>),
    /// It is there but does not list its models.
    There,
    /// Something is wrong with it, or nobody is there.
    Trouble(String),
}

/// The connections for asking.
#[derive(Debug, Clone)]
pub(crate) struct Probe {
    /// For servers that may run on this machine: those who are there answer at once.
    nearby: Transport,
    /// For configured providers, which may be far away.
    far: Transport,
}

impl Probe {
    /// Prepares the connections.
    pub(crate) fn new() -> Result<Self, Error> {
        let transport = |wait| {
            Transport::new(Timeouts { connect: wait, headers: wait, idle: wait, total: wait })
        };
        Ok(Self {
            nearby: transport(Duration::from_millis(300))?,
            far: transport(Duration::from_secs(3))?,
        })
    }

    /// Asks one platform.
    pub(crate) async fn ask(&self, provider: &Provider, is_nearby: bool) -> Answer {
        let transport = if is_nearby { &self.nearby } else { &self.far };
        match provider.models(transport).await {
            Ok(models) => Answer::Serves(models),
            Err(error) if is_nearby => Answer::Trouble(error.to_string()),
            Err(error) => judge(error),
        }
    }
}

/// A configured provider need not list its models, so only some errors speak against it.
fn judge(error: Error) -> Answer {
    match error {
        Error::Unauthenticated { .. }
        | Error::OutOfCredit { .. }
        | Error::Timeout { .. }
        | Error::Connection { .. }
        | Error::StreamCut
        | Error::Cancelled
        | Error::Overloaded { .. } => Answer::Trouble(error.to_string()),
        Error::RateLimited { .. }
        | Error::ContextTooLong { .. }
        | Error::BadRequest { .. }
        | Error::ContentFiltered { .. }
        | Error::InvalidReply { .. }
        | Error::WrongAddress { .. }
        | Error::ModelUnavailable { .. }
        | Error::Unsupported { .. }
        | Error::Denied { .. } => Answer::There,
    }
}
