//! Workflows and what starts them, on the real program: its command line, its server, and
//! a server that is killed.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use serde_json::Value as Json;

use crate::program::{Folder, Server, ended, json};

const ECHO: &str = "name: Echo\ninputs:\n  text: { type: string, description: What to say, required: true }\nsteps:\n  - { id: say, tool: set, with: { said: \"${{ inputs.text }}\" } }\n";

/// A folder with an administrator whose key the commands find, and its server.
fn start(folder: &Folder) -> (Server, String) {
    let made = folder.run(["user", "create-admin", "--email", "a@example.com", "--name", "A"]);
    assert_eq!(ended(&made).0, 0, "{:?}", ended(&made));
    let (_, key, _) = ended(&folder.run(["api-key", "create"]));
    (Server::start(folder.path(), &[]), key.trim().to_owned())
}

/// Runs a command as a client of the server; its answer.
#[track_caller]
fn run(folder: &Folder, server: &Server, key: &str, arguments: &[&str]) -> String {
    let url = server.url();
    let all = arguments.iter().copied().chain(["--server", &url, "--api-key", key]);
    let (code, out, errors) = ended(&folder.run(all));
    assert_eq!(code, 0, "{arguments:?}: {errors}");
    out
}

#[test]
fn workflows_travel_and_schedules_are_kept_by_the_command_line() {
    let folder = Folder::new();
    let (server, key) = start(&folder);
    let client = |arguments: &[&str]| run(&folder, &server, &key, arguments);
    let file = folder.write("echo.yaml", ECHO);
    let file = file.to_str().unwrap();
    assert_eq!(client(&["workflow", "import", file]).trim(), "saved workflow echo, revision 1");
    assert_eq!(client(&["workflow", "export", "echo"]), ECHO);
    let seed = json(&client(&["workflow", "export", "echo", "--format", "json"]));
    assert_eq!(seed["version"], "1.0");
    assert!(client(&["workflow", "list"]).contains("echo"));
    let louder = folder.write("louder.yaml", ECHO.replace("}}\"", "}}!\""));
    let changes = client(&["workflow", "diff", "echo@1", louder.to_str().unwrap()]);
    assert!(changes.starts_with("~ steps.say.with.said: "), "{changes}");
    let over = ["workflow", "import", louder.to_str().unwrap(), "--revision", "7"];
    let url = server.url();
    let all = over.into_iter().chain(["--server", &url, "--api-key", &key]);
    let (code, _, errors) = ended(&folder.run(all));
    assert_eq!((code, errors.contains("is 1, not 7")), (1, true), "{errors}");
    assert!(client(&["workflow", "graph", "echo"]).starts_with("flowchart"));
    assert_eq!(
        client(&["workflow", "validate", "--names", file]).trim(),
        format!("{file} is fine")
    );

    let made = json(&client(&[
        "schedule",
        "create",
        "echo",
        "0 9 * * 1-5",
        "--timezone",
        "Africa/Cairo",
        "--input",
        "text=hello",
        "-o",
        "json",
    ]));
    let id = made["id"].as_str().unwrap();
    assert_eq!((&made["inputs"]["text"], &made["missed"]), (&"hello".into(), &"skip".into()));
    assert!(client(&["schedule", "list"]).contains(id));
    assert_eq!(client(&["schedule", "disable", id]).trim(), "off");
    assert!(client(&["schedule", "enable", id]).starts_with("on, next "));
    assert_eq!(client(&["schedule", "preview", "*/5 * * * *"]).lines().count(), 6);
    let execution = client(&["schedule", "run", id, "-q"]);
    assert!(execution.starts_with("exe_"), "{execution}");
    client(&["schedule", "delete", id]);
    assert_eq!(
        client(&["schedule", "list"]).trim(),
        "no schedules; make one with \"hishamos schedule create WORKFLOW CRON\""
    );
}

/// All executions that schedules started, once there are so many.
fn started(folder: &Folder, server: &Server, key: &str, count: usize) -> Vec<Json> {
    let bearer = format!("Bearer {key}");
    for _ in 0..600 {
        let path = "/api/v1/executions?trigger=schedule&limit=200";
        let (status, body) = server.send("GET", path, &[("authorization", &bearer)], "");
        assert_eq!(status, 200, "{body}");
        let found = json(&body)["items"].as_array().unwrap().clone();
        if found.len() >= count {
            return found;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("there are no {count} executions in {}", folder.path().display());
}

#[test]
fn a_schedule_loses_no_time_when_its_server_is_killed() {
    let folder = Folder::new();
    let (server, key) = start(&folder);
    let file = folder.write("echo.yaml", ECHO);
    run(&folder, &server, &key, &["workflow", "import", file.to_str().unwrap()]);
    let every_second = [
        "schedule",
        "create",
        "echo",
        "* * * * * *",
        "--input",
        "text=tick",
        "--missed",
        "run_all",
    ];
    run(&folder, &server, &key, &every_second);
    let mut seen = started(&folder, &server, &key, 2).len();
    drop(server);
    for _ in 0..3 {
        let server = Server::start(folder.path(), &[]);
        seen = started(&folder, &server, &key, seen + 2).len();
        drop(server);
    }
    let server = Server::start(folder.path(), &[]);
    started(&folder, &server, &key, seen + 1);
    let schedules = json(&run(&folder, &server, &key, &["schedule", "list", "-o", "json"]));
    let id = schedules[0]["id"].as_str().unwrap();
    // Turned off, it stays as it is: each second from the first to the last has its execution.
    let off = json(&run(&folder, &server, &key, &["schedule", "disable", id, "-o", "json"]));
    let all = started(&folder, &server, &key, 1);
    let seconds = |at: &Json| {
        let at: base::Timestamp = at.as_str().unwrap().parse().unwrap();
        at.as_millis() / 1000
    };
    let first = &all.last().unwrap()["created_at"];
    let between = seconds(&off["last_run"]["at"]) - seconds(first) + 1;
    // The first execution may have begun some seconds after its time, so there may be more,
    // but not more than there were seconds since there is a schedule: none has two.
    let most = seconds(&off["last_run"]["at"]) - seconds(&off["created_at"]) + 1;
    let count = all.len() as i64;
    assert!((between..=most).contains(&count), "{count} executions in {between} to {most} seconds");
}
