//! Approvals, signals, gates and what becomes of ended executions, through the API.

use serde_json::{Value as Json, json};
use store::both_databases;

use crate::house::{House, step};
use crate::models::Plan;

const ASKS: &str = "
name: ask first
steps:
  - {id: plan, tool: set, with: {plan: ship}, compensate: {tool: set, with: {undone: '${{ outputs.plan }}'}}}
  - id: ask
    needs: plan
    approval:
      title: Ship it?
      requester-may-approve: true
      form: {reason: {type: string, required: true}}
    on-error: {goto: stop}
  - {id: ship, needs: ask, tool: set, with: {why: '${{ steps.ask.outputs.form.reason }}'}}
  - {id: stop, tool: set, with: {why: '${{ steps.ask.error }}'}}
";

async fn asked(house: &House, id: &str) -> Json {
    house.status(id, "waiting_approval").await;
    let page = house.get("/approvals?mine=true").await;
    let items = page["items"].as_array().unwrap();
    items.iter().find(|item| item["execution_id"] == *id).unwrap().clone()
}

fn path(approval: &Json) -> String {
    format!("/approvals/{}/decide", approval["id"].as_str().unwrap())
}

both_databases! {
    async fn an_approval_lets_work_go_on(db: Db) {
        let house = House::new(db).await;
        let id = house.execute(ASKS, json!({})).await;
        let approval = asked(&house, &id).await;
        assert_eq!((&approval["title"], &approval["can_decide"]), (&json!("Ship it?"), &json!(true)));
        let empty = house.post(&path(&approval), json!({ "approve": true })).await.expect(400);
        assert!(empty["detail"].as_str().unwrap().contains("form.reason"), "{empty}");
        let form = json!({ "approve": true, "form": { "reason": "it is ready" } });
        let decided = house.post(&path(&approval), form.clone()).await.expect(200);
        assert_eq!(decided["status"], "approved");
        let detail = house.status(&id, "completed").await;
        assert_eq!(step(&detail, "ship")["instances"][0]["output"]["why"], "it is ready");
        assert_eq!(step(&detail, "stop")["status"], "skipped");
        house.post(&path(&approval), form).await.expect(409);
        house.check().await;
    }

    async fn an_approval_says_what_it_belongs_to_and_is_found_by_it(db: Db) {
        let house = House::new(db).await;
        let id = house.execute(ASKS, json!({})).await;
        let other = house.execute(ASKS, json!({})).await;
        let approval = asked(&house, &id).await;
        asked(&house, &other).await;
        let shown = house.get(&format!("/executions/{id}")).await;
        assert_eq!(approval["execution_title"], shown["title"]);
        assert_eq!(approval["workflow_name"], shown["workflow"]["name"]);
        assert_eq!(approval["workflow"], shown["workflow"]["slug"]);
        assert_eq!(approval["project"], shown["project"]);
        assert_eq!(approval["step"], "ask");
        let of = async |query: &str| -> Vec<Json> {
            let page = house.get(&format!("/approvals?{query}")).await;
            page["items"].as_array().unwrap().iter().map(|item| item["execution_id"].clone()).collect()
        };
        assert_eq!(of(&format!("execution={id}")).await, [json!(id)]);
        assert_eq!(of(&format!("execution={other}&status=all&mine=true")).await, [json!(other)]);
        assert!(of(&format!("execution={id}&status=approved")).await.is_empty());
        assert_eq!(of("status=all").await.len(), 2);
        house.post(&format!("/executions/{id}/cancel"), json!({})).await.expect(200);
        house.post(&format!("/executions/{other}/cancel"), json!({})).await.expect(200);
    }

    async fn a_rejection_takes_the_other_branch(db: Db) {
        let house = House::new(db).await;
        let id = house.execute(ASKS, json!({})).await;
        let approval = asked(&house, &id).await;
        let no = json!({ "approve": false, "comment": "too early" });
        assert_eq!(house.post(&path(&approval), no).await.expect(200)["status"], "rejected");
        let detail = house.status(&id, "completed").await;
        assert_eq!(step(&detail, "ship")["status"], "skipped");
        assert_eq!(step(&detail, "stop")["instances"][0]["output"]["why"], "Test rejected it: too early");
        assert_eq!(step(&detail, "plan")["undone_by"], "plan.compensate");
        let undone = house.post(&format!("/executions/{id}/rollback"), json!({})).await.expect(202);
        let undone = undone["id"].as_str().unwrap();
        let detail = house.status(undone, "rolled_back").await;
        assert_eq!(detail["origin"], json!({ "execution_id": id, "mode": "rollback" }));
        assert_eq!(step(&detail, "plan.compensate")["instances"][0]["output"]["undone"], "ship");
        house.post(&format!("/executions/{id}/rollback"), json!({})).await.expect(409);
        house.check().await;
    }

    async fn who_rolls_back_at_once_undoes_once(db: Db) {
        let house = House::new(db).await;
        let definition = "name: pay\nsteps: [{id: pay, tool: set, compensate: {tool: set, with: {paid: back}}}]\n";
        let id = house.execute(definition, json!({})).await;
        house.status(&id, "completed").await;
        let path = format!("/executions/{id}/rollback");
        let asked = (0..5).map(|_| house.post(&path, json!({})));
        let answers = futures::future::join_all(asked).await;
        let taken = answers.iter().filter(|answer| answer.status.as_u16() == 202).count();
        let refused = answers.iter().filter(|answer| answer.status.as_u16() == 409).count();
        assert_eq!((taken, refused), (1, 4));
        let undone = house.detail(&id).await["continued_by"][0]["execution_id"].as_str().unwrap().to_owned();
        house.status(&undone, "rolled_back").await;
        house.check().await;
    }

    async fn what_a_failed_rollback_has_undone_is_not_undone_again(db: Db) {
        let house = House::new(db).await;
        let definition = "
name: pay
steps:
  - {id: book, tool: set, with: {n: 1}, needs: [], compensate: {agent: tester, command: write_text, params: {topic: life}}}
  - {id: pay, tool: set, with: {n: 2}, needs: [book], compensate: {tool: increment, with: {name: refunds}}}
";
        let id = house.execute(definition, json!({})).await;
        house.status(&id, "completed").await;
        house.models.plan("write_text", Plan::Fail(llm::Error::BadRequest { message: "no".to_owned() }));
        let undo = async |id: &str| house.post(&format!("/executions/{id}/rollback"), json!({})).await;
        let first = undo(&id).await.expect(202)["id"].as_str().unwrap().to_owned();
        let failed = house.status(&first, "failed").await;
        assert_eq!(failed["error"]["code"], "rollback_failed");
        assert_eq!(step(&failed, "pay.compensate")["instances"][0]["output"]["value"], 1);
        for order in ["rollback", "retry", "fork"] {
            let refused = house.post(&format!("/executions/{id}/{order}"), json!({})).await.expect(409);
            assert!(refused["detail"].as_str().unwrap().contains(&first), "{order}: {refused}");
        }
        let second = undo(&first).await.expect(202)["id"].as_str().unwrap().to_owned();
        house.status(&second, "rolled_back").await;
        let kinds = house.kinds(&second).await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "attempt_completed").count(), 1, "the rest only");
        undo(&first).await.expect(409);
        undo(&id).await.expect(409);
        house.check().await;
    }

    async fn nothing_is_undone_while_another_one_goes_on_with_it(db: Db) {
        let house = House::new(db).await;
        let definition = "
name: pay
steps:
  - {id: pay, tool: set, with: {n: 1}, needs: [], compensate: {tool: set, with: {n: 0}}}
  - {id: text, needs: [pay], agent: tester, command: write_text, params: {topic: life}}
";
        let failed = async || {
            house.models.plan("write_text", Plan::Fail(llm::Error::BadRequest { message: "no".to_owned() }));
            let id = house.execute(definition, json!({})).await;
            house.status(&id, "failed").await;
            id
        };
        let (first, second) = (failed().await, failed().await);
        house.models.hold("write_text");
        let order = async |id: &str, what: &str| house.post(&format!("/executions/{id}/{what}"), json!({})).await;
        // at once: one of the two, and not both
        let (retry, rollback) = futures::future::join(order(&first, "retry"), order(&first, "rollback")).await;
        let mut answers = [retry.status.as_u16(), rollback.status.as_u16()];
        answers.sort_unstable();
        assert_eq!(answers, [202, 409], "{} {}", retry.text, rollback.text);
        // one after the other
        let retry = order(&second, "retry").await.expect(202)["id"].as_str().unwrap().to_owned();
        let refused = order(&second, "rollback").await.expect(409);
        assert!(refused["detail"].as_str().unwrap().contains(&retry), "{refused}");
        house.models.let_through("write_text", 2);
        house.status(&retry, "completed").await;
        let undone = order(&second, "rollback").await.expect(202)["id"].as_str().unwrap().to_owned();
        house.status(&undone, "rolled_back").await;
        for what in ["rollback", "fork"] {
            let refused = order(&retry, what).await.expect(409);
            assert!(refused["detail"].as_str().unwrap().contains(&undone), "{what}: {refused}");
        }
        let made = house.detail(&first).await["continued_by"][0]["execution_id"].as_str().unwrap().to_owned();
        house.when(&made, "over", |detail| !detail["finished_at"].is_null()).await;
        house.check().await;
    }

    async fn a_cancelled_execution_asks_nobody_any_more(db: Db) {
        let house = House::new(db).await;
        let id = house.execute(ASKS, json!({})).await;
        let approval = asked(&house, &id).await;
        house.post(&format!("/executions/{id}/cancel"), json!({})).await.expect(200);
        let yes = json!({ "approve": true, "form": { "reason": "late" } });
        house.post(&path(&approval), yes).await.expect(409);
        let gone = house.get(&format!("/approvals/{}", approval["id"].as_str().unwrap())).await;
        assert_eq!(gone["status"], "cancelled");
        house.check().await;
    }

    async fn a_signal_ends_a_wait_and_a_resume_keeps_what_went_well(db: Db) {
        let house = House::new(db).await;
        let definition = "
name: wait for it
steps:
  - {id: first, tool: set, with: {n: 1}}
  - {id: word, wait: {event: go}}
  - {id: check, gate: {if: 'steps.word.outputs.ok'}}
";
        let id = house.execute(definition, json!({})).await;
        house.fact(&id, "wait_started").await;
        let signal = json!({ "name": "go", "payload": { "ok": false } });
        house.post(&format!("/executions/{id}/signals"), signal).await.expect(200);
        let failed = house.status(&id, "failed").await;
        assert_eq!((&failed["error"]["code"], &failed["error"]["step"]), (&json!("gate_failed"), &json!("check")));
        let body = json!({ "step": "word" });
        let again = house.post(&format!("/executions/{id}/resume-from"), body).await.expect(202);
        let again = again["id"].as_str().unwrap();
        house.fact(again, "wait_started").await;
        let signal = json!({ "name": "go", "payload": { "ok": true } });
        house.post(&format!("/executions/{again}/signals"), signal).await.expect(200);
        let detail = house.status(again, "completed").await;
        assert_eq!(step(&detail, "first")["instances"][0]["attempts"][0]["number"], 0, "it was kept");
        house.post(&format!("/executions/{again}/retry"), json!({})).await.expect(409);
        house.check().await;
    }

    async fn work_that_a_gate_sends_back_keeps_each_result(db: Db) {
        let house = House::new(db).await;
        let definition = "
name: again
steps:
  - {id: work, needs: [], tool: set, with: {say: '${{ feedback }}'}}
  - id: check
    needs: [work]
    gate: {if: steps.work.outputs.say == 'again', on-fail: {goto: work, max: 2, feedback: again}}
";
        let id = house.execute(definition, json!({})).await;
        let detail = house.status(&id, "completed").await;
        for name in ["work", "check"] {
            let attempts = step(&detail, name)["instances"][0]["attempts"].as_array().unwrap();
            let seen: Vec<&str> = attempts.iter().map(|one| one["status"].as_str().unwrap()).collect();
            assert_eq!(seen, ["completed", "completed"], "{name}");
        }
        house.check().await;
    }

    async fn a_workflow_step_ends_with_its_execution(db: Db) {
        let house = House::new(db).await;
        let inner = "name: Inner work\ninputs: {n: {type: integer, required: true}}\nsteps: [{id: give, tool: set, with: {got: '${{ inputs.n }}'}}]\n";
        house.post("/workflows", json!({ "definition": inner })).await.expect(201);
        let outer = "name: Outer work\nsteps: [{id: call, workflow: inner_work, with: {n: 7}}]\n";
        let id = house.execute(outer, json!({})).await;
        let detail = house.status(&id, "completed").await;
        assert_eq!(step(&detail, "call")["instances"][0]["output"], json!({ "give": { "got": 7 } }));
        house.check().await;
    }

    async fn what_declares_triggers_can_be_executed_once_without_them(db: Db) {
        let house = House::new(db).await;
        let definition = "name: by itself\non: {schedule: [{cron: '0 9 * * *'}]}\nsteps: [{id: a, tool: set}]\n";
        let id = house.execute(definition, json!({})).await;
        house.status(&id, "completed").await;
        assert_eq!(house.get("/schedules").await["items"], json!([]));
    }
}
