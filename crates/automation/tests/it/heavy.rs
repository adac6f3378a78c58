//! Executions that want more memory than they may have end in a clear error, and nobody else
//! notices.

use serde_json::{Value as Json, json};
use store::both_databases;

use crate::house::{House, ONE, step};

/// Twenty thousand mebibytes, if it were let.
fn bomb() -> String {
    let entries = vec!["'${{ inputs.b }}'"; 20_000].join(", ");
    format!(
        "name: bomb\ninputs: {{b: {{type: string}}}}\nsteps: [{{id: all, tool: set, with: {{list: [{entries}]}}}}]\n"
    )
}

/// Each of sixty puts out a mebibyte at the same moment.
const WIDE: &str = "
name: wide
inputs: {b: {type: string}, n: {type: list}}
steps:
  - {id: all, tool: set, with: {b: '${{ inputs.b }}'}, continue-on-error: true,
     strategy: {matrix: {x: '${{ inputs.n }}'}, max-parallel: 100, fail-fast: false}}
outputs: {done: true}
";

fn mebibyte() -> String {
    "x".repeat(1_000_000)
}

both_databases! {
    async fn a_definition_that_multiplies_its_inputs_fails_alone(db: Db) {
        let house = House::new(db).await;
        let neighbour = house.execute(ONE, json!({})).await;
        let id = house.execute(&bomb(), json!({ "b": mebibyte() })).await;
        let failed = house.status(&id, "failed").await;
        assert_eq!(failed["error"]["code"], "expression");
        assert!(failed["error"]["message"].as_str().unwrap().contains("too large together"), "{}", failed["error"]);
        house.status(&neighbour, "completed").await;
        house.check().await;
    }

    async fn what_starts_together_is_bounded(db: Db) {
        let house = House::new(db).await;
        let inputs = json!({ "b": mebibyte(), "n": vec![0; 60] });
        let id = house.execute(WIDE, inputs).await;
        let done = house.status(&id, "completed").await;
        let outcomes = step(&done, "all")["instances"].as_array().unwrap().iter();
        let failed = outcomes.filter(|one| one["status"] == "failed").count();
        assert!(failed > 0 && failed < 60, "{failed} of 60 found no room");
        assert_eq!(done["error"], Json::Null);
        house.check().await;
    }
}
