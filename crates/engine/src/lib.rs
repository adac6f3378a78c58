//! The workflow engine's pure core: what should this execution do next?
//!
//! A [`Definition`] (YAML or JSON) becomes a [`Plan`]. [`step::step`] takes the plan, the
//! [`State`], one [`Input`] and the time, and returns [`Event`]s (facts for the journal)
//! and [`Effect`]s (orders for the runner). The same input always gives the same answer:
//! there is no IO, no clock, no randomness and no `async` here, so everything is tested by
//! tables, properties and simulation, and [`replay()`] rebuilds any state from its journal.
//!
//! Start with `execution/` for the words, then `step/` for the rules.

pub mod definition;
pub mod execution;
pub mod expression;
mod given;
mod plan;
mod replay;
pub mod step;

pub use definition::{Definition, Problem};
pub use execution::{
    AgentOrder, AgentTask, ApprovalRequest, ApprovalState, AttemptKey, Decider, Decision,
    DecisionError, Effect, Event, Failure, Input, InstanceState, InstanceStatus, Item,
    KeptInstance, LinkMode, Listening, Order, Origin, Parking, Signal, SkipCause, State, Status,
    StepState, StepStatus, hears,
};
pub use given::given;
pub use plan::Plan;
pub use replay::replay;
pub use step::{LinkError, Outcome, Rejected, Source, create, link, step};
