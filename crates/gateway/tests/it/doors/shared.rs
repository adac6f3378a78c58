//! Limits that several servers count together in Redis, and what happens when it is lost.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base::Secret;
use futures::future::join_all;
use gateway::{DoorOptions, Shared};
use serde_json::json;

use super::provider::{Manner, Provider};
use super::scene::{Scene, question, tally, text};

/// A Redis of our own that keeps nothing.
struct Redis {
    server: Child,
    url: String,
}

impl Redis {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
            .args(["--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        let redis = Self { server, url: format!("redis://127.0.0.1:{port}") };
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return redis;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("redis-server does not listen");
    }

    fn stop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

store::both_databases! {
    async fn servers_count_together_and_alone_when_redis_is_lost(db: Db) {
        let mut redis = Redis::start();
        let scene = async |node: &str| {
            let shared = Shared::new(&Secret::new(redis.url.clone()), node).unwrap();
            let options = DoorOptions { patience: Duration::ZERO, ..DoorOptions::new(node) };
            Scene::beside(db.clone(), Provider::start(1, 1), options, shared).await
        };
        let (one, two) = (scene("one").await, scene("two").await);
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

    async fn tokens_that_were_not_used_are_given_back_to_all_servers(db: Db) {
        let redis = Redis::start();
        let provider = Provider::start(1, 1);
        let scene = async |node: &str| {
            let shared = Shared::new(&Secret::new(redis.url.clone()), node).unwrap();
            let options = DoorOptions { patience: Duration::ZERO, ..DoorOptions::new(node) };
            Scene::beside(db.clone(), provider.clone(), options, shared).await
        };
        let (one, two) = (scene("one").await, scene("two").await);
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
