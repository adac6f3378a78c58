//! An organisation's day, counted together with other processes in Redis.

use std::sync::LazyLock;

use redis::Script;

use super::Shared;
use super::day::{DayCaps, Letter, Used, Which};

/// A hash holds what was used of a day. What is known better by now of this or other days is put
/// right first, unless the letter that says so was read before. A day that Redis does not know
/// begins with what the caller knows of it.
const RULE: &str = r"
local letter = tonumber(ARGV[7])
if letter > tonumber(redis.call('GET', KEYS[2]) or '0') then
  for i = 3, #KEYS do
    if redis.call('EXISTS', KEYS[i]) == 1 then
      redis.call('HINCRBY', KEYS[i], 'requests', ARGV[2 * i + 2])
      redis.call('HINCRBY', KEYS[i], 'tokens', ARGV[2 * i + 3])
    end
  end
  redis.call('SET', KEYS[2], ARGV[7], 'EX', 600)
end
local day, names, used = KEYS[1], {'requests', 'tokens'}, {}
for i = 1, 2 do
  redis.call('HSETNX', day, names[i], ARGV[i + 4])
  used[i] = tonumber(redis.call('HGET', day, names[i]))
end
redis.call('EXPIRE', day, 172800)
for i = 1, 2 do
  local cap = tonumber(ARGV[i + 2])
  if cap >= 0 and used[i] + tonumber(ARGV[i]) > cap then return {0, used[1], used[2]} end
end
for i = 1, 2 do
  used[i] = redis.call('HINCRBY', day, names[i], ARGV[i])
end
return {1, used[1], used[2]}
";

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(RULE));

static FORGET: LazyLock<Script> =
    LazyLock::new(|| Script::new("return redis.call('DEL', KEYS[1])"));

impl Shared {
    /// Forgets a day. One that hears nothing goes on with what it had counted.
    pub(super) async fn forget_day(&self, which: Which) {
        let mut call = FORGET.prepare_invoke();
        call.key(key(which));
        if self.ask::<i64>(&call).await.is_err() {
            tracing::info!("Redis was not told that a day has no limit any more");
        }
    }

    /// Counts a call, if the day has room for it: whether it has, and what is used now. `None`
    /// when Redis says nothing.
    pub(super) async fn day(
        &self,
        which: Which,
        caps: DayCaps,
        wanted: Used,
        known: Used,
        letter: Option<&Letter>,
    ) -> Option<(bool, Used)> {
        let mut call = SCRIPT.prepare_invoke();
        call.key(key(which)).arg(wanted.requests).arg(wanted.tokens);
        call.arg(caps.requests.unwrap_or(-1)).arg(caps.tokens.unwrap_or(-1));
        call.arg(known.requests.max(0)).arg(known.tokens.max(0));
        call.key(format!("hishamos:day:read:{}", self.node()));
        call.arg(letter.map_or(0, |letter| letter.number));
        for (which, change) in letter.into_iter().flat_map(|letter| &letter.changes) {
            call.key(key(*which)).arg(change.requests).arg(change.tokens);
        }
        let (passes, requests, tokens) = self.ask::<(i64, i64, i64)>(&call).await.ok()?;
        Some((passes == 1, Used { requests, tokens }))
    }
}

fn key((organisation, number): Which) -> String {
    format!("hishamos:day:{organisation}:{number}")
}
