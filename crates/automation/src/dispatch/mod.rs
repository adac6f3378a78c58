//! The dispatcher: which agent does a step that names a capability instead of an agent
//! (catalogue section 6). [`choose`] is pure; what it goes by is read from the results.

mod history;
mod score;
mod sql;

pub(crate) use history::{History, read};
pub(crate) use score::{Candidate, Choice, Wanted, choose};
