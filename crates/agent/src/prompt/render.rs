//! Rendering a command.

use serde_json::{Map, Value};

use super::{params, schema, template};
use crate::library::Command;

/// A command made ready for the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// What the model is asked.
    pub text: String,
    /// The parameters with their defaults filled in.
    pub params: Map<String, Value>,
    /// The shape of the answer, made specific to the parameters.
    pub output_schema: Option<Value>,
}

/// What is wrong with one parameter.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldError {
    /// The parameter, or a path into it: `roles[2].name`.
    pub field: String,
    /// What is wrong and how to fix it.
    pub message: String,
}

/// Why a command could not be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The parameters do not fit; the caller can fix them.
    #[error("command \"{command}\" cannot take these parameters: {}", list(fields))]
    Params {
        /// The command's slug.
        command: String,
        /// Every parameter that does not fit.
        fields: Vec<FieldError>,
    },
    /// The template fails on parameters that fit; its author must fix it.
    #[error("the prompt of command \"{command}\" fails on line {line}: {message}")]
    Template {
        /// The command's slug.
        command: String,
        /// The line of the prompt, counted from 1.
        line: usize,
        /// What went wrong.
        message: String,
    },
}

fn list(fields: &[FieldError]) -> String {
    fields
        .iter()
        .map(|fault| format!("{}: {}", fault.field, fault.message))
        .collect::<Vec<_>>()
        .join("; ")
}

/// Checks the parameters and renders the command with them.
pub fn render(command: &Command, given: &Map<String, Value>) -> Result<Rendered, Error> {
    let refuse = |fields| Error::Params { command: command.slug.clone(), fields };
    let params = params::accept(command, given).map_err(refuse)?;
    let output_schema = command
        .output_schema
        .as_ref()
        .map(|shape| schema::specialise(shape, &params))
        .transpose()
        .map_err(refuse)?;
    let text = template::render(&command.prompt, &params).map_err(|fault| Error::Template {
        command: command.slug.clone(),
        line: fault.line,
        message: fault.message,
    })?;
    Ok(Rendered { text, params, output_schema })
}
