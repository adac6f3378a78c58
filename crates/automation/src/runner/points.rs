//! The points at which a process may die: before, inside and after each commit of the
//! runner, and around each effect outside the database.
//!
//! A program that is built for tests dies at the one that `HISHAMOS_DIE_AT` names:
//! `FactsWritten:3` is the third time that it gets there. In a released program a point is
//! nothing. `hishamos/tests/it/crash/points.rs` dies at each of them, and
//! `xtask/tests/house/points.rs` wants them wherever something becomes durable.

macro_rules! points {
    ($($(#[$doc:meta])* $point:ident,)*) => {
        /// A point at which a process may die.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Point { $($(#[$doc])* $point,)* }

        impl Point {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$point),*];
        }
    };
}

points! {
    /// The engine role is about to be taken.
    RoleDue,
    /// It is taken; nothing is read yet.
    RoleTaken,
    /// Some of what was unfinished is taken up again, and that is durable.
    Recovered,
    /// The role is about to be renewed.
    RenewDue,
    /// It is renewed.
    Renewed,
    /// The role is about to be given back.
    ReleaseDue,
    /// It is given back.
    Released,
    /// News was taken while a commit was on its way.
    NewsTaken,
    /// Facts are there, and their transaction has not begun.
    FactsDue,
    /// They are written, and not committed unless that was one statement by itself.
    FactsWritten,
    /// They are committed, and nobody knows.
    FactsDurable,
    /// Somebody who waited for the commit was answered.
    Answered,
    /// One of the orders that follow from the facts was carried out.
    Ordered,
    /// A procedure is about to be called.
    ProcedureDue,
    /// It has done its work, and the result is written beside it, not committed.
    ProcedureWritten,
    /// Both are committed.
    ProcedureDurable,
    /// An address is about to be called.
    HttpDue,
    /// It has answered, and the runner does not know.
    HttpAnswered,
    /// The execution of a sub-workflow is about to be made.
    ChildDue,
    /// It is made.
    ChildMade,
    /// A page of an agent's journal is about to be written.
    TurnDue,
    /// It is written with its line in the ledger, and not committed.
    TurnWritten,
    /// It is committed.
    TurnDurable,
    /// A model is about to be asked; the intent is durable.
    CallDue,
    /// It has answered, and the answer is not durable.
    CallAnswered,
    /// A try of a call was lost, and the intent of another one is about to be written.
    RetryDue,
    /// It is written, and not committed.
    RetryWritten,
    /// It is committed.
    RetryDurable,
}

#[cfg(not(debug_assertions))]
impl Point {
    /// Nothing: a released program does not die on purpose.
    pub(super) const fn pass(self) {}
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::Point;

    /// Where to die, and after how many times more.
    static CHOSEN: OnceLock<Option<(Point, AtomicU64)>> = OnceLock::new();

    impl Point {
        /// Dies here if this is the chosen point and it was passed often enough.
        pub(in crate::runner) fn pass(self) {
            let Some((point, left)) = CHOSEN.get_or_init(chosen) else { return };
            if *point == self && left.fetch_sub(1, Ordering::Relaxed) == 1 {
                std::process::abort();
            }
        }
    }

    fn chosen() -> Option<(Point, AtomicU64)> {
        #[expect(clippy::disallowed_methods, reason = "no setting: released programs do not look")]
        let wanted = std::env::var("HISHAMOS_DIE_AT").ok()?;
        let (name, times) = wanted.split_once(':')?;
        let point = Point::ALL.iter().find(|point| format!("{point:?}") == name)?;
        Some((*point, AtomicU64::new(times.parse().ok()?)))
    }
}
