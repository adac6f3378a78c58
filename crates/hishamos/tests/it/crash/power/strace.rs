//! What strace writes of a program, and how it is read: one call of the system a line, or two
//! halves of one when another thread's call came between its begin and its end.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};

/// All that changes a file or makes a change durable. Not every machine has what is marked
/// with `?`.
const TRACED: &str = "trace=openat,write,pwrite64,ftruncate,fsync,fdatasync,?rename,?renameat,?renameat2,?unlink,unlinkat";

/// The longest text of a call that is written down whole, in bytes.
const LONGEST: &str = "1048576";

/// A call that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call<'t> {
    pub name: &'t str,
    /// As they stand there: numbers, `7<\x2f\x74>` for a file with its path, `"\x2f\x74"`.
    pub arguments: &'t str,
    /// As it stands there: `0`, `7<\x2f\x74>`, `-1 ENOENT (No such file or directory)`.
    pub result: &'t str,
    pub begun: Moment,
    pub ended: Moment,
}

/// When strace saw it. A call is carried out after its begin was seen and before its end was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Which line tells of it.
    pub line: usize,
    /// Microseconds since 1970.
    pub at: i64,
}

/// What starts the same program under strace, which writes to `record`. The program is the
/// child of whoever starts this, so that signals reach it, and strace ends after it.
pub fn recorded(program: &Command, record: &Path) -> Command {
    assert!(
        Command::new("strace").arg("-V").output().is_ok(),
        "power cuts are made from what strace records, and there is no strace; install the \
         package strace, or run `cargo xtask test`, which does"
    );
    let mut strace = Command::new("strace");
    strace.args(["-D", "-f", "-q", "-ttt", "-y", "-xx", "-s", LONGEST, "--seccomp-bpf"]);
    strace.args(["-e", TRACED, "-o"]).arg(record).arg("--");
    strace.arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    strace.stdin(Stdio::null());
    strace
}

/// All calls that ended, in the order in which they began.
pub fn read(text: &str) -> Vec<Call<'_>> {
    let mut calls = Vec::new();
    // By thread: the call that has begun and not ended.
    let mut under_way: HashMap<&str, Call<'_>> = HashMap::new();
    for (line, row) in text.lines().enumerate() {
        let Some((thread, rest)) = row.split_once(' ') else { cut_off(row) };
        let Some((at, rest)) = rest.trim_start().split_once(' ') else { cut_off(row) };
        let moment = Moment { line, at: micros(at) };
        if rest.starts_with("+++ ") || rest.starts_with("--- ") {
            continue;
        }
        if let Some(resumed) = rest.strip_prefix("<... ") {
            let Some((name, rest)) = resumed.split_once(" resumed>") else { cut_off(row) };
            let call = under_way.remove(thread).expect("what is resumed has begun");
            assert_eq!(call.name, name, "{row}");
            calls.push(Call { result: halves(rest).1, ended: moment, ..call });
            continue;
        }
        let Some((name, rest)) = rest.split_once('(') else { cut_off(row) };
        let call = Call { name, arguments: rest, result: "", begun: moment, ended: moment };
        if let Some(arguments) = rest.strip_suffix("<unfinished ...>") {
            under_way.insert(thread, Call { arguments: arguments.trim_end(), ..call });
        } else {
            let (arguments, result) = halves(rest);
            calls.push(Call { arguments, result, ..call });
        }
    }
    calls.sort_by_key(|call| call.begun.line);
    calls
}

fn cut_off(row: &str) -> ! {
    panic!("a line of the record is cut off: {row}")
}

/// The arguments, without what closes them, and the result.
fn halves(rest: &str) -> (&str, &str) {
    let (arguments, result) = rest.rsplit_once(" = ").expect("a call that has ended has a result");
    let arguments = arguments.trim_end().strip_suffix(')').expect("its arguments are closed");
    (arguments, result)
}

/// `1795375959.333116` in microseconds.
fn micros(at: &str) -> i64 {
    let (seconds, micros) = at.split_once('.').expect("seconds and microseconds");
    assert_eq!(micros.len(), 6, "{at}");
    seconds.parse::<i64>().unwrap() * 1_000_000 + micros.parse::<i64>().unwrap()
}

/// The number of a descriptor with its path: `7` of `7<\x2f\x74>`.
pub fn number(descriptor: &str) -> Option<&str> {
    descriptor.split_once('<').map(|(number, _)| number)
}

/// The path behind a descriptor; nothing when its file is deleted.
pub fn path(descriptor: &str) -> Option<String> {
    let (path, after) = descriptor.split_once('<')?.1.split_once('>')?;
    if !path.starts_with("\\x") || after.starts_with("(deleted)") {
        return None;
    }
    String::from_utf8(bytes(path)).ok()
}

/// The texts among the arguments, still in `\x2f`.
pub fn texts(arguments: &str) -> impl Iterator<Item = &str> {
    arguments.split('"').skip(1).step_by(2)
}

/// The last argument, which is a number.
pub fn last(arguments: &str) -> usize {
    let last = arguments.rsplit(',').next().unwrap_or_default().trim();
    last.parse().unwrap_or_else(|_| panic!("no number: {last}"))
}

/// What `\x2f\x74` stands for.
pub fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4);
    for quad in text.as_bytes().chunks_exact(4) {
        bytes.push((digit(quad[2]) << 4) | digit(quad[3]));
    }
    bytes
}

fn digit(hex: u8) -> u8 {
    match hex {
        b'0'..=b'9' => hex - b'0',
        b'a'..=b'f' => hex - b'a' + 10,
        _ => panic!("{} is no digit", char::from(hex)),
    }
}

#[test]
fn calls_of_several_threads_are_told_apart() {
    let text = r#"17   1795375957.591219 pwrite64(6<\x2f\x61>, "\x01\xff", 2, 946176 <unfinished ...>
18   1795375957.591406 fsync(9<\x2f\x62>)        = 0
19   1795375957.591410 unlink("\x2f\x63" <unfinished ...>
18   1795375957.591420 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED} ---
17   1795375957.591436 <... pwrite64 resumed>) = 2
18   1795375957.591500 openat(AT_FDCWD<\x2f>, "\x2f\x64", O_RDWR|O_CREAT, 0644) = 7<\x2f\x64>
19   1795375957.591510 <... unlink resumed>) = -1 ENOENT (No such file or directory)
18   1795375957.591600 write(5<\x70\x69>, "", 0 <unfinished ...>) = ?
17   1795375957.591700 +++ exited with 0 +++
"#;
    let calls = read(text);
    let names: Vec<_> = calls.iter().map(|call| (call.name, call.begun.line)).collect();
    assert_eq!(names, [("pwrite64", 0), ("fsync", 1), ("unlink", 2), ("openat", 5), ("write", 7)]);
    let write = &calls[0];
    assert_eq!((write.ended.line, write.ended.at), (4, 1_795_375_957_591_436));
    assert_eq!(path(write.arguments).as_deref(), Some("/a"));
    assert_eq!(texts(write.arguments).map(bytes).collect::<Vec<_>>(), [[1, 255]]);
    assert_eq!((last(write.arguments), write.result), (946_176, "2"));
    assert_eq!((path(calls[1].arguments).as_deref(), calls[1].result), (Some("/b"), "0"));
    assert!(calls[2].result.starts_with("-1 "));
    assert_eq!(
        (number(calls[3].result), path(calls[3].result).as_deref()),
        (Some("7"), Some("/d"))
    );
    assert_eq!(path(r"7<\x2f\x64>(deleted)"), None);
    assert_eq!(calls[4].result, "?");
}
