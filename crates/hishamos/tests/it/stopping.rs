//! Ending in order, and not ending for a defect.

#![allow(clippy::unwrap_used)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use crate::program::{Folder, Server, ended};

#[test]
fn signals_end_it_in_order() {
    for signal in ["TERM", "INT"] {
        let folder = Folder::new();
        let server = Server::start(folder.path(), &[]);
        server.signal(signal);
        let (code, errors) = server.end();
        assert_eq!(code, 0, "{signal}: {errors}");
        assert!(!errors.contains("ERROR"), "{errors}");
        let checked = folder.run(["check"]);
        assert_eq!(ended(&checked).0, 0, "{:?}", ended(&checked));
    }
}

#[test]
fn signal_sent_twice_at_once_counts_once() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[]);
    let pid = server.child.id().to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().unwrap().success());
    // It may be gone already, which is fine, too.
    let _ = Command::new("kill").args(["-s", "TERM", &pid]).status();
    assert_eq!(server.end().0, 0);
}

#[test]
fn open_connections_do_not_hold_it_up() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[]);
    let mut idle = TcpStream::connect(server.address).unwrap();
    write!(idle, "GET /health HTTP/1.1\r\nhost: {}\r\n\r\n", server.address).unwrap();
    let mut first = [0_u8; 12];
    idle.read_exact(&mut first).unwrap();
    server.signal("TERM");
    assert_eq!(server.end().0, 0);
}

#[test]
fn restart_keeps_its_name_and_renews_the_setup_link() {
    let folder = Folder::new();
    let mut first = Server::start(folder.path(), &[]);
    let link = first.line();
    let node = std::fs::read_to_string(folder.path().join("node")).unwrap();
    first.signal("KILL");
    drop(first);
    let mut second = Server::start(folder.path(), &[]);
    assert_ne!(second.line().split_once('#').unwrap().1, link.split_once('#').unwrap().1);
    assert_eq!(std::fs::read_to_string(folder.path().join("node")).unwrap(), node);
}
