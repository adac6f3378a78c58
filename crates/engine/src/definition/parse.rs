//! Text into a checked definition.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::check::check;
use super::inputs::{article, fits};
use super::keys::{DEFAULTS, FORM_FIELD, Form, INPUT, WORKFLOW};
use super::model::{Definition, FormField, InputSpec, InputType, OnFailure, Retry};
use super::problem::Problem;
use super::reader::{Fields, Reader, Reads};
use super::tree::{Node, Value};
use super::yaml;

/// The longest definition, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// The most steps.
pub const MAX_STEPS: usize = 500;

/// What holds for every step that says nothing else.
#[derive(Debug, Default)]
pub(super) struct Defaults {
    pub retry: Option<Retry>,
    pub timeout: Option<std::time::Duration>,
    pub model: Option<String>,
    pub agent: Option<String>,
}

const TYPES: &[(&str, InputType)] = &[
    ("string", InputType::String),
    ("number", InputType::Number),
    ("integer", InputType::Integer),
    ("boolean", InputType::Boolean),
    ("list", InputType::List),
    ("object", InputType::Object),
];

/// Parses and checks a definition in YAML or JSON (which YAML contains).
pub fn parse(text: &str) -> Result<Definition, Vec<Problem>> {
    let tree = tree(text)?;
    let mut reader = Reader::default();
    let definition = reader.definition(&tree);
    if let Some(definition) = &definition
        && reader.problems.is_empty()
    {
        check(&mut reader, definition);
    }
    let mut problems = reader.problems;
    problems.sort_by_key(|problem| (problem.line, problem.column));
    match definition {
        Some(definition) if problems.is_empty() => Ok(definition),
        _ => Err(problems),
    }
}

/// What is written, when it is YAML of a size that can be read.
pub(super) fn tree(text: &str) -> Result<Node, Vec<Problem>> {
    if text.len() > MAX_BYTES {
        let message = format!("the definition has {} bytes, more than {MAX_BYTES}", text.len());
        let mut reader = Reader::default();
        reader.whole(message, "split it into several workflows");
        return Err(reader.problems);
    }
    yaml::read(text).map_err(|problem| vec![problem])
}

impl Reader {
    fn definition(&mut self, root: &Node) -> Option<Definition> {
        // An empty text is a definition without anything.
        let empty = Node { place: root.place, value: Value::Map(Vec::new()) };
        let root = if root.is_null() { &empty } else { root };
        let fields = self.fields(root, &WORKFLOW)?;
        let nodes: &[Node] = match fields.get("steps").map(|steps| (steps, &steps.value)) {
            Some((_, Value::List(nodes))) => nodes,
            Some((steps, _)) => {
                self.wanted(steps, "a list (lines with \"- \")");
                return None;
            }
            None => &[],
        };
        if nodes.len() > MAX_STEPS {
            self.problems.clear();
            let message = format!("the workflow has {} steps, more than {MAX_STEPS}", nodes.len());
            self.whole(message, "split it into several workflows");
            return None;
        }
        let name = self.title(fields.get("name"));
        if nodes.is_empty() {
            self.whole("the workflow has no steps", "add at least one under \"steps:\"");
        }
        let defaults = fields.get("defaults").map(|node| self.defaults(node)).unwrap_or_default();
        let steps = self.steps(nodes, &defaults);
        let text = |reader: &mut Self, key| {
            fields.get(key).and_then(|node| reader.text(node)).unwrap_or_default()
        };
        let on_failure = &[("stop", OnFailure::Stop), ("rollback", OnFailure::Rollback)];
        Some(Definition {
            name,
            description: text(self, "description"),
            department: text(self, "department"),
            tags: fields.get("tags").map(|tags| self.names(tags)).unwrap_or_default(),
            triggers: fields.get("on").map(|on| self.triggers(on)).unwrap_or_default(),
            inputs: fields.get("inputs").map(|inputs| self.inputs(inputs)).unwrap_or_default(),
            env: match fields.get("env") {
                None => Json::Object(Map::new()),
                Some(env) => {
                    if !matches!(env.value, Value::Map(_)) {
                        self.wanted(env, "keys with values (\"key: value\")");
                    }
                    self.constants(env, "env")
                }
            },
            priority: fields.get("priority").and_then(|node| self.priority(node)),
            concurrency: fields.get("concurrency").and_then(|node| self.concurrency(node)),
            max_parallel: fields
                .get("max-parallel")
                .and_then(|node| self.count(node, "max-parallel", 1..=1000))
                .map(|count| count as usize),
            timeout: fields
                .get("timeout-minutes")
                .and_then(|node| self.minutes(node, "timeout-minutes")),
            on_failure: fields
                .get("on-failure")
                .and_then(|node| self.word(node, on_failure))
                .unwrap_or_default(),
            budget: fields.get("budget").and_then(|node| self.budget(node)),
            steps,
            outputs: fields.get("outputs").and_then(|node| self.template(node, Reads::Outputs)),
        })
    }

    fn title(&mut self, node: Option<&Node>) -> String {
        let Some(node) = node else {
            self.whole("the workflow has no name", "add a line like \"name: Build a feature\"");
            return String::new();
        };
        let name = self.text(node).unwrap_or_default();
        let name = name.trim();
        if node.as_text().is_some() && !(3..=255).contains(&name.chars().count()) {
            let message = "the name has to be 3 to 255 characters long";
            self.at(node.place, message, "give it a telling name");
        }
        name.to_owned()
    }

    fn defaults(&mut self, node: &Node) -> Defaults {
        let Some(fields) = self.fields(node, &DEFAULTS) else { return Defaults::default() };
        Defaults {
            retry: fields.get("retry").map(|node| self.retry(node)),
            timeout: fields
                .get("timeout-minutes")
                .and_then(|node| self.minutes(node, "timeout-minutes")),
            model: fields.get("model").and_then(|node| self.name(node)),
            agent: fields.get("agent").and_then(|node| self.name(node)),
        }
    }

    fn inputs(&mut self, node: &Node) -> IndexMap<String, InputSpec> {
        let Value::Map(inputs) = &node.value else {
            self.wanted(node, "keys with values (\"key: value\")");
            return IndexMap::new();
        };
        let mut specs = IndexMap::new();
        for input in inputs {
            let name = &input.key;
            if !is_name(name) {
                let message =
                    format!("an input cannot be called \"{}\"", super::problem::brief(name));
                self.at(input.place, message, "use letters, digits, _ and -, and a letter first");
            }
            specs.insert(name.clone(), self.input(name, &input.node));
        }
        specs
    }

    fn input(&mut self, name: &str, node: &Node) -> InputSpec {
        let (field, fields) = self.typed(node, &INPUT, &format!("the input \"{name}\""));
        let FormField { kind, description, required, options } = field;
        let mut spec = InputSpec { kind, description, required, default: None, options };
        if let Some(default) = fields.and_then(|fields| fields.get("default")) {
            let value = self.constants(default, "default");
            if !fits(spec.kind, &value) {
                let message = format!("the default of the input \"{name}\" has the wrong type");
                self.at(default.place, message, format!("make it {}", article(spec.kind)));
            } else if !spec.options.is_empty() && !spec.options.contains(&value) {
                let message =
                    format!("the default of the input \"{name}\" is not one of its options");
                self.at(default.place, message, "add it to \"options\", or choose one of them");
            }
            spec.default = Some(value);
        }
        spec
    }

    /// The values that an input or a field may have.
    fn options(&mut self, node: &Node, kind: InputType, what: &str) -> Vec<Json> {
        let Value::List(items) = &node.value else {
            self.wanted(node, "a list (lines with \"- \")");
            return Vec::new();
        };
        if items.is_empty() {
            self.at(
                node.place,
                format!("{what} has no options"),
                "write some, or leave \"options\" out",
            );
        }
        let mut options: Vec<Json> = Vec::new();
        for item in items {
            let value = item.json();
            if !fits(kind, &value) {
                let message = format!("an option of {what} has the wrong type");
                self.at(item.place, message, format!("make it {}", article(kind)));
            } else if options.contains(&value) {
                self.at(
                    item.place,
                    format!("{what} has this option twice"),
                    "take one of them out",
                );
            }
            options.push(value);
        }
        options
    }

    /// A field that people fill in with a decision.
    pub(super) fn form_field(&mut self, name: &str, node: &Node) -> FormField {
        self.typed(node, &FORM_FIELD, &format!("the field \"{name}\"")).0
    }

    /// What an input and a field have in common; and the keys, when the type that their values
    /// are of is known.
    fn typed<'n>(
        &mut self,
        node: &'n Node,
        form: &Form,
        what: &str,
    ) -> (FormField, Option<Fields<'n>>) {
        let mut field = FormField {
            kind: InputType::default(),
            description: String::new(),
            required: false,
            options: Vec::new(),
        };
        // `idea:` alone is an input of which nothing is said.
        if node.is_null() {
            return (field, None);
        }
        let Some(fields) = self.fields(node, form) else { return (field, None) };
        let kind = fields.get("type").map(|node| self.word(node, TYPES));
        field.kind = kind.flatten().unwrap_or_default();
        field.description =
            fields.get("description").and_then(|node| self.text(node)).unwrap_or_default();
        field.required =
            fields.get("required").and_then(|node| self.boolean(node)).unwrap_or_default();
        if kind == Some(None) {
            return (field, None);
        }
        if let Some(options) = fields.get("options") {
            field.options = self.options(options, field.kind, what);
        }
        (field, Some(fields))
    }
}

/// Whether expressions can read something under this name.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}
