//! What is known about a call besides what is asked.

use base::OrganisationId;

/// What is known about a call besides what is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallMeta {
    /// The tenant, whose platforms, groups and prices count.
    pub organisation: OrganisationId,
    /// The model, group or `platform/model` that is wanted; `None` asks for the default.
    pub model: Option<String>,
}

impl CallMeta {
    /// A call of this organisation for this model.
    pub fn new(organisation: OrganisationId, model: impl Into<String>) -> Self {
        Self { organisation, model: Some(model.into()) }
    }
}
