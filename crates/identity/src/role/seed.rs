//! The four roles that every organisation begins with.
//!
//! Their permissions follow the permission matrix as far as this release can enforce it.
//! Where the matrix says "only their own" and no query narrows that yet, the right is
//! withheld when it shows something of others (costs), and given when the item is shared
//! work anyway (workflows, results).

use web::Permission::{
    self, ApproveWorkflows, CreateWorkflow, EditStories, ExecuteAgent, ExecuteWorkflow,
    ManageApiKeys, ManageProjects, ViewAgents, ViewCommands, ViewCosts, ViewModels, ViewProjects,
    ViewResults, ViewWorkflows,
};

use super::model::EVERYTHING;

/// A role that comes with the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeededRole {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// What it may do; `None` means everything.
    permissions: Option<&'static [Permission]>,
}

/// The role of the first user.
pub(crate) const ADMIN: &str = "Admin";

/// The seeded roles, from most to fewest rights.
pub const SEEDED: [SeededRole; 4] = [
    SeededRole {
        name: ADMIN,
        description: "Runs the system: people, roles, settings and everything else",
        permissions: None,
    },
    SeededRole {
        name: "Manager",
        description: "Plans projects and workflows and sees what they cost",
        permissions: Some(&[
            ViewProjects,
            ManageProjects,
            EditStories,
            ViewWorkflows,
            CreateWorkflow,
            ExecuteWorkflow,
            ApproveWorkflows,
            ViewAgents,
            ExecuteAgent,
            ViewCommands,
            ViewResults,
            ViewModels,
            ViewCosts,
            ManageApiKeys,
        ]),
    },
    SeededRole {
        name: "Developer",
        description: "Works on stories and lets agents and workflows work",
        permissions: Some(&[
            ViewProjects,
            EditStories,
            ViewWorkflows,
            CreateWorkflow,
            ExecuteWorkflow,
            ViewAgents,
            ExecuteAgent,
            ViewCommands,
            ViewResults,
            ViewModels,
            ManageApiKeys,
        ]),
    },
    SeededRole {
        name: "Viewer",
        description: "Sees projects, workflows and results, and changes nothing",
        permissions: Some(&[ViewProjects, ViewWorkflows, ViewAgents, ViewCommands, ViewResults]),
    },
];

impl SeededRole {
    /// Whether the role has the permission.
    pub fn has(&self, permission: Permission) -> bool {
        self.permissions.is_none_or(|some| some.contains(&permission))
    }

    /// What is stored: the wildcard for everything, so that Admin gains what later releases add.
    pub(crate) fn stored(&self) -> Vec<&'static str> {
        match self.permissions {
            None => vec![EVERYTHING],
            Some(permissions) => permissions.iter().map(|one| one.as_str()).collect(),
        }
    }
}
