//! `hishamos demo`: an idea becomes a board, in front of your eyes. It runs the same
//! server as `serve` and asks it through the public API like anybody else.
//!
//! Start with `command.rs` for what it takes, then `story.rs` for what it does.

mod command;
mod idea;
mod model;
mod project;
mod story;

pub use command::{DemoCommand, demo};
