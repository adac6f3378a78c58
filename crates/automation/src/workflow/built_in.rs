//! The workflows that come with the program.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Plan, definition};

use super::plans::Plans;

/// A workflow that comes with the program.
#[derive(Debug, Clone)]
pub struct BuiltIn {
    /// Its key: the name of its file.
    pub slug: String,
    /// Its definition as it is written.
    pub text: String,
    /// Its definition, ready to run.
    pub plan: Plan,
    /// Whether it stands in the data folder's library, and not in the program.
    pub is_own: bool,
}

/// All workflows that come with the program, and the plans of those that people saved.
#[derive(Debug, Clone, Default)]
pub struct Workflows {
    built_in: Arc<BTreeMap<String, BuiltIn>>,
    pub(super) plans: Plans,
}

impl Workflows {
    /// Reads definitions given as (slug, text); a broken one is named with all its problems.
    pub fn from_files(
        files: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<String>> {
        let mut workflows = BTreeMap::new();
        let mut wrong = Vec::new();
        for (slug, text) in files {
            match definition::parse(&text) {
                Ok(definition) => {
                    let plan = Plan::new(definition);
                    workflows.insert(slug.clone(), BuiltIn { slug, text, plan, is_own: false });
                }
                Err(problems) => {
                    wrong.extend(
                        problems.iter().map(|problem| format!("workflow \"{slug}\": {problem}")),
                    );
                }
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Self { built_in: Arc::new(workflows), plans: Plans::default() })
    }

    /// The same, knowing which of them stand in the data folder's library.
    #[must_use]
    pub fn with_own(self, slugs: &[String]) -> Self {
        let mut workflows = BTreeMap::clone(&self.built_in);
        for slug in slugs {
            if let Some(workflow) = workflows.get_mut(slug) {
                workflow.is_own = true;
            }
        }
        Self { built_in: Arc::new(workflows), plans: self.plans }
    }

    /// The workflow with this key.
    pub(crate) fn get(&self, slug: &str) -> Option<&BuiltIn> {
        self.built_in.get(slug)
    }

    /// All of them, by key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &BuiltIn> {
        self.built_in.values()
    }
}
