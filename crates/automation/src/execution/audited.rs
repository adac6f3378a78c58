//! Orders of people in the audit log.

use web::{AuditEntry, Ctx, Result};

use crate::runner::Beside;

/// A line of the audit log that becomes durable with the order that it tells of.
pub(crate) fn audited(ctx: &Ctx, entry: AuditEntry) -> Result<Beside> {
    let (ctx, caller) = (ctx.clone(), ctx.caller()?.clone());
    Ok(Beside::new(move |tx| {
        let (ctx, caller, entry) = (ctx.clone(), caller.clone(), entry.clone());
        Box::pin(async move { entry.write_for(tx, &ctx, &caller).await })
    }))
}
