//! Reads values of the language one by one, and collects what is wrong with them.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::keys::Form;
use super::near::suggestion;
use super::problem::{Problem, brief};
use super::tree::{Field, Node, Place, Value};
use crate::expression::{Expression, SyntaxError, Template, parse as parse_expression};

/// The most problems that are reported at once.
pub(super) const MAX_PROBLEMS: usize = 50;
/// The longest time that can be asked for: thirty days.
pub(super) const MAX_MINUTES: f64 = 30.0 * 24.0 * 60.0;

/// An expression, where it stands and what it may read there.
#[derive(Debug)]
pub(super) struct Site {
    pub place: Place,
    pub reads: Reads,
    pub wants: Wants,
    pub expression: Expression,
}

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// In a step's condition or matrix, which are read once for the whole step.
    Once(usize),
    /// In what a step does, which is read for each of its instances.
    Each(usize),
    /// In a step's `loop`, after a round.
    Round(usize),
    /// In what undoes a step.
    Undo(usize),
    /// In the workflow's outputs.
    Outputs,
    /// In the name of a concurrency group, before the execution starts.
    Group,
    /// In what an event starts.
    Event,
    /// In a step's condition on the event that it waits for.
    Heard(usize),
}

/// What an expression has to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    Anything,
    Truth,
    List,
    Number,
    Text,
}

/// The keys and values of one place, all of them known to the language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'n> {
    pub place: Place,
    fields: &'n [Field],
}

impl<'n> Fields<'n> {
    /// A key's value; what is null counts as not written.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        let field = self.fields.iter().find(|field| field.key == key)?;
        Some(&field.node).filter(|node| !node.is_null())
    }

    /// The keys that are written.
    pub(super) fn keys(&self) -> impl Iterator<Item = (&'n str, Place)> + use<'n> {
        let written = self.fields.iter().filter(|field| !field.node.is_null());
        written.map(|field| (field.key.as_str(), field.place))
    }
}

/// Reads a definition. Everything that is wrong is collected, the reading goes on.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub problems: Vec<Problem>,
    pub sites: Vec<Site>,
    /// The id of the step that is being read.
    pub step: Option<String>,
    /// Where each step stands, by its id.
    pub positions: HashMap<String, usize>,
}

impl Reader {
    pub(super) fn at(&mut self, place: Place, message: impl Into<String>, fix: impl Into<String>) {
        // Nobody reads more, and a text can be made to have very many.
        if self.problems.len() < MAX_PROBLEMS {
            let (Place { line, column }, step) = (place, self.step.clone());
            self.problems.push(Problem {
                line,
                column,
                step,
                message: message.into(),
                fix: fix.into(),
            });
        }
    }

    /// A problem of the whole text.
    pub(super) fn whole(&mut self, message: impl Into<String>, fix: &str) {
        self.at(Place::default(), message, fix);
    }

    /// Whether there are so many problems that no more are collected.
    pub(super) fn is_full(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS
    }

    /// The keys and values of a place. Unknown keys are refused.
    pub(super) fn fields<'n>(&mut self, node: &'n Node, form: &Form) -> Option<Fields<'n>> {
        let Value::Map(fields) = &node.value else {
            self.wanted(node, "keys with values (\"key: value\")");
            return None;
        };
        for field in fields {
            if self.is_full() {
                break;
            }
            if !form.keys.contains(&field.key.as_str()) {
                let message = format!("unknown key \"{}\"", brief(&field.key));
                self.at(field.place, message, form.fix(&field.key));
            }
        }
        Some(Fields { place: node.place, fields })
    }

    /// The value of the first of these synonyms; more than one of them is a problem.
    pub(super) fn either<'n>(&mut self, fields: Fields<'n>, keys: &[&str]) -> Option<&'n Node> {
        let mut given = fields.keys().filter(|(key, _)| keys.contains(key));
        let (key, _) = given.next()?;
        if let Some((other, place)) = given.next() {
            let message = format!("\"{other}\" says the same as \"{key}\"");
            self.at(place, message, "keep one of them");
        }
        fields.get(key)
    }

    pub(super) fn wanted(&mut self, node: &Node, what: &str) {
        let fix = match (&node.value, what) {
            (Value::Boolean(_) | Value::Number(_), "a text") => "put it in quotes",
            (Value::Null, _) => "write it",
            _ => "change the value",
        };
        self.at(node.place, format!("here should be {what}"), fix);
    }

    pub(super) fn text(&mut self, node: &Node) -> Option<String> {
        let text = node.as_text().map(str::to_owned);
        if text.is_none() {
            self.wanted(node, "a text");
        }
        text
    }

    /// A text that is not empty and holds no expression: a name of something.
    pub(super) fn name(&mut self, node: &Node) -> Option<String> {
        let text = self.text(node)?;
        let text = text.trim();
        if text.is_empty() {
            self.at(node.place, "the name is empty", "write it");
            return None;
        }
        if text.contains("${{") {
            let message =
                format!("\"{}\" is an expression, but here should be a name", brief(text));
            self.at(
                node.place,
                message,
                "write the name itself; names are checked before anything runs",
            );
            return None;
        }
        Some(text.to_owned())
    }

    /// One name or a list of them.
    pub(super) fn names(&mut self, node: &Node) -> Vec<String> {
        match &node.value {
            Value::List(items) => items.iter().filter_map(|item| self.name(item)).collect(),
            _ => self.name(node).into_iter().collect(),
        }
    }

    pub(super) fn boolean(&mut self, node: &Node) -> Option<bool> {
        if let Value::Boolean(value) = node.value {
            return Some(value);
        }
        self.wanted(node, "true or false");
        None
    }

    pub(super) fn number(&mut self, node: &Node) -> Option<f64> {
        if let Value::Number(number) = &node.value {
            return number.as_f64();
        }
        self.wanted(node, "a number");
        None
    }

    /// A whole number in a range.
    pub(super) fn count(
        &mut self,
        node: &Node,
        name: &str,
        range: RangeInclusive<u64>,
    ) -> Option<u64> {
        let number = match &node.value {
            Value::Number(number) => number.as_u64(),
            _ => None,
        };
        match number {
            Some(number) if range.contains(&number) => return Some(number),
            Some(_) => {
                let (least, most) = (range.start(), range.end());
                self.at(node.place, format!("{name} has to be {least} to {most}"), "change it");
            }
            None => self.wanted(node, "a whole number that is not negative"),
        }
        None
    }

    /// A time in minutes.
    pub(super) fn minutes(&mut self, node: &Node, name: &str) -> Option<Duration> {
        self.duration(node, name, 60.0)
    }

    /// A time in units of so many seconds.
    pub(super) fn duration(&mut self, node: &Node, name: &str, unit: f64) -> Option<Duration> {
        let number = self.number(node)?;
        let most = MAX_MINUTES * 60.0 / unit;
        if number > 0.0 && number <= most {
            return Some(Duration::from_secs_f64(number * unit));
        }
        self.at(node.place, format!("{name} has to be above 0 and at most {most}"), "change it");
        None
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&mut self, node: &Node, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(node)?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let fix = suggestion(&text, &known, &format!("use one of {}", known.join(", ")));
            self.at(node.place, format!("unknown word \"{}\"", brief(&text)), fix);
        }
        found.map(|(_, value)| *value)
    }

    /// A value with expressions inside.
    pub(super) fn template(&mut self, node: &Node, reads: Reads) -> Option<Template> {
        self.template_of(node, reads, Wants::Anything)
    }

    /// The same; when it is one expression, it has to give something.
    pub(super) fn template_of(
        &mut self,
        node: &Node,
        reads: Reads,
        wants: Wants,
    ) -> Option<Template> {
        match &node.value {
            Value::Text(text) => match Template::parse(&Json::String(text.clone())) {
                Ok(template) => {
                    let is_whole = matches!(template, Template::Whole(_));
                    let wants = if is_whole { wants } else { Wants::Anything };
                    for expression in template.expressions() {
                        self.site(node.place, reads, wants, expression.clone());
                    }
                    Some(template)
                }
                Err(error) => {
                    self.syntax(node.place, &error);
                    None
                }
            },
            Value::List(items) => {
                let read = items.iter().map(|item| self.template(item, reads));
                let items = read.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()?;
                Some(list(items))
            }
            Value::Map(fields) => {
                let read = fields
                    .iter()
                    .map(|field| Some((field.key.clone(), self.template(&field.node, reads)?)));
                let fields = read.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()?;
                Some(object(fields))
            }
            Value::Null | Value::Boolean(_) | Value::Number(_) => {
                Some(Template::Constant(node.json()))
            }
        }
    }

    /// An expression, with or without braces around it.
    pub(super) fn expression(
        &mut self,
        node: &Node,
        name: &str,
        reads: Reads,
    ) -> Option<Expression> {
        let text = match &node.value {
            Value::Boolean(value) => value.to_string(),
            Value::Text(text) => text.clone(),
            _ => {
                let message = format!("\"{name}\" has to be an expression");
                self.at(node.place, message, "write it as a text");
                return None;
            }
        };
        // `if: ${{ a }}` and `if: a` mean the same, as people know it.
        let trimmed = text.trim();
        let inner =
            trimmed.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(trimmed);
        let start = inner.trim_start();
        match parse_expression(start.trim_end()) {
            Ok(expression) => {
                self.site(node.place, reads, Wants::Truth, expression.clone());
                Some(expression)
            }
            Err(error) => {
                let skipped = start.as_ptr() as usize - text.as_ptr() as usize;
                let skipped = text[..skipped].chars().count();
                self.syntax(node.place, &SyntaxError { at: skipped + error.at, ..error });
                None
            }
        }
    }

    pub(super) fn site(
        &mut self,
        place: Place,
        reads: Reads,
        wants: Wants,
        expression: Expression,
    ) {
        self.sites.push(Site { place, reads, wants, expression });
    }

    pub(super) fn syntax(&mut self, place: Place, error: &SyntaxError) {
        let message = format!("the expression cannot be read: {error}");
        self.at(place, message, "mend the expression");
    }

    /// A value without expressions.
    pub(super) fn constants(&mut self, node: &Node, name: &str) -> Json {
        let value = node.json();
        if !matches!(Template::parse(&value), Ok(Template::Constant(_))) {
            let message = format!("\"{name}\" holds constants, so it cannot hold expressions");
            self.at(node.place, message, "write the expression where it is used");
        }
        value
    }
}

fn constant(template: &Template) -> Option<Json> {
    match template {
        Template::Constant(value) => Some(value.clone()),
        _ => None,
    }
}

/// A list of templates; a constant when all of them are.
pub(super) fn list(items: Vec<Template>) -> Template {
    match items.iter().map(constant).collect::<Option<Vec<_>>>() {
        Some(values) => Template::Constant(Json::Array(values)),
        None => Template::List(items),
    }
}

/// An object of templates; a constant when all of them are.
pub(super) fn object(fields: Vec<(String, Template)>) -> Template {
    let values = fields.iter().map(|(key, value)| Some((key.clone(), constant(value)?)));
    match values.collect::<Option<Map<_, _>>>() {
        Some(values) => Template::Constant(Json::Object(values)),
        None => Template::Object(fields),
    }
}
