//! A server from its first start on.

#![allow(clippy::unwrap_used)]

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use serde_json::json;

use crate::program::{Folder, Server, ended, json as parse, program, script};

#[test]
fn first_start_prints_a_setup_link_that_works_once() {
    let folder = Folder::new();
    let mut server = Server::start(folder.path(), &[]);
    let link = server.line();
    let (url, token) =
        link.strip_prefix("setup link: ").unwrap().split_once("/setup#token=").unwrap();
    assert_eq!(url, server.url());
    let body = json!({
        "token": token, "email": "mona@example.com", "name": "Mona",
        "password": "seven brown camels drink", "organisation": "Clinic",
    })
    .to_string();
    let headers = [("content-type", "application/json")];
    let (status, text) = server.send("POST", "/api/v1/auth/setup", &headers, &body);
    assert_eq!(status, 201, "{text}");
    assert_eq!(server.send("POST", "/api/v1/auth/setup", &headers, &body).0, 409);
    // The command line of this machine has a key of its own from now on, for its owner only.
    let path = folder.path().join("cli.key");
    let client = || folder.run(["project", "create", "Clinic", "--server", &server.url()]);
    let made = (0..100).map(|_| client()).find(|output| output.status.success());
    assert!(made.is_some(), "{:?}", ended(&client()));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn administrator_made_on_an_empty_folder_signs_in() {
    let folder = Folder::new();
    let password = "seven brown camels drink";
    let data = folder.path().join("new");
    let mut child = program()
        .args([
            "user",
            "create-admin",
            "--email",
            "a@example.com",
            "--name",
            "A",
            "--password-stdin",
            "--data",
        ])
        .arg(&data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
    assert!(child.wait().unwrap().success());
    let server = Server::start(&data, &[]);
    let body = json!({ "email": "a@example.com", "password": password }).to_string();
    let headers = [("content-type", "application/json")];
    assert_eq!(server.send("POST", "/api/v1/auth/login", &headers, &body).0, 200);
    // A link is made while the server runs.
    let output = program()
        .args(["user", "sign-in-link", "--url", &server.url(), "--data"])
        .arg(&data)
        .output();
    let (code, printed, errors) = ended(&output.unwrap());
    assert_eq!(code, 0, "{errors}");
    let link = printed.lines().next().unwrap().strip_prefix("sign-in link: ").unwrap();
    let token = link.strip_prefix(&format!("{}/sign-in#token=", server.url())).unwrap();
    let body = json!({ "token": token }).to_string();
    assert_eq!(server.send("POST", "/api/v1/auth/link", &headers, &body).0, 200);
    assert_eq!(server.send("POST", "/api/v1/auth/link", &headers, &body).0, 401);
}

#[test]
fn probes_tell_the_state_and_metrics_are_guarded() {
    let folder = Folder::new();
    folder.write("hishamos.toml", "[server]\nmetrics_token = \"m-secret\"\n");
    let server = Server::start(folder.path(), &[]);
    let ready =
        (0..200).map(|_| server.send("GET", "/ready", &[], "")).find(|(status, _)| *status == 200);
    let (_, text) = ready.expect("it becomes ready");
    assert_eq!(
        parse(&text)["checks"],
        json!({"database": "ok", "migrations": "ok", "engine": "active"})
    );
    assert_eq!(parse(&server.send("GET", "/health", &[], "").1)["status"], "ok");
    assert_eq!(server.send("GET", "/metrics", &[], "").0, 401);
    assert_eq!(server.send("GET", "/metrics", &[("authorization", "Bearer wrong")], "").0, 401);
    let (status, text) =
        server.send("GET", "/metrics", &[("authorization", "Bearer m-secret")], "");
    assert_eq!(status, 200);
    assert!(
        text.contains(
            "hishamos_http_requests_total{method=\"GET\",route=\"/ready\",status=\"200\"}"
        ),
        "{text}"
    );
    let (status, text) = server.send("GET", "/api/openapi.json", &[], "");
    assert_eq!((status, &parse(&text)["openapi"]), (200, &json!("3.1.0")));
    assert_eq!(server.send("GET", "/api/docs/index.html", &[], "").0, 200);
}

#[test]
fn workflow_file_runs_and_is_watched() {
    let folder = Folder::new();
    let made = folder.run(["user", "create-admin", "--email", "a@example.com", "--name", "A"]);
    assert!(made.status.success());
    let key = ended(&folder.run(["api-key", "create"])).1;
    let rules = json!([
        {"when": {"command": "identify_users"}, "reply": {"users": ["reader", "librarian"], "product": "Tools"}}
    ]);
    let rules = folder.write("rules.json", rules.to_string());
    let server = Server::start(folder.path(), &["--model-script", rules.to_str().unwrap()]);
    let workflow = "name: who\ninputs:\n  idea: {type: string, required: true}\nsteps:\n  - id: users\n    agent: business-analyst\n    command: identify_users\n    params: {idea: \"${{ inputs.idea }}\"}\n";
    let file = folder.write("who.yaml", workflow);
    let run = |more: &[&str]| {
        let mut command = program();
        command.args(["workflow", "run"]).arg(&file).args(["--server", &server.url()]);
        ended(&command.args(["--api-key", key.trim()]).args(more).output().unwrap())
    };
    let (code, printed, errors) = run(&["--input", "idea=A library lends tools", "--watch"]);
    assert_eq!(code, 0, "{errors}");
    assert!(printed.contains("completed: 1 model calls"), "{printed}");
    let (code, _, errors) = run(&[]);
    assert_eq!(code, 4, "{errors}");
    assert!(errors.contains("idea"), "{errors}");
    let (code, _, errors) = run(&["--input", "idea=x", "--project", "NOWHERE"]);
    assert_eq!(code, 3, "{errors}");
    let stranger =
        folder.run(["workflow", "list", "--server", &server.url(), "--api-key", "hos_wrong"]);
    assert_eq!(ended(&stranger).0, 6);
    let shown = ended(&folder.run([
        "execution",
        "show",
        "exe_00000000000000000000000000",
        "--server",
        &server.url(),
        "--api-key",
        key.trim(),
    ]));
    assert_eq!(shown.0, 3, "{}", shown.2);
}

#[test]
fn configuration_is_printed_with_origins_and_without_secrets() {
    let folder = Folder::new();
    folder.write(
        "hishamos.toml",
        "[server]\nlisten = \"127.0.0.1:1\"\nmetrics_token = \"m-secret\"\n",
    );
    let mut command = program();
    command.args(["config", "print", "--listen", "127.0.0.1:2", "--data"]).arg(folder.path());
    let (code, printed, errors) =
        ended(&command.env("HISHAMOS_DATABASE", "postgres://u:p-secret@h/d").output().unwrap());
    assert_eq!(code, 0, "{errors}");
    assert!(printed.contains("flag --listen"), "{printed}");
    assert!(printed.contains("environment HISHAMOS_DATABASE"), "{printed}");
    // There is a section of that name, whose values are not printed either.
    assert!(!printed.contains("-secret"), "{printed}");
}

#[test]
fn shells_get_completions() {
    for shell in ["bash", "zsh", "fish"] {
        let (code, printed, _) = ended(&program().args(["completion", shell]).output().unwrap());
        assert_eq!(code, 0);
        assert!(printed.contains("sign-in-link"), "{shell}");
    }
}

#[test]
fn doctor_tells_what_is_missing() {
    let folder = Folder::new();
    // On every address, which nobody can ask for by that name.
    let mut server = Server::spawn(
        program()
            .args(["serve", "--listen", "0.0.0.0:0", "--log", "warn", "--model-script"])
            .arg(script())
            .arg("--data")
            .arg(folder.path()),
    );
    let near = format!("http://127.0.0.1:{}", server.address.port());
    let link = server.line();
    assert!(link.starts_with(&format!("setup link: {near}/setup#token=")), "{link}");
    folder.write("hishamos.toml", format!("[server]\nlisten = \"{}\"\n", server.address));
    let ready = format!("  ready at {near}");
    let mut looks = (0..100).map(|_| ended(&folder.run(["doctor"])));
    let found = looks.find(|(_, printed, _)| printed.contains(&ready));
    let (code, printed, errors) = found.expect("it sees that the server is ready");
    assert_eq!(code, 0, "{errors}{printed}");
    let holder = server.child.id().to_string();
    assert!(printed.contains(&format!("used by process {holder}")), "{printed}");
    assert!(printed.contains("hishamos model install default"), "{printed}");
}
