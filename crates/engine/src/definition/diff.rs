//! What changed from one definition to another, as people would say it: by step, input and
//! key, not by line.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::Definition;

/// One thing that is different.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Whether it is new, gone or different.
    pub kind: ChangeKind,
    /// Where: `steps.review.gate.on-fail.max`, `inputs.title`.
    pub path: String,
    /// What it was; absent when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Json>,
    /// What it is; absent when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Json>,
}

/// Whether something is new, gone or different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is different.
    Changed,
    /// It stands elsewhere among its neighbours; for steps.
    Moved,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.kind {
            ChangeKind::Added => '+',
            ChangeKind::Removed => '-',
            ChangeKind::Changed => '~',
            ChangeKind::Moved => '>',
        };
        write!(f, "{sign} {}", self.path)?;
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, ": {before} -> {after}"),
            (None, Some(value)) | (Some(value), None) => write!(f, ": {value}"),
            (None, None) => Ok(()),
        }
    }
}

/// Everything that is different, first the workflow's own keys, then step by step.
pub fn diff(old: &Definition, new: &Definition) -> Vec<Change> {
    let mut changes = Vec::new();
    let (old, new) = (Keyed::of(old), Keyed::of(new));
    compare_objects(&mut changes, "", &old.rest, &new.rest);
    compare_objects(&mut changes, "steps", &old.steps, &new.steps);
    moved(&mut changes, &old.steps, &new.steps);
    changes
}

/// A definition whose steps stand under their ids.
struct Keyed {
    rest: Map<String, Json>,
    steps: Map<String, Json>,
}

impl Keyed {
    fn of(definition: &Definition) -> Self {
        let mut rest = match definition.to_json() {
            Json::Object(fields) => fields,
            _ => Map::new(),
        };
        rest.shift_remove("steps");
        let steps = definition.steps.iter().map(|step| {
            let mut written = definition.step(step);
            if let Some(fields) = written.as_object_mut() {
                fields.shift_remove("id");
                // In which order needs are written means nothing.
                if let Some(needs) = fields.get_mut("needs").and_then(Json::as_array_mut) {
                    needs.sort_by(|first, second| first.as_str().cmp(&second.as_str()));
                }
            }
            (step.id.clone(), written)
        });
        Self { rest, steps: steps.collect() }
    }
}

fn compare(changes: &mut Vec<Change>, path: String, before: &Json, after: &Json) {
    match (before, after) {
        // Of the lists of a matrix the last one changes fastest: their order has a meaning.
        (Json::Object(old), Json::Object(new))
            if is_matrix(&path) && old.len() == new.len() && old.keys().ne(new.keys()) =>
        {
            changes.push(Change {
                kind: ChangeKind::Changed,
                path,
                before: Some(before.clone()),
                after: Some(after.clone()),
            });
        }
        (Json::Object(before), Json::Object(after)) => {
            compare_objects(changes, &path, before, after);
        }
        _ if before == after => {}
        _ => changes.push(Change {
            kind: ChangeKind::Changed,
            path,
            before: Some(before.clone()),
            after: Some(after.clone()),
        }),
    }
}

/// `steps.ID.strategy.matrix`; an id has no points.
fn is_matrix(path: &str) -> bool {
    matches!(path.split('.').collect::<Vec<_>>()[..], ["steps", _, "strategy", "matrix"])
}

fn compare_objects(
    changes: &mut Vec<Change>,
    path: &str,
    before: &Map<String, Json>,
    after: &Map<String, Json>,
) {
    let inside = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    for (key, old) in before {
        match after.get(key) {
            Some(new) => compare(changes, inside(key), old, new),
            None => changes.push(Change {
                kind: ChangeKind::Removed,
                path: inside(key),
                before: Some(old.clone()),
                after: None,
            }),
        }
    }
    for (key, new) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        changes.push(Change {
            kind: ChangeKind::Added,
            path: inside(key),
            before: None,
            after: Some(new.clone()),
        });
    }
}

/// The steps that both have, in another order. Those that keep their order stay out of it:
/// what is told is the fewest steps that were moved.
fn moved(changes: &mut Vec<Change>, before: &Map<String, Json>, after: &Map<String, Json>) {
    let old: Vec<&String> = before.keys().filter(|id| after.contains_key(*id)).collect();
    let places: Vec<usize> =
        after.keys().filter_map(|id| old.iter().position(|known| *known == id)).collect();
    let kept: HashSet<usize> = longest_rise(&places).into_iter().collect();
    for place in places.iter().filter(|place| !kept.contains(place)) {
        changes.push(Change {
            kind: ChangeKind::Moved,
            path: format!("steps.{}", old[*place]),
            before: None,
            after: None,
        });
    }
}

/// The longest part of a list that rises, by the length of the best part that ends at each.
fn longest_rise(numbers: &[usize]) -> Vec<usize> {
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(numbers.len());
    for (at, number) in numbers.iter().enumerate() {
        let before = (0..at).filter(|other| numbers[*other] < *number);
        let longest = before.max_by_key(|other| best[*other].0);
        best.push((longest.map_or(1, |other| best[other].0 + 1), longest));
    }
    let mut at = (0..best.len()).max_by_key(|at| best[*at].0);
    let mut rise = Vec::new();
    while let Some(here) = at {
        rise.push(numbers[here]);
        at = best[here].1;
    }
    rise
}
