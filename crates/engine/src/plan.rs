//! A plan: a checked definition with what the rules ask of it all the time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::definition::{Definition, OnError, Retry, StepDefinition};

/// How long an attempt at undoing something may take.
const COMPENSATION_TIMEOUT: Duration = Duration::from_secs(300);

/// A definition ready to be run. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Plan(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    definition: Definition,
    positions: HashMap<String, usize>,
    /// For each step, those that wait for it.
    dependants: Vec<Vec<usize>>,
    /// What undoes steps: a step of its own for each that says how, behind the others.
    compensations: Vec<StepDefinition>,
    /// For each compensation, the step that it undoes.
    undoes: Vec<usize>,
    /// For each step, the position of its compensation.
    undone_by: Vec<Option<usize>>,
}

impl Plan {
    /// A plan of a checked definition.
    pub fn new(definition: Definition) -> Self {
        let count = definition.steps.len();
        let mut dependants = vec![Vec::new(); count];
        let (mut compensations, mut undoes) = (Vec::new(), Vec::new());
        let mut undone_by = vec![None; count];
        for (position, step) in definition.steps.iter().enumerate() {
            for need in &step.needs {
                dependants[*need].push(position);
            }
            if let Some(compensation) = compensation(step) {
                undone_by[position] = Some(count + compensations.len());
                compensations.push(compensation);
                undoes.push(position);
            }
        }
        let all = definition.steps.iter().chain(&compensations).enumerate();
        let positions = all.map(|(position, step)| (step.id.clone(), position)).collect();
        Self(Arc::new(Inner {
            definition,
            positions,
            dependants,
            compensations,
            undoes,
            undone_by,
        }))
    }

    /// The definition.
    pub fn definition(&self) -> &Definition {
        &self.0.definition
    }

    /// How many steps there are, compensations not counted.
    pub fn len(&self) -> usize {
        self.0.definition.steps.len()
    }

    /// Whether there are none; a checked definition has at least one.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many steps there are with the compensations, which stand behind the others.
    pub fn total(&self) -> usize {
        self.len() + self.0.compensations.len()
    }

    /// A step or compensation by its position.
    pub fn step(&self, position: usize) -> &StepDefinition {
        let steps = &self.0.definition.steps;
        steps.get(position).unwrap_or_else(|| &self.0.compensations[position - steps.len()])
    }

    /// A position by a step's id; a compensation's id is that of its step with
    /// `.compensate`.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.0.positions.get(id).copied()
    }

    /// The steps that wait for this one.
    pub fn dependants(&self, position: usize) -> &[usize] {
        self.0.dependants.get(position).map_or(&[], Vec::as_slice)
    }

    /// The step that a compensation undoes.
    pub fn undoes(&self, position: usize) -> Option<usize> {
        self.0.undoes.get(position.checked_sub(self.len())?).copied()
    }

    /// The position of the compensation that undoes a step.
    pub fn undone_by(&self, position: usize) -> Option<usize> {
        self.0.undone_by.get(position).copied().flatten()
    }

    /// A step and everything that waits for it, directly or not, in the plan's order.
    pub fn from(&self, position: usize) -> Vec<usize> {
        let mut is_after = vec![false; self.len()];
        let mut open = vec![position];
        while let Some(step) = open.pop() {
            if !std::mem::replace(&mut is_after[step], true) {
                open.extend(self.dependants(step));
            }
        }
        (0..self.len()).filter(|step| is_after[*step]).collect()
    }
}

/// What undoes a step, as a step.
fn compensation(step: &StepDefinition) -> Option<StepDefinition> {
    Some(StepDefinition {
        id: format!("{}.compensate", step.id),
        name: format!("undo {}", step.name),
        needs: Vec::new(),
        when: None,
        matrix: step.matrix.clone().map(|matrix| crate::definition::Matrix {
            max_parallel: 1,
            fail_fast: true,
            ..matrix
        }),
        repeat: None,
        action: step.compensate.clone()?,
        retry: Retry::default(),
        timeout: step.timeout.min(COMPENSATION_TIMEOUT).max(Duration::from_secs(1)),
        on_error: OnError::Stop,
        error_of: Vec::new(),
        checkpoint: None,
        compensate: None,
        budget: None,
        min_quality: None,
        line: step.line,
        column: step.column,
    })
}
