//! The permissions that roles are made of (catalogue 1.4, as far as routes need them).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What a role may do. Its text form stands in roles, API answers and route tables.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Permission {
            $($(#[$doc])* $name,)*
        }

        impl Permission {
            /// Every permission there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name, such as `view_projects`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }

        impl FromStr for Permission {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$name),)*
                    _ => Err(format!("unknown permission \"{text}\"")),
                }
            }
        }
    };
}

permissions! {
    /// See projects, boards and work items.
    ViewProjects = "view_projects";
    /// Create, change and archive projects.
    ManageProjects = "manage_projects";
    /// Create, change and move epics, stories, tasks and bugs.
    EditStories = "edit_stories";
    /// See workflows and executions.
    ViewWorkflows = "view_workflows";
    /// Create workflows.
    CreateWorkflow = "create_workflow";
    /// Start, pause, resume and cancel executions.
    ExecuteWorkflow = "execute_workflow";
    /// Decide about approvals that name nobody.
    ApproveWorkflows = "approve_workflows";
    /// See agents.
    ViewAgents = "view_agents";
    /// Let an agent work.
    ExecuteAgent = "execute_agent";
    /// See commands.
    ViewCommands = "view_commands";
    /// See results.
    ViewResults = "view_results";
    /// See the models that can be used and their state.
    ViewModels = "view_models";
    /// See what model calls cost.
    ViewCosts = "view_costs";
    /// Set up AI platforms, their keys, prices and routes.
    ManagePlatforms = "manage_platforms";
    /// Set budgets and limits.
    ManageBudgets = "manage_budgets";
    /// Make, change and revoke keys of outside clients.
    ManageVirtualKeys = "manage_virtual_keys";
    /// Make and revoke one's own API keys.
    ManageApiKeys = "manage_api_keys";
    /// See and change users.
    ManageUsers = "manage_users";
    /// See and change roles.
    ManageRoles = "manage_roles";
    /// Read the audit log.
    ViewAuditLogs = "view_audit_logs";
    /// Change settings and see the system's inside, such as metrics.
    ManageSettings = "manage_settings";
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_json_forms_agree() {
        for permission in Permission::ALL {
            assert_eq!(permission.as_str().parse(), Ok(*permission));
            assert_eq!(serde_json::to_value(permission).expect("serialises"), permission.as_str());
        }
    }
}
