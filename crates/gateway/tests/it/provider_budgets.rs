//! Budgets of providers where a call of an execution may go to several: money is set aside at
//! each that may be asked, and charged where it was spent.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use agent::port::{ModelCall, Models as _};
use base::{CallId, ExecutionId, SeededRandom};
use serde_json::{Value as Json, json};
use store::testing::test_time;
use store::{CallContext, Db, ProcedureError};
use wiremock::MockServer;

use crate::house::{House, ONE, answering, platform};
use crate::support::call;

/// What 1,000 and 1,000 tokens of gpt-4o-mini cost at most.
const MOST: i64 = 750;

struct Pair {
    house: House,
    db: Db,
    budgets: [String; 2],
    _servers: [MockServer; 2],
}

/// The platforms `one` and `two` in the group "both", each with a budget of this much.
async fn pair(db: &Db, folder: &Path, caps: [i64; 2]) -> Pair {
    let house = House::new(db, folder).await;
    let servers = [answering().await, answering().await];
    let mut budgets = [String::new(), String::new()];
    for (index, name) in ["one", "two"].into_iter().enumerate() {
        let mut body = platform(name, &servers[index].uri());
        body["kind"] = json!("openai");
        body["models"] = json!(["gpt-4o-mini"]);
        house.post("/api/v1/platforms?force=true", body, 201).await;
        let body = json!({"scope": "provider", "scope_id": name, "period": "day", "cap_micros": caps[index]});
        let made = house.post("/api/v1/budgets", body, 201).await;
        made["id"].as_str().unwrap().clone_into(&mut budgets[index]);
    }
    let target = |platform: &str, order: i64| json!({"platform": platform, "model": "gpt-4o-mini", "order": order});
    let group = json!({"name": "both", "targets": [target("one", 1), target("two", 2)]});
    house.post("/api/v1/model-groups", group, 201).await;
    Pair { house, db: db.clone(), budgets, _servers: servers }
}

impl Pair {
    async fn perform(&self, name: &'static str, input: Json) -> Result<Json, ProcedureError> {
        let procedures =
            gateway::procedures(store::Procedures::default(), self.house.gateway.clone());
        let procedure = procedures.get(name).unwrap().clone();
        let context = CallContext {
            organisation: ONE,
            execution: None,
            step: None,
            result: None,
            actor: "test".to_owned(),
            model: None,
            scripted: false,
            now: self.house.app.app.now(),
            random: Arc::new(SeededRandom::new(1)),
        };
        let written = self.db.write(move |tx| {
            Box::pin(
                async move { procedure.call(tx, &context, input).await.map(|done| done.output) },
            )
        });
        written.await
    }

    async fn intend(&self, id: u128, lost_at: Json) -> Result<Json, ProcedureError> {
        let intent = json!({
            "id": CallId::from_u128(id), "execution_id": ExecutionId::from_u128(7), "step": "write",
            "instance": 0, "attempt": 1, "nth": 1, "model": "both", "most_input_tokens": 1_000,
            "max_output_tokens": 1_000, "lost_at": lost_at,
        });
        self.perform("record_call_intent", intent).await
    }

    async fn end(&self, id: u128, provider: &str, cost: i64) {
        let outcome = json!({
            "id": CallId::from_u128(id), "outcome": "ok", "model": format!("{provider}/gpt-4o-mini"),
            "provider": provider, "cost_micros": cost, "at": test_time(),
        });
        self.perform("record_call", outcome).await.unwrap();
    }

    /// What is spent and set aside of each budget.
    async fn money(&self) -> [(i64, i64); 2] {
        let mut all = [(0, 0), (0, 0)];
        for (index, id) in self.budgets.iter().enumerate() {
            let budget = self.house.get(&format!("/api/v1/budgets/{id}")).await;
            let number = |field: &str| budget[field].as_i64().unwrap();
            all[index] = (number("spent_micros"), number("reserved_micros"));
        }
        all
    }
}

store::both_databases! {
    async fn the_provider_that_answered_is_charged_and_others_get_all_back(db: Db) {
        let folder = tempfile::tempdir().unwrap();
        let pair = pair(&db, folder.path(), [10_000, 10_000]).await;
        let told = pair.intend(1, json!([])).await.unwrap();
        assert_eq!(told["without"], json!(null));
        assert_eq!(pair.money().await, [(0, MOST), (0, MOST)]);
        pair.end(1, "two", 100).await;
        assert_eq!(pair.money().await, [(0, 0), (100, 0)]);
        // a try that was lost stays where it was made, whatever the next one does
        pair.intend(2, json!([])).await.unwrap();
        pair.intend(3, json!(["one"])).await.unwrap();
        assert_eq!(pair.money().await, [(MOST, MOST), (100, MOST)]);
        pair.end(3, "two", 50).await;
        assert_eq!(pair.money().await, [(MOST, 0), (150, 0)]);
        // nobody knows where the call of a dead process went
        pair.intend(4, json!([])).await.unwrap();
        let closing = json!({"execution_id": ExecutionId::from_u128(7)});
        pair.perform("close_calls", closing).await.unwrap();
        assert_eq!(pair.money().await, [(2 * MOST, 0), (150 + MOST, 0)]);
    }

    async fn a_call_that_is_given_up_while_it_waits_for_a_limit_costs_nothing(db: Db) {
        let folder = tempfile::tempdir().unwrap();
        let pair = pair(&db, folder.path(), [10_000, 10_000]).await;
        let limit = json!({"scope": "organisation", "requests_per_minute": 1});
        pair.house.app.send("PUT", "/api/v1/rate-limits", Some(limit)).await.expect(200);
        let ask = |id: u128| {
            let asked = ModelCall { call_id: CallId::from_u128(id), ..call(Some("both")) };
            tokio::time::timeout(Duration::from_millis(300), pair.house.gateway.call(asked))
        };
        // one that was sent and whose end nobody records may have cost the most
        pair.intend(1, json!([])).await.unwrap();
        ask(1).await.unwrap().unwrap();
        pair.intend(2, json!([])).await.unwrap();
        assert!(ask(2).await.is_err(), "it waits for the limit");
        let closing = json!({"execution_id": ExecutionId::from_u128(7)});
        pair.perform("close_calls", closing).await.unwrap();
        assert_eq!(pair.money().await, [(MOST, 0), (MOST, 0)]);
        let rows = pair.house.get("/api/v1/model-calls").await;
        let row = |index: usize| {
            let row = &rows["items"][index];
            (row["outcome"].clone(), row["cost_micros"].clone(), row["estimated"].clone())
        };
        let rows = [row(0), row(1)];
        for expected in [(MOST, true), (0, false)] {
            let (cost, estimated) = expected;
            let expected = (json!("interrupted"), json!(cost), json!(estimated));
            assert!(rows.contains(&expected), "{rows:?}");
        }
    }

    async fn an_exhausted_provider_is_left_out_until_none_is_left(db: Db) {
        let folder = tempfile::tempdir().unwrap();
        let pair = pair(&db, folder.path(), [MOST - 1, MOST]).await;
        let told = pair.intend(1, json!([])).await.unwrap();
        assert_eq!(told["without"], json!(["one"]));
        assert_eq!(pair.money().await, [(0, 0), (0, MOST)]);
        let rows = pair.house.get("/api/v1/model-calls").await;
        assert_eq!(rows["items"][0]["provider"], "two");
        pair.end(1, "two", 1).await;
        match pair.intend(2, json!([])).await {
            Err(ProcedureError::Refused { code, message }) => {
                assert_eq!(code, "budget_stopped");
                assert!(message.contains("provider:one"), "{message}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(pair.money().await, [(0, 0), (1, 0)]);
    }
}
