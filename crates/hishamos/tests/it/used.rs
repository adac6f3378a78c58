//! `hishamos usage` and `hishamos ledger` on the real program, after calls through a door.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use serde_json::Value as Json;

use crate::office::Office;

/// One more than two pages of the ledger's API hold.
const CALLS: usize = 401;
/// An office whose key "shop" made calls, and "other" one more.
fn after_calls() -> Office {
    let office = Office::open();
    let keys = ["shop", "other"]
        .map(|name| office.gives(&format!("key add {name}"))["key"].as_str().unwrap().to_owned());
    let questions = (1..CALLS).map(|number| (&keys[0], number)).chain([(&keys[1], CALLS)]);
    for (key, number) in questions {
        assert_eq!(office.asks(key, &format!("question {number}")), "Well.");
    }
    // the doors' calls are written off the hot path
    let is_written = |_| {
        std::thread::sleep(Duration::from_millis(50));
        office.gives("usage --by platform")["total"]["calls"] == CALLS
    };
    assert!((0..200).any(is_written), "{}", office.does("ledger"));
    office
}

fn items(page: &Json) -> usize {
    page["items"].as_array().unwrap().len()
}

#[test]
fn usage_and_ledger_show_what_was_asked() {
    let office = after_calls();
    // by everything, with its name for people
    for (by, named) in [
        ("platform", "scripted"),
        ("model", "scripted/rehearsal"),
        ("user", "A"),
        ("agent", "(none)"),
        ("project", "(none)"),
        ("day", "20"),
    ] {
        let report = office.gives(&format!("usage --by {by}"));
        assert_eq!((&report["group_by"], &report["total"]["calls"]), (&by.into(), &CALLS.into()));
        let table = office.does(&format!("usage --by {by}"));
        let lines: Vec<&str> = table.lines().collect();
        let [head, line, total] = lines.as_slice() else { panic!("{table}") };
        assert!(head.to_lowercase().starts_with(by) && line.starts_with(named), "{table}");
        assert!(total.starts_with("Total") && total.contains("401"), "{table}");
    }
    assert_eq!(office.does("usage --from 2020-01-01 --to 2020-01-31"), "no calls in this time\n");
    let table = office.does("usage --by platform -o csv");
    assert!(
        table.starts_with("platform,calls,failed_calls,") && table.contains("\r\nscripted,401,"),
        "{table}"
    );

    let page = office.gives("ledger");
    assert_eq!(items(&page), 50);
    assert_eq!(
        (&page["items"][0]["model"], &page["items"][0]["key_name"]),
        (&"scripted/rehearsal".into(), &"other".into())
    );
    assert_eq!(items(&office.gives("ledger --all")), CALLS);
    // on from where it ended, whatever the pages of the API are
    let page = office.gives("ledger --limit 399");
    assert_eq!(items(&page), 399);
    let next = page["next"].as_str().unwrap();
    let rest = office.gives(&format!("ledger --limit 399 --cursor {next}"));
    assert_eq!((items(&rest), &rest["next"]), (2, &Json::Null));
    let (_, shown, remark) = office.run("ledger --limit 399");
    assert!(remark.starts_with(&format!("there are more; go on with --cursor {next}")), "{remark}");
    assert!(shown.contains("scripted/rehearsal  shop chat/completions"), "{shown}");
    let check = |filter: &str, expected: usize| {
        let page = office.gives(&format!("ledger --all {filter}"));
        assert_eq!(items(&page), expected, "{filter}");
    };
    check("--key other", 1);
    check("--key shop --platform scripted --model scripted/rehearsal --user A --status ok", 400);
    check("--status error", 0);
    check("--agent general", 0);
    check("--project NONE", 0);
    check("--to 2020-01-31", 0);
    check("--from 2020-01-31", CALLS);
    let id = rest["items"][0]["key_id"].as_str().unwrap();
    check(&format!("--key {id}"), 400);
    let user = rest["items"][0]["user_id"].as_str().unwrap();
    check(&format!("--user {user}"), CALLS);
    assert_eq!(office.does("ledger --status interrupted"), "no calls\n");
}

#[test]
fn wrong_questions_about_usage_are_refused_with_their_reason() {
    let office = Office::open();
    assert_eq!(office.does("usage"), "no calls in this time\n");
    office.fails("usage --by planet", 2, "planet");
    office.fails("usage --from soon", 4, "from: is neither a day");
    office.fails("usage --from 2026-02-01 --to 2026-01-01", 4, "to: is not after from");
    office.fails("usage --from 2020-01-01", 4, "from: is more than 400 days");
    office.fails("key list -o csv", 2, "only \"hishamos usage\" answers in CSV; use -o json");
    office.fails("ledger -o csv", 2, "use -o json");
    office.fails("ledger --limit 0", 2, "--limit 0 shows nothing");
    office.fails("ledger --limit 5 --all", 2, "cannot be used with");
    office.fails("ledger --limit -1", 2, "-1");
    office.fails("ledger --status odd", 4, "odd");
    office.fails("ledger --from soon", 4, "since");
    office.fails("ledger --cursor odd", 4, "cursor");
    office.fails("ledger --execution odd", 4, "execution");
    office.fails("ledger --user Nobody", 3, "there is nobody called \"Nobody\"");
    office.fails("ledger --key nothing", 3, "there is no key \"nothing\"");
}
