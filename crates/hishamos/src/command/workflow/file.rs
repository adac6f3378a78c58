//! Reading workflow files, and saying what is wrong with them.

use std::io::Read as _;
use std::path::Path;

use engine::{Definition, Problem, definition};

use crate::failure::{Exit, Failure, Result};

/// The text of a file; `-` is the standard input.
pub fn read(file: &Path) -> Result<String> {
    let shown = file.display();
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    let bytes = bytes.map_err(|error| {
        let exit = if error.kind() == std::io::ErrorKind::NotFound {
            Exit::NotFound
        } else {
            Exit::Failed
        };
        Failure::new(exit, format!("cannot read the workflow file {shown}: {error}"))
    })?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::invalid(format!("{shown} is not text; a workflow is YAML or JSON in UTF-8"))
    })
}

/// The definition in a text; what is wrong with it is told without asking a server.
pub fn checked(file: &Path, text: &str) -> Result<Definition> {
    definition::parse(text).map_err(|problems| {
        let sentences: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::invalid(format!("{}: {}", file.display(), sentences.join("\n  ")))
    })
}

/// A problem as compilers tell it: `file:line:column: what; how to mend it`.
pub fn line(file: &Path, problem: &Problem) -> String {
    let Problem { line, column, step, message, fix } = problem;
    let step = step.as_ref().map_or_else(String::new, |step| format!("step \"{step}\": "));
    let fix = if fix.is_empty() { String::new() } else { format!("; {fix}") };
    format!("{}:{line}:{column}: {step}{message}{fix}", file.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_have_their_place_in_front() {
        let problems = definition::parse("name: Build\nsteps:\n  - id: a\n    agnet: x\n");
        let problems = problems.expect_err("the key is wrong");
        let found: Vec<String> =
            problems.iter().map(|problem| line(Path::new("build.yaml"), problem)).collect();
        let place = "build.yaml:4:5: step \"a\": ";
        assert!(found.iter().any(|line| line.starts_with(place)), "{found:?}");
    }
}
