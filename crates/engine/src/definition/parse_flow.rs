//! The steps' ids, and which step comes after which: needs, the order written, branches.

use std::collections::HashMap;

use super::graph::{Before, before};
use super::keys::{ON_ERROR, STEP};
use super::model::StepDefinition;
use super::near::suggestion;
use super::parse::Defaults;
use super::problem::brief;
use super::reader::{Fields, MAX_PROBLEMS, Reader};
use super::tree::{Node, Place, Value};

/// What is known of a step before it is read as a whole.
#[derive(Debug)]
pub(super) struct Outline<'n> {
    pub id: String,
    pub fields: Fields<'n>,
    pub needs: Vec<usize>,
    /// The steps whose failure starts this one.
    pub error_of: Vec<usize>,
    /// Where its failure leads.
    pub branch: Option<usize>,
}

/// All outlines, and what comes before each step when there is no circle.
#[derive(Debug)]
pub(super) struct Flow<'n> {
    pub outlines: Vec<Outline<'n>>,
    pub before: Option<Before>,
}

impl Reader {
    pub(super) fn steps(&mut self, nodes: &[Node], defaults: &Defaults) -> Vec<StepDefinition> {
        let steps: Vec<Fields<'_>> =
            nodes.iter().filter_map(|node| self.fields_of_step(node)).collect();
        // Where one is no step at all, the rest cannot be told apart.
        if steps.len() < nodes.len() {
            return Vec::new();
        }
        let outlines = self.outlines(&steps);
        let flow = self.flow(outlines);
        let count = flow.outlines.len();
        let steps = (0..count).map(|position| {
            self.step = Some(flow.outlines[position].id.clone());
            self.read_step(position, &flow, defaults)
        });
        let steps = steps.collect();
        self.step = None;
        steps
    }

    /// A step's keys; what is wrong with them is told with the step's id.
    fn fields_of_step<'n>(&mut self, node: &'n Node) -> Option<Fields<'n>> {
        let id = node.get("id").or_else(|| node.get("key")).and_then(Node::as_text);
        self.step = id.map(brief);
        let fields = self.fields(node, &STEP);
        self.step = None;
        fields
    }

    /// Every step's id, given or made, and where it stands.
    fn outlines<'n>(&mut self, steps: &[Fields<'n>]) -> Vec<Outline<'n>> {
        let mut outlines = Vec::with_capacity(steps.len());
        for (position, fields) in steps.iter().enumerate() {
            let given = self.either(*fields, &["id", "key"]);
            let id = match given.and_then(|node| Some((node.place, self.text(node)?))) {
                None => format!("step_{}", position + 1),
                Some((place, id)) => {
                    if !is_id(&id) {
                        self.step = Some(brief(&id));
                        let message = "a step's id starts with a letter and has letters, digits, _ and - only (at most 64)";
                        self.at(place, message, "rename it");
                        self.step = None;
                    }
                    id
                }
            };
            if self.positions.insert(id.clone(), position).is_some() {
                self.step = Some(brief(&id));
                self.at(fields.place, "another step has the same id", "rename one of them");
                self.step = None;
            }
            outlines.push(Outline {
                id,
                fields: *fields,
                needs: Vec::new(),
                error_of: Vec::new(),
                branch: None,
            });
        }
        outlines
    }

    fn flow<'n>(&mut self, mut outlines: Vec<Outline<'n>>) -> Flow<'n> {
        let orders = self.orders(&outlines);
        // The flat form: when no step says what it needs, they run in the order written.
        let says_needs =
            |outline: &Outline<'_>| outline.fields.keys().any(|(key, _)| NEEDS.contains(&key));
        if outlines.iter().any(says_needs) {
            for outline in &mut outlines {
                self.step = Some(brief(&outline.id));
                if let Some(node) = self.either(outline.fields, NEEDS) {
                    outline.needs = self.needs(node, &orders);
                }
            }
        } else {
            self.sequence(&mut outlines, &orders);
        }
        for outline in &mut outlines {
            self.step = Some(brief(&outline.id));
            outline.branch = self.branch(outline.fields);
        }
        self.step = None;
        let before = self.branches(&mut outlines);
        Flow { outlines, before }
    }

    /// The positions by the steps' `order`.
    fn orders(&mut self, outlines: &[Outline<'_>]) -> HashMap<u64, usize> {
        let mut orders = HashMap::new();
        for (position, outline) in outlines.iter().enumerate() {
            let Some(node) = outline.fields.get("order") else { continue };
            self.step = Some(brief(&outline.id));
            if let Some(order) = self.count(node, "order", 0..=1_000_000)
                && orders.insert(order, position).is_some()
            {
                let message = format!("another step has the order {order} too");
                self.at(node.place, message, "give each step an order of its own");
            }
        }
        if !orders.is_empty()
            && let Some(outline) =
                outlines.iter().find(|outline| outline.fields.get("order").is_none())
        {
            self.step = Some(brief(&outline.id));
            let message = "has no \"order\", but other steps have";
            self.at(outline.fields.place, message, "give every step an order, or none");
        }
        self.step = None;
        orders
    }

    fn needs(&mut self, node: &Node, orders: &HashMap<u64, usize>) -> Vec<usize> {
        let nodes = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut positions = Vec::new();
        for need in nodes {
            // Looking for what was meant takes time, so it is not done without an end.
            if self.problems.len() >= MAX_PROBLEMS {
                break;
            }
            let position = match &need.value {
                Value::Text(name) => match self.position(name) {
                    Ok(position) => Some(position),
                    Err(fix) => {
                        let message = format!("needs the unknown step \"{}\"", brief(name));
                        self.at(need.place, message, fix);
                        None
                    }
                },
                Value::Number(number) => {
                    let position = number.as_u64().and_then(|order| orders.get(&order).copied());
                    if position.is_none() {
                        let message =
                            format!("needs the step with the order {number}, and there is none");
                        self.at(need.place, message, "write a step's id, or its \"order\"");
                    }
                    position
                }
                _ => {
                    let message = "\"needs\" has to be a step's id or a list of them";
                    self.at(need.place, message, "write \"needs: ID\" or \"needs: [ID, ID]\"");
                    None
                }
            };
            positions.extend(position.filter(|position| !positions.contains(position)));
        }
        positions
    }

    /// Where the step with this id stands, or how to mend it.
    pub(super) fn position(&self, name: &str) -> Result<usize, String> {
        self.positions.get(name).copied().ok_or_else(|| {
            let mut known: Vec<&str> = self.positions.keys().map(String::as_str).collect();
            known.sort_unstable();
            suggestion(name, &known, "name a step of this workflow")
        })
    }

    /// One after the other; neighbours that are `parallel` run together.
    fn sequence(&mut self, outlines: &mut [Outline<'_>], orders: &HashMap<u64, usize>) {
        let mut sequence: Vec<usize> = (0..outlines.len()).collect();
        let places: HashMap<usize, u64> =
            orders.iter().map(|(order, position)| (*position, *order)).collect();
        sequence.sort_by_key(|position| places.get(position).copied().unwrap_or_default());
        let (mut last, mut group, mut is_parallel): (Vec<usize>, Vec<usize>, bool) =
            (Vec::new(), Vec::new(), false);
        for position in sequence {
            let joins = self.is_parallel(&outlines[position]);
            if !(joins && is_parallel) {
                last = std::mem::take(&mut group);
                is_parallel = joins;
            }
            outlines[position].needs.clone_from(&last);
            group.push(position);
        }
    }

    fn is_parallel(&mut self, outline: &Outline<'_>) -> bool {
        self.step = Some(brief(&outline.id));
        let node = outline.fields.get("parallel");
        let joins = node.and_then(|node| self.boolean(node)).unwrap_or_default();
        self.step = None;
        joins
    }

    /// Where a step's failure leads.
    fn branch(&mut self, fields: Fields<'_>) -> Option<usize> {
        let node = fields.get("on-error").filter(|node| matches!(node.value, Value::Map(_)))?;
        let fields = self.fields(node, &ON_ERROR)?;
        let Some(goto) = fields.get("goto") else {
            let message = "\"on-error\" does not say where to go";
            self.at(node.place, message, "add \"goto: ID\"");
            return None;
        };
        let name = self.text(goto)?;
        match self.position(&name) {
            Ok(position) => Some(position),
            Err(fix) => {
                let message = format!("\"on-error\" goes to the unknown step \"{}\"", brief(&name));
                self.at(goto.place, message, fix);
                None
            }
        }
    }

    /// Lets every error branch wait for the steps that lead to it. What comes before each
    /// step, when there is no circle.
    fn branches(&mut self, outlines: &mut [Outline<'_>]) -> Option<Before> {
        let needs: Vec<&[usize]> =
            outlines.iter().map(|outline| outline.needs.as_slice()).collect();
        let known = match before(&needs) {
            Ok(known) => known,
            Err(circle) => {
                self.circle(outlines, &circle, "take one of these out of \"needs\"");
                return None;
            }
        };
        let edges: Vec<(usize, usize)> = outlines
            .iter()
            .enumerate()
            .filter_map(|(from, outline)| Some((from, outline.branch?)))
            .collect();
        if edges.is_empty() {
            return Some(known);
        }
        let mut is_sound = true;
        for (from, to) in &edges {
            let place = outlines[*from].fields.get("on-error").map(|node| node.place);
            let message = if from == to {
                "\"on-error\" goes to the step itself".to_owned()
            } else if known.contains(*from, *to) {
                format!(
                    "\"on-error\" goes back to \"{}\", which this step waits for",
                    outlines[*to].id
                )
            } else {
                let target = &mut outlines[*to];
                target.error_of.push(*from);
                if !target.needs.contains(from) {
                    target.needs.push(*from);
                }
                continue;
            };
            is_sound = false;
            self.step = Some(outlines[*from].id.clone());
            let fix = "name a step that comes later; \"retry\" does a step again, and a \"gate\" sends work back";
            self.at(place.unwrap_or_default(), message, fix);
            self.step = None;
        }
        let needs: Vec<&[usize]> =
            outlines.iter().map(|outline| outline.needs.as_slice()).collect();
        match before(&needs) {
            Ok(before) => Some(before).filter(|_| is_sound),
            Err(circle) => {
                let fix = "let one of their \"on-error\" go to a step that comes later";
                self.circle(outlines, &circle, fix);
                None
            }
        }
    }

    fn circle(&mut self, outlines: &[Outline<'_>], circle: &[usize], fix: &str) {
        let Some(first) = circle.first().map(|at| &outlines[*at]) else { return };
        let mut names: Vec<&str> =
            circle.iter().take(20).map(|at| outlines[*at].id.as_str()).collect();
        names.push(if circle.len() > 20 { "…" } else { first.id.as_str() });
        let place: Place = first.fields.place;
        self.step = Some(first.id.clone());
        self.at(place, format!("waits for itself: {}", names.join(" needs ")), fix);
        self.step = None;
    }
}

const NEEDS: &[&str] = &["needs", "dependencies"];

fn is_id(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}
