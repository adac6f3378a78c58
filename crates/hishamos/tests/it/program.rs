//! Running the real binary on a temporary data folder.

#![allow(clippy::unwrap_used)]

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value as Json;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_hishamos");

/// The script of the shipped workflow, as a newcomer rehearses it.
pub fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../library/rehearsals/idea_to_backlog.json")
}

/// The same without its pauses, written into a folder, with further changes to its rules.
pub fn quick_script(folder: &Folder, change: impl Fn(&mut Json)) -> PathBuf {
    let mut rules = json(&std::fs::read_to_string(script()).unwrap());
    for rule in rules.as_array_mut().unwrap() {
        rule["delay_ms"] = 0.into();
        change(rule);
    }
    folder.write("quick.json", rules.to_string())
}

/// The program with nothing of the tester's own environment that it would listen to.
pub fn program() -> Command {
    let mut command = Command::new(PROGRAM);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HISHAMOS_") {
            command.env_remove(name);
        }
    }
    command.env("NO_PROXY", "*").stdin(Stdio::null());
    // A test that kills the server again and again means no step in particular.
    command.env("HISHAMOS_DEATHS_OF_A_STEP", "1000");
    command
}

/// A data folder that goes when the test does.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Runs a command on this folder to its end.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Output {
        program().args(arguments).arg("--data").arg(self.path()).output().unwrap()
    }
}

/// What a command ended with: its exit code and both its outputs.
pub fn ended(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// A running server; killed when dropped.
pub struct Server {
    pub child: Child,
    pub address: SocketAddr,
    stdout: BufReader<ChildStdout>,
    /// What it writes to standard error, which is the test's too; read all the time, or a
    /// full pipe would hold it up.
    errors: Option<JoinHandle<String>>,
}

impl Server {
    /// Starts on a free port and waits for the line that tells it.
    pub fn start(folder: &Path, more: &[&str]) -> Self {
        let mut command = program();
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn"]).args(more);
        Self::spawn(command.arg("--data").arg(folder))
    }

    pub fn spawn(command: &mut Command) -> Self {
        Self::begin(command).unwrap_or_else(|(_, errors)| panic!("it did not start: {errors}"))
    }

    /// The server, or its exit code and what it wrote when it ended before it listened.
    pub fn begin(command: &mut Command) -> Result<Self, (i32, String)> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let errors = pass_on(child.stderr.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let Some(address) = line.trim_end().strip_prefix("listening on http://") else {
            let errors = errors.join().unwrap();
            return Err((child.wait().unwrap().code().unwrap_or(-1), line + &errors));
        };
        let address = address.parse().unwrap();
        Ok(Self { child, address, stdout, errors: Some(errors) })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next line that it prints.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Sends a request; gives status and body.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, String) {
        send(self.address, method, path, headers, body)
    }

    /// A signal by its name.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&self) -> bool {
        self.errors.as_ref().is_some_and(JoinHandle::is_finished)
    }

    /// Waits for its end; gives the exit code and what it wrote to standard error.
    pub fn end(mut self) -> (i32, String) {
        let errors = self.errors.take().unwrap().join().unwrap();
        let status = self.child.wait().unwrap();
        (status.code().unwrap_or(-1), errors)
    }
}

/// Writes what is read to the test's own standard error; gives all of it in the end.
fn pass_on(errors: ChildStderr) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut all = String::new();
        for line in BufReader::new(errors).lines() {
            let line = line.unwrap();
            eprintln!("{line}");
            all.push_str(&line);
            all.push('\n');
        }
        all
    })
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One HTTP request on a connection of its own.
pub fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    (status, if is_chunked { unchunk(body) } else { body.to_owned() })
}

/// What was sent in pieces.
pub fn unchunk(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        if size == 0 {
            break;
        }
        text.push_str(&after[..size]);
        rest = &after[size + 2..];
    }
    text
}

/// JSON, or a panic that shows what it was instead.
pub fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
