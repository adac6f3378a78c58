//! Steps that name a capability: who does them.

use serde_json::json;
use store::both_databases;

use crate::house::{House, Setup, step};

const READER_A: &str = "---
name: reader_a
description: Reads.
capabilities: [reading]
limits: { max_model_calls: 4 }
---
You read.
";

const READER_OF_GONE: &str = "---
name: reader_a
description: Reads.
capabilities: [reading]
models: { preferred: [gone/model] }
limits: { max_model_calls: 4 }
---
You read.
";

const READER_B: &str = "---
name: reader_b
description: Reads, too.
capabilities: [reading]
limits: { max_model_calls: 4 }
---
You read.
";

const READS: &str = "
name: reads
steps:
  - id: read
    capability: [reading]
    command: write_text
    params: { topic: '${{ matrix.book }}' }
    strategy: { matrix: { book: [one, two] }, max-parallel: 2 }
";

const ONCE: &str = "
name: once
steps:
  - id: read
    capability: [reading]
    command: write_text
    params: { topic: one }
";

both_databases! {
    async fn an_agent_whose_model_is_down_is_asked_only_when_all_are(db: Db) {
        let more_files = &[("agents/reader_a.md", READER_OF_GONE), ("agents/reader_b.md", READER_B)];
        let house = House::open(db, Setup { more_files, ..Setup::default() }).await;
        house.models.set_down("gone/model");
        let chosen = async |definition: &str| {
            let id = house.execute(definition, json!({})).await;
            house.status(&id, "completed").await;
            let facts = house.journal(&id).await;
            facts.iter().find(|fact| fact["kind"] == "agent_chosen").unwrap()["body"].clone()
        };
        let body = chosen(ONCE).await;
        assert_eq!((&body["agent"], &body["explanation"]["down"]), (&json!("reader_b"), &json!(["reader_a"])));
        // what the step names is what all of them would ask
        let body = chosen(&ONCE.replace("    params", "    model: gone/model\n    params")).await;
        assert_eq!(body["explanation"]["down"], json!(["reader_a", "reader_b"]));
        let note = body["explanation"]["note"].as_str().unwrap();
        assert!(note.contains("the best is asked nevertheless"), "{note}");
        house.check().await;
    }

    async fn those_that_are_chosen_together_are_not_chosen_for_the_same_place(db: Db) {
        let more_files = &[("agents/reader_a.md", READER_A), ("agents/reader_b.md", READER_B)];
        let setup = Setup { max_per_agent: 1, more_files, ..Setup::default() };
        let house = House::open(db, setup).await;
        house.models.hold("write_text");
        let id = house.execute(READS, json!({})).await;
        // with one place for each agent, both begin only if they are not the same
        house.models.begun(2).await;
        let mut chosen = Vec::new();
        for fact in house.journal(&id).await {
            if fact["kind"] == "agent_chosen" {
                let explanation = &fact["body"]["explanation"];
                assert_eq!(explanation["candidates"].as_array().unwrap().len(), 2, "{fact}");
                assert_eq!(explanation["candidates"][0]["capability"], 1.0, "{fact}");
                chosen.push(fact["body"]["agent"].as_str().unwrap().to_owned());
            }
        }
        chosen.sort_unstable();
        assert_eq!(chosen, ["reader_a", "reader_b"]);
        house.models.open("write_text");
        let done = house.status(&id, "completed").await;
        assert_eq!(step(&done, "read")["status"], "completed");
        house.check().await;
    }
}
