//! Money for calls of outside clients, who are too many for a transaction each.
//!
//! A server takes slices out of the budgets in SQL and gives them out in memory; what calls
//! came to is written in groups, off the hot path, in the same transaction that fills the
//! slices up. A slice of its own, bound to no budget, bounds what is not in the ledger yet.
//! Whatever a slice held when its server died counts as used: the ledger never falls below
//! what providers count, and no budget rises above its cap. Start with [`Bank`].

mod amount;
mod bank;
mod doubt;
mod flush;
mod lease;
mod purse;
mod recover;
mod sql;
#[cfg(test)]
mod tests;
mod ticket;
mod wanted;

pub(crate) use amount::Amount;
pub(crate) use bank::{Bank, Refusal};
pub(crate) use sql::Entry;
pub(crate) use ticket::Ticket;
pub(crate) use wanted::{Place, Wanted};
