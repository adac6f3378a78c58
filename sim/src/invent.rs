//! Makes workflows up.

use crate::luck::Luck;
use crate::scenario::{Condition, Elements, End, Fan, Handling, Kind, Rule, Scenario, Step, Vote};

/// A random workflow.
pub fn invent(luck: &mut Luck) -> Scenario {
    let count = 1 + luck.below(8);
    let is_calm = luck.percent(30);
    let mut steps: Vec<Step> = Vec::with_capacity(count);
    for position in 0..count {
        let step = step(luck, position, &steps, is_calm);
        steps.push(step);
    }
    let is_redone = add_gate(luck, &mut steps);
    if !is_calm {
        add_branches(luck, &mut steps);
    }
    let is_redone = is_redone.map_or_else(
        || vec![false; steps.len()],
        |goto| (0..steps.len()).map(|step| comes_after(&steps, step, goto)).collect(),
    );
    settle_redone(&mut steps, &is_redone);
    Scenario {
        max_parallel: luck.percent(25).then(|| 1 + luck.below(3)),
        rolls_back: luck.percent(30),
        minutes: None,
        is_redone,
        steps,
    }
}

fn step(luck: &mut Luck, position: usize, before: &[Step], is_calm: bool) -> Step {
    let mut needs: Vec<usize> =
        (0..luck.below(4)).filter(|_| position > 0).map(|_| luck.below(position)).collect();
    needs.sort_unstable();
    needs.dedup();
    let need = (!needs.is_empty()).then(|| needs[luck.below(needs.len())]);
    let kind = kind(luck, is_calm);
    let mut step = Step::new(needs);
    step.kind = kind;
    step.ends = vec![End::Well];
    if !is_calm {
        step.condition = match (luck.below(6), need) {
            (0, _) if luck.percent(40) => Condition::Never,
            (1 | 2, Some(need)) => Condition::IfCompleted(need),
            _ => Condition::None,
        };
        step.handling = match luck.below(8) {
            0 | 1 => Handling::Continue,
            2 => Handling::Skip,
            _ => Handling::Stop,
        };
    }
    if !kind.is_work() {
        return step;
    }
    step.max_attempts = 1 + luck.below(3) as u32;
    step.reads = need.filter(|need| before[*need].kind.is_work() && luck.percent(20));
    step.is_judged = luck.percent(15);
    if luck.percent(35) {
        let elements = match need {
            Some(need) if before[need].kind.is_work() && !is_calm && luck.percent(25) => {
                Elements::OutputsOf(need)
            }
            _ => Elements::Count(luck.below(6)),
        };
        let max_parallel = 1 + luck.below(3);
        step.fan = Some(Fan { elements, max_parallel, fail_fast: luck.percent(50) });
    } else if luck.percent(15) {
        step.rounds = Some((1 + luck.below(4) as u32, 1 + luck.below(4) as u32));
    }
    if luck.percent(40) {
        step.undo = Some(ends(luck, if is_calm { 0 } else { 20 }));
    }
    if !is_calm {
        step.ends = ends(luck, 8);
    }
    step
}

fn kind(luck: &mut Luck, is_calm: bool) -> Kind {
    match luck.below(20) {
        0 => Kind::Pause(1 + luck.below(100) as u32),
        1 => Kind::Signal(is_calm || luck.percent(70)),
        2 => {
            let vote = match luck.below(6) {
                0..=2 => Vote::Approve,
                3 if !is_calm => Vote::Reject,
                4 if !is_calm => Vote::Nobody(luck.pick(&["fail", "reject"])),
                _ => Vote::Nobody("approve"),
            };
            Kind::Approval(luck.pick(&[Rule::Any, Rule::All, Rule::Quorum]), vote)
        }
        3 | 4 => Kind::Capability,
        5 => Kind::Workflow,
        _ => Kind::Tool,
    }
}

/// How attempts end; the share is that of the bad ends.
fn ends(luck: &mut Luck, bad: usize) -> Vec<End> {
    let count = 1 + luck.below(5);
    let mut ends: Vec<End> = (0..count)
        .map(|_| match luck.below(100) {
            roll if roll < bad => luck.pick(&[End::Broken, End::Silent]),
            roll if roll < bad + 20 => End::Flaky,
            roll if roll < bad + 24 => End::Dear,
            _ => End::Well,
        })
        .collect();
    if ends.iter().all(|end| *end == End::Dear) {
        ends[0] = End::Well;
    }
    ends
}

/// Puts a gate behind a step that always ends well; gives the step that work goes back to.
fn add_gate(luck: &mut Luck, steps: &mut Vec<Step>) -> Option<usize> {
    if !luck.percent(35) {
        return None;
    }
    let goto = luck.below(steps.len());
    let target = &mut steps[goto];
    if !target.kind.is_work() {
        return None;
    }
    target.fan = None;
    target.rounds = None;
    target.reads = None;
    target.condition = Condition::None;
    target.handling = Handling::Stop;
    target.ends = vec![End::Well];
    let mut needs = vec![goto];
    if luck.percent(60) {
        needs.push(luck.below(steps.len()));
        needs.sort_unstable();
        needs.dedup();
    }
    let mut gate = Step::new(needs);
    gate.ends = vec![End::Well];
    gate.kind = Kind::Gate {
        goto,
        takes: luck.below(4) as u32,
        max: 1 + luck.below(3) as u32,
        ask: luck.percent(30).then(|| luck.pick(&[Vote::Approve, Vote::Reject])),
    };
    if luck.percent(30) {
        gate.handling = Handling::Continue;
    }
    steps.push(gate);
    if luck.percent(60) {
        let mut last = Step::new(vec![steps.len() - 1]);
        last.ends = vec![End::Well];
        steps.push(last);
    }
    Some(goto)
}

/// Lets failures lead to later steps.
fn add_branches(luck: &mut Luck, steps: &mut [Step]) {
    for from in 0..steps.len() {
        let is_gate = |step: &Step| matches!(step.kind, Kind::Gate { .. });
        let to = from + 1 + luck.below(3);
        if to >= steps.len() || !luck.percent(15) || is_gate(&steps[to]) || is_goto(steps, from) {
            continue;
        }
        // A step that work goes back to has to be reached.
        if is_goto(steps, to) {
            continue;
        }
        steps[from].handling = Handling::Branch(to);
        let target = &mut steps[to];
        target.error_of.push(from);
        target.needs.push(from);
        target.needs.sort_unstable();
        target.needs.dedup();
    }
}

fn is_goto(steps: &[Step], position: usize) -> bool {
    steps.iter().any(|step| matches!(step.kind, Kind::Gate { goto, .. } if goto == position))
}

/// Whether a step is this one or waits for it.
fn comes_after(steps: &[Step], step: usize, goto: usize) -> bool {
    step == goto || steps[step].needs.iter().any(|need| comes_after(steps, *need, goto))
}

/// Attempts of steps that are done again end in the same way each time.
fn settle_redone(steps: &mut [Step], is_redone: &[bool]) {
    for (step, is_redone) in steps.iter_mut().zip(is_redone) {
        if *is_redone {
            for end in &mut step.ends {
                if *end == End::Dear {
                    *end = End::Well;
                }
            }
        }
    }
}
