//! A tool call's arguments against the tool's schema.

use serde_json::Value;

use crate::turn::faults;

/// Why arguments do not do, in words for the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InvalidArguments(pub String);

/// The arguments as JSON that fits the tool's schema.
pub(crate) fn check_arguments(
    tool: &llm::chat::ToolSpec,
    arguments: Result<&Value, String>,
) -> Result<(), InvalidArguments> {
    let refuse = |why: String| {
        InvalidArguments(format!("the arguments of \"{}\" are not acceptable: {why}", tool.name))
    };
    let arguments = arguments.map_err(|error| refuse(format!("they are no JSON ({error})")))?;
    let validator = jsonschema::validator_for(&tool.parameters)
        .map_err(|error| refuse(format!("the tool's own schema is broken ({error})")))?;
    let found = faults(&validator, arguments);
    if found.is_empty() { Ok(()) } else { Err(refuse(found.join("; "))) }
}
