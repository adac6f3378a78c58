//! Scores and strategies. The weights are those of catalogue 6.3, the strategies those of
//! 6.4; hybrid is a weighted sum of normalised values.

use engine::definition::{DispatchStrategy, Priority};
use serde_json::{Value as Json, json};

use super::History;

/// What the capability match counts for.
const CAPABILITY: f64 = 0.30;
/// What the quality of earlier work counts for.
const QUALITY: f64 = 0.25;
/// What the present load counts for.
const LOAD: f64 = 0.20;
/// What the usual cost counts for.
const COST: f64 = 0.15;
/// What the usual duration counts for.
const SPEED: f64 = 0.10;
/// The cost of a step from which on cheapness counts nothing, in micro-dollars.
const DEAR: f64 = 1_000_000.0;
/// The duration from which on speed counts nothing, in milliseconds.
const SLOW: f64 = 300_000.0;
/// Scores this close count as equal when load decides.
const NEAR: f64 = 0.05;
/// From this score on, the cheapest is good enough.
const GOOD: f64 = 0.7;

/// What is said of agents that are down while others are not.
const LEFT_OUT: &str = "left out, since every platform of their model is down";
/// What is said when all are down.
const ALL_DOWN: &str =
    "every platform of every candidate's model is down; the best is asked nevertheless";

/// What is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub capabilities: Vec<String>,
    pub strategy: DispatchStrategy,
    /// Slugs of agents that are not asked.
    pub exclude: Vec<String>,
}

/// An agent that may be chosen.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub slug: String,
    pub capabilities: Vec<String>,
    /// How many attempts it has now, and how many it may have.
    pub load: usize,
    pub most: usize,
    pub history: History,
    /// Whether every platform that might answer its calls is down.
    pub is_down: bool,
}

/// Who was chosen, and why.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    pub agent: String,
    pub explanation: Json,
}

/// The factors of a candidate's score, each in 0 to 1.
#[derive(Debug, Clone, Copy)]
struct Score {
    capability: f64,
    quality: f64,
    load: f64,
    cost: f64,
    speed: f64,
}

impl Score {
    fn of(candidate: &Candidate, wanted: &Wanted) -> Self {
        let has = |capability: &&String| candidate.capabilities.contains(capability);
        let covered = wanted.capabilities.iter().filter(has).count();
        let history = &candidate.history;
        Self {
            capability: covered as f64 / wanted.capabilities.len().max(1) as f64,
            quality: (history.quality / 10.0).clamp(0.0, 1.0),
            load: (1.0 - candidate.load as f64 / candidate.most.max(1) as f64).max(0.0),
            cost: 1.0 - (history.cost_micros / DEAR).min(1.0),
            speed: 1.0 - (history.duration_ms / SLOW).min(1.0),
        }
    }

    fn total(self) -> f64 {
        self.capability * CAPABILITY
            + self.quality * QUALITY
            + self.load * LOAD
            + self.cost * COST
            + self.speed * SPEED
    }

    fn explained(self) -> Json {
        let short = |value: f64| (value * 1000.0).round() / 1000.0;
        json!({
            "score": short(self.total()), "capability": short(self.capability),
            "quality": short(self.quality), "load": short(self.load),
            "cost": short(self.cost), "speed": short(self.speed),
        })
    }
}

/// The best of the candidates that can do all that is wanted; `None` when there is none.
/// Equal ones are told apart by their slug, so that the choice is always the same. One that is
/// down is left out, unless all are.
pub(crate) fn choose(
    candidates: &[Candidate],
    wanted: &Wanted,
    priority: Priority,
) -> Option<Choice> {
    let able = |candidate: &&Candidate| {
        let has = |capability: &String| candidate.capabilities.contains(capability);
        wanted.capabilities.iter().all(has) && !wanted.exclude.contains(&candidate.slug)
    };
    let able: Vec<&Candidate> = candidates.iter().filter(able).collect();
    let (down, up): (Vec<&Candidate>, Vec<&Candidate>) =
        able.into_iter().partition(|candidate| candidate.is_down);
    let is_any_up = !up.is_empty();
    let asked = if is_any_up { &up } else { &down };
    let mut scored: Vec<(&Candidate, Score)> =
        asked.iter().map(|candidate| (*candidate, Score::of(candidate, wanted))).collect();
    scored.sort_by(|(a, _), (b, _)| a.slug.cmp(&b.slug));
    let (chosen, score) = best(&scored, wanted.strategy, priority)?;
    let others = scored.iter().map(|(candidate, score)| {
        let mut explained = score.explained();
        explained["agent"] = json!(candidate.slug);
        explained
    });
    let mut explanation = json!({
        "strategy": wanted.strategy, "capabilities": wanted.capabilities,
        "excluded": wanted.exclude, "score": score.explained()["score"],
        "candidates": others.collect::<Vec<_>>(),
    });
    if !down.is_empty() {
        let mut slugs: Vec<&str> = down.iter().map(|candidate| candidate.slug.as_str()).collect();
        slugs.sort_unstable();
        explanation["down"] = json!(slugs);
        explanation["note"] = json!(if is_any_up { LEFT_OUT } else { ALL_DOWN });
    }
    Some(Choice { agent: chosen.slug.clone(), explanation })
}

fn best<'a>(
    scored: &[(&'a Candidate, Score)],
    strategy: DispatchStrategy,
    priority: Priority,
) -> Option<(&'a Candidate, Score)> {
    match strategy {
        DispatchStrategy::Priority => highest(scored, Score::total),
        DispatchStrategy::QualityOptimized => highest(scored, |score| score.quality),
        DispatchStrategy::LoadBalanced => {
            let top = highest(scored, Score::total)?.1.total();
            let near = scored.iter().filter(|(_, score)| top - score.total() <= NEAR);
            highest(&near.copied().collect::<Vec<_>>(), |score| score.load)
        }
        DispatchStrategy::CostOptimized => {
            let good = scored.iter().filter(|(_, score)| score.total() >= GOOD);
            let good: Vec<_> = good.copied().collect();
            let cheapest = highest(&good, |score| score.cost);
            cheapest.or_else(|| highest(scored, Score::total))
        }
        DispatchStrategy::Hybrid => highest(scored, |score| match priority {
            Priority::Critical | Priority::High => {
                0.6 * score.total() + 0.3 * score.speed + 0.1 * score.cost
            }
            Priority::Medium => score.total(),
            Priority::Low => 0.5 * score.cost + 0.3 * score.load + 0.2 * score.total(),
        }),
    }
}

/// The first of those with the highest value.
fn highest<'a>(
    scored: &[(&'a Candidate, Score)],
    value: impl Fn(Score) -> f64,
) -> Option<(&'a Candidate, Score)> {
    let mut best: Option<((&Candidate, Score), f64)> = None;
    for (candidate, score) in scored {
        let value = value(*score);
        if best.is_none_or(|(_, highest)| value > highest) {
            best = Some(((candidate, *score), value));
        }
    }
    best.map(|(best, _)| best)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn candidate(slug: &str, quality: f64, load: usize, cents: f64, seconds: f64) -> Candidate {
        let (cost_micros, duration_ms) = (cents * 10_000.0, seconds * 1000.0);
        Candidate {
            slug: slug.to_owned(),
            capabilities: vec!["review".to_owned()],
            load,
            most: 5,
            history: History { quality, cost_micros, duration_ms },
            is_down: false,
        }
    }

    fn check(strategy: DispatchStrategy, priority: Priority, exclude: &[&str], expected: &str) {
        let candidates = [
            candidate("excellent", 9.8, 4, 60.0, 200.0),
            candidate("idle", 8.4, 0, 45.0, 90.0),
            candidate("cheap", 7.6, 1, 1.0, 100.0),
            candidate("quick", 7.9, 1, 20.0, 3.0),
        ];
        let wanted = Wanted {
            capabilities: vec!["review".to_owned()],
            strategy,
            exclude: exclude.iter().map(|&slug| slug.to_owned()).collect(),
        };
        let chosen = choose(&candidates, &wanted, priority).map(|choice| choice.agent);
        assert_eq!(chosen.as_deref().unwrap_or("nobody"), expected, "{strategy:?} {priority:?}");
    }

    #[test]
    fn each_strategy_has_its_favourite() {
        check(DispatchStrategy::QualityOptimized, Priority::Medium, &[], "excellent");
        check(DispatchStrategy::CostOptimized, Priority::Medium, &[], "cheap");
        check(DispatchStrategy::LoadBalanced, Priority::Medium, &[], "idle");
        check(DispatchStrategy::Hybrid, Priority::High, &[], "quick");
        check(DispatchStrategy::Hybrid, Priority::Low, &[], "cheap");
        check(DispatchStrategy::Priority, Priority::Medium, &[], "quick");
        check(DispatchStrategy::Priority, Priority::Medium, &["quick"], "cheap");
    }

    #[test]
    fn a_choice_is_explained_by_its_figures() {
        let wanted = Wanted {
            capabilities: vec!["review".to_owned()],
            strategy: DispatchStrategy::Hybrid,
            exclude: vec!["other".to_owned()],
        };
        // 0.30 + 0.25 * 0.8 + 0.20 * 0.8 + 0.15 * 0.5 + 0.10 * 0.5
        let candidates = [candidate("one", 8.0, 1, 50.0, 150.0)];
        let choice = choose(&candidates, &wanted, Priority::Medium).unwrap();
        let expected = json!({
            "strategy": "hybrid", "capabilities": ["review"], "excluded": ["other"], "score": 0.785,
            "candidates": [{
                "agent": "one", "score": 0.785, "capability": 1.0, "quality": 0.8, "load": 0.8,
                "cost": 0.5, "speed": 0.5,
            }],
        });
        assert_eq!(choice.explanation, expected);
    }

    #[test]
    fn whoever_is_down_is_left_out_unless_all_are() {
        let wanted = Wanted {
            capabilities: vec!["review".to_owned()],
            strategy: DispatchStrategy::Priority,
            exclude: Vec::new(),
        };
        let down = |slug: &str, quality, is_down| Candidate {
            is_down,
            ..candidate(slug, quality, 0, 1.0, 1.0)
        };
        let check = |excellent: bool, poor: bool, agent: &str, asked: usize, note: Json| {
            let candidates = [down("excellent", 9.0, excellent), down("poor", 2.0, poor)];
            let Choice { agent: chosen, explanation } =
                choose(&candidates, &wanted, Priority::Medium).unwrap();
            let all = explanation["candidates"].as_array().unwrap().len();
            assert_eq!((chosen.as_str(), all), (agent, asked), "{explanation}");
            let told = (&explanation["down"], &explanation["note"]);
            let expected: Vec<&str> = [("excellent", excellent), ("poor", poor)]
                .into_iter()
                .filter_map(|(slug, is_down)| is_down.then_some(slug))
                .collect();
            let expected = if expected.is_empty() { Json::Null } else { json!(expected) };
            assert_eq!(told, (&expected, &note));
        };
        check(false, false, "excellent", 2, Json::Null);
        check(true, false, "poor", 1, json!(LEFT_OUT));
        check(false, true, "excellent", 1, json!(LEFT_OUT));
        check(true, true, "excellent", 2, json!(ALL_DOWN));
    }

    #[test]
    fn nobody_is_chosen_who_cannot_do_it() {
        let wanted = Wanted {
            capabilities: vec!["law".to_owned()],
            strategy: DispatchStrategy::Hybrid,
            exclude: Vec::new(),
        };
        let candidates = [candidate("idle", 9.0, 0, 1.0, 1.0)];
        assert_eq!(choose(&candidates, &wanted, Priority::Medium), None);
        let wanted = Wanted { capabilities: vec!["review".to_owned()], ..wanted };
        let choice = choose(&candidates, &wanted, Priority::Medium).expect("one can");
        assert_eq!(choice.explanation["candidates"][0]["agent"], "idle");
    }
}
