//! What a call adds to a limit.

use base::OrganisationId;

use super::Subject;

/// A limit's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Name {
    organisation: OrganisationId,
    kind: &'static str,
    id: String,
    /// `requests` or `tokens`.
    pub(super) what: &'static str,
}

impl Name {
    /// Whose limit it is, for people.
    pub(super) fn subject(&self) -> String {
        // there is one organisation, and it needs no name
        format!("{} {}", self.kind, self.id).trim_end().to_owned()
    }

    /// Its key in Redis.
    pub(super) fn in_redis(&self) -> String {
        let Self { organisation, kind, id, what } = self;
        format!("hishamos:limit:{organisation}:{kind}:{id}:{what}")
    }
}

/// One thing to count.
#[derive(Debug, Clone)]
pub(super) struct Count {
    pub(super) name: Name,
    pub(super) amount: i64,
    pub(super) limit: i64,
}

/// What a call of about `tokens` tokens adds to the limits that its subjects have.
pub(super) fn counts(
    organisation: OrganisationId,
    subjects: &[Subject],
    tokens: i64,
) -> Vec<Count> {
    let mut counts = Vec::new();
    for subject in subjects {
        let both = [("requests", subject.requests, 1), ("tokens", subject.tokens, tokens)];
        for (what, limit, amount) in both {
            let Some(limit) = limit else { continue };
            let name = Name { organisation, kind: subject.kind, id: subject.id.clone(), what };
            counts.push(Count { name, amount, limit });
        }
    }
    counts
}
