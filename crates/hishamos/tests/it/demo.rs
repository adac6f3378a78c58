//! One command turns an idea into a board, and the API has the same one.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use serde_json::Value as Json;

use crate::program::{Folder, Server, ended, json, program, quick_script, script};

const IDEA: &str = "A clinic needs online appointment booking with SMS reminders";

fn demo(folder: &Folder, more: &[&str]) -> (i32, String, String) {
    demo_with(folder, &quick_script(folder, |_| ()), more)
}

fn demo_with(folder: &Folder, script: &Path, more: &[&str]) -> (i32, String, String) {
    let mut command = program();
    command.args(["demo", "--listen", "127.0.0.1:0", "--once", "--data"]).arg(folder.path());
    command.arg("--model-script").arg(script).args(more);
    ended(&command.output().unwrap())
}

/// The rows of the printed board: key, title, points, priority.
fn rows(printed: &str) -> Vec<[String; 4]> {
    let lines = printed.lines().skip_while(|line| !line.starts_with("Key ")).skip(1);
    lines
        .take_while(|line| !line.is_empty())
        .map(|line| {
            let cells: Vec<&str> =
                line.trim().split("  ").map(str::trim).filter(|c| !c.is_empty()).collect();
            let cell = |at: usize| cells[at].to_owned();
            match cells.len() {
                4 => [cell(0), cell(1), cell(2), cell(3)],
                3 => [cell(0), cell(1), String::new(), cell(2)],
                _ => panic!("not a row: {line}"),
            }
        })
        .collect()
}

fn row(item: &Json) -> [String; 4] {
    let text = |field: &str| item[field].as_str().unwrap_or_default().to_owned();
    let points = item["points"].as_i64().map_or_else(String::new, |points| points.to_string());
    [text("key"), text("title"), points, text("priority")]
}

#[test]
fn printed_board_is_the_one_that_the_api_gives() {
    let folder = Folder::new();
    let (code, printed, errors) = demo_with(&folder, &script(), &["--", IDEA]);
    assert_eq!(code, 0, "{errors}\n{printed}");
    assert!(printed.contains("no model at all"), "{printed}");
    assert!(printed.contains("Find out who will use it"), "{printed}");
    assert!(printed.contains("completed: 17 model calls"), "{printed}");
    assert!(printed.contains("sign-in link: http://127.0.0.1:"), "{printed}");
    let mut shown = rows(&printed);
    assert_eq!(shown.len(), 9, "{printed}");

    // Another process, later: the same folder, the public API, the key that the demo left.
    let key = std::fs::read_to_string(folder.path().join("cli.key")).unwrap();
    let server = Server::start(folder.path(), &[]);
    let bearer = format!("Bearer {}", key.trim());
    let headers = [("authorization", bearer.as_str())];
    let (status, text) = server.send("GET", "/api/v1/projects/CLINIC/board", &headers, "");
    assert_eq!(status, 200, "{text}");
    let board = json(&text);
    let items = board["columns"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|column| column["items"].as_array().unwrap());
    let mut given: Vec<_> = items.chain(board["epics"].as_array().unwrap()).map(row).collect();
    shown.sort();
    given.sort();
    assert_eq!(shown, given);
    for item in board["columns"][0]["items"].as_array().unwrap() {
        assert_eq!(item["origin"]["scripted"], true, "{item}");
    }
    // The command line finds the same with the key file.
    let output = folder.run(["board", "CLINIC", "-o", "json", "--server", &server.url()]);
    let (code, printed, errors) = ended(&output);
    assert_eq!(code, 0, "{errors}");
    assert_eq!(json(&printed)["epics"], board["epics"]);
    let output = folder.run(["execution", "list", "--server", &server.url()]);
    assert!(ended(&output).1.contains("completed"), "{:?}", ended(&output));
}

#[test]
fn same_idea_is_shown_and_another_one_is_made() {
    let folder = Folder::new();
    let (_, first, _) = demo(&folder, &["--", IDEA]);
    let (code, second, errors) = demo(&folder, &["--", &format!("  {IDEA} ")]);
    assert_eq!(code, 0, "{errors}");
    assert!(second.contains("it has a board already"), "{second}");
    assert_eq!(rows(&first), rows(&second));
    let (code, again, errors) = demo(&folder, &["--again", "--project", "second", "--", IDEA]);
    assert_eq!(code, 0, "{errors}");
    assert_eq!(rows(&again).len(), rows(&first).len());
    assert!(rows(&again).iter().all(|row| row[0].starts_with("SECOND-")), "{again}");
}

#[test]
fn output_for_scripts_is_json() {
    let folder = Folder::new();
    let (code, printed, errors) =
        demo(&folder, &["-o", "json", "--", "عيادة تحتاج إلى حجز المواعيد"]);
    assert_eq!(code, 0, "{errors}");
    // Events come one a line, then the answer.
    let (_, answer) = printed.split_once("\n{\n").unwrap();
    let answer = json(&format!("{{\n{answer}"));
    assert_eq!(answer["execution"]["status"], "completed");
    assert_eq!(answer["board"]["epics"].as_array().unwrap().len(), 2);
    assert!(answer["sign_in_link"].as_str().unwrap().contains("/sign-in#token="));
}

#[test]
fn killed_demo_goes_on_where_it_was() {
    let folder = Folder::new();
    let slow = quick_script(&folder, |rule| {
        if rule["when"]["command"] == "estimate_story" {
            rule["delay_ms"] = 1500.into();
        }
    });
    let mut command = program();
    command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(folder.path());
    let mut server = Server::spawn(command.arg("--model-script").arg(&slow).args(["--", IDEA]));
    // All stories are written when the first seven lines of that step stand there.
    let mut written = 0;
    while written < 7 {
        let line = server.line();
        assert!(!line.starts_with("completed"), "the script is not slow enough");
        let is_story = line.contains("Write one story") || line.contains("  stories ");
        written += usize::from(is_story);
    }
    server.signal("KILL");
    drop(server);

    // As slow again: a quick one may have ended before the command looks for it.
    let (code, printed, errors) = demo_with(&folder, &slow, &["--", IDEA]);
    assert_eq!(code, 0, "{errors}\n{printed}");
    assert!(printed.contains("goes on where it was"), "{printed}");
    assert_eq!(rows(&printed).len(), 9, "no story is lost or doubled: {printed}");
    let checked = folder.run(["check"]);
    assert_eq!(ended(&checked).0, 0, "{:?}", ended(&checked));
}
