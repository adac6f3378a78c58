//! Virtual keys: what they may do, and that changes act within a second.

use futures::FutureExt as _;
use serde_json::{Value as Json, json};
use store::{params, sql};
use tokio::time::{Duration, Instant};

use super::provider::Provider;
use super::scene::{MODEL, Scene, question, text};

async fn made(scene: &Scene, body: Json) -> (String, String) {
    let made = scene.app.send("POST", "/api/v1/virtual-keys", Some(body)).await.expect(201);
    (text(&made["key"]), text(&made["id"]))
}

store::both_databases! {
    async fn only_a_key_that_counts_comes_in_through_any_door(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let wrong = format!("{}x", &scene.key[..scene.key.len() - 1]);
        for key in ["", "hk-nothing", "test-all", wrong.as_str()] {
            for path in ["/v1/chat/completions", "/v1/messages", "/v1/messages/count_tokens"] {
                let answer = scene.knock(key, path, &question(json!({"max_tokens": 5}))).await;
                assert_eq!(answer.status, 401, "{path} {key}: {}", answer.text);
            }
            assert_eq!(scene.app.send_as(key, "GET", "/v1/models", None).await.status, 401);
        }
        assert_eq!(scene.provider.count(), 0);
        // each dialect says it in its own words
        let answer = scene.knock("", "/v1/chat/completions", &question(json!({}))).await.expect(401);
        assert_eq!(answer["error"]["code"], "invalid_api_key");
        let answer = scene.knock("", "/v1/messages", &question(json!({}))).await.expect(401);
        assert_eq!((&answer["type"], &answer["error"]["type"]), (&json!("error"), &json!("authentication_error")));
        // both places for a key
        let named = [("x-api-key", scene.key.as_str())];
        scene.knock_with("", "/v1/chat/completions", &question(json!({})), &named).await.expect(200);
    }

    async fn key_is_shown_once_and_only_its_hash_is_kept(db: Db) {
        let scene = Scene::new(db.clone(), Provider::start(1, 1)).await;
        let (key, id) = made(&scene, json!({"name": "ci", "expires_in_days": 3})).await;
        let one = scene.app.send("GET", &format!("/api/v1/virtual-keys/{id}"), None).await;
        assert!(!one.text.contains(&key) && one.text.contains(&key[..11]), "{}", one.text);
        let all = scene.app.send("GET", "/api/v1/virtual-keys", None).await;
        assert!(!all.text.contains(&key));
        let mut tx = db.read().await.unwrap();
        let rows = tx.fetch_all(store::sql!("select key_hash, prefix from virtual_keys"), vec![]).await.unwrap();
        for row in rows {
            assert!(!row.get::<String>("key_hash").unwrap().contains(&key[12..]));
        }
    }

    async fn models_and_scopes_of_a_key_bind_it(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let (narrow, _) = made(&scene, json!({"name": "narrow", "models": ["openai/gpt-4o"], "scopes": ["chat"]})).await;
        let ask = async |model: &str| {
            let body = question(json!({"model": model}));
            scene.knock(&narrow, "/v1/chat/completions", &body).await
        };
        ask("openai/gpt-4o").await.expect(200);
        assert_eq!(ask(MODEL).await.expect(403)["error"]["code"], "model_not_allowed");
        assert_eq!(ask("agent:ba").await.expect(403)["error"]["code"], "scope_not_allowed");
        let listed = scene.app.send_as(&narrow, "GET", "/v1/models", None).await.expect(200);
        assert_eq!(listed["data"].as_array().unwrap().len(), 1, "{listed}");
        assert_eq!(listed["data"][0]["id"], "openai/gpt-4o");
        let (blind, _) = made(&scene, json!({"name": "blind", "scopes": ["embeddings"]})).await;
        let answer = scene.knock(&blind, "/v1/chat/completions", &question(json!({}))).await;
        assert_eq!(answer.expect(403)["error"]["code"], "scope_not_allowed");
        // nobody answers as an agent here
        let answer = scene.ask(json!({"model": "agent:ba"})).await;
        assert_eq!(answer.expect(404)["error"]["code"], "model_not_found");
    }

    async fn revoked_key_is_out_within_a_second(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        scene.ask(json!({})).await.expect(200);
        let path = format!("/api/v1/virtual-keys/{}", scene.key_id);
        let revoked = Instant::now();
        scene.app.send("DELETE", &path, None).await.expect(204);
        while scene.ask(json!({})).await.status == 200 {
            assert!(revoked.elapsed() < Duration::from_secs(1), "the key still works");
        }
        scene.app.send("DELETE", &path, None).await.expect(404);
        scene.app.send("PATCH", &path, Some(json!({"version": 2, "name": "x"}))).await.expect(409);
    }

    async fn who_leaves_again_and_again_keeps_no_revoked_key_alive(db: Db) {
        let scene = Scene::new(db.clone(), Provider::start(1, 1)).await;
        scene.ask(json!({})).await.expect(200);
        // another server revokes it
        let (key, now) = (scene.key_id.clone(), scene.app.app.now());
        let revoke = db.write(move |tx| {
            Box::pin(async move {
                let revoke = sql!("update virtual_keys set revoked_at = $2 where id = $1");
                tx.execute(revoke, params![&key, now]).await
            })
        });
        assert_eq!(revoke.await.unwrap(), 1);
        scene.app.clock.advance(Duration::from_secs(1));
        drop(scene.ask(json!({})).now_or_never());
        scene.ask(json!({})).await.expect(401);
    }

    async fn key_belongs_to_its_organisation_and_its_routes_are_guarded(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let path = format!("/api/v1/virtual-keys/{}", scene.key_id);
        let change = json!({"version": 1, "name": "mine now"});
        for (method, path, body) in [
            ("GET", path.as_str(), None),
            ("PATCH", path.as_str(), Some(change)),
            ("DELETE", path.as_str(), None),
        ] {
            scene.app.send_as("test-all@2", method, path, body.clone()).await.expect(404);
            scene.app.send_as("test-view_costs", method, path, body).await.expect(403);
        }
        let others = scene.app.send_as("test-all@2", "GET", "/api/v1/virtual-keys", None).await;
        assert_eq!(others.expect(200)["items"], json!([]));
        for (body, field) in [
            (json!({"name": " "}), "name"),
            (json!({"name": "a", "scopes": []}), "scopes"),
            (json!({"name": "a", "requests_per_minute": 0}), "requests_per_minute"),
            (json!({"name": "a", "models": [""]}), "models[0]"),
            (json!({"name": "a", "expires_in_days": 0}), "expires_in_days"),
        ] {
            let refused = scene.app.send("POST", "/api/v1/virtual-keys", Some(body)).await.expect(400);
            assert_eq!(refused["errors"][0]["field"], field);
        }
        // a change leaves what it does not name, takes away what it sets to null, and is written down
        let set = json!({"version": 1, "requests_per_minute": 5, "models": ["a"]});
        let one = scene.app.send("PATCH", &path, Some(set)).await.expect(200);
        assert_eq!((&one["requests_per_minute"], &one["version"]), (&json!(5), &json!(2)));
        let taken = json!({"version": 2, "requests_per_minute": null});
        let one = scene.app.send("PATCH", &path, Some(taken)).await.expect(200);
        assert_eq!((&one["requests_per_minute"], &one["models"]), (&json!(null), &json!(["a"])));
        scene.app.send("PATCH", &path, Some(json!({"version": 2, "name": "late"}))).await.expect(409);
    }

    async fn the_end_of_a_key_is_to_come(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let path = format!("/api/v1/virtual-keys/{}", scene.key_id);
        let change = async |version: i64, more: Json| {
            let mut body = json!({"version": version});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            scene.app.send("PATCH", &path, Some(body)).await
        };
        let now = scene.app.app.now();
        let at = |end: base::Timestamp| json!({"expires_at": end});
        for end in [now, now.minus(Duration::from_secs(1)), now.minus(Duration::from_hours(9_999))] {
            let refused = change(1, at(end)).await.expect(400);
            assert_eq!(refused["errors"][0]["field"], "expires_at");
            assert!(text(&refused["errors"][0]["message"]).contains("revoke the key"), "{refused}");
        }
        let end = now.plus(Duration::from_secs(60));
        change(1, at(end)).await.expect(200);
        scene.app.clock.advance(Duration::from_secs(60));
        // one that has ended may be called otherwise, with its end as it stands, and go on
        change(2, json!({"name": "old", "expires_at": end})).await.expect(200);
        assert_eq!(change(3, json!({"expires_at": null})).await.expect(200)["expires_at"], json!(null));
    }
}
