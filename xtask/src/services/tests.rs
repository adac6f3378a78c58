//! The servers themselves: they answer, and they leave nothing behind.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::{Folder, postgres, redis};

/// The host and port of a server's address.
fn address(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap();
    let rest = rest.split('/').next().unwrap();
    rest.rsplit('@').next().unwrap()
}

fn ask(url: &str, question: &[u8], answer: &mut [u8]) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address(url))?;
    stream.write_all(question)?;
    stream.read_exact(answer)
}

#[test]
fn redis_answers_and_is_gone_afterwards() {
    let folder = Folder::create(false).unwrap();
    let path = folder.path().to_path_buf();
    let redis = redis::start(&folder).unwrap();
    let mut answer = [0; 7];
    ask(&redis.url, b"PING\r\n", &mut answer).unwrap();
    assert_eq!(&answer, b"+PONG\r\n");

    let url = redis.url.clone();
    drop(redis);
    drop(folder);
    assert!(TcpStream::connect(address(&url)).is_err(), "somebody still listens on {url}");
    assert!(!path.exists(), "{} was left behind", path.display());
}

#[test]
fn postgres_answers_and_is_gone_afterwards() {
    // The protocol's question whether the server speaks TLS: length 8, code 80877103.
    const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
    let folder = Folder::create(false).unwrap();
    let path = folder.path().to_path_buf();
    let postgres = postgres::start(&folder).unwrap();
    let mut answer = [0; 1];
    ask(&postgres.url, &SSL_REQUEST, &mut answer).unwrap();
    assert_eq!(&answer, b"N", "a fresh cluster has no certificate");

    let url = postgres.url.clone();
    drop(postgres);
    drop(folder);
    assert!(TcpStream::connect(address(&url)).is_err(), "somebody still listens on {url}");
    assert!(!path.exists(), "{} was left behind", path.display());
}
