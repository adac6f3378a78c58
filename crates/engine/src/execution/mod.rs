//! The words of an execution: its state, the inputs that move it (news), the events that
//! it records (facts) and the effects that it asks for (orders).

mod effect;
mod event;
mod input;
mod scope;
mod state;
mod status;

pub use effect::{Effect, Order};
pub use event::{Event, Failure, Item};
pub use input::{AttemptKey, Input};
pub(crate) use scope::StepScope;
pub use state::{InstanceState, InstanceStatus, State, StepState};
pub use status::{Status, StepStatus};
