//! How often an address may be called: a bucket of calls for each webhook, and one for each
//! caller who knows no address. It holds for this process, and forgets when it ends.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base::{Timestamp, WebhookId};

/// How many calls a webhook takes at once.
const BURST: f64 = 60.0;
/// How many calls a webhook takes in the long run, a second.
const PER_SECOND: f64 = 2.0;
/// How many callers are remembered; those who have not called for a while are forgotten.
const MOST: usize = 10_000;

/// Whose calls are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Caller {
    Webhook(WebhookId),
    /// Somebody who names no webhook that there is, by address.
    Stranger(String),
}

/// The buckets of all callers.
#[derive(Debug, Default)]
pub(crate) struct Limits(Mutex<HashMap<Caller, Bucket>>);

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Limits {
    /// Takes one call; or says how long to wait for the next one.
    pub(super) fn take(&self, caller: Caller, now: Timestamp) -> Result<(), Duration> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST && !buckets.contains_key(&caller) {
            buckets.retain(|_, bucket| bucket.filled(now) < BURST);
        }
        // There are only so many webhooks, and a crowd of strangers is no fault of theirs.
        let is_stranger = matches!(caller, Caller::Stranger(_));
        if is_stranger && buckets.len() >= MOST && !buckets.contains_key(&caller) {
            return Err(Duration::from_secs(1));
        }
        let bucket = buckets.entry(caller).or_insert(Bucket { left: BURST, at: now });
        let left = bucket.filled(now);
        *bucket = Bucket { left, at: now };
        if left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - left) / PER_SECOND));
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

impl Bucket {
    fn filled(&self, now: Timestamp) -> f64 {
        (self.left + now.since(self.at).as_secs_f64() * PER_SECOND).min(BURST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_limited_and_come_back() {
        let limits = Limits::default();
        let one = || Caller::Webhook(WebhookId::from_u128(1));
        let now = Timestamp::from_millis(1_000_000);
        let taken = (0..100).filter(|_| limits.take(one(), now).is_ok()).count();
        assert_eq!(taken, 60);
        assert_eq!(limits.take(one(), now), Err(Duration::from_millis(500)));
        assert!(limits.take(Caller::Stranger("1.2.3.4".to_owned()), now).is_ok());
        let later = now.plus(Duration::from_secs(5));
        let taken = (0..100).filter(|_| limits.take(one(), later).is_ok()).count();
        assert_eq!(taken, 10);
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let limits = Limits::default();
        let now = Timestamp::from_millis(1_000_000);
        let stranger = |n: usize| Caller::Stranger(n.to_string());
        for n in 0..MOST {
            assert!(limits.take(stranger(n), now).is_ok());
        }
        assert!(limits.take(stranger(MOST), now).is_err(), "all of them are busy");
        let known = Caller::Webhook(WebhookId::from_u128(1));
        assert!(limits.take(known, now).is_ok(), "a webhook is called all the same");
        let later = now.plus(Duration::from_secs(1));
        assert!(limits.take(stranger(MOST), later).is_ok(), "the quiet ones are forgotten");
    }
}
