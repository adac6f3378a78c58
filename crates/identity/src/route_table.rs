//! The table of routes and roles, generated from the code for people to review.

use std::fmt::Write as _;

use web::{Access, RouteAccess};

use crate::role::SEEDED;

/// Every route against the four seeded roles, as Markdown. A test of the program compares
/// it with the checked-in page, so a change of rights shows in review.
pub fn route_table(table: &[RouteAccess]) -> String {
    let mut out = String::from(
        "# Routes and roles\n\nGenerated from the code. `public` needs no sign-in, `signed_in` any account, `virtual_key` a key of\nan outside client instead of a role.\n\n",
    );
    row(&mut out, ["Route", "Needs"].into_iter().chain(SEEDED.iter().map(|role| role.name)));
    row(&mut out, ["---"; 6].into_iter());
    let mut sorted = table.to_vec();
    sorted.sort();
    for route in &sorted {
        let name = format!("`{} {}`", route.method, route.path);
        let needs = match route.access {
            Access::Public => "public".to_owned(),
            Access::SignedIn => "signed_in".to_owned(),
            Access::VirtualKey => "virtual_key".to_owned(),
            Access::Permission(permission) => permission.to_string(),
        };
        let cells = SEEDED.iter().map(|role| match route.access {
            Access::Public | Access::SignedIn => "allow",
            Access::VirtualKey => "key",
            Access::Permission(permission) if role.has(permission) => "allow",
            Access::Permission(_) => "deny",
        });
        row(&mut out, [name.as_str(), needs.as_str()].into_iter().chain(cells));
    }
    out
}

fn row<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    for cell in cells {
        // Writing to a String cannot fail.
        let _ = write!(out, "| {cell} ");
    }
    out.push_str("|\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_routes_and_roles() {
        let (_, _, table) = crate::routes(&crate::Identity::default()).into_parts();
        insta::assert_snapshot!(route_table(&table));
    }
}
