use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures::StreamExt as _;
use serde_json::{Value as Json, json};
use store::both_databases;
use tower::ServiceExt as _;
use web::testing::TestApp;

use crate::scene::{booking, call, clinic, get, item, step_of};

both_databases! {
    async fn every_change_is_told_once_in_order(db: Db) {
        let app = clinic(db).await;
        let cursor = get(&app, "/projects/CLINIC/board").await["cursor"].as_str().unwrap().to_owned();
        let mut live = Stream::open(&app, &format!("?after={cursor}"), None).await;
        item(&app, "epic", "E").await;
        let story = json!({"kind": "story", "title": "S", "parent": "CLINIC-1"});
        app.send("POST", "/api/v1/projects/CLINIC/work-items", Some(story)).await.expect(201);
        let path = "/api/v1/work-items/CLINIC-2";
        app.send("PATCH", path, Some(json!({"version": 1, "title": "T"}))).await.expect(200);
        app.send("POST", &format!("{path}/move"), Some(json!({"column": "QA"}))).await.expect(200);
        app.send("DELETE", "/api/v1/work-items/CLINIC-1", None).await.expect(204);
        app.send("PATCH", "/api/v1/projects/CLINIC", Some(json!({"name": "N"}))).await.expect(200);
        let events = live.take(7).await;
        let told: Vec<String> = events
            .iter()
            .map(|event| format!("{} {} v{}", event.name, event.data["item"]["key"], event.data["item"]["version"]))
            .collect();
        assert_eq!(told, [
            "work_item.created \"CLINIC-1\" v1",
            "work_item.created \"CLINIC-2\" v1",
            "work_item.updated \"CLINIC-2\" v2",
            "work_item.moved \"CLINIC-2\" v3",
            "work_item.updated \"CLINIC-2\" v4",
            "work_item.deleted \"CLINIC-1\" v1",
            "project.updated null vnull",
        ]);
        let last_told = &events[4].data["item"];
        assert_eq!(&get(&app, "/work-items/CLINIC-2").await, last_told);
    }

    async fn a_stream_goes_on_after_any_event_without_gaps(db: Db) {
        let app = clinic(db).await;
        let mut live = Stream::open(&app, "", None).await;
        futures::future::join_all((0..40).map(|_| item(&app, "task", "T"))).await;
        // The project's own creation comes first.
        let all = live.take(41).await;
        assert!(all.is_sorted_by(|a, b| a.id < b.id), "numbers grow");
        for seen in [0, 1, 7, 39, 40] {
            let mut again = Stream::open(&app, "?after=0", Some(all[seen].id)).await;
            assert_eq!(again.take(40 - seen).await, all[seen + 1..], "after event {seen}");
        }
        let mut by_query = Stream::open(&app, &format!("?after={}", all[38].id), None).await;
        assert_eq!(by_query.take(2).await, all[39..]);
    }

    async fn a_stream_tells_only_of_its_project(db: Db) {
        let app = clinic(db).await;
        let other = json!({"key": "OTHER", "name": "Other"});
        app.send("POST", "/api/v1/projects", Some(other)).await.expect(201);
        let mut live = Stream::open(&app, "", None).await;
        let task = json!({"kind": "task", "title": "T"});
        app.send("POST", "/api/v1/projects/OTHER/work-items", Some(task)).await.expect(201);
        item(&app, "task", "T").await;
        let names: Vec<String> = live.take(2).await.into_iter().map(|event| event.name).collect();
        assert_eq!(names, ["project.created", "work_item.created"]);
    }

    async fn a_backlog_is_told_to_streams(db: Db) {
        let app = clinic(db.clone()).await;
        call(&db, "create_backlog", step_of(1), booking()).await.unwrap();
        let events = Stream::open(&app, "", None).await.take(6).await;
        let keys: Vec<&str> =
            events[1..].iter().map(|event| event.data["item"]["key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["CLINIC-1", "CLINIC-2", "CLINIC-3", "CLINIC-4", "CLINIC-5"]);
    }

    async fn a_refused_change_tells_nothing(db: Db) {
        let app = clinic(db).await;
        item(&app, "story", "A").await;
        let cursor = get(&app, "/projects/CLINIC/board").await["cursor"].clone();
        let change = json!({"version": 9, "title": "T"});
        app.send("PATCH", "/api/v1/work-items/CLINIC-1", Some(change)).await.expect(409);
        let nowhere = json!({"column": "Nowhere"});
        app.send("POST", "/api/v1/work-items/CLINIC-1/move", Some(nowhere)).await.expect(400);
        assert_eq!(get(&app, "/projects/CLINIC/board").await["cursor"], cursor);
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Event {
    id: i64,
    name: String,
    data: Json,
}

/// An open event stream.
struct Stream {
    body: axum::body::BodyDataStream,
    text: String,
}

impl Stream {
    async fn open(app: &TestApp, query: &str, last_event: Option<i64>) -> Self {
        let (router, _, _) = projects::routes().into_parts();
        let layer = axum::middleware::from_fn_with_state(app.app.clone(), web::authenticate);
        let mut request = Request::builder()
            .uri(format!("/api/v1/projects/CLINIC/events{query}"))
            .header("authorization", "Bearer test-view_projects");
        if let Some(id) = last_event {
            request = request.header("last-event-id", id);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = router.layer(layer).oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next events. Waits for them, but not for ever.
    async fn take(&mut self, count: usize) -> Vec<Event> {
        let mut events = Vec::new();
        while events.len() < count {
            if let Some(end) = self.text.find("\n\n") {
                let frame: String = self.text.drain(..end + 2).collect();
                events.extend(parse(&frame));
                continue;
            }
            let next = tokio::time::timeout(Duration::from_secs(20), self.body.next()).await;
            let bytes = next.expect("an event comes").expect("the stream is open").unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
        events
    }
}

fn parse(frame: &str) -> Option<Event> {
    let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name));
    Some(Event {
        id: field("id: ")?.parse().unwrap(),
        name: field("event: ")?.to_owned(),
        data: serde_json::from_str(field("data: ")?).unwrap(),
    })
}
