//! Where a secret belongs.

use std::fmt;

use base::OrganisationId;

/// The one place in which a secret means something.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The tenant.
    pub organisation: OrganisationId,
    /// The table of the row that the secret is a field of.
    pub table: String,
    /// The row's id.
    pub row: String,
    /// The field.
    pub field: String,
}

impl Place {
    /// The field of a row.
    pub fn new(organisation: OrganisationId, table: &str, row: impl ToString, field: &str) -> Self {
        let (table, row, field) = (table.to_owned(), row.to_string(), field.to_owned());
        Self { organisation, table, row, field }
    }

    /// What the seal is bound to: every part with its length, so that no two places and
    /// keys give the same bytes.
    pub(super) fn bound(&self, key_id: &str) -> Vec<u8> {
        let organisation = self.organisation.to_string();
        let parts = ["hishamos seal 1", key_id, &organisation, &self.table, &self.row, &self.field];
        let mut bytes = Vec::with_capacity(160);
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} \"{}\"", self.field, self.table, self.row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_places_are_bound_alike() {
        let at = |table: &str, row: &str, field: &str| {
            Place::new(OrganisationId::from_u128(1), table, row, field).bound("k")
        };
        assert_ne!(at("ab", "c", "d"), at("a", "bc", "d"));
        assert_ne!(at("a", "b", "cd"), at("a", "bc", "d"));
        let place = Place::new(OrganisationId::from_u128(1), "a", "b", "c");
        let other = Place { organisation: OrganisationId::from_u128(2), ..place.clone() };
        assert_ne!(place.bound("k"), other.bound("k"));
        assert_ne!(place.bound("k"), place.bound("l"));
    }
}
