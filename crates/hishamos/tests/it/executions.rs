//! `hishamos execution …` on the real program: long lists, and ids that are none.

#![allow(clippy::unwrap_used)]

use serde_json::{Value as Json, json as value};

use crate::office::Office;
use crate::program::json;

/// One more than a list shows that nobody asked for more.
const EXECUTIONS: usize = 51;

/// An office in which that many executions were started.
fn after_starts() -> Office {
    let office = Office::open();
    let bearer = format!("Bearer {}", office.key());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let body =
        value!({ "definition": "name: Echo\nsteps: [{ id: say, tool: set, with: { a: 1 } }]" });
    for _ in 0..EXECUTIONS {
        let path = "/api/v1/executions";
        let (status, answer) = office.server.send("POST", path, &headers, &body.to_string());
        assert_eq!(status, 202, "{answer}");
    }
    office
}

fn ids(list: &Json) -> Vec<String> {
    let id = |execution: &Json| execution["id"].as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(id).collect()
}

#[test]
fn long_list_of_executions_is_shown_in_parts() {
    let office = after_starts();
    let all = ids(&office.gives("execution list --all"));
    assert_eq!(all.len(), EXECUTIONS);
    for (arguments, shown) in [("", 50), (" --limit 2", 2)] {
        let (code, out, remark) = office.run(&format!("execution list -o json{arguments}"));
        assert_eq!((code, ids(&json(&out)).as_slice()), (0, &all[..shown]), "{remark}");
        let next = remark.strip_prefix("there are more; go on with --cursor ").unwrap();
        let (next, _) = next.split_once(',').unwrap();
        let rest = office.gives(&format!("execution list --limit 100 --cursor {next}"));
        assert_eq!(ids(&rest), all[shown..]);
    }
    assert_eq!(office.does("execution list --limit 2 -q").lines().count(), 3);
    office.fails("execution list --limit 0", 2, "--limit 0 shows nothing");
    office.fails("execution list --limit 2 --all", 2, "cannot be used with");
}

#[test]
fn names_of_nothing_lead_nowhere_else() {
    let office = Office::open();
    office.does("project create Shop --key SHOP");
    let budget = office.gives("budget add organisation --cap 1")["id"].as_str().unwrap().to_owned();
    for command in [
        "execution show",
        "execution watch",
        "execution cancel",
        "board",
        "budget remove",
        "schedule run",
        "workflow export",
        "workflow graph",
    ] {
        office.fails(&format!("{command} \"\""), 3, "nothing is called \"\"");
    }
    // each of these was the address of something else
    office.fails("board SHOP/../SHOP", 3, "SHOP/../SHOP");
    office.fails("execution show ?limit=1", 3, "?limit=1");
    office.fails("execution cancel ../projects/SHOP#", 3, "../projects/SHOP#");
    office.fails(&format!("budget remove x/../{budget}"), 3, "x/../");
    assert_eq!(office.gives("budget list").as_array().unwrap().len(), 1);
    let (code, _, errors) = office.run(&format!("execution show {budget}"));
    let expected = format!("hishamos: \"{budget}\" is not an id like exe_01jd…\n");
    assert_eq!((code, errors), (3, expected));
}
