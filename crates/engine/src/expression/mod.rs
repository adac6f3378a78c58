//! Expressions: `${{ steps.features.outputs.features }}`.
//!
//! A small total language over JSON: paths, comparisons, and/or/not and a fixed list of
//! functions. It has no host objects, no loops and no definitions; evaluation is limited
//! by fuel, so every expression ends. Start with [`parse`] and [`Template`].

mod ast;
mod eval;
mod functions;
mod lexer;
mod parser;
mod template;

pub use ast::{Expression, Path};
pub use eval::{EvalError, Scope};
pub use functions::NAMES as FUNCTIONS;
pub use parser::{SyntaxError, parse};
pub use template::Template;

#[cfg(test)]
mod tests;
