//! What watches the program: is it alive, can it serve, what does it count.
//!
//! `health.rs` answers while the process lives, `ready.rs` looks at its parts,
//! `metrics.rs` prints numbers for Prometheus.

mod health;
mod metrics;
mod ready;

use std::sync::Arc;

use automation::Automation;
use base::Secret;
use utoipa_axum::routes;
use web::{Access, Routes};

pub use metrics::Metrics;

/// What the probes look at.
#[derive(Clone)]
pub struct State {
    /// The engine.
    pub automation: Automation,
    /// The recorder.
    pub metrics: Metrics,
    /// What lets a scraper on this machine in.
    pub metrics_token: Option<Arc<Secret<String>>>,
}

/// The probes. All are open to monitors; `/metrics` decides by itself, because a scraper
/// has a token and no account.
pub fn routes(state: State) -> Routes {
    Routes::<State>::new()
        .add(Access::Public, routes!(health::health))
        .add(Access::Public, routes!(ready::ready))
        .add(Access::Public, routes!(metrics::metrics))
        .with_state(state)
}
