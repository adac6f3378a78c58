use base::{Random as _, SeededRandom};
use serde_json::json;
use store::both_databases;

use crate::house::{House, WRITE};
use crate::sse::{Event, Stream};

/// More than is read from the journal at a time.
const LARGE: &str = "
name: Large
inputs: { text: { type: string, required: true } }
steps:
  - id: say
    strategy: { matrix: { i: [1, 2, 3, 4, 5, 6] } }
    tool: set
    with: { text: '${{ inputs.text }}' }
";

fn stored(events: &[Event]) -> Vec<(i64, String)> {
    events.iter().filter_map(|event| Some((event.id?, event.name.clone()))).collect()
}

both_databases! {
    async fn a_stream_tells_every_fact_and_ends(db: Db) {
        let house = House::new(db).await;
        house.models.hold("write_text");
        let id = house.write().await;
        house.models.begun(3).await;
        let live = Stream::open(&house, &id, 0).await;
        house.models.open("write_text");
        let events = live.rest().await;
        let journal = house.journal(&id).await;
        let expected: Vec<(i64, String)> =
            journal.iter().map(|fact| (fact["seq"].as_i64().unwrap(), fact["kind"].as_str().unwrap().to_owned())).collect();
        assert_eq!(stored(&events), expected);
        assert_eq!(events.last().unwrap().name, "execution_completed");
        let started = events.iter().find(|event| event.name == "attempt_started").unwrap();
        assert_eq!((&started.data["step"], &started.data["instance"], &started.data["attempt"]), (&json!("topics"), &json!(0), &json!(1)));
        assert_eq!(started.data["seq"], json!(started.id.unwrap()));
    }

    async fn what_is_only_live_passes_between_the_facts(db: Db) {
        let house = House::new(db).await;
        house.models.set_topics(1);
        house.models.hold("list_topics");
        house.models.hold("write_text");
        let id = house.write().await;
        house.models.begun(1).await;
        let mut live = Stream::open(&house, &id, 0).await;
        // It listens once it has told what is stored.
        while live.next().await.unwrap().name != "attempt_started" {}
        house.models.open("list_topics");
        house.models.begun(2).await;
        house.models.open("write_text");
        let events = live.rest().await;
        let of_text: Vec<&Event> = events.iter().filter(|event| event.id.is_none() && event.data["step"] == "texts").collect();
        let names: Vec<&str> = of_text.iter().map(|event| event.name.as_str()).collect();
        assert_eq!((names.first(), names.last()), (Some(&"model_called"), Some(&"model_replied")));
        let text: String = of_text.iter().filter(|event| event.name == "delta").map(|event| event.data["text"].as_str().unwrap()).collect();
        assert_eq!(text, json!({"text": "about t0"}).to_string());
        let replied = of_text.last().unwrap();
        assert_eq!((&replied.data["call"]["outcome"], &replied.data["instance"], &replied.data["attempt"]), (&json!(null), &json!(0), &json!(1)));
    }

    async fn a_stream_goes_on_after_any_fact(db: Db) {
        let house = House::new(db).await;
        let id = house.write().await;
        house.status(&id, "completed").await;
        let all = Stream::open(&house, &id, 0).await.rest().await;
        let last = all.len() as i64;
        for seen in 0..=last {
            let rest = Stream::open(&house, &id, seen).await.rest().await;
            assert_eq!(rest, all[seen as usize..], "after {seen}");
        }
        assert_eq!(Stream::open(&house, &id, last + 9).await.rest().await, []);
        let by_query = house.app.send("GET", &format!("/api/v1/executions/{id}/events?after={}", last - 1), None).await;
        assert_eq!(by_query.text.matches("event: ").count(), 1);
    }

    async fn a_stream_begins_where_a_reading_ends(db: Db) {
        let house = House::new(db).await;
        house.models.hold("write_text");
        let id = house.write().await;
        house.models.begun(3).await;
        let path = format!("/executions/{id}");
        let read = house.get(&path).await["last_seq"].as_i64().unwrap();
        assert_eq!(read as usize, house.journal(&id).await.len());
        let live = Stream::open(&house, &id, read).await;
        house.models.open("write_text");
        let told = stored(&live.rest().await);
        assert_eq!(told.first().map(|(number, _)| *number), Some(read + 1));
        let last = house.get(&path).await["last_seq"].as_i64().unwrap();
        assert_eq!(told.len() as i64, last - read);
        assert_eq!(house.get("/executions").await["items"][0]["last_seq"], json!(null), "lists tell less");
    }

    async fn large_facts_come_whole_and_in_order(db: Db) {
        let house = House::new(db).await;
        let text = "x".repeat(100_000);
        let id = house.execute(LARGE, json!({"text": text})).await;
        house.status(&id, "completed").await;
        let events = Stream::open(&house, &id, 0).await.rest().await;
        let told: Vec<i64> = events.iter().filter_map(|event| event.id).collect();
        let expected: Vec<i64> = (1..=house.journal(&id).await.len() as i64).collect();
        assert_eq!(told, expected);
        let said: Vec<&Event> = events.iter().filter(|event| event.name == "attempt_completed").collect();
        assert_eq!(said.len(), 6);
        assert!(said.iter().all(|event| event.data["output"]["text"] == text.as_str()));
    }

    async fn two_hundred_cuts_lose_and_double_nothing(db: Db) {
        let house = House::new(db).await;
        house.models.set_topics(150);
        let random = SeededRandom::new(7);
        let text = WRITE.replace("max-parallel: 2", "max-parallel: 5");
        let id = house.execute(&text, json!({"subject": "life"})).await;
        let (mut seen, mut cuts, mut told) = (0, 0, Vec::new());
        'streams: loop {
            let mut bytes = [0];
            random.fill(&mut bytes);
            let mut left = bytes[0] % 3;
            let mut stream = Stream::open(&house, &id, seen).await;
            while left > 0 {
                let Some(event) = stream.next().await else { break 'streams };
                if let Some(number) = event.id {
                    seen = number;
                    told.push(number);
                    left -= 1;
                }
            }
            cuts += 1;
        }
        assert!(cuts >= 200, "only {cuts} cuts");
        let expected: Vec<i64> = (1..=house.journal(&id).await.len() as i64).collect();
        assert_eq!(told, expected);
    }
}
