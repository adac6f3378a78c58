//! The design's full form: `input_mapping` and `output_mapping` with paths like
//! `$.steps.KEY.output.x`. They are translated to expressions when they are read, so the
//! engine knows nothing of them: there is no context that changes.

use super::parse_action::empty;
use super::parse_flow::Flow;
use super::problem::brief;
use super::reader::{Fields, Reader, Reads, Wants, list, object};
use super::tree::{Node, Value};
use crate::expression::{Template, parse as parse_expression};

/// From where a path is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mapping<'a, 'n> {
    pub position: usize,
    pub flow: &'a Flow<'n>,
}

/// What is wrong with a path, and how to mend it.
type Wrong = (String, String);

impl Reader {
    /// A value in which texts may be paths.
    pub(super) fn mapped(
        &mut self,
        node: &Node,
        reads: Reads,
        mapping: Mapping<'_, '_>,
    ) -> Option<Template> {
        match &node.value {
            Value::Text(text) if is_path(text) => {
                let written = mapping.input(text);
                Some(self.translated(node, text, written, reads))
            }
            Value::Map(fields) => {
                let read = fields.iter().map(|field| {
                    Some((field.key.clone(), self.mapped(&field.node, reads, mapping)?))
                });
                let fields = read.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()?;
                Some(object(fields))
            }
            Value::List(items) => {
                let read = items.iter().map(|item| self.mapped(item, reads, mapping));
                Some(list(read.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()?))
            }
            _ => self.template(node, reads),
        }
    }

    /// Checks what a step puts under names for the steps after it.
    pub(super) fn output_mapping(&mut self, fields: Fields<'_>, mapping: Mapping<'_, '_>) {
        let Some(node) = fields.get("output_mapping") else { return };
        let Value::Map(entries) = &node.value else {
            self.wanted(node, "keys with values (\"key: value\")");
            return;
        };
        for entry in entries {
            let Some(text) = self.text(&entry.node) else { continue };
            let written = mapping.output(&text);
            self.translated(&entry.node, &text, written, Reads::Undo(mapping.position));
        }
    }

    fn translated(
        &mut self,
        node: &Node,
        path: &str,
        written: Result<String, Wrong>,
        reads: Reads,
    ) -> Template {
        let parsed = written.and_then(|written| {
            parse_expression(&written).map_err(|_| {
                let message = format!("the path \"{}\" cannot be read", brief(path));
                (message, "write names with dots between them".to_owned())
            })
        });
        match parsed {
            Ok(expression) => {
                self.site(node.place, reads, Wants::Anything, expression.clone());
                Template::Whole(expression)
            }
            Err((message, fix)) => {
                self.at(node.place, message, fix);
                empty()
            }
        }
    }
}

fn is_path(text: &str) -> bool {
    text.starts_with("$.") || text.starts_with("$prev")
}

impl Mapping<'_, '_> {
    /// The expression for a path in what a step is given.
    fn input(self, path: &str) -> Result<String, Wrong> {
        match path.strip_prefix("$.context.") {
            Some(rest) => self.context(path, rest),
            None => self.common(path),
        }
    }

    /// The expression for a path in what a step leaves behind.
    fn output(self, path: &str) -> Result<String, Wrong> {
        match path.strip_prefix("$.output") {
            Some(rest) if rest.is_empty() || rest.starts_with(['.', '[']) => {
                Ok(format!("steps.{}.outputs{rest}", self.flow.outlines[self.position].id))
            }
            _ => self.common(path),
        }
    }

    fn common(self, path: &str) -> Result<String, Wrong> {
        if let Some(rest) = path.strip_prefix("$.input") {
            let rest = rest.strip_prefix('s').unwrap_or(rest);
            return Ok(format!("inputs{rest}"));
        }
        if let Some(rest) = path.strip_prefix("$prev.output") {
            let outlines = &self.flow.outlines;
            return match outlines[self.position].needs.as_slice() {
                [need] => Ok(format!("steps.{}.outputs{rest}", outlines[*need].id)),
                [] => Err((
                    format!("\"{}\" reads the step before, and there is none", brief(path)),
                    "read an input, or a step that this one needs".to_owned(),
                )),
                _ => Err((
                    format!("\"{}\" reads the step before, and there are several", brief(path)),
                    "write \"$.steps.KEY.output\" with the one that is meant".to_owned(),
                )),
            };
        }
        let unknown = || {
            let fix = "write $.input.NAME, $.context.NAME, $prev.output or $.steps.KEY.output";
            (format!("the path \"{}\" leads nowhere", brief(path)), fix.to_owned())
        };
        let rest = path.strip_prefix("$.steps.").ok_or_else(unknown)?;
        let (key, rest) = rest.split_once('.').ok_or_else(unknown)?;
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (field, rest) = rest.split_at(end);
        let field = if field == "output" { "outputs" } else { field };
        Ok(format!("steps.{key}.{field}{rest}"))
    }

    /// What the nearest earlier step that this one waits for put under a name.
    fn context(self, path: &str, rest: &str) -> Result<String, Wrong> {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        // Without it there is a circle, which is told already.
        let Some(before) = &self.flow.before else { return Ok("null".to_owned()) };
        let mut nearest: Option<(usize, &str)> = None;
        for (position, outline) in self.flow.outlines.iter().enumerate() {
            if !before.contains(self.position, position) {
                continue;
            }
            let mapping = outline.fields.get("output_mapping");
            let Some(written) = mapping.and_then(|node| node.get(name)?.as_text()) else {
                continue;
            };
            // The later one in the text is taken when neither waits for the other.
            if nearest.is_none_or(|(known, _)| !before.contains(known, position)) {
                nearest = Some((position, written));
            }
        }
        let Some((position, written)) = nearest else {
            return Err((
                format!(
                    "the path \"{}\" leads nowhere: no step before this one maps \"{}\"",
                    brief(path),
                    brief(name)
                ),
                format!(
                    "add \"{}\" to the \"output_mapping\" of a step that this one needs",
                    brief(name)
                ),
            ));
        };
        let from = Mapping { position, flow: self.flow };
        Ok(format!("{}{rest}", from.output(written)?))
    }
}
