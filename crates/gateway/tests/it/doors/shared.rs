//! Limits that several servers count together in Redis, and what happens when it is lost.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base::{Random as _, Secret, SeededRandom};
use futures::future::{join, join_all};
use gateway::{DoorOptions, Shared};
use serde_json::json;
use store::{Db, params, sql};

use super::provider::{Manner, Provider};
use super::scene::{Scene, question, tally, text};
use crate::people::{access, people};

/// A Redis of our own that keeps nothing.
struct Redis {
    server: Child,
    port: u16,
}

impl Redis {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { server: Self::begin(port), port }
    }

    #[expect(clippy::zombie_processes, reason = "who stops it waits for it")]
    fn begin(port: u16) -> Child {
        let server = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
            .args(["--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return server;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("redis-server does not listen");
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn stop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    /// Starts it again where it was, with nothing in it.
    fn start_again(&mut self) {
        self.server = Self::begin(self.port);
    }

    /// Forgets everything.
    fn flush(&self) {
        let mut line = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        line.write_all(b"FLUSHALL\r\n").unwrap();
        let mut answer = [0; 5];
        line.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"+OK\r\n");
    }

    /// A signal by its name.
    fn signal(&self, name: &str) {
        let process = self.server.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &process]).status().unwrap().success());
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

/// A server that counts in this Redis and lets nobody wait.
async fn scene(db: &Db, redis: &Redis, node: &str, provider: std::sync::Arc<Provider>) -> Scene {
    let shared = Shared::new(&Secret::new(redis.url()), node).unwrap();
    let options = DoorOptions { patience: Duration::ZERO, ..DoorOptions::new(node) };
    Scene::beside(db.clone(), provider, options, shared).await
}

store::both_databases! {
    async fn servers_count_together_and_alone_when_redis_is_lost(db: Db) {
        let mut redis = Redis::start();
        let one = scene(&db, &redis, "one", Provider::start(1, 1)).await;
        let two = scene(&db, &redis, "two", Provider::start(1, 1)).await;
        let new = json!({"name": "both", "requests_per_minute": 9, "tokens_per_minute": 1_000_000});
        let made = one.app.send("POST", "/api/v1/virtual-keys", Some(new)).await.expect(201);
        let (key, body) = (text(&made["key"]), question(json!({"max_tokens": 5})));
        let asked = (0..40).map(|index| {
            let scene = if index % 2 == 0 { &one } else { &two };
            scene.knock(&key, "/v1/chat/completions", &body)
        });
        let answers = join_all(asked).await;
        assert_eq!(tally(&answers), [(200, 9), (429, 31)].into());
        let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
        let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        // a minute, and the second by which a call may be late
        assert!((50..=61).contains(&wait), "{wait}");
        redis.stop();
        // each server keeps the limit by itself now
        for scene in [&one, &two] {
            let asked = (0..20).map(|_| scene.knock(&key, "/v1/chat/completions", &body));
            assert_eq!(tally(&join_all(asked).await), [(200, 9), (429, 11)].into());
        }
    }

    async fn who_starts_again_does_not_count_over_what_it_counted(db: Db) {
        let redis = Redis::start();
        let before = scene(&db, &redis, "one", Provider::start(1, 1)).await;
        let new = json!({"name": "nine", "requests_per_minute": 9});
        let made = before.app.send("POST", "/api/v1/virtual-keys", Some(new)).await.expect(201);
        let (key, body) = (text(&made["key"]), question(json!({})));
        let ask = async |scene: &Scene| {
            scene.knock(&key, "/v1/chat/completions", &body).await.status.as_u16()
        };
        for _ in 0..6 {
            assert_eq!(ask(&before).await, 200);
        }
        let after = scene(&db, &redis, "one", Provider::start(1, 1)).await;
        let mut answers = Vec::new();
        for _ in 0..6 {
            answers.push(ask(&after).await);
        }
        assert_eq!(answers, [200, 200, 200, 429, 429, 429]);
    }

    async fn the_hour_of_a_person_is_counted_together_and_alone_when_redis_is_lost(db: Db) {
        let mut redis = Redis::start();
        let one = scene(&db, &redis, "one", Provider::start(1, 1)).await;
        let two = scene(&db, &redis, "two", Provider::start(1, 1)).await;
        people(&db, &[(1, 1, "Mona")]).await;
        one.attach().await;
        one.app.send("PUT", &access(1), Some(json!({"requests_per_hour": 5}))).await.expect(200);
        two.attach().await;
        let twenty = async || {
            let asked = (0..20).map(|index| {
                let scene = if index % 2 == 0 { &one } else { &two };
                scene.ask(json!({}))
            });
            join_all(asked).await
        };
        let answers = twenty().await;
        assert_eq!(tally(&answers), [(200, 5), (429, 15)].into());
        let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
        let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((3_590..=3_601).contains(&wait), "{wait}");
        // each goes on from what it has let through itself
        redis.stop();
        assert_eq!(tally(&twenty().await), [(200, 5), (429, 15)].into());
    }

    async fn a_day_is_counted_together_and_goes_on_when_redis_is_lost(db: Db) {
        let mut redis = Redis::start();
        let one = scene(&db, &redis, "one", Provider::start(1, 1)).await;
        let two = scene(&db, &redis, "two", Provider::start(1, 1)).await;
        let limit = json!({"scope": "organisation", "requests_per_day": 5});
        one.app.send("PUT", "/api/v1/rate-limits", Some(limit)).await.expect(200);
        let twenty = async || {
            let asked = (0..20).map(|index| {
                let scene = if index % 2 == 0 { &one } else { &two };
                scene.ask(json!({}))
            });
            tally(&join_all(asked).await)
        };
        assert_eq!(twenty().await, [(200, 5), (429, 15)].into());
        // both have heard of all five, and tell a Redis that knows nothing
        redis.stop();
        assert_eq!(twenty().await, [(429, 20)].into());
        redis.start_again();
        assert_eq!(twenty().await, [(429, 20)].into());
    }

    async fn a_day_that_is_limited_again_begins_with_what_the_ledger_has(db: Db) {
        let redis = Redis::start();
        let scene = scene(&db, &redis, "one", Provider::start(1, 1)).await;
        let set = async |most: i64| {
            let limit = json!({"scope": "organisation", "requests_per_day": most});
            scene.app.send("PUT", "/api/v1/rate-limits", Some(limit)).await.expect(200);
            scene.app.clock.advance(Duration::from_secs(1));
        };
        set(5).await;
        for _ in 0..2 {
            scene.ask(json!({})).await.expect(200);
        }
        let path = "/api/v1/rate-limits?scope=organisation";
        scene.app.send("DELETE", path, None).await.expect(204);
        scene.app.clock.advance(Duration::from_secs(1));
        for _ in 0..4 {
            scene.ask(json!({})).await.expect(200);
        }
        scene.ledger(6, &["outcome"]).await;
        set(6).await;
        scene.ask(json!({})).await.expect(429);
    }

    async fn tokens_that_were_not_used_are_given_back_to_all_servers(db: Db) {
        let redis = Redis::start();
        let provider = Provider::start(1, 1);
        let one = scene(&db, &redis, "one", provider.clone()).await;
        let two = scene(&db, &redis, "two", provider.clone()).await;
        let new = json!({"name": "both", "tokens_per_minute": 1_500});
        let made = one.app.send("POST", "/api/v1/virtual-keys", Some(new)).await.expect(201);
        let key = text(&made["key"]);
        let body = question(json!({"max_tokens": 1_000}));
        // each may take a thousand tokens and takes two; the next call of the same server tells
        for _ in 0..10 {
            one.knock(&key, "/v1/chat/completions", &body).await.expect(200);
        }
        // the last of them is not put right before its server asks again
        two.knock(&key, "/v1/chat/completions", &body).await.expect(429);
        let small = question(json!({"max_tokens": 1}));
        one.knock(&key, "/v1/chat/completions", &small).await.expect(200);
        two.knock(&key, "/v1/chat/completions", &body).await.expect(200);
        // a call that the provider refused has used nothing
        provider.set(Manner::Refuse(400));
        for _ in 0..5 {
            two.knock(&key, "/v1/chat/completions", &body).await.expect(400);
        }
    }
}

/// Redis is silent for a moment and hears afterwards what it was told. The server that told it
/// and heard no answer tells it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_day_gives_back_to_a_slow_redis_is_given_back_once() {
    let test = store::testing::sqlite().await;
    let (redis, provider) = (Redis::start(), Provider::start(1, 1));
    let one = scene(&test.db, &redis, "one", provider.clone()).await;
    let two = scene(&test.db, &redis, "two", provider.clone()).await;
    let limit = json!({"scope": "organisation", "tokens_per_day": 1_600});
    one.app.send("PUT", "/api/v1/rate-limits", Some(limit)).await.expect(200);
    // it may take a thousand tokens, takes two, and its server has still to tell
    one.ask(json!({"max_tokens": 1_000})).await.expect(200);
    *provider.usage.lock().unwrap() = (1, 500);
    let body = json!({"max_tokens": 500});
    redis.signal("STOP");
    one.ask(body.clone()).await.expect(200);
    redis.signal("CONT");
    // one or two more fit
    let mut last = 200;
    for _ in 0..5 {
        last = one.ask(body.clone()).await.status.as_u16();
    }
    assert_eq!(last, 429);
    // what is refused uses nothing: the other one is let in until it hears of them all
    provider.set(Manner::Refuse(400));
    let together = async {
        while two.ask(body.clone()).await.status != 429 {
            one.ask(body.clone()).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let heard = tokio::time::timeout(Duration::from_secs(20), together).await;
    assert!(heard.is_ok(), "Redis has given back a thousand tokens twice");
}

/// What happens to Redis.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// It forgets everything.
    Flush,
    /// It dies, and another one begins with nothing.
    Kill,
    /// Nobody hears of it for a while.
    Stop,
}

/// How many faults there are, unless the environment asks for more.
fn episodes() -> usize {
    let asked = std::env::vars_os().find(|(name, _)| name == "PROOF_EPISODES");
    asked.map_or(5, |(_, episodes)| episodes.to_str().unwrap().parse().unwrap())
}

/// How many calls a key has in a minute.
const LIMIT: usize = 10;
/// How many clients there are, and how many calls each of them makes in an episode.
const CLIENTS: usize = 8;
const CALLS: usize = 12;
/// How long two servers may take to count together again.
const TOGETHER: Duration = Duration::from_secs(30);

/// R20: Redis is lost in the middle of calls, again and again. A key gets no more than its
/// limit from each Redis that it met and from each server that counts alone, every call is
/// answered, and those that passed are in the ledger, each once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_to_redis_no_call_is_lost_and_limits_hold() {
    let test = store::testing::sqlite().await;
    let (mut redis, dice) = (Redis::start(), SeededRandom::new(20));
    let provider = Provider::start(1, 1);
    let one = scene(&test.db, &redis, "one", provider.clone()).await;
    let two = scene(&test.db, &redis, "two", provider.clone()).await;
    let key = async |name: &str, limit: usize| {
        let new = json!({"name": name, "requests_per_minute": limit});
        let made = one.app.send("POST", "/api/v1/virtual-keys", Some(new)).await.expect(201);
        text(&made["key"])
    };
    let body = question(json!({"max_tokens": 5}));
    let ask = async |client: usize, key: &str| {
        let scene = if client.is_multiple_of(2) { &one } else { &two };
        scene.knock(key, "/v1/chat/completions", &body).await.status.as_u16()
    };
    let mut passed = 0;
    for episode in 0..episodes() {
        let fault = [Fault::Stop, Fault::Flush, Fault::Kill][episode % 3];
        let (secret, answered) = (key(&format!("e{episode}"), LIMIT).await, AtomicUsize::new(0));
        let clients = join_all((0..CLIENTS).map(async |client| {
            let mut good = 0;
            for _ in 0..CALLS {
                let status = ask(client, &secret).await;
                assert!(matches!(status, 200 | 429), "{fault:?}: {status}");
                good += usize::from(status == 200);
                answered.fetch_add(1, Ordering::SeqCst);
            }
            good
        }));
        let moment = roll(&dice, CLIENTS * CALLS / 2);
        let pause = Duration::from_millis(roll(&dice, 400) as u64);
        let happens = async {
            while answered.load(Ordering::SeqCst) < moment {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            match fault {
                Fault::Flush => redis.flush(),
                Fault::Kill => {
                    redis.stop();
                    tokio::time::sleep(pause).await;
                    redis.start_again();
                }
                Fault::Stop => {
                    redis.signal("STOP");
                    tokio::time::sleep(pause).await;
                    redis.signal("CONT");
                }
            }
        };
        let (good, ()) = join(clients, happens).await;
        let good: usize = good.into_iter().sum();
        // a Redis with nothing in it begins to count again
        let lives = if matches!(fault, Fault::Stop) { 1 } else { 2 };
        let most = LIMIT * (lives + 2);
        assert!((LIMIT..=most).contains(&good), "{fault:?}: {good} of {LIMIT} to {most}");
        passed += good;
        let together = async {
            loop {
                let secret = key(&format!("t{episode}-{passed}"), LIMIT).await;
                let asked = join_all((0..4 * LIMIT).map(|client| ask(client, &secret))).await;
                let good = asked.iter().filter(|status| **status == 200).count();
                passed += good;
                if good == LIMIT {
                    break;
                }
                assert!((LIMIT..=3 * LIMIT).contains(&good), "{fault:?}: then {good}");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        let again = tokio::time::timeout(TOGETHER, together).await;
        again.unwrap_or_else(|_| panic!("{fault:?}: the servers never count together again"));
    }
    assert_eq!(provider.count(), passed as u64);
    assert_eq!(recorded(&test.db, passed as i64).await, passed as i64, "each call, once");
}

/// How many calls are in the ledger once it has `wanted` of them, which it has a moment after
/// they ended; all of them went well.
async fn recorded(db: &Db, wanted: i64) -> i64 {
    let count = async || {
        let mut tx = db.read().await.unwrap();
        let row = tx
            .fetch_one(
                sql!("select count(*) as calls, sum(case when outcome = 'ok' then 1 else 0 end) as ended from model_calls"),
                params![],
            )
            .await
            .unwrap();
        ["calls", "ended"].map(|name| row.get::<i64>(name).unwrap())
    };
    for _ in 0..500 {
        let [calls, ended] = count().await;
        if calls >= wanted {
            assert_eq!(calls, ended);
            return calls;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    count().await[0]
}

/// A number below `end`.
fn roll(dice: &SeededRandom, end: usize) -> usize {
    let mut bytes = [0; 8];
    dice.fill(&mut bytes);
    (u64::from_le_bytes(bytes) % end as u64) as usize
}
