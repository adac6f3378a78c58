//! Counting together with other processes in Redis. The order is that in which Redis is
//! asked; losing Redis loses nothing but the common count.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::{OsRandom, Random as _, Secret};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, FromRedisValue, Script, ScriptInvocation};
use tokio::time::{Instant, timeout};

use super::count::Count;
use super::window::WINDOW_MS;

/// Redis must answer within this; a call does not wait longer for a count.
const ANSWER: Duration = Duration::from_millis(250);
/// After a failure Redis is left alone for this long.
const PAUSE_MS: i64 = 2_000;

/// The same rule as in one process, for all counts of a call at once. A sorted set holds
/// what passed and who waits, by the moment; its members end with their amount. What is known
/// better by now of calls that passed is put right first: such a call travels with the next one.
const RULE: &str = r"
local counts = tonumber(ARGV[4])
for i = counts + 1, #KEYS do
  local j = 5 + 2 * counts + 2 * (i - counts - 1)
  local at = redis.call('ZSCORE', KEYS[i], ARGV[j])
  if at then
    redis.call('ZREM', KEYS[i], ARGV[j])
    if ARGV[j + 1] ~= '' then redis.call('ZADD', KEYS[i], at, ARGV[j + 1]) end
  end
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local window, patience = tonumber(ARGV[1]), tonumber(ARGV[2])
local lists, sums = {}, {}
for i = 1, counts do
  local key = KEYS[i]
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  local rows, sum, list = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES'), 0, {}
  for j = 1, #rows, 2 do
    local amount = tonumber(string.match(rows[j], ':(%d+)$'))
    sum = sum + amount
    list[#list + 1] = {tonumber(rows[j + 1]), amount}
  end
  lists[i], sums[i] = list, sum
end
local at = now
repeat
  local before = at
  for i = 1, counts do
    local amount, limit = tonumber(ARGV[2 * i + 3]), tonumber(ARGV[2 * i + 4])
    if amount > limit then return {-1, i, -1} end
    local over = sums[i] + amount - limit
    for _, row in ipairs(lists[i]) do
      if row[1] <= at - window then
        over = over - row[2]
      elseif over <= 0 then
        break
      else
        over = over - row[2]
        if row[1] + window > at then at = row[1] + window end
      end
    end
    if at - now > patience then return {-1, i, at - now} end
  end
until at == before
for i = 1, counts do
  local key = KEYS[i]
  redis.call('ZADD', key, at, ARGV[3] .. ':' .. ARGV[2 * i + 3])
  redis.call('PEXPIRE', key, at - now + window + 1000)
end
return {at - now, 0, 0}
";

/// A Redis that several processes count in. Cheap to clone.
#[derive(Clone)]
pub struct Shared(Arc<Inner>);

struct Inner {
    connection: ConnectionManager,
    script: Script,
    node: String,
    /// What tells this life of the process from earlier ones, which count for a minute yet.
    life: u64,
    next: AtomicI64,
    start: Instant,
    silent_until: AtomicI64,
    /// What is known better by now and Redis has not heard.
    better: Mutex<Vec<Better>>,
}

/// What is known better of a call that passed.
#[derive(Debug, Clone)]
struct Better {
    key: String,
    old: String,
    /// Empty when the call does not count at all.
    new: String,
}

/// How many corrections wait at most; older counts end by themselves within a minute.
const WAITING: usize = 10_000;
/// How many of them travel with one call.
const AT_ONCE: usize = 100;

/// A call that Redis has counted.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    shared: Shared,
    name: String,
}

impl Counted {
    /// Counts a call otherwise: each count by its change. Redis hears of it with the next call.
    pub(super) fn correct(&self, counts: &mut [Count], change: impl Fn(&Count) -> i64) {
        let mut better = self.shared.0.better.lock().unwrap_or_else(PoisonError::into_inner);
        for count in counts {
            let amount = (count.amount + change(count)).max(0);
            if amount == count.amount || better.len() >= WAITING {
                continue;
            }
            let member = |amount: i64| format!("{}:{amount}", self.name);
            let new = if amount > 0 { member(amount) } else { String::new() };
            better.push(Better { key: count.name.in_redis(), old: member(count.amount), new });
            count.amount = amount;
        }
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

/// Redis did not count.
#[derive(Debug)]
pub(super) struct Lost;

impl Shared {
    /// Prepares a connection, which is made when it is first needed. `node` tells the
    /// entries of this process from those of others.
    pub fn new(url: &Secret<String>, node: &str) -> Result<Self, String> {
        let client = Client::open(url.reveal().as_str()).map_err(|error| error.to_string())?;
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(Some(ANSWER))
            .set_connection_timeout(Some(ANSWER));
        let mut life = [0; 8];
        OsRandom.fill(&mut life);
        let connection =
            client.get_connection_manager_lazy(config).map_err(|error| error.to_string())?;
        Ok(Self(Arc::new(Inner {
            connection,
            script: Script::new(RULE),
            node: node.to_owned(),
            life: u64::from_le_bytes(life),
            next: AtomicI64::new(0),
            start: Instant::now(),
            silent_until: AtomicI64::new(0),
            better: Mutex::default(),
        })))
    }

    /// Counts all or nothing: the call as it is counted and the wait until it may go, or which
    /// count has no room within the patience, and when it has.
    pub(super) async fn pass(
        &self,
        counts: &[Count],
        patience_ms: i64,
    ) -> Result<Result<(Counted, Duration), (usize, Option<Duration>)>, Lost> {
        if self.is_silent() {
            return Err(Lost);
        }
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let mut call = self.0.script.prepare_invoke();
        let name = format!("{}-{:x}-{number}", self.0.node, self.0.life);
        call.arg(WINDOW_MS).arg(patience_ms).arg(&name).arg(counts.len());
        for count in counts {
            call.key(count.name.in_redis()).arg(count.amount).arg(count.limit);
        }
        for Better { key, old, new } in self.better() {
            call.key(key).arg(old).arg(new);
        }
        let (wait, index, later) = self.ask::<(i64, i64, i64)>(&call).await?;
        let millis = |value: i64| u64::try_from(value).ok().map(Duration::from_millis);
        if wait < 0 {
            let index = usize::try_from(index - 1).unwrap_or(0).min(counts.len() - 1);
            return Ok(Err((index, millis(later))));
        }
        let counted = Counted { shared: self.clone(), name };
        Ok(Ok((counted, millis(wait).unwrap_or_default())))
    }

    /// What Redis says to a script. When it says nothing it is left alone for a while.
    pub(super) async fn ask<T: FromRedisValue>(
        &self,
        call: &ScriptInvocation<'_>,
    ) -> Result<T, Lost> {
        if self.is_silent() {
            return Err(Lost);
        }
        let mut connection = self.0.connection.clone();
        if let Ok(Ok(answer)) = timeout(ANSWER, call.invoke_async::<T>(&mut connection)).await {
            return Ok(answer);
        }
        let now = self.now_ms();
        if self.0.silent_until.swap(now + PAUSE_MS, Ordering::Relaxed) <= now {
            tracing::warn!(
                "Redis does not count; this server keeps the limits by itself until it does"
            );
        }
        Err(Lost)
    }

    /// The name of this process among those that count there.
    pub(super) fn node(&self) -> &str {
        &self.0.node
    }

    /// Whether Redis is left alone now.
    pub(super) fn is_silent(&self) -> bool {
        self.now_ms() < self.0.silent_until.load(Ordering::Relaxed)
    }

    fn now_ms(&self) -> i64 {
        i64::try_from(self.0.start.elapsed().as_millis()).unwrap_or(i64::MAX / 2)
    }

    /// Some of what is known better, in order.
    fn better(&self) -> Vec<Better> {
        let mut better = self.0.better.lock().unwrap_or_else(PoisonError::into_inner);
        let some = better.len().min(AT_ONCE);
        better.drain(..some).collect()
    }
}
