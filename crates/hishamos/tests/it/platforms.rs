//! `hishamos platform …`, `hishamos model-group …` and `hishamos health` on the real program.

#![allow(clippy::unwrap_used)]

use serde_json::{Value as Json, json};

use crate::office::Office;
use crate::program::{ended, program};

/// Where nobody answers; a platform there is saved with `--force`.
const NOWHERE: &str = "http://127.0.0.1:1/v1";

#[test]
fn platforms_are_set_up_with_everything_and_changed() {
    let office = Office::open();
    let made = office.gives(&format!(
        "platform add acme --kind custom --base-url {NOWHERE} --model large --model small --default-model small --requests-per-minute 60 --tokens-per-minute 9000 --daily-budget 2.5 --fallback-order 2 --weight 3 --tool-calls written --schemas asked --connect-timeout-ms 1001 --headers-timeout-ms 1002 --idle-timeout-ms 1003 --total-timeout-ms 1004 --max-concurrent 7 --retries 1 --retry-wait-ms 20 --api-version v9 --disable --force"
    ));
    let expected = json!({
        "name": "acme", "kind": "custom", "base_url": NOWHERE, "models": ["large", "small"],
        "default_model": "small", "is_enabled": false, "requests_per_minute": 60,
        "tokens_per_minute": 9_000, "daily_budget_micros": 2_500_000, "fallback_order": 2, "weight": 3,
        "settings": {
            "connect_timeout_ms": 1001, "headers_timeout_ms": 1002, "idle_timeout_ms": 1003,
            "total_timeout_ms": 1004, "max_concurrent": 7, "retries": 1, "retry_wait_ms": 20,
            "api_version": "v9", "tool_calls": "written", "schemas": "asked",
        },
    });
    holds(&made, &expected);
    // what is not named stays, in the settings too
    let changed = office.gives("platform change acme --weight 5 --retries 0 --enable");
    let mut after = expected.clone();
    after["weight"] = 5.into();
    after["is_enabled"] = true.into();
    after["settings"]["retries"] = 0.into();
    holds(&changed, &after);
    let changed = office.gives("platform change acme --requests-per-minute 0 --daily-budget 0 --every-model --default-model \"\" --api-version \"\" --force");
    assert_eq!(
        (&changed["requests_per_minute"], &changed["daily_budget_micros"]),
        (&Json::Null, &Json::Null)
    );
    assert_eq!((&changed["models"], &changed["default_model"]), (&json!([]), &Json::Null));
    assert_eq!(
        (&changed["settings"]["api_version"], &changed["settings"]["retries"]),
        (&Json::Null, &0.into())
    );
    assert_eq!(changed["tokens_per_minute"], 9_000);
    assert_eq!(office.does("platform change acme --disable"), "changed acme\n");
    assert!(office.does("platform list").contains("acme"));
    holds(&office.gives("platform show acme"), &json!({ "name": "acme", "weight": 5 }));
    let shown = office.does("platform show acme");
    for line in [
        "calls may go there  no",
        "tokens a minute     9,000",
        "daily budget        any",
        "retries             0",
    ] {
        assert!(shown.lines().any(|one| one == line), "{shown}");
    }
    assert!(office.does("platform show scripted").contains("built_in"));
    office.does("platform remove acme");
}

/// Every field of `expected` is in `found`.
#[track_caller]
fn holds(found: &Json, expected: &Json) {
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&found[field], value, "{field}");
    }
}

#[test]
fn keys_at_rest_are_shown_and_replaced() {
    let office = Office::open();
    assert!(office.does("secret show").contains("none"));
    // a key that a platform there needs
    let folder = office.folder.path().to_str().unwrap().to_owned();
    let url = office.server.url();
    let added = program()
        .args(["platform", "add", "acme", "--kind", "custom", "--force", "--data", &folder])
        .args(["--base-url", NOWHERE, "--key-env", "ACME_KEY", "--server", &url])
        .args(["--api-key", office.key()])
        .env("ACME_KEY", "sk-acme-secret-1234")
        .output();
    assert_eq!(ended(&added.unwrap()).0, 0);
    assert_eq!(office.gives("platform show acme")["api_key"], "…1234");
    let before = office.gives("secret show");
    assert_eq!(before["secrets"], json!([{ "kept_in": "database", "count": 1 }]));
    assert!(office.does("secret show").contains("1 in database"));
    office.does("secret rotate --master");
    let after = office.gives("secret show");
    assert_ne!(before["master_key"], after["master_key"]);
    assert_eq!(before["secrets"], after["secrets"]);
    // without it
    assert_eq!(office.gives("platform change acme --no-key --force")["api_key"], Json::Null);
    office.fails("secret show everything", 2, "everything");
}

#[test]
fn wrong_platforms_are_refused_with_their_reason() {
    let office = Office::open();
    let add = format!("platform add acme --kind custom --base-url {NOWHERE} --force");
    for (flag, code, says) in [
        ("--requests-per-minute -1", 4, "requests_per_minute"),
        ("--tokens-per-minute many", 2, "many"),
        ("--daily-budget -1", 4, "--daily-budget -1 is no amount"),
        ("--fallback-order -1", 4, "fallback_order"),
        ("--weight 1001", 4, "weight"),
        ("--tool-calls spoken", 4, "spoken"),
        ("--schemas guessed", 4, "guessed"),
        ("--retries 11", 4, "settings.retries"),
        ("--connect-timeout-ms 1", 4, "settings.connect_timeout_ms"),
        ("--max-concurrent 0", 4, "settings.max_concurrent"),
        ("--key-env NO_SUCH_VARIABLE", 4, "the variable NO_SUCH_VARIABLE holds no key"),
    ] {
        office.fails(&format!("{add} {flag}"), code, says);
    }
    office.fails("platform change acme --weight 2", 3, "there is no platform \"acme\"");
    office.fails("platform change scripted --weight 2", 4, "was not set up in the database");
    office.does(&add);
    office.fails("platform change acme", 2, "nothing to change");
    office.fails("platform change acme --weight -1", 4, "weight");
    office.fails("platform change acme --enable --disable", 2, "cannot be used with");
    office.fails("platform change acme --model a --every-model", 2, "cannot be used with");
    // what decides how it is reached is tested
    office.fails("platform change acme --base-url http://127.0.0.1:2/v1", 4, "");
    office.fails("platform models acme", 5, "");
    office.fails("platform test acme", 5, "the test of platform \"acme\" failed: ");
    let (code, out, errors) = office.run("platform test acme -o json");
    let tested = crate::program::json(&out);
    assert_eq!((code, &tested["ok"], &tested["health"]), (5, &false.into(), &"error".into()));
    assert!(tested["latency_ms"].is_i64() && tested["error_code"].is_string(), "{tested}");
    assert!(errors.contains(tested["error"].as_str().unwrap()), "{errors}: {tested}");
    office.fails("platform show nothing", 3, "there is no platform \"nothing\"");
    office.fails("platform models nothing", 3, "there is no platform \"nothing\"");
}

#[test]
fn model_groups_are_made_changed_and_removed() {
    let office = Office::open();
    assert_eq!(
        office.does("model-group list"),
        "no model groups; make one with \"hishamos model-group add\"\n"
    );
    let line = office.does("model-group add smart --model scripted/rehearsal --model acme/large=3");
    assert_eq!(line, "smart stands for scripted/rehearsal, acme/large\n");
    let key = office.gives("key add ci")["key"].as_str().unwrap().to_owned();
    assert_eq!(office.door(&key), 200);
    let changed = office.gives(
        "model-group change smart --name clever --strategy weighted --hedge-after-ms 500 --disable",
    );
    let targets = json!([
        { "platform": "scripted", "model": "rehearsal", "order": 1, "weight": 1 },
        { "platform": "acme", "model": "large", "order": 2, "weight": 3 },
    ]);
    holds(
        &changed,
        &json!({
            "name": "clever", "strategy": "weighted", "hedge_after_ms": 500, "is_enabled": false,
            "targets": targets,
        }),
    );
    let changed =
        office.gives("model-group change clever --model acme/small --hedge-after-ms 0 --enable");
    let targets = json!([{ "platform": "acme", "model": "small", "order": 1, "weight": 1 }]);
    holds(
        &changed,
        &json!({
            "name": "clever", "strategy": "weighted", "hedge_after_ms": null, "is_enabled": true,
            "targets": targets,
        }),
    );
    let listed = office.does("model-group list");
    assert!(listed.contains("clever") && listed.contains("acme/small=1"), "{listed}");
    assert_eq!(office.does("model-group remove clever"), "removed clever\n");
    assert_eq!(office.gives("model-group list"), json!([]));
}

#[test]
fn wrong_model_groups_are_refused_with_their_reason() {
    let office = Office::open();
    office.fails("model-group add smart", 2, "--model");
    office.fails("model-group add smart --model large", 4, "write it like acme/large");
    office.fails("model-group add smart --model acme/large=-1", 4, "acme/large=-1");
    office.fails("model-group add smart --model acme/large=2000", 4, "targets[0].weight");
    office.fails("model-group add a/b --model acme/large", 4, "name");
    office.fails("model-group add smart --model acme/large --strategy luck", 4, "luck");
    office.fails(
        "model-group add smart --model acme/large --hedge-after-ms -1",
        4,
        "hedge_after_ms",
    );
    office.fails("model-group change smart --enable", 3, "there is no model group \"smart\"");
    office.fails("model-group remove smart", 3, "there is no model group \"smart\"");
    office.does("model-group add smart --model acme/large");
    office.fails("model-group change smart", 2, "nothing to change");
    office.fails("model-group add smart --model acme/large", 1, "is there already");
    office.does("model-group add other --model acme/large");
    office.fails("model-group change other --name smart", 1, "is there already");
}

#[test]
fn health_shows_how_platforms_are_and_were() {
    let office = Office::open();
    office.does(&format!(
        "platform add acme --kind custom --base-url {NOWHERE} --requests-per-minute 60 --daily-budget 2 --force"
    ));
    let health = office.gives("health");
    let names: Vec<&Json> = health.as_array().unwrap().iter().map(|one| &one["platform"]).collect();
    assert!(names.contains(&&"acme".into()) && names.contains(&&"scripted".into()), "{health}");
    let one = office.gives("health acme");
    assert_eq!((one.as_array().unwrap().len(), &one[0]["platform"]), (1, &"acme".into()));
    let shown = office.does("health acme");
    assert!(shown.contains("0 of 60") && shown.contains("$0.00 of $2.00"), "{shown}");
    let history = office.gives("health --history --from 2026-01-31");
    assert!(history.is_array(), "{history}");
    let history = office.gives("health acme --history");
    assert!(history.as_array().unwrap().iter().all(|one| one["platform"] == "acme"), "{history}");
    office.fails("health nothing", 3, "there is no platform \"nothing\"");
    office.fails("health nothing --history", 3, "there is no platform \"nothing\"");
    office.fails("health --history --from soon", 4, "--from soon");
    office.fails("health --from 2026-01-31", 2, "--history");
}
