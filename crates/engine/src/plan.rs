//! A plan: a checked definition with what the rules ask of it all the time.

use std::collections::HashMap;
use std::sync::Arc;

use crate::definition::{Definition, StepDefinition};

/// A definition ready to be run. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Plan(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    definition: Definition,
    positions: HashMap<String, usize>,
    /// For each step, those that wait for it.
    dependants: Vec<Vec<usize>>,
}

impl Plan {
    /// A plan of a checked definition.
    pub fn new(definition: Definition) -> Self {
        let positions =
            definition.steps.iter().enumerate().map(|(position, step)| (step.id.clone(), position));
        let positions = positions.collect();
        let mut dependants = vec![Vec::new(); definition.steps.len()];
        for (position, step) in definition.steps.iter().enumerate() {
            for need in &step.needs {
                dependants[*need].push(position);
            }
        }
        Self(Arc::new(Inner { definition, positions, dependants }))
    }

    /// The definition.
    pub fn definition(&self) -> &Definition {
        &self.0.definition
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.0.definition.steps.len()
    }

    /// Whether there are none; a checked definition has at least one.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A step by its position.
    pub fn step(&self, position: usize) -> &StepDefinition {
        &self.0.definition.steps[position]
    }

    /// A step's position by its id.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.0.positions.get(id).copied()
    }

    /// The steps that wait for this one.
    pub fn dependants(&self, position: usize) -> &[usize] {
        &self.0.dependants[position]
    }
}
