//! `hishamos-migrate` as people and scripts run it: the real binary, exit codes and output.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;
use store::{DataFolder, DatabaseLock, Target, lease};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hishamos-migrate"))
        .args(arguments)
        .env_remove("HISHAMOS_DATA")
        .env_remove("HISHAMOS_DATABASE")
        .output()
        .unwrap()
}

/// Runs it and expects this exit code and a piece of what it says on either stream.
fn check(arguments: &[&str], code: i32, says: &str) {
    let output = run(arguments);
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    assert!(text.contains(says), "{arguments:?} said: {text}");
}

fn json(arguments: &[&str]) -> Json {
    let output = run(arguments);
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_data_folder_goes_up_and_down() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let data = path.to_str().unwrap();
    check(&["status", "--data", data], 0, "at version 0.0.0, 10 pending: 0001_initial");
    check(&["upgrade", "--dry-run", "--data", data], 0, "would apply:\n  0001_initial (0.1.0)");
    assert!(!path.exists(), "looking makes nothing");
    check(&["downgrade", "0.0.0", "--data", data], 4, "there is no database in");
    check(&["upgrade", "0.1.0", "--data", data], 0, "applied:\n  0001_initial (0.1.0)");
    check(&["upgrade", "--data", data], 0, "applied:\n  0002_workflows (0.2.0)");
    check(&["upgrade", "--data", data], 0, "nothing is pending");
    check(
        &["list", "--data", data],
        0,
        "NAME            VERSION  STATE    APPLIED AT\n0001_initial    0.1.0    applied  20",
    );
    check(
        &["downgrade", "0.0.0", "--dry-run", "--data", data],
        0,
        "would take back:\n  0010_day_caps",
    );
    check(&["downgrade", "0.0.0", "--data", data], 0, "took back:\n  0010_day_caps");
    check(&["status", "--data", data], 0, "at version 0.0.0");
}

#[test]
fn answers_that_cannot_be_written_fail_and_readers_may_go() {
    let ended = |stdout: Stdio| {
        let arguments = ["list", "--data", "/nowhere"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_hishamos-migrate"));
        command.args(arguments).env_remove("HISHAMOS_DATABASE").stdout(stdout);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let (code, errors) = ended(full.into());
    assert_eq!(code, Some(1), "{errors}");
    assert!(errors.contains("could not be written"), "{errors}");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(ended(writer.into()), (Some(0), String::new()));
}

#[test]
fn empty_variables_are_absent() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_hishamos-migrate"))
        .args(["downgrade", "0.0.0"])
        .envs(["HISHAMOS_DATA", "HISHAMOS_DATABASE", "XDG_DATA_HOME"].map(|name| (name, "")))
        .env("HOME", home.path())
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    let folder = home.path().join(".local/share/hishamos");
    assert_eq!(output.status.code(), Some(4), "{errors}");
    assert!(errors.contains(&format!("no database in {}", folder.display())), "{errors}");
}

#[test]
fn json_is_for_programs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let ran = json(&["-o", "json", "upgrade", "--data", data]);
    assert_eq!(ran["applied"][0]["name"], "0001_initial");
    let status = json(&["status", "--data", data, "--output", "json"]);
    assert_eq!(status["version"], status["newest"]);
    assert_eq!(status["is_up_to_date"], true);
    let list = json(&["list", "--data", data, "-o", "json"]);
    assert_eq!(list["items"][0]["state"], "applied");
    let down = json(&["downgrade", "0.0.0", "--data", data, "-o", "json"]);
    assert_eq!(down["lost"], serde_json::json!([]));
}

#[test]
fn refusals_have_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    check(&["sideways"], 2, "unrecognized subcommand");
    check(&["downgrade"], 2, "<VERSION>");
    check(&["upgrade", "latest", "--data", data], 4, "\"latest\" is not a version like 1.2.0");
    check(&["upgrade", "9.9.9", "--data", data], 4, "version 9.9.9 is not known");
    check(&["status", "--database", "mysql://a"], 4, "use postgres://");
    check(&["status", "--database", "postgres://a@b:port/c"], 4, "cannot be read");
    let held = DataFolder::open(folder.path()).unwrap();
    check(&["upgrade", "--data", data], 7, "is in use by another hishamos");
    // Named in words, it is the same file.
    let address = format!("sqlite:{data}/hishamos.db");
    std::fs::write(folder.path().join("hishamos.db"), "").unwrap();
    check(&["upgrade", "--data", data, "--database", &address], 7, "is in use by another hishamos");
    let toml = folder.path().join("hishamos.toml");
    std::fs::write(&toml, format!("[database]\nurl = \"{address}\"\n")).unwrap();
    check(&["upgrade", "--data", data], 7, "is in use by another hishamos");
    std::fs::remove_file(&toml).unwrap();
    // Looking is harmless.
    check(&["status", "--data", data], 0, "the schema is at version");
    drop(held);
    // Neither under the server of another folder that has the file.
    let path = folder.path().join("hishamos.db");
    let held = DatabaseLock::take(&Target::Sqlite { path }).unwrap();
    let other = tempfile::tempdir().unwrap();
    let other = other.path().to_str().unwrap();
    for data in [data, other] {
        let upgrade = ["upgrade", "--data", data, "--database", &address];
        check(&upgrade, 7, "is in use by another hishamos");
    }
    drop(held);
    check(&["upgrade", "--data", data], 0, "");
    add_organisation(&folder.path().join("hishamos.db"));
    check(
        &["downgrade", "0.0.0", "--data", data],
        7,
        "delete 1 rows of organisations; make a backup, then repeat with --yes",
    );
    check(
        &["downgrade", "0.0.0", "--dry-run", "--data", data],
        0,
        "would be deleted:\n  1 rows of organisations",
    );
    check(
        &["downgrade", "0.0.0", "--yes", "--data", data],
        0,
        "were deleted:\n  1 rows of organisations",
    );
}

#[tokio::main(flavor = "current_thread")]
async fn add_organisation(path: &Path) {
    let target = Target::Sqlite { path: path.to_owned() };
    let db = store::Db::connect(&target).await.unwrap();
    db.write::<_, store::Error, _>(|tx| {
        Box::pin(async move {
            tx.execute(
                store::sql!("insert into organisations (id, name, created_at, updated_at) values ('org', 'Acme', 1, 1)"),
                store::params![],
            )
            .await
        })
    })
    .await
    .unwrap();
    db.close().await;
}

#[tokio::test]
async fn postgres_works_the_same() {
    let test = store::testing::postgres().await;
    let Target::Postgres { url } = &test.target else { panic!("not PostgreSQL") };
    check(&["status", "--database", url], 0, "nothing is pending");
    let now = store::testing::test_time();
    let drives = test.db.write(move |tx| {
        Box::pin(async move { lease::acquire(tx, "0123456789abcdef", now).await })
    });
    let drives = drives.await.unwrap().unwrap();
    let refused = "the server 0123456789abcdef uses this database";
    check(&["downgrade", "0.0.0", "--yes", "--database", url], 7, refused);
    check(&["downgrade", "0.0.0", "--dry-run", "--database", url], 0, "would take back:");
    let stopped =
        test.db.write(move |tx| Box::pin(async move { lease::release(tx, &drives).await }));
    stopped.await.unwrap();
    check(&["downgrade", "0.0.0", "--database", url], 0, "took back:\n  0010_day_caps");
    check(&["upgrade", "--database", url], 0, "applied:\n  0001_initial");
    // The server's configuration file counts as well.
    let folder = tempfile::tempdir().unwrap();
    let toml = format!("[database]\nurl = \"{url}\"\n");
    std::fs::write(folder.path().join("hishamos.toml"), toml).unwrap();
    check(&["status", "--data", folder.path().to_str().unwrap()], 0, "nothing is pending");
}

#[test]
fn create_writes_the_next_pair() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    for name in ["0001_initial.up.sql", "0001_initial.down.sql"] {
        std::fs::write(folder.path().join(name), "").unwrap();
    }
    let create = |name| json(&["create", name, "--folder", path, "-o", "json"]);
    let first = create("Conversation history");
    let up = folder.path().join("0002_conversation_history.up.sql");
    assert_eq!(first["up"], up.to_str().unwrap());
    let text = std::fs::read_to_string(up).unwrap();
    assert!(text.contains("One text for SQLite and PostgreSQL"), "{text}");
    assert!(folder.path().join("0002_conversation_history.down.sql").exists());
    assert!(create("more")["up"].as_str().unwrap().ends_with("0003_more.up.sql"));
    check(&["create", "!", "--folder", path], 4, "gives no file name");
    check(&["create", "x", "--folder", "/nowhere"], 4, "pass --folder");
}
