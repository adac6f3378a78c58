//! However we end, the server does not outlive us: the kernel closes the pipe of a killed
//! process, and the pipe is all that keeps the server alive.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::tempdir;

use crate::support::fake_server;

/// Starts the double as the supervisor does.
fn start(folder: &Path, port: u16) -> Child {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/local/server/llama_server.sh");
    let weights = folder.join("good.gguf");
    Command::new("sh")
        .arg("-c")
        .arg(std::fs::read_to_string(source).unwrap())
        .arg("sh")
        .arg(fake_server(folder))
        .arg("--model")
        .arg(&weights)
        .args(["--alias", "good", "--host", "127.0.0.1", "--port", &port.to_string()])
        .env("LLAMA_API_KEY", "key")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// A connection to the double, once it listens.
#[expect(clippy::disallowed_methods, reason = "a deadline of the test, not of the product")]
fn connect(port: u16) -> TcpStream {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(connection) => return connection,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        std::thread::yield_now();
    }
}

#[test]
fn closed_pipe_ends_the_server() {
    let folder = tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = start(folder.path(), port);
    let mut connection = connect(port);
    connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    drop(child.stdin.take());
    // the process that held the other end is gone: end of file or reset, and no timeout
    let ended = connection.read(&mut [0]);
    let is_over = match &ended {
        Ok(count) => *count == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    };
    assert!(is_over, "{ended:?}");
    child.wait().unwrap();
}

#[test]
fn death_of_the_server_ends_its_wrapper_while_the_pipe_is_open() {
    let folder = tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = start(folder.path(), port);
    drop(connect(port));
    let process = std::fs::read_to_string(folder.path().join("good.gguf.starts")).unwrap();
    let killed = Command::new("kill").args(["-9", process.trim()]).status().unwrap();
    assert!(killed.success());
    assert!(!child.wait().unwrap().success());
}
