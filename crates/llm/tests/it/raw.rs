//! A listener that answers one connection with whatever bytes it is told to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

/// The start of a streamed answer, whose body then follows in HTTP chunks.
pub const STREAM_HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
    transfer-encoding: chunked\r\n\r\n";

/// Serves one connection with `serve` after its request has been read; gives the base URL.
pub fn serve_once<T: Send + 'static>(
    serve: impl FnOnce(&mut TcpStream) -> T + Send + 'static,
) -> (String, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        read_request(&mut socket);
        serve(&mut socket)
    });
    (url, served)
}

/// Writes the bytes as one HTTP chunk.
pub fn write_chunk(socket: &mut TcpStream, bytes: &str) -> std::io::Result<()> {
    write!(socket, "{:x}\r\n{bytes}\r\n", bytes.len())?;
    socket.flush()
}

/// Blocks until the client has closed the connection.
pub fn wait_for_close(socket: &mut TcpStream) {
    let mut byte = [0];
    while matches!(socket.read(&mut byte), Ok(1..)) {}
}

/// What `serve` returned. Waits off the runtime, which has to close the connection meanwhile.
pub async fn joined<T: Send + 'static>(served: JoinHandle<T>) -> T {
    tokio::task::spawn_blocking(|| served.join().unwrap()).await.unwrap()
}

fn read_request(socket: &mut TcpStream) {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte).unwrap();
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.trim().parse().unwrap()];
    socket.read_exact(&mut body).unwrap();
}
