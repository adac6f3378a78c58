//! R3 through power cuts: what a client was told is on the disk, whatever the disk forgets.
//!
//! The real program works under [`strace`], which writes down all that it does to its files
//! ([`recording`]). Later the power is cut at a thousand moments of that one record: [`disk`]
//! says what is left then, [`judge`] looks for what clients ([`load`]) had been told by then,
//! and after some of the cuts the program is started on what is left ([`restart`]).

mod disk;
mod judge;
mod load;
mod recording;
mod restart;
mod strace;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use base::SeededRandom;

use self::disk::{Disk, Luck, roll};
use self::judge::Ack;
use self::load::Order;
use self::recording::{Files, Recording, What};
use super::site::{PATIENCE, Site, seed};
use super::size::{Size, asked};
use crate::program::{Folder, Server, quick_script};

/// How often the program is started after a cut, unless a soak asks for more.
const STARTS: usize = 3;
/// The record is long enough at so many bytes; four of them stand for one that was written.
const ENOUGH: u64 = 120 << 20;
/// How often SQLite's log begins, at least: once when it is made, and anew.
const BEGINNINGS: usize = 2;
/// How many answers are looked for, at least.
const ANSWERS: usize = 100;
/// How many cuts at the end of the record have to find what a disk that lies has lost.
const LIES: usize = 12;
/// How many look at cuts at the same time.
const LOOKERS: usize = 2;
/// A call of the rehearsed model, in milliseconds.
const CALL: u64 = 5;
/// The database and SQLite's log beside it.
const DATABASE: &str = "hishamos.db";
const LOG: &str = "hishamos.db-wal";

/// A power cut.
#[derive(Debug, Clone, Copy)]
struct Cut {
    /// Right before this event of the recording.
    event: usize,
    /// When that was, in microseconds since 1970.
    at: i64,
    /// What decides about all that is not on disk.
    seed: u64,
}

/// Cuts the power of a server that works, and finds everything that it had promised.
pub async fn survive(size: Size) {
    let folder = Folder::new();
    quick_script(&folder, |rule| rule["delay_ms"] = CALL.into());
    let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
    let seed = seed(size.seed);
    let site = Site::new(Vec::new(), nobody, folder, seed);
    let data = site.folder.path().canonicalize().unwrap();
    let base = files(&data);
    let desk = Folder::new();
    let record = desk.path().join("record");
    let mut command = site.command(&data, &[]);
    command.arg("--model-script").arg(data.join("quick.json"));
    let server = Server::spawn(&mut strace::recorded(&command, &record));
    site.wait_for_engine(&server, "active").await;
    let is_enough = || fs::metadata(&record).unwrap().len() >= ENOUGH;
    let database = data.join(DATABASE);
    let work = load::work(&site, &server, &database, is_enough);
    let book = tokio::time::timeout(3 * PATIENCE, work).await.expect("there is enough in time");
    let expected = load::whole(&site, &server, &book.orders[0]).await;
    super::proof::undisturbed(&expected);
    server.signal("TERM");
    let (code, errors) = server.end();
    assert_eq!(code, 0, "{errors}");

    let recording = Recording::read(&fs::read_to_string(&record).unwrap(), &data, base);
    is_whole(&recording, &data);
    let beginnings = recording.beginnings_of(LOG);
    assert!(beginnings >= BEGINNINGS, "the log began {beginnings} times");
    assert!(book.acks.len() >= ANSWERS, "there were {} answers", book.acks.len());

    let cuts = cuts(&recording, size.kills, seed);
    let share = cuts.len().div_ceil(LOOKERS);
    let found = std::thread::scope(|scope| {
        let (recording, acks) = (&recording, book.acks.as_slice());
        let shares = cuts.chunks(share);
        let lookers: Vec<_> = shares
            .map(|cuts| scope.spawn(move || examine(Disk::new(recording), cuts, acks)))
            .collect();
        let found = lookers.into_iter().flat_map(|looker| looker.join().unwrap());
        found.collect::<Vec<String>>()
    });
    assert!(found.is_empty(), "{} of {}:\n{}", found.len(), cuts.len(), found.join("\n"));
    let lies = &cuts[cuts.len().saturating_sub(LIES)..];
    let lost = examine(Disk::lying(&recording), lies, &book.acks);
    assert!(!lost.is_empty(), "a disk that forgets everything is found out");

    let starts = asked("PROOF_STARTS").map_or(STARTS, |starts| starts as usize);
    let first = book.orders.iter().map(|order| order.accepted).min().unwrap();
    let later: Vec<Cut> = cuts.iter().copied().filter(|cut| cut.at > first).collect();
    for cut in later.iter().step_by((later.len() / starts).max(1)).take(starts) {
        let mut disk = Disk::new(&recording);
        disk.until(cut.event);
        let folder = left(&disk, *cut);
        let accepted: Vec<&Order> =
            book.orders.iter().filter(|order| order.accepted < cut.at).collect();
        println!("the program starts after {cut:?}");
        restart::recovers(&site, &folder, &accepted, &expected).await;
    }
    println!(
        "{} cuts and {starts} starts, {} events, the log began {beginnings} times, {} answers",
        cuts.len(),
        recording.events.len(),
        book.acks.len(),
    );
}

/// The files right inside a folder, without SQLite's shared memory.
fn files(folder: &Path) -> Files {
    let mut files = Files::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_file() && !name.ends_with("-shm") {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    files
}

/// The recording has all that was done: it comes to the same files, byte for byte.
fn is_whole(recording: &Recording, folder: &Path) {
    let mut disk = Disk::new(recording);
    disk.until(recording.events.len());
    let (recorded, real) = (disk.after(&Luck::good()), files(folder));
    let names = |files: &Files| files.keys().cloned().collect::<Vec<String>>();
    assert_eq!(names(&recorded), names(&real), "the record misses something");
    for (name, bytes) in &real {
        assert!(recorded[name] == *bytes, "the record misses something of {name}");
    }
}

/// So many moments in the order of time: half of them anywhere, half right before or after a
/// sync began or ended.
fn cuts(recording: &Recording, count: usize, seed: u64) -> Vec<Cut> {
    let dice = SeededRandom::new(seed);
    let is_sync = |index: &usize| {
        let deed = recording.events[*index].deed;
        recording.deeds[deed].what == What::Synced
    };
    let last = recording.events.len() - 1;
    let syncs: Vec<usize> = (0..last).filter(is_sync).collect();
    let mut events: Vec<usize> = (0..count)
        .map(|number| {
            if number % 2 == 0 {
                roll(&dice, last + 1)
            } else {
                syncs[roll(&dice, syncs.len())] + roll(&dice, 2)
            }
        })
        .collect();
    events.sort_unstable();
    let cut = |(event, seed): (usize, u64)| Cut { event, at: recording.events[event].at, seed };
    events.into_iter().zip(seed..).map(cut).collect()
}

/// What is wrong after each of the cuts, which are in the order of time.
fn examine(mut disk: Disk<'_>, cuts: &[Cut], acks: &[Ack]) -> Vec<String> {
    let mut found = Vec::new();
    for cut in cuts {
        disk.until(cut.event);
        let folder = left(&disk, *cut);
        let told: Vec<&Ack> = acks.iter().filter(|ack| ack.at < cut.at).collect();
        let problems = judge::problems(folder.path(), &told);
        found.extend(problems.into_iter().map(|problem| format!("{cut:?}: {problem}")));
    }
    found
}

/// A folder as the cut leaves it. Its files are their owner's only, as a key has to be.
fn left(disk: &Disk<'_>, cut: Cut) -> Folder {
    let folder = Folder::new();
    for (name, bytes) in disk.after(&Luck::new(cut.seed)) {
        let path = folder.write(&name, bytes);
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    folder
}
