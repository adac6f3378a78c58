//! The feature through its routes and procedures, on real SQLite and PostgreSQL.
#![allow(clippy::unwrap_used)]

mod access;
mod backlog;
mod cards;
mod events;
mod moves;
mod numbers;
mod projects_api;
mod scene;
mod shapes;
mod undo;
mod work_items;
