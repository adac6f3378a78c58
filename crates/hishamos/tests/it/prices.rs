//! `hishamos price …` and `hishamos rate-limit …` on the real program.

#![allow(clippy::unwrap_used)]

use serde_json::{Value as Json, json};

use crate::office::Office;

/// Somewhere to set prices for.
const ACME: &str = "platform add acme --kind custom --base-url http://127.0.0.1:1/v1 --force";

#[test]
fn prices_are_set_listed_and_removed() {
    let office = Office::open();
    office.does(ACME);
    assert!(office.does("price list").starts_with("no prices of your own"));
    let set =
        office.gives("price set acme/large --in 3 --out 15.5 --cached-in 0.3 --from 2026-01-31");
    assert_eq!(
        (&set["input_micros"], &set["output_micros"]),
        (&3_000_000.into(), &15_500_000.into())
    );
    assert_eq!(
        (&set["cached_input_micros"], &set["cache_write_micros"]),
        (&300_000.into(), &Json::Null)
    );
    let line = office.does("price set acme/* --free --from 2026-02-01T12:00:00Z");
    assert_eq!(line, "acme/* costs free in and free out from 2026-02-01T12:00:00.000Z on\n");
    // twice on a day is one price
    office.does("price set acme/meta/llama --in 1 --out 0");
    office.does("price set acme/meta/llama --in 0 --out 2");
    let prices = office.gives("price list");
    assert_eq!(prices.as_array().unwrap().len(), 3, "{prices}");
    let llama = prices.as_array().unwrap().iter().find(|one| one["model"] == "meta/llama").unwrap();
    assert_eq!((&llama["input_micros"], &llama["output_micros"]), (&0.into(), &2_000_000.into()));
    let listed = office.does("price list");
    assert!(
        listed.contains("acme/large") && listed.contains("$15.50") && listed.contains("acme/*"),
        "{listed}"
    );
    office.does("price remove acme/large --from 2026-01-31");
    let removed = office.gives("price remove acme/* --from 2026-02-01T12:00:00Z");
    assert_eq!(removed["removed"], "acme/*");
    assert_eq!(office.gives("price list").as_array().unwrap().len(), 1);

    assert!(office.does("price rule").starts_with("flag: "));
    assert_eq!(office.gives("price rule refuse")["unknown_price"], "refuse");
    assert!(office.does("price rule").starts_with("refuse: "));
}

#[test]
fn prices_of_a_file_are_shown_before_they_are_set() {
    let office = Office::open();
    office.does(ACME);
    let csv = "platform,model,valid_from,input_micros,output_micros\n\
        acme,large,2026-01-31,3000000,15000000\nacme,,2026-01-31,1,2\n";
    let file = office.folder.write("prices.csv", csv);
    let import = format!("price import {}", file.display());
    let preview = office.does(&import);
    assert_eq!(preview.matches("  new\n").count(), 2, "{preview}");
    assert!(preview.ends_with("nothing is set yet; set these 2 with --yes\n"), "{preview}");
    assert_eq!(office.gives(&import)["prices"][0]["model"], "large");
    assert_eq!(office.gives("price list"), json!([]), "a preview sets nothing");
    assert_eq!(office.gives(&format!("{import} --yes")), json!({ "imported": 2 }));
    // the list is a file too
    let mut prices = office.gives("price list");
    let found = prices.as_array_mut().unwrap();
    found.iter_mut().find(|one| one["model"] == "large").unwrap()["input_micros"] =
        4_000_000.into();
    let file = office.folder.write("prices.json", prices.to_string());
    let import = format!("price import {}", file.display());
    let preview = office.does(&import);
    assert!(
        preview.contains("replaces $3.00 in, $15.00 out") && preview.contains("as it is"),
        "{preview}"
    );
    assert_eq!(office.does(&format!("{import} --yes")), "set 2 prices\n");
    assert_eq!(office.gives("price list"), prices);
}

#[test]
fn wrong_prices_are_refused_with_their_reason() {
    let office = Office::open();
    office.fails("price set acme --in 1 --out 1", 4, "write it like acme/large");
    office.fails(
        "price set acme/large --in 1 --out 1",
        4,
        "there is no platform \"acme\"; use one of",
    );
    office.fails("price set acme/large", 2, "--in");
    office.fails("price set acme/large --in 1", 2, "--out");
    office.fails("price set acme/large --free --in 1 --out 1", 2, "cannot be used with");
    office.fails("price set acme/large --in -1 --out 1", 4, "--in -1 is no amount");
    office.fails("price set acme/large --in much --out 1", 2, "much");
    office.fails("price set acme/large --in 0 --out 0", 4, "give an amount");
    office.fails("price set acme/large --in 1 --out 1 --from soon", 4, "--from soon");
    office.fails("price remove acme/large --from 2026-01-31", 3, "acme/large");
    office.fails("price remove acme/large", 2, "--from");
    office.fails("price rule ignore", 2, "ignore");
    office.fails("price import /nowhere/prices.csv", 3, "/nowhere/prices.csv");
    let wrong = |content: &str, says: &str| {
        let file = office.folder.write("wrong.csv", content);
        office.fails(&format!("price import {} --yes", file.display()), 4, says);
    };
    wrong("platform,valid_from\nacme,soon\n", "wrong.csv: line 2: valid_from soon");
    wrong("platform,valid_from\n", "has no prices");
    wrong("platform,valid_from,input_micros\nacme,2026-01-31,-1\n", "[0].input_micros");
    wrong("[{ \"platform\": 1 }]", "platform");
    assert_eq!(office.gives("price list"), json!([]));
}

#[test]
fn limits_are_set_listed_and_removed() {
    let office = Office::open();
    assert_eq!(
        office.does("rate-limit list"),
        "no limits; set one with \"hishamos rate-limit set\"\n"
    );
    let line = office.does("rate-limit set organisation --requests-per-minute 6000");
    assert_eq!(
        line,
        "organisation: 6,000 requests and any tokens a minute, any requests and any tokens a day\n"
    );
    // what is not named stays, and 0 takes it away
    let limit = office.gives("rate-limit set organisation --tokens-per-minute 90000");
    assert_eq!(
        (&limit["requests_per_minute"], &limit["tokens_per_minute"]),
        (&6_000.into(), &90_000.into())
    );
    let limit = office.gives("rate-limit set organisation --requests-per-minute 0");
    assert_eq!(
        (&limit["requests_per_minute"], &limit["tokens_per_minute"]),
        (&Json::Null, &90_000.into())
    );
    let limit = office.gives("rate-limit set organisation --tokens-per-day 10000000");
    assert_eq!(
        (&limit["tokens_per_minute"], &limit["requests_per_day"], &limit["tokens_per_day"]),
        (&90_000.into(), &Json::Null, &10_000_000.into())
    );
    let limit = office.gives("rate-limit set user A --requests-per-minute 5");
    let id = limit["scope_id"].as_str().unwrap();
    assert_eq!(
        office.gives(&format!("rate-limit set user {id} --requests-per-minute 6"))["requests_per_minute"],
        6
    );
    let listed = office.does("rate-limit list");
    for part in ["user A ", "90,000", "10,000,000"] {
        assert!(listed.contains(part), "{listed}");
    }
    assert_eq!(office.gives("rate-limit list").as_array().unwrap().len(), 2);
    assert_eq!(office.gives("rate-limit remove user A")["removed"]["scope_id"], id);
    assert_eq!(
        office.does("rate-limit remove organisation"),
        "removed the limit of organisation\n"
    );
    assert_eq!(office.gives("rate-limit list"), json!([]));
}

#[test]
fn wrong_limits_are_refused_with_their_reason() {
    let office = Office::open();
    office.fails("rate-limit set organisation", 2, "nothing to set");
    office.fails(
        "rate-limit set organisation --requests-per-minute 0",
        4,
        "rate-limit remove organisation",
    );
    office.fails("rate-limit set organisation --requests-per-minute -1", 4, "requests_per_minute");
    office.fails("rate-limit set organisation --tokens-per-minute many", 2, "many");
    office.fails("rate-limit set user A --requests-per-day 5", 4, "requests_per_day");
    office.fails("rate-limit set organisation somebody --tokens-per-minute 1", 4, "scope_id");
    office.fails("rate-limit set planet --tokens-per-minute 1", 4, "organisation or user");
    office.fails("rate-limit set user --tokens-per-minute 1", 2, "name the user");
    office.fails("rate-limit set user Nobody --tokens-per-minute 1", 3, "nobody called \"Nobody\"");
    office.fails(
        "rate-limit set platform acme --tokens-per-minute 1",
        4,
        "hishamos platform change acme",
    );
    office.fails("rate-limit set key ci --tokens-per-minute 1", 4, "hishamos key change ci");
    office.fails("rate-limit remove organisation", 3, "organisation");
    assert_eq!(office.gives("rate-limit list"), json!([]));
}
