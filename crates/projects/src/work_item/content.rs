//! What people write into a work item, checked.

use web::Result;

use super::{Points, Priority};
use crate::check::{self, Checks};

/// The most acceptance criteria.
pub(crate) const CRITERIA: usize = 20;
/// The most labels.
const LABELS: usize = 20;
/// The longest label.
const LABEL: usize = 50;

/// The checked texts and estimates of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) user_role: Option<String>,
    pub(crate) feature: Option<String>,
    pub(crate) benefit: Option<String>,
    pub(crate) acceptance_criteria: Vec<String>,
    pub(crate) points: Option<Points>,
    pub(crate) priority: Priority,
}

/// A part of a story's sentence; empty means absent.
pub(super) fn part(checks: &mut Checks, field: &str, text: &str) -> Option<String> {
    let text = checks.line(field, text, check::SENTENCE);
    (!text.is_empty()).then_some(text)
}

pub(super) fn criteria(checks: &mut Checks, texts: &[String]) -> Vec<String> {
    checks.list("acceptance_criteria", texts, CRITERIA, check::SENTENCE)
}

/// Labels, each once.
pub(super) fn labels(checks: &mut Checks, texts: &[String]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for label in checks.list("labels", texts, LABELS, LABEL) {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels
}

pub(super) fn points(checks: &mut Checks, number: Option<i64>) -> Option<Points> {
    let number = number?;
    let points = Points::new(number);
    if points.is_none() {
        checks.refuse("points", format!("{number} is not on the scale; use 1, 2, 3, 5, 8 or 13"));
    }
    points
}

impl super::api::NewWorkItem {
    /// The checked content.
    pub(super) fn check(&self) -> Result<Content> {
        let mut checks = Checks::default();
        let part_of = |checks: &mut Checks, field: &str, text: &Option<String>| {
            text.as_ref().and_then(|text| part(checks, field, text))
        };
        let content = Content {
            title: checks.title("title", &self.title, check::TITLE),
            description: checks.text("description", &self.description, check::DESCRIPTION),
            user_role: part_of(&mut checks, "user_role", &self.user_role),
            feature: part_of(&mut checks, "feature", &self.feature),
            benefit: part_of(&mut checks, "benefit", &self.benefit),
            acceptance_criteria: criteria(&mut checks, &self.acceptance_criteria),
            points: points(&mut checks, self.points),
            priority: self.priority.unwrap_or(Priority::Medium),
        };
        checks.finish(content)
    }
}
