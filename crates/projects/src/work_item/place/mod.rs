//! Where items stand: the order inside a column. Start with [`move_to`]; how an order is
//! kept while only the moved row is written is in [`rank`].

mod move_to;
mod rank;
mod sql;

pub(super) use move_to::move_to;
pub(crate) use move_to::rank_at_end;
pub(super) use rank::between;
