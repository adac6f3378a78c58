//! The words of an execution: its state, the inputs that move it (news), the events that
//! it records (facts) and the effects that it asks for (orders).

mod apply;
mod approval;
mod effect;
mod event;
mod failure;
mod input;
mod listening;
mod scope;
mod standing;
mod state;
mod status;

pub use approval::{ApprovalRequest, ApprovalState, Decider, Decision, DecisionError, Verdict};
pub use effect::{AgentOrder, AgentTask, Effect, Order};
pub use event::{Event, Item, KeptInstance, LinkMode, Origin, SkipCause};
pub use failure::Failure;
pub use input::{AttemptKey, Input};
pub(crate) use listening::EVENT;
pub use listening::{Listening, hears};
pub(crate) use scope::StepScope;
pub use state::{InstanceState, InstanceStatus, Parking, Signal, State, StepState};
pub use status::{Status, StepStatus};
