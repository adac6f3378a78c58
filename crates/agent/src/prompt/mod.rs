//! From a command and its parameters to the text that a model reads.
//!
//! Parameters come from people, from other models and from outside systems: they are
//! untrusted. They are checked against the command's [`ParamSpec`]s, they are put into
//! the prompt as values (a template inside a value is never carried out), text of more
//! than one line stands between `<data>` and `</data>`, and a value can neither close
//! that fence nor speak in the control words of chat formats. The rules that a model
//! gets always say what a `<data>` fence means: see [`DATA_RULE`].
//!
//! Start with [`render`]; [`check`] is what the library asks of a command when it loads.
//!
//! [`ParamSpec`]: crate::library::ParamSpec

mod check;
mod params;
mod render;
mod schema;
mod template;
#[cfg(test)]
mod tests;

pub use check::{Fault, Place, check};
pub use render::{Error, FieldError, Rendered, render};
pub use schema::{ENUM_FIELD, ENUM_FROM};
pub use template::DATA_RULE;
pub(crate) use template::defuse;
