//! From a command and its parameters to the text that a model reads.
//!
//! Parameters come from people, from other models and from outside systems: they are
//! untrusted. They are checked against the command's [`ParamSpec`]s, they are put into
//! the prompt as values (a template inside a value is never carried out), text of more
//! than one line stands between `<data>` and `</data>`, and a value can neither close
//! that fence nor speak in the control words of chat formats. When a prompt has such a
//! fence, or tools bring in outside text, the model is told what it means: [`DATA_RULE`].
//!
//! A template reads its parameters as `params.<name>`, nothing else is there.
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
pub(crate) use template::{DATA_FENCE, defuse};
