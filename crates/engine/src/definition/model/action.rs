//! What a step does.

use serde::{Deserialize, Serialize};

use super::Approval;
use crate::expression::{Expression, Template};

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// An agent works.
    Agent {
        /// Which.
        agent: AgentChoice,
        /// On what.
        task: Task,
        /// The model, when the step wants a certain one.
        model: Option<String>,
        /// The tools that it may use of those that its own file allows; all of them when absent.
        tools: Option<Vec<String>>,
    },
    /// A tool is called with an input.
    Tool {
        /// The tool's name.
        tool: String,
        /// Its input.
        with: Template,
    },
    /// Another workflow runs, and this step ends with it.
    Workflow {
        /// Its slug.
        workflow: String,
        /// Its inputs.
        with: Template,
    },
    /// Time passes, or something happens.
    Wait(Wait),
    /// People decide.
    Approval(Box<Approval>),
    /// A condition has to hold; if it does not, work goes back.
    Gate(Box<Gate>),
}

/// Which agent.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentChoice {
    /// This one, by its slug.
    Named(String),
    /// The best of those that can do this.
    Capable {
        /// What it must be able to do.
        capabilities: Vec<String>,
        /// How the best is found.
        strategy: DispatchStrategy,
        /// Slugs of agents that are not asked.
        exclude: Vec<String>,
    },
}

/// How the dispatcher chooses among agents (catalogue 6.4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DispatchStrategy {
    /// The highest score; ties go to the agent with the higher priority.
    Priority,
    /// The highest score; near ties go to the least loaded.
    LoadBalanced,
    /// The cheapest of those that score well.
    CostOptimized,
    /// The highest quality.
    QualityOptimized,
    /// Speed for urgent work, cost for the rest.
    #[default]
    Hybrid,
}

/// What an agent works on.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// A command with parameters.
    Command {
        /// The command's slug.
        command: String,
        /// Its parameters.
        params: Template,
    },
    /// A text of the workflow's own; the answer is a text too.
    Prompt(Template),
}

/// What a step waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum Wait {
    /// A time: this many units of so many seconds.
    For {
        /// How many; a number.
        amount: Template,
        /// Seconds in a unit.
        unit_seconds: u64,
    },
    /// A moment: a text in RFC 3339.
    Until(Template),
    /// A signal with this name, which a person or a program sends to the execution; or an
    /// event of the system of this kind, if the name is one ([`super::is_event_kind`]). The
    /// step's timeout is how long; the output is the signal's payload, or the event.
    Event {
        /// The name.
        name: Template,
        /// Only an event of which this holds; reads `event` beside what the step reads.
        when: Option<Expression>,
    },
}

/// A condition that has to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// The condition.
    pub condition: Expression,
    /// Where work goes back to when it does not hold; the gate fails when absent.
    pub back: Option<GateBack>,
}

/// Where a gate sends work back to.
#[derive(Debug, Clone, PartialEq)]
pub struct GateBack {
    /// The position of the step to go on from; it and everything after it up to the gate is
    /// done again.
    pub goto: usize,
    /// How often.
    pub max: u32,
    /// What the steps that are done again read as `feedback`.
    pub feedback: Option<Template>,
    /// Who is asked when the rounds are used up; the gate fails when nobody is.
    pub ask: Option<Approval>,
}
