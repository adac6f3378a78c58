//! The simulator's own tests: a short simulation, crashes after every fact, planted faults
//! and histories that were recorded once.
#![allow(clippy::unwrap_used)]

mod crashes;
mod faults;
mod histories;
mod simulation;
