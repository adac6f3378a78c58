//! Expressions: `${{ steps.features.outputs.features }}`.
//!
//! A small total language over JSON: paths, comparisons, and/or/not and a fixed list of
//! functions. It has no host objects, no loops and no definitions; evaluation is limited
//! by fuel, so every expression ends, and none takes more memory than it may. Start with [`parse`] and [`Template`].

mod ast;
mod brief;
mod eval;
mod fuel;
mod functions;
mod known;
mod lexer;
mod parser;
mod template;
mod types;
mod write;

pub use ast::{Access, Expression, Operator, Path};
pub(crate) use brief::brief;
pub use eval::{EvalError, Scope};
pub use fuel::{LARGEST_VALUE, size};
pub use functions::NAMES as FUNCTIONS;
pub use parser::{SyntaxError, parse};
pub use template::{Part, Template};
pub use types::{Kind, Kinds};

#[cfg(test)]
mod tests;
