//! The words everyone speaks: typed ids, timestamps and the clock port, money and
//! token usage, pages, secrets. Values only: nothing here does IO, except the two
//! ports' real implementations in [`clock`] and [`random`], which the program wires in.
//!
//! Start with [`id`] for how ids look and [`clock`] for how time enters the system.

mod clock;
mod hex;
mod id;
mod money;
mod page;
mod random;
mod secret;
mod timestamp;

pub use clock::{Clock, ManualClock, SystemClock};
pub use hex::hex;
pub use id::*;
pub use money::{Micros, Usage};
pub use page::{Page, PageRequest};
pub use random::{OsRandom, Random, SeededRandom};
pub use secret::Secret;
pub use timestamp::Timestamp;
