//! The house rules that a reader relies on, kept by tests instead of by memory.
//!
//! [`tree`] reads the repository, [`source`] tells code from comments and text; every
//! other file here is one rule.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the repository fails")]

mod crate_graph;
mod engine_purity;
mod file_sizes;
mod links;
mod map;
mod module_docs;
mod points;
mod source;
mod sql_places;
mod tree;
mod unfinished;
