//! The simulator's own tests: a short simulation, crashes after every fact, races for one
//! step, planted faults and histories that were recorded once.
#![allow(clippy::unwrap_used)]

mod crashes;
mod faults;
mod histories;
mod races;
mod simulation;
