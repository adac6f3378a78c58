//! The `hishamos-migrate` command, apart from `main`: arguments, what is done, how it is
//! shown. The migrations themselves and all rules are in the `store` crate.

mod arguments;
mod create;
mod failure;
mod place;
mod report;
mod run;

pub use arguments::Arguments;
pub use run::run;
