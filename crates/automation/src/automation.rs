//! What the feature's handlers share, and its routes.

use std::ops::Deref;
use std::sync::Arc;

use agent::Library;
use agent::port::{Insiders, Models};
use agent::tool::Registry;
use store::Procedures;
use web::{App, Routes};

use crate::runner::{self, Handle, HttpTool, Options, RunnerState};
use crate::workflow::Workflows;
use crate::{
    agent as agents, approval, command, execution, result, schedule, trigger, webhook, workflow,
};

/// What the program puts in.
pub struct Parts {
    /// Agents and commands.
    pub library: Arc<Library>,
    /// The workflows that come with the program.
    pub workflows: Workflows,
    /// The way to models.
    pub models: Arc<dyn Models>,
    /// The named writes that other features offer.
    pub procedures: Procedures,
    /// The tools that agents may call.
    pub tools: Registry,
    /// The tool that calls other servers.
    pub http: HttpTool,
    /// How the runner behaves.
    pub options: Options,
}

/// The feature, running. Cheap to clone.
#[derive(Clone)]
pub struct Automation(Arc<Inner>);

/// What handlers reach.
pub struct Inner {
    pub(crate) library: Arc<Library>,
    pub(crate) workflows: Workflows,
    pub(crate) models: Arc<dyn Models>,
    pub(crate) procedures: Procedures,
    pub(crate) tools: Registry,
    pub(crate) runner: Handle,
    pub(crate) webhook_limits: webhook::Limits,
}

impl Automation {
    /// Starts the runner, so that what was not finished goes on, and the watch over what starts
    /// workflows by itself.
    pub fn start(app: &App, parts: Parts) -> Self {
        let runner = runner::start(
            app,
            runner::Dependencies {
                library: parts.library.clone(),
                models: parts.models.clone(),
                procedures: parts.procedures.clone(),
                tools: parts.tools.clone(),
                workflows: parts.workflows.clone(),
                http: parts.http,
            },
            parts.options,
        );
        let automation = Self(Arc::new(Inner {
            library: parts.library,
            workflows: parts.workflows,
            models: parts.models,
            procedures: parts.procedures,
            tools: parts.tools,
            runner,
            webhook_limits: webhook::Limits::default(),
        }));
        app.spawn(trigger::watch(automation.clone(), app.clone()));
        automation
    }

    /// Its agents and workflows, as outside clients ask them in place of a model.
    pub fn insiders(&self, app: &App) -> Arc<dyn Insiders> {
        Arc::new(execution::Answering::new(app.clone(), self.clone()))
    }

    /// What the engine is doing, for `/ready`.
    pub fn runner_state(&self) -> RunnerState {
        self.runner.state()
    }
}

impl Deref for Automation {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// The feature's routes.
pub fn routes(automation: Automation) -> Routes {
    Routes::new()
        .merge(workflow::routes())
        .merge(execution::routes())
        .merge(approval::routes())
        .merge(schedule::routes())
        .merge(trigger::routes())
        .merge(webhook::routes())
        .merge(result::routes())
        .merge(agents::routes())
        .merge(command::routes())
        .with_state(automation)
}
