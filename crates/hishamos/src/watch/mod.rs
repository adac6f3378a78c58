//! Watching an execution in the terminal: a line for each attempt that ends, as it ends,
//! and a live line for what runs. Start with [`follow`].

mod attempt;
mod follow;
mod running;

pub use follow::{failure_of, follow};
