//! What a step fans out over: the elements of a list, or the combinations of several lists.

use serde_json::{Map, Value as Json};

use super::advance::Advance;
use super::order::expression_failure;
use crate::definition::{Axis, Matrix};
use crate::execution::{Failure, Item, StepScope};
use crate::expression::{LARGEST_VALUE, size};

/// The longest label that people see.
const LABEL: usize = 80;
/// The widest fan-out.
const MAX_INSTANCES: usize = 10_000;

impl Advance<'_> {
    /// The items that a step fans out over; `None` when it does not.
    pub(super) fn items(&self, step: usize) -> Result<Option<Vec<Item>>, Failure> {
        let Some(matrix) = &self.plan.step(step).matrix else { return Ok(None) };
        let lists = matrix.axes.iter().map(|axis| self.list(step, axis));
        let lists = lists.collect::<Result<Vec<_>, _>>()?;
        let count = lists.iter().try_fold(1_usize, |count, list| count.checked_mul(list.len()));
        let count = count.unwrap_or(usize::MAX);
        if count > MAX_INSTANCES {
            let message = format!("its matrix has {count} elements, more than {MAX_INSTANCES}");
            return Err(Failure::permanent("too_many_instances", message));
        }
        let items = match lists.as_slice() {
            [list] => list.iter().enumerate().map(|(index, value)| Item {
                label: text_of(value).map_or_else(|| number(index), short),
                value: value.clone(),
            }),
            lists => return combined(matrix, lists, count).map(Some),
        };
        Ok(Some(items.collect()))
    }

    fn list(&self, step: usize, axis: &Axis) -> Result<Vec<Json>, Failure> {
        let scope = StepScope::step(self.plan, self.state, step);
        let value =
            axis.items.eval(&scope).map_err(|error| expression_failure("its matrix", &error))?;
        match value {
            Json::Array(values) => Ok(values),
            _ => Err(Failure::permanent("expression", "its matrix has to be a list")),
        }
    }
}

/// Every combination of the elements, the last list's changing fastest.
fn combined(matrix: &Matrix, lists: &[Vec<Json>], count: usize) -> Result<Vec<Item>, Failure> {
    // Each element stands in as many items as the other lists make together.
    let bytes = lists
        .iter()
        .filter(|list| !list.is_empty())
        .map(|list| list.iter().map(size).sum::<usize>().saturating_mul(count / list.len()));
    if bytes.fold(0, usize::saturating_add) > LARGEST_VALUE {
        let message = "the combinations of its matrix are too large together";
        return Err(Failure::permanent("too_large", message));
    }
    Ok((0..count).map(|index| combination(matrix, lists, index)).collect())
}

fn combination(matrix: &Matrix, lists: &[Vec<Json>], index: usize) -> Item {
    let mut rest = index;
    let mut elements = Vec::with_capacity(lists.len());
    for (axis, list) in matrix.axes.iter().zip(lists).rev() {
        elements.push((axis.name.clone(), &list[rest % list.len()], rest % list.len()));
        rest /= list.len();
    }
    elements.reverse();
    let labels = elements.iter().map(|(_, value, index)| match value {
        Json::Number(_) | Json::Bool(_) => value.to_string(),
        _ => text_of(value).map_or_else(|| number(*index), str::to_owned),
    });
    Item {
        label: short(&labels.collect::<Vec<_>>().join(", ")),
        value: Json::Object(
            elements
                .into_iter()
                .map(|(name, value, _)| (name, value.clone()))
                .collect::<Map<_, _>>(),
        ),
    }
}

/// What people call an element: its text, or its name or title.
fn text_of(value: &Json) -> Option<&str> {
    match value {
        Json::String(text) => Some(text),
        Json::Object(fields) => ["title", "name", "label", "feature", "id"]
            .into_iter()
            .find_map(|key| fields.get(key)?.as_str()),
        _ => None,
    }
}

fn number(index: usize) -> String {
    format!("#{}", index + 1)
}

fn short(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(LABEL).collect()
}
