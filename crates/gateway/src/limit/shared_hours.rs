//! The requests of an hour, counted together with other processes in Redis.

use std::sync::LazyLock;
use std::time::Duration;

use redis::Script;

use super::Shared;

/// A hash holds how many requests there were in each second of the hour. A second counts for as
/// long as its last request may, so that the count is on the safe side.
const RULE: &str = r"
local clock = redis.call('TIME')
local second, now = tonumber(clock[1]), clock[1] * 1000 + math.floor(clock[2] / 1000)
local rows, sum, kept = redis.call('HGETALL', KEYS[1]), 0, {}
for i = 1, #rows, 2 do
  local at, count = tonumber(rows[i]), tonumber(rows[i + 1])
  if at + 3601 <= second then
    redis.call('HDEL', KEYS[1], rows[i])
  else
    sum = sum + count
    kept[#kept + 1] = {at, count}
  end
end
local over = sum + 1 - tonumber(ARGV[1])
if over > 0 then
  table.sort(kept, function(a, b) return a[1] < b[1] end)
  for _, row in ipairs(kept) do
    over = over - row[2]
    if over <= 0 then return (row[1] + 3601) * 1000 - now end
  end
  return 3600000
end
if ARGV[2] == '1' then
  redis.call('HINCRBY', KEYS[1], clock[1], 1)
  redis.call('EXPIRE', KEYS[1], 3700)
end
return 0
";

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(RULE));

impl Shared {
    /// Whether the hour of this name has room for another request, or after how long it has;
    /// counts it when `counts` says so. `None` when Redis says nothing.
    pub(crate) async fn hour(
        &self,
        name: &str,
        limit: i64,
        counts: bool,
    ) -> Option<Result<(), Duration>> {
        let mut call = SCRIPT.prepare_invoke();
        call.key(format!("hishamos:hour:{name}")).arg(limit).arg(i64::from(counts));
        let wait = self.ask::<i64>(&call).await.ok()?;
        Some(match u64::try_from(wait) {
            Ok(wait) if wait > 0 => Err(Duration::from_millis(wait)),
            Ok(_) | Err(_) => Ok(()),
        })
    }
}
