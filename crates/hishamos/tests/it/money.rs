//! `hishamos key …` and `hishamos budget …` on the real program: what they do, say, and
//! end with, for right and for wrong input.

#![allow(clippy::unwrap_used)]

use serde_json::Value as Json;

use crate::office::Office;
use crate::program::{ended, json, program};

#[test]
fn virtual_keys_are_made_listed_and_revoked() {
    let office = Office::open();
    assert_eq!(
        office.does("key list").trim(),
        "no virtual keys; make one with \"hishamos key add\""
    );
    assert_eq!(office.gives("key list"), Json::Array(Vec::new()));

    let printed = office.does("key add ci");
    let (key, remark) = printed.trim().split_once('\n').unwrap();
    assert!(key.starts_with("hk-") && remark == "keep it: it is not shown again", "{printed}");
    assert_eq!(office.door(key), 200);
    let narrow = office.gives(
        "key add narrow --model openai/* --model scripted/* --scope chat --scope audio --requests-per-minute 7 --tokens-per-minute 900 --expires-in-days 3",
    );
    assert_eq!(narrow["models"], serde_json::json!(["openai/*", "scripted/*"]));
    assert_eq!(narrow["scopes"], serde_json::json!(["chat", "audio"]));
    assert_eq!(
        (&narrow["requests_per_minute"], &narrow["tokens_per_minute"]),
        (&7.into(), &900.into())
    );
    assert!(narrow["expires_at"].is_string() && narrow["key"].is_string(), "{narrow}");

    let listed = office.does("key list");
    assert!(listed.contains("narrow") && listed.contains("active"), "{listed}");
    assert!(!listed.contains(key), "a key is shown once");
    let listed = office.gives("key list");
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(listed.as_array().unwrap().iter().all(|one| one["key"].is_null()), "{listed}");

    let changed = office.gives(
        "key change ci --name build --model scripted/* --scope chat --requests-per-minute 9 --expires 2100-01-31",
    );
    assert_eq!(
        (&changed["name"], &changed["models"]),
        (&"build".into(), &serde_json::json!(["scripted/*"]))
    );
    assert_eq!(
        (&changed["scopes"], &changed["requests_per_minute"]),
        (&serde_json::json!(["chat"]), &9.into())
    );
    assert_eq!(changed["expires_at"], "2100-01-31T00:00:00.000Z");
    let changed = office
        .gives("key change build --name ci --every-model --requests-per-minute 0 --never-expires");
    assert_eq!(
        (&changed["models"], &changed["scopes"]),
        (&serde_json::json!([]), &serde_json::json!(["chat"]))
    );
    assert_eq!(
        (&changed["requests_per_minute"], &changed["expires_at"]),
        (&Json::Null, &Json::Null)
    );
    office.does("project create Shop --key SHOP");
    assert_eq!(office.gives("key change ci --project SHOP")["project"], "SHOP");
    assert_eq!(office.gives("key change ci --project \"\"")["project"], Json::Null);

    assert_eq!(office.does("key revoke ci").trim(), "revoked ci");
    assert_eq!(office.door(key), 401);
    let id = narrow["id"].as_str().unwrap();
    assert_eq!(office.gives(&format!("key revoke {id}"))["revoked"], id);
    assert!(office.does("key list").contains("revoked"));
}

#[test]
fn wrong_virtual_keys_are_refused_with_their_reason() {
    let office = Office::open();
    office.fails("key add", 2, "<NAME>");
    office.fails("key add a --scope everything", 4, "scope");
    office.fails("key add a --requests-per-minute 0", 4, "requests_per_minute");
    office.fails("key add a --requests-per-minute -1", 4, "requests_per_minute");
    office.fails("key add a --tokens-per-minute -5", 4, "tokens_per_minute");
    office.fails("key add a --tokens-per-minute many", 2, "many");
    office.fails("key add a --expires-in-days 0", 4, "expires_in_days");
    office.fails("key add a --expires-in-days -1", 4, "expires_in_days");
    office.fails("key revoke nobody", 3, "there is no key \"nobody\"");
    office.fails("key change nobody --name a", 3, "there is no key \"nobody\"");
    office.does("key add b");
    office.fails("key change b", 2, "nothing to change");
    office.fails("key change b --project NONE", 4, "NONE");
    office.fails("key change b --scope everything", 4, "scope");
    office.fails("key change b --requests-per-minute -1", 4, "requests_per_minute");
    office.fails("key change b --expires soon", 4, "--expires soon is neither a day");
    office.fails("key change b --expires 2100-01-31 --never-expires", 2, "cannot be used with");
    office.fails("key change b --model x --every-model", 2, "cannot be used with");
    // two of one name: neither is guessed
    let ids = [office.gives("key add twin"), office.gives("key add twin")];
    office.fails("key revoke twin", 4, "2 keys are called \"twin\"; give the id of one");
    let first = ids[0]["id"].as_str().unwrap();
    office.fails("key revoke twin", 4, first);
    office.does(&format!("key revoke {first}"));
    // now there is one
    office.does("key revoke twin");
    office.fails("key revoke twin", 3, "every key called \"twin\" was revoked already");
    office.fails(&format!("key revoke {first}"), 3, first);
    // nobody else may
    let url = office.server.url();
    let stranger = office.folder.run(["key", "list", "--server", &url, "--api-key", "hos_wrong"]);
    assert_eq!(ended(&stranger).0, 6, "{:?}", ended(&stranger));
    let nowhere = program()
        .args(["key", "list", "--server", "http://127.0.0.1:1", "--api-key", "x"])
        .output();
    assert_eq!(ended(&nowhere.unwrap()).0, 5);
}

#[test]
fn budgets_are_set_listed_and_removed() {
    let office = Office::open();
    assert_eq!(
        office.does("budget list").trim(),
        "no budgets; set one with \"hishamos budget add\""
    );
    assert_eq!(
        office.does("budget add organisation --cap 25").trim(),
        "organisation may spend $25.0000"
    );
    let made = office.gives(
        "budget add provider local --cap 0.000001 --period day --on-exceeded fallback:local/small",
    );
    assert_eq!((&made["cap_micros"], &made["period"]), (&1.into(), &"day".into()));
    assert_eq!((&made["scope"], &made["scope_id"]), (&"provider".into(), &"local".into()));
    assert_eq!(made["on_exceeded"], "fallback:local/small");
    let listed = office.does("budget list");
    assert!(listed.contains("provider local") && listed.contains("$25.0000"), "{listed}");
    assert_eq!(office.gives("budget list").as_array().unwrap().len(), 2);
    let id = made["id"].as_str().unwrap();
    let line = office.does(&format!("budget change {id} --cap 0.5"));
    assert_eq!(line, "provider may spend $0.5000, $0.0000 is spent\n");
    let changed = office.gives(&format!("budget change {id} --on-exceeded pause --disable"));
    assert_eq!(
        (&changed["cap_micros"], &changed["on_exceeded"]),
        (&500_000.into(), &"pause".into())
    );
    assert_eq!(changed["is_active"], false);
    assert_eq!(office.gives(&format!("budget change {id} --enable"))["is_active"], true);
    assert_eq!(office.does(&format!("budget remove {id}")).trim(), format!("removed {id}"));
    assert_eq!(office.gives("budget list").as_array().unwrap().len(), 1);
    office.fails(&format!("budget remove {id}"), 3, id);
}

#[test]
fn wrong_budgets_are_refused_with_their_reason() {
    let office = Office::open();
    for cap in ["-1", "0", "-0.5", "0.0000001", "nan", "inf", "1e300"] {
        office.fails(&format!("budget add organisation --cap {cap}"), 4, "has to be above zero");
    }
    office.fails("budget add organisation --cap much", 2, "much");
    office.fails("budget add organisation", 2, "--cap");
    office.fails("budget add organisation somebody --cap 1", 4, "scope_id");
    office.fails("budget add provider --cap 1", 4, "scope_id");
    office.fails("budget add planet earth --cap 1", 4, "planet");
    office.fails("budget add organisation --cap 1 --period year", 4, "year");
    office.fails("budget add organisation --cap 1 --on-exceeded explode", 4, "explode");
    office.does("budget add organisation --cap 1");
    office.fails("budget add organisation --cap 2", 1, "has a budget for this period");
    office.fails("budget remove nothing", 3, "nothing");
    office.fails("budget change nothing --cap 1", 3, "nothing");
    let id = office.gives("budget list")[0]["id"].as_str().unwrap().to_owned();
    office.fails(&format!("budget change {id}"), 2, "nothing to change");
    office.fails(&format!("budget change {id} --cap 0"), 4, "--cap 0 is no amount");
    office.fails(&format!("budget change {id} --on-exceeded explode"), 4, "explode");
    office.fails(&format!("budget change {id} --enable --disable"), 2, "cannot be used with");
    assert_eq!(office.gives("budget list").as_array().unwrap().len(), 1);
}

/// A client that sends all of it before it reads hears why it is refused.
#[test]
fn body_of_fifty_megabytes_is_refused_and_its_client_hears_it() {
    let office = Office::open();
    let key = office.gives("key add large")["key"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let large = format!("{{\"model\":\"m\",\"user\":\"{}\"}}", "x".repeat(50 * 1024 * 1024));
    for (path, kind) in [
        ("/v1/chat/completions", "invalid_request_error"),
        ("/v1/messages", "request_too_large"),
        ("/v1/embeddings", "invalid_request_error"),
    ] {
        let (status, body) = office.server.send("POST", path, &headers, &large);
        assert_eq!((status, &json(&body)["error"]["type"]), (413, &kind.into()), "{path}");
    }
}
