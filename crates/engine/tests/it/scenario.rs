//! A made-up workflow and what happens to each of its attempts.

use engine::{AttemptKey, Plan, definition};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// How an attempt ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Well,
    /// It fails in a way that another attempt may mend.
    Flaky,
    /// Nothing is ever heard of it.
    Silent,
    /// It fails for good.
    Broken,
}

/// When a step runs.
#[derive(Debug, Clone, Copy)]
pub enum Condition {
    Always,
    Never,
    /// Only if this need ended well.
    IfCompleted(usize),
}

/// What a step fans out over.
#[derive(Debug, Clone, Copy)]
pub enum Elements {
    Count(usize),
    /// The outputs of this need, which are a list only if it fans out itself.
    OutputsOf(usize),
}

#[derive(Debug, Clone)]
pub struct Fan {
    pub elements: Elements,
    pub max_parallel: usize,
    pub fail_fast: bool,
}

#[derive(Debug, Clone)]
pub struct Step {
    /// Positions of earlier steps.
    pub needs: Vec<usize>,
    pub condition: Condition,
    pub fan: Option<Fan>,
    pub continue_on_error: bool,
    pub max_attempts: u32,
    /// Its parameters read `outputs.v` of this need.
    pub reads: Option<usize>,
    /// How attempts end, used in turns; see [`Scenario::end`].
    pub ends: Vec<End>,
}

#[derive(Debug, Clone)]
pub struct Scenario {
    pub steps: Vec<Step>,
}

/// What attempts of an instance give when they end well.
pub fn output(step: usize, instance: usize) -> Json {
    json!({ "v": format!("{step}.{instance}") })
}

pub fn id(step: usize) -> String {
    format!("s{step}")
}

impl Scenario {
    /// How an attempt ends: the same for the same key, so that an effect carried out twice
    /// has one outcome.
    pub fn end(&self, key: AttemptKey) -> End {
        let ends = &self.steps[key.step].ends;
        ends[(key.instance * 2 + key.attempt as usize - 1) % ends.len()]
    }

    pub fn plan(&self) -> Plan {
        let text = self.definition().to_string();
        Plan::new(definition::parse(&text).unwrap_or_else(|problems| {
            let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
            panic!("{text}\n{}", all.join("\n"))
        }))
    }

    fn definition(&self) -> Json {
        let steps: Vec<Json> =
            self.steps.iter().enumerate().map(|(at, step)| step.json(at)).collect();
        json!({ "name": "made up", "steps": steps })
    }
}

impl Step {
    fn json(&self, position: usize) -> Json {
        let needs: Vec<String> = self.needs.iter().copied().map(id).collect();
        let mut with = json!({});
        if let Some(need) = self.reads {
            with["v"] = json!(format!("${{{{ steps.{}.outputs.v }}}}", id(need)));
        }
        let mut step = json!({
            "id": id(position), "needs": needs, "tool": "make", "with": with,
            "timeout-minutes": 60, "continue-on-error": self.continue_on_error,
            "retry": { "max-attempts": self.max_attempts },
        });
        match self.condition {
            Condition::Always => {}
            Condition::Never => step["if"] = json!(false),
            Condition::IfCompleted(need) => {
                step["if"] = json!(format!("steps.{}.status == 'completed'", id(need)));
            }
        }
        if let Some(fan) = &self.fan {
            let items = match fan.elements {
                Elements::Count(count) => json!((0..count).collect::<Vec<_>>()),
                Elements::OutputsOf(need) => {
                    json!(format!("${{{{ steps.{}.outputs }}}}", id(need)))
                }
            };
            step["strategy"] = json!({
                "matrix": { "item": items }, "max-parallel": fan.max_parallel,
                "fail-fast": fan.fail_fast,
            });
        }
        step
    }
}

/// How much goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Every attempt ends well and every step is wanted.
    None,
    /// Anything may happen.
    Any,
}

pub fn scenarios(trouble: Trouble) -> impl Strategy<Value = Scenario> {
    vec(raw_step(trouble), 1..9).prop_map(|raw| Scenario {
        steps: raw.into_iter().enumerate().map(|(position, raw)| raw.step(position)).collect(),
    })
}

/// A step before its references are pointed at steps that exist.
#[derive(Debug, Clone)]
struct RawStep {
    needs: Vec<usize>,
    condition: u8,
    pick: usize,
    fan: Option<(u8, usize, usize, bool)>,
    continue_on_error: bool,
    max_attempts: u32,
    reads: bool,
    ends: Vec<End>,
}

fn raw_step(trouble: Trouble) -> impl Strategy<Value = RawStep> {
    let is_calm = trouble == Trouble::None;
    let end = if is_calm {
        Just(End::Well).boxed()
    } else {
        prop_oneof![7 => Just(End::Well), 3 => Just(End::Flaky), 1 => Just(End::Silent), 1 => Just(End::Broken)]
            .boxed()
    };
    let fan = proptest::option::weighted(0.4, (0..4_u8, 0..6_usize, 1..4_usize, any::<bool>()));
    let needs = vec(any::<proptest::sample::Index>(), 0..4)
        .prop_map(|all| all.into_iter().map(|index| index.index(64)).collect::<Vec<_>>());
    let flags = (any::<bool>(), proptest::bool::weighted(if is_calm { 0.0 } else { 0.2 }));
    (needs, 0..6_u8, 0..64_usize, fan, flags, 1..4_u32, vec(end, 1..6)).prop_map(
        move |(needs, condition, pick, fan, (continue_on_error, reads), max_attempts, ends)| {
            RawStep {
                needs,
                condition: if is_calm { 9 } else { condition },
                pick,
                fan: fan.map(|(kind, count, max_parallel, fail_fast)| {
                    (if is_calm { 9 } else { kind }, count, max_parallel, fail_fast)
                }),
                continue_on_error,
                max_attempts,
                reads,
                ends,
            }
        },
    )
}

impl RawStep {
    fn step(self, position: usize) -> Step {
        let mut needs: Vec<usize> = if position == 0 {
            Vec::new()
        } else {
            self.needs.iter().map(|need| need % position).collect()
        };
        needs.sort_unstable();
        needs.dedup();
        let need = (!needs.is_empty()).then(|| needs[self.pick % needs.len()]);
        let condition = match (self.condition, need) {
            (0, _) if self.pick.is_multiple_of(2) => Condition::Never,
            (1 | 2, Some(need)) => Condition::IfCompleted(need),
            _ => Condition::Always,
        };
        let fan = self.fan.map(|(kind, count, max_parallel, fail_fast)| {
            let elements = match (kind, need) {
                (0, Some(need)) => Elements::OutputsOf(need),
                _ => Elements::Count(count),
            };
            Fan { elements, max_parallel, fail_fast }
        });
        Step {
            condition,
            fan,
            continue_on_error: self.continue_on_error,
            max_attempts: self.max_attempts,
            reads: need.filter(|_| self.reads),
            ends: self.ends,
            needs,
        }
    }
}
