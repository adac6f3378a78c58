//! The list of models, for OpenAI's and for Anthropic's clients.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;
use web::testing::Answer;

use super::provider::Provider;
use super::scene::{MODEL, Scene};

async fn get(scene: &Scene, key: &str, path: &str, is_anthropic: bool) -> Answer {
    let mut request = Request::get(path).header(header::HOST, "localhost");
    request = if is_anthropic {
        request.header("x-api-key", key).header("anthropic-version", "2023-06-01")
    } else {
        request.header(header::AUTHORIZATION, format!("Bearer {key}"))
    };
    scene.app.send_request(request.body(Body::empty()).unwrap()).await
}

store::both_databases! {
    async fn each_client_gets_the_list_that_it_knows(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let list = get(&scene, &scene.key, "/v1/models", false).await.expect(200);
        let model = json!({"id": MODEL, "object": "model", "created": 0, "owned_by": "openai"});
        assert_eq!(list["object"], "list");
        assert!(list["data"].as_array().unwrap().contains(&model), "{list}");
        let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|model| model["id"].clone()).collect();
        let list = get(&scene, &scene.key, "/v1/models", true).await.expect(200);
        let model = json!({"type": "model", "id": MODEL, "display_name": MODEL, "created_at": "1970-01-01T00:00:00Z"});
        assert!(list["data"].as_array().unwrap().contains(&model), "{list}");
        assert_eq!(json!([list["has_more"], list["first_id"], list["last_id"]]), json!([false, ids[0], ids[ids.len() - 1]]));
        let page = format!("/v1/models?limit=1&after_id={}", ids[0].as_str().unwrap().replace('/', "%2F"));
        let second = get(&scene, &scene.key, &page, true).await.expect(200);
        assert_eq!(json!([second["data"][0]["id"], second["data"][1]]), json!([ids[1], null]));
        assert_eq!(second["has_more"], ids.len() > 2);
        let one = format!("/v1/models/{}", MODEL.replace('/', "%2F"));
        assert_eq!(get(&scene, &scene.key, &one, true).await.expect(200), model);
        assert_eq!(get(&scene, &scene.key, &one, false).await.expect(200)["owned_by"], "openai");
    }

    async fn each_client_is_refused_in_its_own_words(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let check = async |key: &str, path: &str, status: u16, open_ai: &str, anthropic: &str| {
            let refused = get(&scene, key, path, false).await.expect(status);
            assert_eq!(refused["error"]["code"], open_ai, "{path}: {refused}");
            let refused = get(&scene, key, path, true).await.expect(status);
            assert_eq!((&refused["type"], &refused["error"]["type"]), (&json!("error"), &json!(anthropic)), "{path}: {refused}");
        };
        check("hk-nothing", "/v1/models", 401, "invalid_api_key", "authentication_error").await;
        check("hk-nothing", "/v1/models/x", 401, "invalid_api_key", "authentication_error").await;
        check(&scene.key, "/v1/models/x", 404, "model_not_found", "not_found_error").await;
        for page in ["limit=0", "limit=many", "after_id=nobody", "limit=1&limit=2"] {
            let path = format!("/v1/models?{page}");
            let refused = get(&scene, &scene.key, &path, true).await.expect(400);
            assert_eq!(refused["error"]["type"], "invalid_request_error", "{page}");
            get(&scene, &scene.key, &path, false).await.expect(200);
        }
    }
}
