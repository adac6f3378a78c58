//! What a definition's budget does to an execution: the call over it is not made.

use serde_json::{Value as Json, json};
use store::both_databases;

use crate::house::{House, step};
use crate::models::{COST, Plan};

/// Two calls of 7 micro-dollars each, one after the other, with room for one.
fn two_calls(budget: &str, of_first: &str) -> String {
    format!(
        "name: Two texts
{budget}steps:
  - id: one
    agent: tester
    command: write_text
    params: {{ topic: one }}
{of_first}  - id: two
    needs: [one]
    agent: tester
    command: write_text
    params: {{ topic: two }}
"
    )
}

fn code(detail: &Json, id: &str) -> Json {
    step(detail, id)["instances"][0]["attempts"][0]["error"]["code"].clone()
}

both_databases! {
    async fn call_over_the_budget_waits_until_somebody_decides(db: Db) {
        let house = House::new(db).await;
        let text = two_calls("budget: 0.00001\n", "");
        let id = house.execute(&text, json!({})).await;
        let detail = house.status(&id, "paused").await;
        assert_eq!(house.models.asked().len(), 1);
        assert_eq!(detail["usage"]["cost_micros"], COST);
        // nothing has changed, so it pauses again and still makes no call
        let paused = house.kinds(&id).await.iter().filter(|kind| *kind == "execution_paused").count();
        house.post(&format!("/executions/{id}/resume"), json!({})).await.expect(200);
        house.fact_count(&id, "execution_paused", paused + 1).await;
        assert_eq!(house.models.asked().len(), 1);
        house.check().await;
    }

    async fn call_over_the_budget_fails_the_step_where_the_definition_says_so(db: Db) {
        let house = House::new(db).await;
        let text = two_calls("budget: {usd: 0.00001, on-exceeded: fail}\n", "");
        let id = house.execute(&text, json!({})).await;
        let detail = house.status(&id, "failed").await;
        assert_eq!(house.models.asked().len(), 1);
        assert_eq!(code(&detail, "two"), "budget_exceeded");
        house.check().await;
    }

    async fn a_step_s_budget_counts_that_step_alone(db: Db) {
        let house = House::new(db).await;
        let of_first = "    budget: {usd: 0.000006, on-exceeded: fail}\n    continue-on-error: true\n";
        let id = house.execute(&two_calls("", of_first), json!({})).await;
        let detail = house.status(&id, "completed").await;
        assert_eq!(code(&detail, "one"), "budget_exceeded");
        let asked: Vec<String> = house.models.asked().into_iter().map(|one| one.step).collect();
        assert_eq!(asked, ["two"]);
        house.check().await;
    }

    async fn tries_that_were_given_up_stay_in_the_ledger(db: Db) {
        let house = House::new(db).await;
        house.models.plan("write_text", Plan::Lose(2));
        let id = house.execute(&two_calls("", ""), json!({})).await;
        let detail = house.status(&id, "completed").await;
        let rows = crate::ledger::outcomes(&house.app.app.db, &id).await;
        assert_eq!(rows, ["interrupted", "interrupted", "ok", "ok"]);
        assert_eq!(detail["usage"]["model_calls"], 4);
        house.check().await;
    }

    async fn the_one_of_two_tries_that_is_over_is_told_to_the_ledger_with_the_answer(db: Db) {
        let house = House::new(db).await;
        house.models.plan("write_text", Plan::Beside { is_free: true });
        house.models.plan("write_text", Plan::Beside { is_free: false });
        let id = house.execute(&two_calls("", ""), json!({})).await;
        let detail = house.status(&id, "completed").await;
        let rows = crate::ledger::lines(&house.app.app.db, &id).await;
        let expected = [("error", false), ("error", true), ("ok", false), ("ok", false)];
        assert_eq!(rows, expected.map(|(outcome, estimated)| (outcome.to_owned(), estimated)));
        assert_eq!(detail["usage"]["model_calls"], 4);
        house.check().await;
    }

    async fn budget_forbids_another_try(db: Db) {
        let house = House::new(db).await;
        house.models.plan("write_text", Plan::Lose(1));
        let text = two_calls(
            "budget: {usd: 0.000007, on-exceeded: fail}\n",
            "    retry: {max-attempts: 1}\n",
        );
        let id = house.execute(&text, json!({})).await;
        let detail = house.status(&id, "failed").await;
        assert_eq!(code(&detail, "one"), "stream_cut");
        let rows = crate::ledger::outcomes(&house.app.app.db, &id).await;
        assert_eq!(rows, ["error"]);
        house.check().await;
    }

    async fn ledger_learns_who_pays(db: Db) {
        let house = House::new(db).await;
        // a budget knows the project by its key, however the key was typed
        let body = json!({ "definition": two_calls("", ""), "inputs": {}, "project": "demo" });
        let made = house.post("/executions", body).await.expect(202);
        let id = made["id"].as_str().unwrap().to_owned();
        house.status(&id, "completed").await;
        let intents = crate::ledger::intents(&id);
        assert_eq!(intents.len(), 2);
        for intent in intents {
            assert_eq!(intent["project"], "DEMO");
            assert_eq!(intent["agent"], "tester");
            assert_eq!(intent["model"], "fake/model");
            assert!(intent["user"].is_string(), "{intent}");
        }
    }
}
