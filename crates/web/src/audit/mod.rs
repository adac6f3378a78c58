//! Lines of the audit log, for features other than the one that shows them. A line is
//! written in the same transaction as what it tells of.

use serde_json::{Value as Json, json};
use store::Tx;

use crate::{Caller, CallerKind, Ctx, Result};

mod sql;

/// A line to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// What was done: a word such as `platform_created`.
    pub action: &'static str,
    /// What kind of thing it was done to.
    pub resource_type: &'static str,
    /// Which one.
    pub resource_id: String,
    /// More about it; never a secret.
    pub detail: Json,
}

impl AuditEntry {
    /// What was done to which thing.
    pub fn new(
        action: &'static str,
        resource_type: &'static str,
        resource_id: impl ToString,
    ) -> Self {
        let resource_id = resource_id.to_string();
        Self { action, resource_type, resource_id, detail: json!({}) }
    }

    /// The same line with more about it.
    #[must_use]
    pub fn with(mut self, detail: Json) -> Self {
        self.detail = detail;
        self
    }

    /// Writes it as done by the caller of the request.
    pub async fn write(self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        Ok(self.write_for(tx, ctx, ctx.caller()?).await?)
    }

    /// The same for whoever knows the caller already.
    pub async fn write_for(&self, tx: &mut Tx, ctx: &Ctx, caller: &Caller) -> store::Result<()> {
        let (kind, id) = match caller.kind {
            CallerKind::Session(_) => ("user", caller.user.to_string()),
            CallerKind::ApiKey(id) => ("api_key", id.to_string()),
        };
        sql::insert(tx, ctx, caller, (kind, &id), self).await
    }
}
