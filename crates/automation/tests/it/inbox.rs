//! The questions that wait for somebody, among many for others.

use serde_json::json;
use store::both_databases;

use crate::house::{House, until};

fn asks(whom: &str) -> String {
    format!(
        "name: asks\nsteps: [{{id: ask, approval: {{title: Go?, people: [{whom}], requester-may-approve: true}}}}]"
    )
}

both_databases! {
    async fn mine_are_found_behind_those_of_others(db: Db) {
        let house = House::new(db).await;
        for _ in 0..7 {
            house.execute(&asks("other@example.com"), json!({})).await;
        }
        let mut mine = Vec::new();
        for _ in 0..3 {
            let id = house.execute(&asks("test@example.com"), json!({})).await;
            house.status(&id, "waiting_approval").await;
            house.app.clock.advance(std::time::Duration::from_millis(1));
            mine.push(id);
        }
        until("all ask", async || {
            let all = house.get("/approvals?limit=200").await;
            (all["items"].as_array().unwrap().len() == 10).then_some(())
        })
        .await;
        // an administrator may decide about all of them
        let get = async |query: &str| {
            let path = format!("/api/v1/approvals?{query}");
            house.app.send_as("test-view_workflows", "GET", &path, None).await.expect(200)
        };
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = get(&format!("mine=true&limit=2{cursor}")).await;
            let items = page["items"].as_array().unwrap();
            let is_last = page["next"].is_null();
            assert!(items.len() == 2 || is_last, "a page with more behind it is full: {page}");
            found.extend(items.iter().map(|item| item["execution_id"].as_str().unwrap().to_owned()));
            if is_last {
                break;
            }
            cursor = format!("&cursor={}", page["next"].as_str().unwrap());
        }
        assert_eq!(found, mine);

        // What was asked first is answered last.
        let ids = get("mine=true").await["items"].as_array().unwrap().iter()
            .map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        for (id, approve) in [(&ids[2], true), (&ids[0], false)] {
            let path = format!("/approvals/{id}/decide");
            house.post(&path, json!({ "approve": approve })).await.expect(200);
            house.app.clock.advance(std::time::Duration::from_millis(1));
        }
        let newest = house.get("/approvals?status=decided&limit=1").await;
        let cursor = newest["next"].as_str().unwrap();
        let before = house.get(&format!("/approvals?status=decided&limit=1&cursor={cursor}")).await;
        let shown = [&newest, &before].map(|page| (&page["items"][0]["id"], &page["items"][0]["status"]));
        assert_eq!(shown, [(&json!(ids[0]), &json!("rejected")), (&json!(ids[2]), &json!("approved"))]);
        assert!(before["next"].is_null(), "{before}");
        let path = format!("/approvals?status=decided&execution={}", mine[2]);
        assert_eq!(house.get(&path).await["items"].as_array().unwrap().len(), 1);
    }
}
