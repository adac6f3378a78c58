use serde_json::json;
use store::both_databases;

use crate::house::{House, ONE, step};
use crate::models::Plan;

both_databases! {
    async fn no_character_of_a_model_stops_the_engine(db: Db) {
        let house = House::new(db).await;
        house.models.plan("write_text", Plan::Say("{\"text\": \"a\\u0000b\\u001b[31m\\ud83d\\ude00\"}"));
        let id = house.execute(ONE, json!({})).await;
        let done = house.status(&id, "completed").await;
        assert_eq!(done["recovered"], 0);
        let result = step(&done, "text")["instances"][0]["result_id"].as_str().unwrap().to_owned();
        let result = house.get(&format!("/results/{result}")).await;
        assert_eq!(result["output"], json!({"text": "a\u{0}b\u{1b}[31m😀"}), "what was said stays as it is");
        assert_eq!(result["summary"], "text: a b [31m😀");
        let message = "key\u{0}".to_owned();
        house.models.plan("write_text", Plan::Fail(llm::Error::Unauthenticated { message }));
        let id = house.execute(ONE, json!({})).await;
        house.status(&id, "failed").await;
        house.models.plan("list_topics", Plan::Say("{\"topics\": [\"a\\u0000b\"]}"));
        let id = house.write().await;
        let done = house.status(&id, "completed").await;
        assert_eq!(done["outputs"]["texts"], json!(["about a\u{0}b"]));
        house.check().await;
    }

    async fn a_bad_answer_is_repaired_once(db: Db) {
        let house = House::new(db).await;
        house.models.plan("write_text", Plan::Say("Sure! Here is your text."));
        let id = house.execute(ONE, json!({})).await;
        let done = house.status(&id, "completed").await;
        let attempts = step(&done, "text")["instances"][0]["attempts"].as_array().unwrap();
        assert_eq!(attempts.len(), 1, "a repair is part of the attempt");
        let calls = attempts[0]["calls"].as_array().unwrap();
        let repairs: Vec<_> = calls.iter().map(|call| call["repair"].clone()).collect();
        assert_eq!(repairs, [json!(false), json!(true)]);
        assert_eq!(done["usage"]["model_calls"], 2);
        assert_eq!(done["outputs"]["text"], json!({"text": "about life"}));
        house.check().await;
    }

    async fn an_answer_that_stays_bad_is_tried_anew_and_then_fails(db: Db) {
        let house = House::new(db).await;
        for _ in 0..4 {
            house.models.plan("write_text", Plan::Say("{\"txet\": 1}"));
        }
        let twice = ONE.replace("max-attempts: 3", "max-attempts: 2");
        let id = house.execute(&twice, json!({})).await;
        house.fact(&id, "retry_scheduled").await;
        house.app.clock.advance(std::time::Duration::from_secs(10));
        let failed = house.status(&id, "failed").await;
        assert_eq!(failed["error"]["code"], "invalid_output");
        assert_eq!(house.models.counts().begun, 4, "two attempts of an answer and a repair each");
        assert_eq!(failed["usage"]["model_calls"], 4);
        house.check().await;
    }
}
