use serde_json::json;
use store::{both_databases, outbox};

use crate::house::{House, WRITE, of_instances, step, until};
use crate::models::{COST, INPUT, OUTPUT};
use crate::tools::counter;

both_databases! {
    async fn a_workflow_runs_to_its_end(db: Db) {
        let house = House::new(db.clone()).await;
        let made = house.post("/workflows/write/execute", json!({"inputs": {"subject": "life"}, "priority": "high"})).await.expect(202);
        assert_eq!((&made["status"], &made["progress"]["total_steps"]), (&json!("running"), &json!(3)), "its turn comes at once");
        assert_eq!(made["workflow"], json!({"slug": "write", "name": "Write about it", "revision": null}));
        let id = made["id"].as_str().unwrap();
        let done = house.status(id, "completed").await;
        assert_eq!(done["outputs"], json!({"texts": ["about a", "about b", "about c"], "count": 1}));
        assert_eq!(
            done["progress"],
            json!({"percent": 100, "total_steps": 3, "completed_steps": 3, "failed_steps": 0, "running": []})
        );
        assert_eq!((&done["error"], &done["recovered"], &done["scripted"]), (&json!(null), &json!(0), &json!(false)));
        assert_eq!((&done["model"], &done["priority"]), (&json!("fake/model"), &json!("high")));
        for time in ["created_at", "started_at", "finished_at"] {
            assert!(done[time].is_string(), "{time}");
        }
        for id in ["topics", "texts", "count"] {
            assert_eq!(step(&done, id)["status"], "completed", "{id}");
        }
        assert_eq!(step(&done, "texts")["fan_out"], true);
        assert_eq!(of_instances(&done, "texts", "label"), ["a", "b", "c"]);
        assert_eq!(of_instances(&done, "texts", "status"), ["completed", "completed", "completed"]);
        assert_eq!(of_instances(&done, "texts", "output"), ["a", "b", "c"].map(|topic| json!({"text": format!("about {topic}")})));
        assert_eq!(counter(&db, "written").await, 1);
        house.check().await;
    }

    async fn the_journal_tells_everything_in_order(db: Db) {
        let house = House::new(db).await;
        house.models.set_topics(1);
        let id = house.write().await;
        house.status(&id, "completed").await;
        assert_eq!(house.kinds(&id).await, [
            "execution_created", "execution_started",
            "attempt_started", "attempt_completed", "step_completed",
            "step_expanded", "attempt_started", "attempt_completed", "step_completed",
            "attempt_started", "attempt_completed", "step_completed",
            "execution_completed",
        ]);
    }

    async fn usage_is_the_sum_of_the_calls(db: Db) {
        let house = House::new(db).await;
        let id = house.write().await;
        let done = house.status(&id, "completed").await;
        let usage = |calls: i64| json!({
            "model_calls": calls, "input_tokens": calls * INPUT, "output_tokens": calls * OUTPUT, "cost_micros": calls * COST
        });
        assert_eq!(done["usage"], usage(4));
        assert_eq!(step(&done, "topics")["usage"], usage(1));
        assert_eq!(step(&done, "texts")["usage"], usage(3));
        assert_eq!(step(&done, "count")["usage"], usage(0));
        let call = &step(&done, "topics")["instances"][0]["attempts"][0]["calls"][0];
        assert_eq!(
            (&call["model"], &call["provider"], &call["outcome"], &call["cost_micros"], &call["repair"]),
            (&json!("fake/model"), &json!("fake"), &json!("ok"), &json!(COST), &json!(false))
        );
    }

    async fn every_finished_instance_has_one_result(db: Db) {
        let house = House::new(db).await;
        let id = house.write().await;
        let done = house.status(&id, "completed").await;
        let ids = of_instances(&done, "texts", "result_id");
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), 3);
        let result = house.get(&format!("/results/{}", ids[1].as_str().unwrap())).await;
        assert_eq!(result["execution_id"], json!(id));
        assert_eq!((&result["step"], &result["instance"]), (&json!("texts"), &json!(1)));
        assert_eq!((&result["agent"], &result["command"]), (&json!("tester"), &json!("write_text")));
        assert_eq!(result["output"], json!({"text": "about b"}));
        assert_eq!(result["usage"]["model_calls"], 1);
        let of_tool = of_instances(&done, "count", "result_id");
        let result = house.get(&format!("/results/{}", of_tool[0].as_str().unwrap())).await;
        assert_eq!((&result["output"], &result["agent"]), (&json!({"value": 1}), &json!(null)));
    }

    async fn an_empty_fan_out_is_done_at_once(db: Db) {
        let house = House::new(db).await;
        house.models.set_topics(0);
        let id = house.write().await;
        let done = house.status(&id, "completed").await;
        assert_eq!(done["outputs"], json!({"texts": [], "count": 1}));
        assert_eq!(step(&done, "texts")["instances"], json!([]));
    }

    async fn a_wide_fan_out_keeps_its_order(db: Db) {
        let house = House::new(db).await;
        house.models.set_topics(60);
        let text = WRITE.replace("max-parallel: 2", "max-parallel: 16");
        let id = house.execute(&text, json!({"subject": "life"})).await;
        let done = house.status(&id, "completed").await;
        let expected: Vec<String> = (0..60).map(|n| format!("about t{n}")).collect();
        assert_eq!(done["outputs"]["texts"], json!(expected));
        assert_eq!(house.models.counts().begun, 61);
        house.check().await;
    }

    async fn no_more_instances_run_than_may(db: Db) {
        let house = House::new(db).await;
        house.models.set_topics(6);
        house.models.hold("write_text");
        let id = house.write().await;
        for begun in 3..=7 {
            house.models.begun(begun).await;
            assert_eq!(house.models.counts().begun, begun, "two texts at a time");
            house.models.let_through("write_text", 1);
        }
        house.models.open("write_text");
        house.status(&id, "completed").await;
    }

    async fn progress_only_rises_and_names_what_runs(db: Db) {
        let house = House::new(db).await;
        house.models.hold("write_text");
        let id = house.write().await;
        house.models.begun(3).await;
        let running = house.detail(&id).await;
        assert_eq!(running["progress"]["running"], json!(["texts"]));
        assert_eq!(running["progress"]["percent"], 33);
        assert_eq!(of_instances(&running, "texts", "status"), ["running", "running"]);
        house.models.let_through("write_text", 1);
        let further = house.when(&id, "further", |detail| detail["progress"]["percent"] == 44).await;
        assert_eq!(further["progress"]["completed_steps"], 1);
        house.models.open("write_text");
        house.status(&id, "completed").await;
    }

    async fn lists_are_filtered_and_paged(db: Db) {
        let house = House::new(db).await;
        let mut made = Vec::new();
        for _ in 0..3 {
            let id = house.write().await;
            house.status(&id, "completed").await;
            made.insert(0, id);
            house.app.clock.advance(std::time::Duration::from_secs(1));
        }
        house.models.hold("list_topics");
        let open = house.post("/workflows/write/execute", json!({"inputs": {"subject": "x"}, "project": "DEMO"})).await;
        let open = open.expect(202)["id"].as_str().unwrap().to_owned();
        let ids = async |query: &str| -> (Vec<String>, serde_json::Value) {
            let page = house.get(&format!("/executions?{query}")).await;
            let items = page["items"].as_array().unwrap().iter();
            (items.map(|item| item["id"].as_str().unwrap().to_owned()).collect(), page["next"].clone())
        };
        house.models.begun(13).await;
        assert_eq!(ids("status=completed").await.0, made);
        for key in ["DEMO", "demo"] {
            assert_eq!(ids(&format!("project={key}")).await.0, std::slice::from_ref(&open), "{key}");
        }
        assert_eq!(ids("workflow=write").await.0, std::slice::from_ref(&open));
        let (first, next) = ids("limit=3").await;
        assert_eq!(first, [open, made[0].clone(), made[1].clone()]);
        let (rest, next) = ids(&format!("limit=3&cursor={}", next.as_str().unwrap())).await;
        assert_eq!((rest, next.is_null()), (vec![made[2].clone()], true));
        house.app.send("GET", "/api/v1/executions?status=sleeping", None).await.expect(400);
        house.app.send("GET", "/api/v1/executions?cursor=x", None).await.expect(400);
        house.models.open("list_topics");
    }

    async fn effects_and_their_events_are_one_transaction(db: Db) {
        let house = House::new(db.clone()).await;
        let id = house.write().await;
        house.status(&id, "completed").await;
        let organisation = base::OrganisationId::from_u128(1);
        let events = until("the event", async || {
            let mut tx = db.read().await.unwrap();
            let events = outbox::after(&mut tx, organisation, "test/counter", 0, 10).await.unwrap();
            (!events.is_empty()).then_some(events)
        })
        .await;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].kind, "counter.changed");
        assert_eq!(events[0].body, json!({"value": 1, "step": "count", "actor": "tester", "model": "fake/model", "execution_id": id}));
    }
}
