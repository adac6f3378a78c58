//! A role as it is stored and shown.

use std::collections::BTreeSet;

use base::RoleId;
use serde::Serialize;
use web::Permission;

/// Stands for every permission, also those of later releases.
pub(crate) const EVERYTHING: &str = "*";

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// Whether it came with the product and cannot be deleted.
    pub is_system: bool,
}

/// The permissions that stored names stand for. A name that this release does not know
/// gives no right: after a downgrade a role can do less, never more.
pub(crate) fn permissions(names: &[String]) -> BTreeSet<Permission> {
    if names.iter().any(|name| name == EVERYTHING) {
        return Permission::ALL.iter().copied().collect();
    }
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_permissions() {
        let check = |names: &[&str], expected: &[Permission]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(permissions(&names), expected.iter().copied().collect(), "{names:?}");
        };
        check(&[], &[]);
        check(&["view_projects"], &[Permission::ViewProjects]);
        check(&["view_projects", "from_a_later_release"], &[Permission::ViewProjects]);
        check(&["*"], Permission::ALL);
    }
}
