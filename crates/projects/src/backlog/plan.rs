//! From what came in to what is made: cleaned, without duplicates, in order.

use std::collections::{HashMap, HashSet};

use super::clean;
use super::input::{Epic, EpicName, Input, Story};
use super::wording;
use crate::check::{DESCRIPTION, SENTENCE, TITLE};
use crate::work_item::{CRITERIA, Content, Points, Priority};

/// The most epics of one call.
pub(super) const EPICS: usize = 50;
/// The most stories of one call, duplicates not counted.
pub(super) const STORIES: usize = 200;

/// What will be made.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) epics: Vec<Content>,
    /// By priority, then in the order given; each with the place of its epic.
    pub(super) stories: Vec<(Content, Option<usize>)>,
    /// How many stories had the title of an earlier one.
    pub(super) duplicates: usize,
    /// How many epics and stories had nothing that could be a title.
    pub(super) skipped: usize,
}

/// Makes the plan, or says why there is none.
pub(super) fn plan(input: &Input) -> Result<Plan, String> {
    let mut plan = Plan::default();
    let mut epics = Epics::default();
    for epic in &input.epics {
        epics.add(epic, &mut plan);
    }
    let mut seen = HashSet::new();
    for story in &input.stories {
        let Some(content) = content(story) else {
            plan.skipped += 1;
            continue;
        };
        if !seen.insert(same(&content.title)) {
            plan.duplicates += 1;
            continue;
        }
        let epic = story.epic.as_ref().and_then(|name| epics.find(name));
        plan.stories.push((content, epic));
    }
    check_size("epics", plan.epics.len(), EPICS)?;
    check_size("stories", plan.stories.len(), STORIES)?;
    if plan.stories.is_empty() {
        return Err("the backlog has no stories; give at least one with a title".to_owned());
    }
    plan.stories.sort_by_key(|(content, _)| content.priority);
    Ok(plan)
}

fn check_size(what: &str, count: usize, most: usize) -> Result<(), String> {
    if count <= most {
        return Ok(());
    }
    Err(format!("the backlog has {count} {what}; give at most {most} in one call"))
}

/// Where each given epic is in the plan, by place and by title.
#[derive(Default)]
struct Epics {
    by_index: Vec<Option<usize>>,
    by_title: HashMap<String, usize>,
}

impl Epics {
    /// Adds an epic to the plan; one with the title of an earlier one is that one.
    fn add(&mut self, epic: &Epic, plan: &mut Plan) {
        let title = clean::title(&epic.title, TITLE);
        if title.is_empty() {
            plan.skipped += 1;
            self.by_index.push(None);
            return;
        }
        let place = *self.by_title.entry(same(&title)).or_insert_with(|| {
            let description = clean::text(&epic.description, DESCRIPTION);
            plan.epics.push(Content {
                title,
                description,
                user_role: None,
                feature: None,
                benefit: None,
                acceptance_criteria: Vec::new(),
                points: None,
                priority: Priority::Medium,
            });
            plan.epics.len() - 1
        });
        self.by_index.push(Some(place));
    }

    /// The epic that a story means; a name that fits none means none.
    fn find(&self, name: &EpicName) -> Option<usize> {
        match name {
            EpicName::Index(index) => self.by_index.get(*index).copied().flatten(),
            EpicName::Title(title) => {
                let by_title = self.by_title.get(&same(&clean::title(title, TITLE))).copied();
                // Some models write the index as text.
                by_title.or_else(|| self.find(&EpicName::Index(title.trim().parse().ok()?)))
            }
        }
    }
}

/// What makes two titles one: see [`clean::normal`]; signs only when there is nothing else.
pub(super) fn same(title: &str) -> String {
    let normal = clean::normal(title);
    if normal.is_empty() { title.to_owned() } else { normal }
}

/// The title under which a story stands on the board, if it has one.
pub(super) fn title(story: &Story) -> Option<String> {
    content(story).map(|content| content.title)
}

fn content(story: &Story) -> Option<Content> {
    let line = |text: &str| clean::line(text, SENTENCE);
    let part = |text: String| Some(text).filter(|text| !text.is_empty());
    let title = Some(clean::title(&story.title, TITLE)).filter(|title| !title.is_empty());
    let title = title.or_else(|| Some(clean::title(&story.feature, TITLE)))?;
    if title.is_empty() {
        return None;
    }
    let criteria = story.acceptance_criteria.iter().map(|text| clean::text(text, SENTENCE));
    Some(Content {
        title,
        description: clean::text(&story.description, DESCRIPTION),
        user_role: part(line(&story.user_role)),
        feature: part(wording::feature(&line(&story.feature), &line(&story.user_role))),
        benefit: part(wording::benefit(&line(&story.benefit))),
        acceptance_criteria: criteria.filter(|text| !text.is_empty()).take(CRITERIA).collect(),
        points: story.points.and_then(Points::nearest),
        priority: story.priority.trim().to_lowercase().parse().unwrap_or(Priority::Medium),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value as Json, json};

    use super::*;

    fn planned(epics: Json, stories: Json) -> Result<Plan, String> {
        plan(&Input::read(&json!({"project": "A", "epics": epics, "stories": stories}))?)
    }

    #[test]
    fn stories_are_ordered_and_put_in_their_epics() {
        let check = |stories: Json, expected: &[(&str, Option<usize>)]| {
            let epics =
                json!([{"title": "Booking"}, "Billing", {"title": "  BOOKING. "}, {"title": "**"}]);
            let plan = planned(epics, stories).unwrap();
            let titles: Vec<&str> = plan.epics.iter().map(|epic| epic.title.as_str()).collect();
            assert_eq!(titles, ["Booking", "Billing"]);
            let found: Vec<(&str, Option<usize>)> =
                plan.stories.iter().map(|(story, epic)| (story.title.as_str(), *epic)).collect();
            assert_eq!(found, expected);
        };
        check(
            json!([
                {"title": "low", "priority": "low"},
                {"title": "odd", "priority": "urgent!"},
                {"title": "none"},
                {"title": "now", "priority": " Critical"},
                {"title": "next", "priority": "high"},
            ]),
            &[("now", None), ("next", None), ("odd", None), ("none", None), ("low", None)],
        );
        check(
            json!([
                {"title": "a", "epic": "booking"},
                {"title": "b", "epic": 1},
                {"title": "c", "epic": 2},
                {"title": "d", "epic": 3},
                {"title": "e", "epic": 9},
                {"title": "f", "epic": "1"},
                {"title": "g", "epic": "Unheard of"},
            ]),
            &[
                ("a", Some(0)),
                ("b", Some(1)),
                ("c", Some(0)),
                ("d", None),
                ("e", None),
                ("f", Some(1)),
                ("g", None),
            ],
        );
    }

    #[test]
    fn duplicates_and_nameless_stories_are_counted() {
        let check = |stories: Json, expected: (usize, usize, usize)| {
            let plan = planned(json!([]), stories).unwrap();
            assert_eq!((plan.stories.len(), plan.duplicates, plan.skipped), expected);
        };
        check(json!(["Book", "book!", " BOOK ", "Pay"]), (2, 2, 0));
        check(json!(["حجز موعد", "حجز موعد."]), (1, 1, 0));
        check(json!(["Book", "", {}, null, 7]), (1, 0, 4));
        check(json!([{"feature": "to book"}]), (1, 0, 0));
        check(json!(["A", "B", "C"]), (3, 0, 0));
    }

    #[test]
    fn too_little_and_too_much_are_refused() {
        let check = |epics: Json, stories: Json, expected: &str| {
            assert_eq!(planned(epics, stories), Err(expected.to_owned()));
        };
        let many =
            |count: usize| json!((0..count).map(|n| format!("item {n}")).collect::<Vec<_>>());
        check(json!([]), json!([]), "the backlog has no stories; give at least one with a title");
        check(json!([]), many(201), "the backlog has 201 stories; give at most 200 in one call");
        check(many(51), many(1), "the backlog has 51 epics; give at most 50 in one call");
        assert_eq!(planned(many(50), many(200)).unwrap().stories.len(), 200);
        assert_eq!(planned(json!([]), json!(vec!["same"; 900])).unwrap().duplicates, 899);
    }

    #[test]
    fn everything_fits_after_cleaning() {
        let long = "x".repeat(30_000);
        let story = json!({
            "title": long, "description": long, "user_role": long, "feature": long, "benefit": long,
            "acceptance_criteria": vec![long.clone(); 40], "points": 40, "priority": long,
        });
        let plan = planned(json!([{"title": long, "description": long}]), json!([story])).unwrap();
        let (story, _) = &plan.stories[0];
        let length = |text: &Option<String>| text.as_ref().unwrap().len();
        assert_eq!((story.title.len(), story.description.len()), (TITLE, DESCRIPTION));
        assert_eq!(
            [length(&story.user_role), length(&story.feature), length(&story.benefit)],
            [SENTENCE; 3]
        );
        assert_eq!(story.acceptance_criteria.len(), CRITERIA);
        assert!(story.acceptance_criteria.iter().all(|text| text.len() == SENTENCE));
        assert_eq!(story.points, Points::new(13));
        assert_eq!(
            (plan.epics[0].title.len(), plan.epics[0].description.len()),
            (TITLE, DESCRIPTION)
        );
    }
}
