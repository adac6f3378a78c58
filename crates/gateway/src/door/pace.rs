//! When the pieces of a stream go out: the first at once, and what follows it within a
//! millisecond together. A model that writes faster than that is read by nobody word by word,
//! and each write costs both sides more than the words in it.

use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// How long after a piece the next one goes out at the earliest.
const APART: Duration = Duration::from_millis(1);

/// Keeps the pieces of one stream apart.
#[derive(Debug, Default)]
pub(super) struct Pace {
    sent_at: Option<Instant>,
    /// Rings when the next piece may go out; there is none until one has come too early.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    /// Whether a piece should wait for more; the task is woken when it should not any longer.
    pub fn is_early(&mut self, context: &mut Context<'_>) -> bool {
        let Some(next) = self.sent_at.map(|sent_at| sent_at + APART) else { return false };
        if Instant::now() >= next {
            return false;
        }
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(next)));
        if alarm.deadline() != next {
            alarm.as_mut().reset(next);
        }
        alarm.as_mut().poll(context).is_pending()
    }

    /// A piece goes out now.
    pub fn sent(&mut self) {
        self.sent_at = Some(Instant::now());
    }
}
