use serde_json::json;
use store::both_databases;

use crate::house::{House, ONE, step};
use crate::models::Plan;

both_databases! {
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
