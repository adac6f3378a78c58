//! Everything that people get wrong: one clear sentence that names the thing and the fix,
//! the right exit code, and nothing lost or left behind.

#![allow(clippy::unwrap_used)]

use std::ffi::{OsStr, OsString};
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Output;

use crate::program::{Folder, PROGRAM, Server, ended, json, program, script};

/// The command failed with this code and one sentence that has all these words.
#[track_caller]
fn refused(output: &Output, code: i32, words: &[&str]) {
    let (found, _, errors) = ended(output);
    assert_eq!(found, code, "{errors}");
    let sentence = errors.lines().find(|line| line.starts_with("hishamos: ")).unwrap_or_default();
    for word in words {
        assert!(sentence.contains(word), "\"{word}\" is not in: {errors}");
    }
    assert!(!errors.contains("panicked"), "{errors}");
}

#[test]
fn wrong_ideas_are_refused_before_anything_starts() {
    let check = |idea: &[u8], words: &[&str]| {
        let folder = Folder::new();
        let data = folder.path().join("data");
        let output = program()
            .args(["demo", "--listen", "127.0.0.1:0", "--once", "--data"])
            .arg(&data)
            .arg("--")
            .arg(OsStr::from_bytes(idea))
            .output()
            .unwrap();
        refused(&output, 4, words);
        assert!(!data.exists(), "a wrong idea made a data folder");
    };
    check(b"", &["the idea is empty", "describe in a sentence"]);
    check(b"   ", &["the idea is empty"]);
    check("x".repeat(100 * 1024).as_bytes(), &["102400 characters", "shorten it"]);
    check(b"\x7fELF\x02\x01", &["not text", "describe it in words"]);
    check(b"\xff\xfe\xfd", &["not text"]);
}

#[test]
fn wrong_ideas_are_refused_by_the_api() {
    let folder = Folder::new();
    let key = with_admin_key(&folder);
    let server = Server::start(folder.path(), &["--model-script", script().to_str().unwrap()]);
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let (status, _) = server.send(
        "POST",
        "/api/v1/projects",
        &headers,
        "{\"name\":\"Clinic\",\"key\":\"CLINIC\"}",
    );
    assert_eq!(status, 201);
    let check = |body: &str, expected: u16, word: &str| {
        let path = "/api/v1/projects/CLINIC/generate-stories";
        let (status, text) = server.send("POST", path, &headers, body);
        assert_eq!(status, expected, "{text}");
        assert!(json(&text)["detail"].as_str().unwrap().contains(word), "{text}");
    };
    check("{\"idea\":\"\"}", 400, "empty");
    check("{\"idea\":\"\\u0000\\u0001\"}", 400, "not text");
    check("{\"idea\":", 400, "JSON");
    check("\u{1}\u{2}", 400, "JSON");
    check(&format!("{{\"idea\":\"{}\"}}", "x".repeat(100 * 1024)), 400, "shorten it");
    check(&format!("{{\"idea\":\"{}\"}}", "x".repeat(2 << 20)), 413, "1 MiB");
    let (_, text) = server.send("GET", "/api/v1/executions", &headers, "");
    assert_eq!(json(&text)["items"], serde_json::json!([]));
}

/// Makes an administrator and a key for them, without a server.
fn with_admin_key(folder: &Folder) -> String {
    let made = folder.run(["user", "create-admin", "--email", "a@example.com", "--name", "A"]);
    assert_eq!(ended(&made).0, 0, "{:?}", ended(&made));
    let made = folder.run(["api-key", "create"]);
    let (code, key, errors) = ended(&made);
    assert_eq!(code, 0, "{errors}");
    key.trim().to_owned()
}

#[test]
fn port_in_use() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let port = taken.local_addr().unwrap().port().to_string();
    refused(
        &folder.run(["serve", "--listen", &address]),
        1,
        &["port", &port, "in use", "--listen"],
    );
    // The engine must not have started: there is no database yet.
    assert!(!folder.path().join("hishamos.db").exists());
}

#[test]
fn wrong_addresses() {
    let check = |flag: &str, value: &str, code: i32, words: &[&str]| {
        refused(&Folder::new().run(["serve", flag, value]), code, words);
    };
    check("--listen", "nowhere", 2, &["nowhere", "127.0.0.1:8484"]);
    check("--listen", "203.0.113.7:0", 1, &["203.0.113.7", "--listen"]);
    check("--public-url", "example.com", 4, &["example.com", "https://"]);
    check("--database", "mysql://a@b/c", 2, &["mysql://a@b/c", "postgres://"]);
    // Nobody listens on the discard port of loopback.
    check("--database", "postgres://a@127.0.0.1:9/c", 5, &["PostgreSQL", "--database"]);
}

#[test]
fn data_folder_that_cannot_be_made_or_written() {
    let folder = Folder::new();
    let file = folder.write("file", "x");
    let inside = file.join("data");
    let serve = program()
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(&inside)
        .output()
        .unwrap();
    refused(&serve, 1, &["data folder", inside.to_str().unwrap(), "--data"]);
    // Writable by nobody, not even by root.
    let system = program()
        .args(["serve", "--listen", "127.0.0.1:0", "--data", "/proc/self"])
        .output()
        .unwrap();
    refused(&system, 1, &["/proc/self", "--data"]);
}

#[test]
fn two_servers_on_one_folder() {
    let folder = Folder::new();
    let first = Server::start(folder.path(), &[]);
    let holder = first.child.id().to_string();
    let second = folder.run(["serve", "--listen", "127.0.0.1:0"]);
    refused(&second, 1, &["in use", &holder, folder.path().to_str().unwrap(), "--data"]);
    refused(&folder.run(["check"]), 1, &["in use", &holder]);
    assert_eq!(first.send("GET", "/health", &[], "").0, 200, "the first one goes on");
}

#[test]
fn two_servers_on_one_database_file() {
    let (folder, other) = (Folder::new(), Folder::new());
    let first = Server::start(folder.path(), &[]);
    let holder = first.child.id().to_string();
    let file = format!("sqlite:{}", folder.path().join("hishamos.db").display());
    let second = other.run(["serve", "--listen", "127.0.0.1:0", "--database", &file]);
    refused(&second, 1, &["in use", &holder, "hishamos.db", "--database"]);
    refused(&other.run(["check", "--database", &file]), 1, &["in use", &holder]);
    // What only adds something works beside the server.
    let admin = ["user", "create-admin", "--email", "a@example.com", "--name", "A"];
    let (code, _, errors) = ended(&other.run(admin.into_iter().chain(["--database", &file])));
    assert_eq!(code, 0, "{errors}");
    assert_eq!(first.send("GET", "/health", &[], "").0, 200, "the first one goes on");
}

#[test]
fn missing_or_broken_models_and_scripts() {
    let folder = Folder::new();
    let broken = folder.write("broken.json", "[{");
    let wrong = folder.write("wrong.json", "[{\"reply\": \"x\", \"whne\": {}}]");
    let serve = |script: &OsStr| {
        let arguments: [OsString; 5] = [
            "serve".into(),
            "--listen".into(),
            "127.0.0.1:0".into(),
            "--model-script".into(),
            script.into(),
        ];
        folder.run(arguments)
    };
    refused(&serve("/nowhere/script.json".as_ref()), 4, &["/nowhere/script.json", "JSON file"]);
    refused(&serve(broken.as_os_str()), 4, &["broken.json", "is not JSON"]);
    refused(&serve(wrong.as_os_str()), 4, &["script", "whne"]);
    let data = folder.path().to_str().unwrap().to_owned();
    // Nothing may be running on this machine's usual ports for local models.
    let demo = folder.run(["demo", "--listen", "127.0.0.1:0", "--once"]);
    refused(&demo, 1, &["no model", "hishamos model install default", &data]);
    refused(
        &folder.run(["model", "use", "qwen2.5-coder-0.5b"]),
        3,
        &["qwen2.5-coder-0.5b", "not installed"],
    );
    refused(&folder.run(["model", "install", "nothing"]), 3, &["nothing", "qwen2.5-coder-0.5b"]);
    folder.write("hishamos.toml", "[model]\nserver_path = \"/nowhere/llama-server\"\n");
    refused(&folder.run(["serve"]), 4, &["/nowhere/llama-server", "not a file"]);
}

#[test]
fn wrong_flags_and_commands() {
    let check = |arguments: &[&str], words: &[&str]| {
        let output = program().args(arguments).output().unwrap();
        let (code, _, errors) = ended(&output);
        assert_eq!(code, 2, "{errors}");
        for word in words {
            assert!(errors.contains(word), "{errors}");
        }
    };
    check(&["serve", "--lisen", "x"], &["--lisen", "--listen"]);
    check(&["serv"], &["serv", "serve"]);
    check(&[], &["Usage"]);
    check(&["workflow", "run"], &["<FILE>"]);
    check(&["workflow", "diff", "-", "-"], &["standard input can be read once"]);
    check(&["workflow", "list", "--server", "nowhere"], &["nowhere", "http://127.0.0.1:8484"]);
}

#[test]
fn misspelt_variables_are_told_and_those_that_people_chose_are_not() {
    let folder = Folder::new();
    folder.write(
        "hishamos.toml",
        "[[providers]]\nname = \"a\"\nbase_url = \"http://x\"\napi_key_env = \"HISHAMOS_MINE\"",
    );
    let check = |variable: &str, arguments: &str, is_told: bool| {
        let mut command = program();
        command.args(arguments.split(' ')).arg("--data").arg(folder.path());
        let (_, _, errors) = ended(&command.env(variable, "x").output().unwrap());
        let warning = format!("hishamos: warning: the variable {variable} is not known");
        assert_eq!(errors.contains(&warning), is_told, "{variable}, {arguments}: {errors}");
    };
    check("HISHAMOS_SERVR", "config print", true);
    check("HISHAMOS_SERVR", "config print -q", false);
    check("HISHAMOS_MINE", "config print", false);
    check("HISHAMOS_OWN", "config print", true);
    let add = "platform add a --kind custom --server http://127.0.0.1:9 --key-env HISHAMOS_OWN";
    check("HISHAMOS_OWN", add, false);
}

#[test]
fn wrong_configuration() {
    let check = |toml: &str, words: &[&str]| {
        let folder = Folder::new();
        folder.write("hishamos.toml", toml);
        refused(&folder.run(["serve", "--listen", "127.0.0.1:0"]), 4, words);
    };
    check(
        "[server]\nlisen = \"x\"",
        &["hishamos.toml line 2", "\"server.lisen\"", "\"server.listen\""],
    );
    check("[servr]\nlisten = \"x\"", &["line 2", "did you mean \"server.listen\""]);
    check("[server", &["line 1"]);
    check("[limits]\nrequest_seconds = \"soon\"", &["line 2", "soon"]);
    check("[log]\nlevel = \"a=b=c\"", &["log.level", "info"]);
    check("[[providers]]\nname = \"a/b\"\nbase_url = \"http://x\"", &["a/b", "name"]);
    check("[[providers]]\nname = \"a\"\nbase_url = \"ftp://x\"", &["base_url", "http://"]);
}

#[test]
fn broken_workflow_files() {
    let folder = Folder::new();
    let check = |text: &[u8], code: i32, words: &[&str]| {
        let file = folder.write("broken.yaml", text);
        for verb in ["run", "graph"] {
            let output = program().args(["workflow", verb]).arg(&file).output().unwrap();
            refused(&output, code, words);
        }
    };
    check(b"name: x\nsteps:\n  - id: a\n    agnet: ba\n", 4, &["broken.yaml", "line"]);
    check(b"name: [", 4, &["broken.yaml", "line"]);
    check(b"\xff\xfe", 4, &["broken.yaml", "not text"]);
    check(b"", 4, &["broken.yaml"]);
    let missing = program().args(["workflow", "run", "/nowhere.yaml"]).output().unwrap();
    refused(&missing, 3, &["/nowhere.yaml"]);
}

#[test]
fn workflow_files_are_checked_drawn_and_compared_without_a_server() {
    let folder = Folder::new();
    let good =
        "name: Build\nsteps:\n  - { id: a, tool: set }\n  - { id: b, tool: set, needs: [a] }\n";
    let first = folder.write("first.yaml", good);
    let second = folder.write("second.yaml", good.replace("id: b, tool: set", "id: b, tool: http"));
    let broken = folder.write("broken.yaml", "name: Build\nsteps:\n  - id: a\n    agnet: ba\n");
    let run = |arguments: &[&OsStr]| program().arg("workflow").args(arguments).output().unwrap();
    let word = OsStr::new;

    let (code, out, _) = ended(&run(&[word("validate"), first.as_os_str()]));
    assert_eq!((code, out.trim_end().ends_with("first.yaml is fine")), (0, true), "{out}");
    let output = run(&[word("validate"), broken.as_os_str()]);
    refused(&output, 1, &["broken.yaml has", "problem"]);
    let (_, out, _) = ended(&output);
    assert!(out.contains("broken.yaml:4:5: step \"a\": "), "{out}");
    let (code, out, _) =
        ended(&run(&[word("validate"), broken.as_os_str(), word("-o"), word("json")]));
    let found = json(&out);
    assert_eq!((code, &found["valid"]), (1, &false.into()));
    assert!(found["problems"].as_array().unwrap().iter().any(|problem| problem["line"] == 4));
    refused(&run(&[word("validate"), folder.path().join("no.yaml").as_os_str()]), 3, &["no.yaml"]);
    refused(
        &run(&[word("validate"), folder.write("x.yaml", b"\xff\xfe").as_os_str()]),
        4,
        &["not text"],
    );

    let scheduled = folder.write(
        "scheduled.yaml",
        "name: Daily\non: {schedule: {cron: '0 9 * * *', inputs: {idee: x}}}\ninputs: {idea: {}}\nsteps: [{tool: set}]\n",
    );
    let (code, out, _) = ended(&run(&[word("validate"), scheduled.as_os_str()]));
    assert_eq!(code, 1);
    assert!(out.contains("scheduled.yaml:2"), "{out}");
    assert!(out.contains("the schedule's inputs.idee is not an input of this workflow"), "{out}");

    let (code, out, _) = ended(&run(&[word("graph"), first.as_os_str()]));
    assert_eq!((code, out.starts_with("flowchart")), (0, true), "{out}");
    let dot = run(&[word("graph"), first.as_os_str(), word("--format"), word("dot")]);
    assert!(ended(&dot).1.starts_with("digraph"));
    let nodes = run(&[word("graph"), first.as_os_str(), word("-o"), word("json")]);
    assert_eq!(json(&ended(&nodes).1)["nodes"][1]["id"], "b");

    let (code, out, _) = ended(&run(&[word("diff"), first.as_os_str(), second.as_os_str()]));
    assert_eq!((code, out.trim_end()), (0, "~ steps.b.tool: \"set\" -> \"http\""));
    let (code, out, _) = ended(&run(&[word("diff"), first.as_os_str(), first.as_os_str()]));
    assert_eq!((code, out.trim_end()), (0, "they mean the same"));
}

#[test]
fn answers_that_cannot_be_written_fail_and_readers_may_go() {
    for arguments in [&["completion", "bash"][..], &["config", "print", "--data", "/nowhere"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = program().args(arguments).stdout(full).output().unwrap();
        refused(&output, 1, &["could not be written"]);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = program().args(arguments).stdout(writer).output().unwrap();
        let (code, _, errors) = ended(&output);
        assert_eq!((code, errors.as_str()), (0, ""), "{arguments:?}");
    }
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = program().args(["workflow", "run", "/nowhere.yaml"]).stderr(full).output();
    assert_eq!(ended(&output.unwrap()).0, 3, "the exit code says it even where no sentence can");
}

#[test]
fn servers_that_are_not_there() {
    let folder = Folder::new();
    for command in
        [vec!["project", "list"], vec!["execution", "watch", "exe_1"], vec!["board", "X"]]
    {
        let output = folder.run(command.into_iter().chain(["--server", "http://127.0.0.1:9"]));
        refused(&output, 5, &["http://127.0.0.1:9", "cannot be reached", "hishamos serve"]);
    }
}

#[test]
fn commands_on_data_that_are_not_there_leave_nothing_behind() {
    let folder = Folder::new();
    for command in [vec!["check"], vec!["user", "sign-in-link"], vec!["api-key", "create"]] {
        refused(&folder.run(command), 3, &["hishamos.db", "hishamos serve"]);
    }
    assert!(!folder.path().join("hishamos.db").exists());
}

#[test]
fn full_disk_is_told_and_nothing_is_lost() {
    let folder = Folder::new();
    let key = with_admin_key(&folder);
    // A file may not grow past this: for the database the same as a full disk.
    let run = |limit: &str, arguments: &str| {
        let shell =
            format!("ulimit -f {limit}; trap '' XFSZ; exec {PROGRAM} {arguments} --data \"$1\"");
        let mut command = program();
        let environment: Vec<_> = command.get_envs().map(|(name, _)| name.to_owned()).collect();
        command = std::process::Command::new("bash");
        for name in environment {
            command.env_remove(name);
        }
        command.args(["-c", &shell, "bash"]).arg(folder.path()).output().unwrap()
    };
    let output = run("1", "user create-admin --email b@example.com --name B");
    let (code, _, errors) = ended(&output);
    assert_eq!(code, 1, "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
    let checked = folder.run(["check"]);
    assert_eq!(ended(&checked).0, 0, "{:?}", ended(&checked));
    let server = Server::start(folder.path(), &[]);
    let bearer = format!("Bearer {key}");
    let (status, _) = server.send("GET", "/api/v1/auth/me", &[("authorization", &bearer)], "");
    assert_eq!(status, 200, "what was there before is there still");
}
