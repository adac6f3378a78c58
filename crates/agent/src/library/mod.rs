//! Agents and commands as files: Markdown with YAML front matter.
//!
//! Adding an agent or a command needs no Rust: put a file under `agents/` or `commands/`.
//! An agent file follows the sub-agent convention of coding CLIs (front matter, then the
//! system prompt); a command file holds its parameters and output schema in the front
//! matter and its prompt template below. Reading is pure: the program hands over paths
//! and texts, and gets a [`Library`] or every [`Problem`] at once, each naming the file,
//! the line, the field and the fix.
//!
//! An agent, `agents/business-analyst.md`; only name and description are required:
//! ```text
//! ---
//! name: business-analyst
//! title: Business analyst
//! aliases: [ba]
//! description: Finds out what people need. Use it before anything is designed.
//! capabilities: [requirements_extraction]
//! models: { preferred: [fast], fallback: [slow] }
//! temperature: 0.2
//! max_output_tokens: 2000
//! tools: [read_file]
//! limits: { max_model_calls: 8 }
//! version: 1
//! ---
//! You are a business analyst.
//! ```
//!
//! A command, `commands/write_story.md`; a parameter is required unless it says
//! `required: false` or has a default, and the example is rendered when the file loads:
//! ```text
//! ---
//! name: write_story
//! description: Writes one user story for one of the known roles.
//! agent: business-analyst
//! category: elicitation
//! params:
//!   idea: { type: string, description: What is to be built }
//!   roles: { type: list, items: { type: object }, description: The roles that may be named }
//! output_schema:
//!   type: object
//!   required: [role, want]
//!   properties:
//!     role: { type: string, x-enum-from: roles, x-enum-field: name }
//!     want: { type: string }
//! example: { idea: A clinic, roles: [{ name: Patient }] }
//! temperature: 0.3
//! max_output_tokens: 800
//! ---
//! Write one story for {{ params.idea }}
//! ```
//!
//! Start with [`Library::from_files`], then [`Agent`] and [`Command`].

mod agent;
mod command;
mod file;
mod load;
mod problem;
#[cfg(test)]
mod tests;

pub use agent::{Agent, ModelPreferences};
pub use command::{Command, ParamSpec, ParamType};
pub use load::Library;
pub use problem::Problem;
