//! A model group: a name that stands for models of one or several platforms. A group of
//! one target is an alias.

use base::{ModelGroupId, OrganisationId, Timestamp};
use serde::{Deserialize, Serialize};

use super::Strategy;

/// One model of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupTarget {
    /// The platform's name.
    pub(crate) platform: String,
    /// The model's name there.
    pub(crate) model: String,
    /// Its place in the order; the smallest is first.
    #[serde(default)]
    pub(crate) order: i64,
    /// Its share of the calls when they are weighted.
    #[serde(default = "one")]
    pub(crate) weight: i64,
}

const fn one() -> i64 {
    1
}

/// A model group.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = ModelGroup)]
pub(crate) struct Group {
    /// Its id.
    pub(crate) id: ModelGroupId,
    #[serde(skip)]
    pub(crate) organisation: OrganisationId,
    /// The name that calls use for it.
    pub(crate) name: String,
    /// How the first model is chosen; the others follow if it fails.
    pub(crate) strategy: Strategy,
    /// Its models.
    pub(crate) targets: Vec<GroupTarget>,
    /// After so many milliseconds without a word, the second model is asked too, and the
    /// one that speaks first goes on; both may cost.
    pub(crate) hedge_after_ms: Option<i64>,
    /// Whether calls may use it.
    pub(crate) is_enabled: bool,
    /// Grows with every change; an update names the one that it changes.
    pub(crate) version: i64,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When it was last changed.
    pub(crate) updated_at: Timestamp,
}
