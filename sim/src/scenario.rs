//! A made-up workflow and what happens to each of its attempts.

use engine::{AttemptKey, Plan, definition};
use serde_json::{Value as Json, json};

/// How an attempt ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With a result.
    Well,
    /// It fails in a way that another attempt may mend.
    Flaky,
    /// Nothing is ever heard of it.
    Silent,
    /// It fails for good.
    Broken,
    /// It would cost more than there is.
    Dear,
}

/// When a step runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It has none.
    None,
    /// Its condition is false.
    Never,
    /// Only if this need ended well.
    IfCompleted(usize),
}

/// What a step fans out over.
#[derive(Debug, Clone, Copy)]
pub enum Elements {
    /// A list of this length.
    Count(usize),
    /// The outputs of this need, which are a list only if it fans out itself.
    OutputsOf(usize),
}

/// A fan-out.
#[derive(Debug, Clone)]
pub struct Fan {
    /// Over what.
    pub elements: Elements,
    /// How many at the same time.
    pub max_parallel: usize,
    /// Whether one failure is enough.
    pub fail_fast: bool,
}

/// How people vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vote {
    /// Everybody agrees.
    Approve,
    /// Everybody refuses.
    Reject,
    /// Nobody answers; the word says what that means.
    Nobody(&'static str),
}

/// How many have to agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// One.
    Any,
    /// All three.
    All,
    /// Two of the three.
    Quorum,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A tool is called.
    Tool,
    /// An agent that the dispatcher chooses works.
    Capability,
    /// Another workflow runs.
    Workflow,
    /// So many seconds pass.
    Pause(u32),
    /// A signal with the step's id, which comes or does not.
    Signal(bool),
    /// People decide.
    Approval(Rule, Vote),
    /// Work goes back to a step until this many rounds of rework are made.
    Gate {
        /// Where it goes back to.
        goto: usize,
        /// How many rounds it takes.
        takes: u32,
        /// How many there may be.
        max: u32,
        /// Who is asked when that is not enough.
        ask: Option<Vote>,
    },
}

impl Kind {
    /// Whether somebody works on it and gives a result.
    pub const fn is_work(self) -> bool {
        matches!(self, Self::Tool | Self::Capability | Self::Workflow)
    }
}

/// What follows from a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handling {
    /// Everything ends.
    Stop,
    /// It does not matter.
    Continue,
    /// What needs it is skipped.
    Skip,
    /// A later step runs.
    Branch(usize),
}

/// A step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Positions of earlier steps, those whose failure starts it among them.
    pub needs: Vec<usize>,
    /// The steps whose failure starts it.
    pub error_of: Vec<usize>,
    /// When it runs.
    pub condition: Condition,
    /// Over what it fans out.
    pub fan: Option<Fan>,
    /// How many rounds its loop wants and how many it may have.
    pub rounds: Option<(u32, u32)>,
    /// What follows from its failure.
    pub handling: Handling,
    /// How often it is tried.
    pub max_attempts: u32,
    /// Its parameters read `outputs.v` of this need.
    pub reads: Option<usize>,
    /// What it does.
    pub kind: Kind,
    /// Whether its flaky attempts give poor results instead of failures.
    pub is_judged: bool,
    /// How attempts at undoing it end; it cannot be undone when absent.
    pub undo: Option<Vec<End>>,
    /// How attempts end, used in turns; see [`Scenario::end`].
    pub ends: Vec<End>,
}

/// A workflow.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its steps.
    pub steps: Vec<Step>,
    /// How many attempts run at the same time at most.
    pub max_parallel: Option<usize>,
    /// Whether a failure undoes what was done.
    pub rolls_back: bool,
    /// How many minutes it may take.
    pub minutes: Option<u32>,
    /// For each step, whether a gate sends it back: its attempts end by its instances alone,
    /// because how many there are depends on chance.
    pub is_redone: Vec<bool>,
}

/// The people who are asked.
pub const PEOPLE: [&str; 3] = ["ann", "bob", "eve"];

/// A step's id.
pub fn id(step: usize) -> String {
    format!("s{step}")
}

/// What a step waits for: every second one for an event of the system.
fn heard(step: usize) -> String {
    if step.is_multiple_of(2) { id(step) } else { format!("{}.done", id(step)) }
}

impl Scenario {
    /// How an attempt ends: the same for the same key, so that an effect carried out twice
    /// has one outcome.
    pub fn end(&self, key: AttemptKey) -> End {
        if let Some(main) = self.undoes(key.step) {
            let ends = self.steps[main].undo.as_deref().unwrap_or(&[]);
            let turn = key.instance + key.attempt as usize - 1;
            return ends.get(turn % ends.len().max(1)).copied().unwrap_or(End::Well);
        }
        let ends = &self.steps[key.step].ends;
        if self.is_redone[key.step] {
            return ends[key.instance % ends.len()];
        }
        ends[(key.instance * 2 + key.attempt as usize - 1) % ends.len()]
    }

    /// The step that a compensation undoes.
    pub fn undoes(&self, position: usize) -> Option<usize> {
        let place = position.checked_sub(self.steps.len())?;
        let undoable = self.steps.iter().enumerate().filter(|(_, step)| step.undo.is_some());
        undoable.map(|(main, _)| main).nth(place)
    }

    /// What an attempt gives when it ends well.
    pub fn output(&self, key: AttemptKey) -> Json {
        let mut output = value(key.step, key.instance);
        output["n"] = json!(key.attempt);
        if self.steps.get(key.step).is_some_and(|step| step.is_judged) {
            output["quality_score"] = json!(9);
        }
        output
    }

    /// The text of its definition.
    pub fn text(&self) -> String {
        let steps: Vec<Json> =
            self.steps.iter().enumerate().map(|(at, step)| step.json(at)).collect();
        let mut definition = json!({ "name": "made up", "steps": steps });
        if let Some(most) = self.max_parallel {
            definition["max-parallel"] = json!(most);
        }
        if self.rolls_back {
            definition["on-failure"] = json!("rollback");
        }
        if let Some(minutes) = self.minutes {
            definition["timeout-minutes"] = json!(minutes);
        }
        definition.to_string()
    }

    /// Its plan.
    pub fn plan(&self) -> Plan {
        let text = self.text();
        Plan::new(definition::parse(&text).unwrap_or_else(|problems| {
            let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
            panic!("{text}\n{}", all.join("\n"))
        }))
    }
}

/// The part of an output that does not depend on the attempt.
pub fn value(step: usize, instance: usize) -> Json {
    json!({ "v": format!("{step}.{instance}") })
}

impl Step {
    /// A step that calls a tool and always ends well.
    pub const fn new(needs: Vec<usize>) -> Self {
        Self {
            needs,
            error_of: Vec::new(),
            condition: Condition::None,
            fan: None,
            rounds: None,
            handling: Handling::Stop,
            max_attempts: 1,
            reads: None,
            kind: Kind::Tool,
            is_judged: false,
            undo: None,
            ends: Vec::new(),
        }
    }

    fn json(&self, position: usize) -> Json {
        let needs: Vec<String> = self.needs.iter().copied().map(id).collect();
        let mut step = json!({ "id": id(position), "needs": needs });
        let mut with = json!({});
        if let Some(need) = self.reads {
            with["v"] = json!(format!("${{{{ steps.{}.outputs.v }}}}", id(need)));
        }
        match self.kind {
            Kind::Tool => {
                step["tool"] = json!("make");
                step["with"] = with;
            }
            Kind::Workflow => {
                step["workflow"] = json!("other");
                step["with"] = with;
            }
            Kind::Capability => {
                step["capability"] = json!("make");
                step["command"] = json!("make");
                step["params"] = with;
            }
            Kind::Pause(seconds) => step["wait"] = json!({ "seconds": seconds }),
            Kind::Signal(_) => step["wait"] = json!({ "event": heard(position) }),
            Kind::Approval(rule, vote) => step["approval"] = approval(rule, vote),
            Kind::Gate { goto, takes, max, ask } => {
                let mut back = json!({ "goto": id(goto), "max": max, "feedback": "again" });
                if let Some(vote) = ask {
                    back["ask"] = approval(Rule::Any, vote);
                }
                let holds = format!("steps.{}.outputs.n > {takes}", id(goto));
                step["gate"] = json!({ "if": holds, "on-fail": back });
            }
        }
        if self.kind.is_work() {
            step["retry"] = json!({ "max-attempts": self.max_attempts });
        }
        if self.kind.is_work() || matches!(self.kind, Kind::Signal(_)) {
            step["timeout-minutes"] = json!(60);
        }
        if self.is_judged {
            step["min-quality-score"] = json!(8);
        }
        match self.handling {
            Handling::Stop => {}
            Handling::Continue => step["continue-on-error"] = json!(true),
            Handling::Skip => step["on-error"] = json!("skip-dependants"),
            Handling::Branch(to) => step["on-error"] = json!({ "goto": id(to) }),
        }
        match self.condition {
            Condition::None => {}
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
        if let Some((wants, most)) = self.rounds {
            step["loop"] = json!({ "until": format!("loop.index + 1 >= {wants}"), "max": most });
        }
        if self.undo.is_some() {
            step["compensate"] = json!({ "tool": "undo", "with": { "what": "${{ outputs }}" } });
        }
        step
    }
}

fn approval(rule: Rule, vote: Vote) -> Json {
    let people: Vec<String> = PEOPLE.iter().map(|name| format!("{name}@example.com")).collect();
    let mut approval = json!({ "title": "good?", "people": people, "rule": "any" });
    match rule {
        Rule::Any => {}
        Rule::All => approval["rule"] = json!("all"),
        Rule::Quorum => approval["rule"] = json!({ "quorum": 2 }),
    }
    if let Vote::Nobody(word) = vote {
        approval["expires-minutes"] = json!(5);
        approval["on-expiry"] = json!(word);
        approval["escalate"] = json!({ "after-minutes": 2, "people": ["boss@example.com"] });
    }
    approval
}
