//! What a disk holds after a power cut. What was made durable is there. Of what was written
//! after that, each block is there or not, as luck has it; the same goes for a file's length,
//! and for the names in the folder up to one of their changes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base::{Random as _, SeededRandom};

use super::recording::{Event, Files, Place, Recording, What};

/// The size of the blocks that are kept or lost whole, in bytes: a page of the system's cache,
/// or a sector, so that pages are torn.
const BLOCKS: [usize; 2] = [4096, 512];
/// How many of a hundred blocks that were not made durable are there.
const KEPT: [u64; 4] = [0, 50, 90, 100];

/// What becomes of what was not made durable.
pub struct Luck {
    dice: SeededRandom,
    block: usize,
    percent: u64,
}

impl Luck {
    /// The luck of one cut.
    pub fn new(seed: u64) -> Self {
        let dice = SeededRandom::new(seed);
        let block = BLOCKS[roll(&dice, BLOCKS.len())];
        let percent = KEPT[roll(&dice, KEPT.len())];
        Self { dice, block, percent }
    }

    /// Everything is there.
    pub fn good() -> Self {
        Self { dice: SeededRandom::new(0), block: BLOCKS[0], percent: 100 }
    }

    fn keeps(&self) -> bool {
        (roll(&self.dice, 100) as u64) < self.percent
    }
}

/// A number below `end`.
pub fn roll(dice: &SeededRandom, end: usize) -> usize {
    let mut bytes = [0; 8];
    dice.fill(&mut bytes);
    (u64::from_le_bytes(bytes) % end as u64) as usize
}

/// A disk as a recording goes on.
pub struct Disk<'r> {
    recording: &'r Recording,
    hears_syncs: bool,
    /// The event that comes next.
    next: usize,
    /// What is there for sure.
    names: BTreeMap<String, usize>,
    files: Vec<Vec<u8>>,
    /// What was done beside that.
    unsynced: BTreeMap<Place, Vec<Unsynced>>,
    /// By its deed: what a sync that is under way makes durable.
    syncing: HashMap<usize, BTreeSet<usize>>,
}

/// A deed that may be lost.
struct Unsynced {
    deed: usize,
    has_ended: bool,
}

impl<'r> Disk<'r> {
    /// The disk before anything was done.
    pub fn new(recording: &'r Recording) -> Self {
        Self {
            recording,
            hears_syncs: true,
            next: 0,
            names: recording.base.iter().map(|(name, _)| name.clone()).zip(0..).collect(),
            files: recording.base.iter().map(|(_, bytes)| bytes.clone()).collect(),
            unsynced: BTreeMap::new(),
            syncing: HashMap::new(),
        }
    }

    /// A disk that makes nothing durable, whatever it is told.
    pub fn lying(recording: &'r Recording) -> Self {
        Self { hears_syncs: false, ..Self::new(recording) }
    }

    /// Goes on until right before this event.
    pub fn until(&mut self, event: usize) {
        let recording = self.recording;
        for event in &recording.events[self.next.min(event)..event] {
            self.take(event);
        }
        self.next = self.next.max(event);
    }

    fn take(&mut self, event: &Event) {
        let recording = self.recording;
        let deed = &recording.deeds[event.deed];
        let unsynced = self.unsynced.entry(deed.place).or_default();
        let is_sync = deed.what == What::Synced;
        if is_sync && !event.is_end {
            // What is still under way may come too late for it.
            let covered = unsynced.iter().filter(|one| one.has_ended).map(|one| one.deed);
            self.syncing.insert(event.deed, covered.collect());
        } else if is_sync {
            let covered = self.syncing.remove(&event.deed).expect("what ends has begun");
            if self.hears_syncs {
                let all = std::mem::take(unsynced);
                let (durable, left) = all.into_iter().partition(|one| covered.contains(&one.deed));
                *unsynced = left;
                self.keep(durable);
            }
        } else if event.is_end {
            let begun = unsynced.iter_mut().rev().find(|one| one.deed == event.deed);
            // One that a sync has made durable meanwhile is there no more.
            if let Some(begun) = begun {
                begun.has_ended = true;
            }
        } else {
            unsynced.push(Unsynced { deed: event.deed, has_ended: false });
        }
    }

    /// These are there for sure from now on.
    fn keep(&mut self, durable: Vec<Unsynced>) {
        let recording = self.recording;
        for one in durable {
            let deed = &recording.deeds[one.deed];
            match deed.place {
                Place::Folder => rename(&mut self.names, &deed.what),
                Place::File(file) => {
                    let bytes = of_file(&mut self.files, file);
                    match &deed.what {
                        What::Wrote { from, bytes: written } => put(bytes, *from, written),
                        What::Resized { length } => bytes.resize(*length, 0),
                        What::Named { .. }
                        | What::Renamed { .. }
                        | What::Removed { .. }
                        | What::Synced => unreachable!("not done to a file"),
                    }
                }
            }
        }
    }

    /// The folder after a power cut now.
    pub fn after(&self, luck: &Luck) -> Files {
        let mut names = self.names.clone();
        // A file system's own log keeps these in their order.
        for what in self.may_be_lost(Place::Folder).take_while(|_| luck.keeps()) {
            rename(&mut names, what);
        }
        names.into_iter().map(|(name, file)| (name, self.file_after(file, luck))).collect()
    }

    fn file_after(&self, file: usize, luck: &Luck) -> Vec<u8> {
        let mut bytes = self.files.get(file).cloned().unwrap_or_default();
        let mut length = bytes.len();
        for what in self.may_be_lost(Place::File(file)) {
            match what {
                What::Wrote { from, bytes: written } => {
                    length = length.max(from + written.len());
                    let mut at = *from;
                    while at < from + written.len() {
                        let end = (at / luck.block + 1) * luck.block;
                        let end = end.min(from + written.len());
                        if luck.keeps() {
                            put(&mut bytes, at, &written[at - from..end - from]);
                        }
                        at = end;
                    }
                }
                What::Resized { length: to } => {
                    if luck.keeps() {
                        bytes.resize(*to, 0);
                        length = *to;
                    }
                }
                What::Named { .. } | What::Renamed { .. } | What::Removed { .. } | What::Synced => {
                    unreachable!("not done to a file")
                }
            }
        }
        // The new length may be there without what stands in the file's end.
        if length > bytes.len() && luck.keeps() {
            bytes.resize(length, 0);
        }
        bytes
    }

    fn may_be_lost(&self, place: Place) -> impl Iterator<Item = &'r What> {
        let recording = self.recording;
        let all = self.unsynced.get(&place).into_iter().flatten();
        all.map(move |one| &recording.deeds[one.deed].what)
    }
}

/// The bytes of a file, which may be new.
fn of_file(files: &mut Vec<Vec<u8>>, file: usize) -> &mut Vec<u8> {
    if files.len() <= file {
        files.resize_with(file + 1, Vec::new);
    }
    &mut files[file]
}

fn put(bytes: &mut Vec<u8>, from: usize, written: &[u8]) {
    let end = from + written.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[from..end].copy_from_slice(written);
}

/// Changes the names as the folder's were.
fn rename(names: &mut BTreeMap<String, usize>, what: &What) {
    match what {
        What::Named { name, file } => {
            names.insert(name.clone(), *file);
        }
        What::Renamed { from, to } => {
            let file = names.remove(from).expect("what is renamed is there");
            names.insert(to.clone(), file);
        }
        What::Removed { name } => {
            names.remove(name);
        }
        What::Wrote { .. } | What::Resized { .. } | What::Synced => {
            unreachable!("not done to a folder")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::Path;

    use super::*;

    fn hex(text: &str) -> String {
        let mut hex = String::new();
        for byte in text.bytes() {
            write!(hex, "\\x{byte:02x}").unwrap();
        }
        hex
    }

    /// A recording from lines of strace with the thread in front; what stands between `[` and
    /// `]` is in plain words. The folder `/d` has one file, `a`.
    fn recording(lines: &[&str]) -> Recording {
        let mut text = String::new();
        for (number, line) in lines.iter().enumerate() {
            let (thread, call) = line.split_once(' ').unwrap();
            write!(text, "{thread} 1795375957.{number:06} ").unwrap();
            for (index, part) in call.split(['[', ']']).enumerate() {
                let part = if index % 2 == 0 { part.to_owned() } else { hex(part) };
                text.push_str(&part);
            }
            text.push('\n');
        }
        let base = Files::from([("a".to_owned(), b"old".to_vec())]);
        Recording::read(&text, Path::new("/d"), base)
    }

    fn bad() -> Luck {
        Luck { percent: 0, ..Luck::good() }
    }

    /// What is left of the file after a cut before this event.
    fn left(mut disk: Disk<'_>, event: usize, luck: &Luck, name: &str) -> Option<String> {
        disk.until(event);
        let mut files = disk.after(luck);
        files.remove(name).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn only_what_was_made_durable_is_there_for_sure() {
        let recording = recording(&[
            r#"1 openat(AT_FDCWD<[/]>, "[/d/b]", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 4<[/d/b]>"#,
            r#"1 pwrite64(4<[/d/b]>, "[hello]", 5, 0) = 5"#,
            "1 fsync(4<[/d/b]>) = 0",
            "1 fsync(5<[/d]>) = 0",
            r#"1 pwrite64(4<[/d/b]>, "[HELLO]", 5, 5) = 5"#,
            r#"1 rename("[/d/b]", "[/d/a]") = 0"#,
        ]);
        let check = |event: usize, luck: &Luck, name: &str, expected: Option<&str>| {
            let left = left(Disk::new(&recording), event, luck, name);
            assert_eq!(left.as_deref(), expected, "{name} before event {event}");
        };
        // Each line is a begin and an end.
        check(0, &Luck::good(), "a", Some("old"));
        check(4, &bad(), "b", None);
        check(4, &Luck::good(), "b", Some("hello"));
        // A file without its name is lost, too, and a sync counts when it has ended.
        check(6, &bad(), "b", None);
        check(7, &bad(), "b", None);
        check(8, &bad(), "b", Some("hello"));
        check(10, &bad(), "b", Some("hello"));
        check(10, &Luck::good(), "b", Some("helloHELLO"));
        check(12, &bad(), "b", Some("hello"));
        check(12, &bad(), "a", Some("old"));
        check(12, &Luck::good(), "b", None);
        check(12, &Luck::good(), "a", Some("helloHELLO"));
        // Had nothing been made durable, nothing would be sure.
        assert_eq!(left(Disk::lying(&recording), 12, &bad(), "b"), None);
        assert_eq!(left(Disk::lying(&recording), 12, &bad(), "a").as_deref(), Some("old"));
        let beginnings = ["a", "b"].map(|name| recording.beginnings_of(name));
        assert_eq!(beginnings, [0, 1]);
    }

    #[test]
    fn sync_covers_what_had_ended_before_it_began() {
        let recording = recording(&[
            r#"1 openat(AT_FDCWD<[/]>, "[/d/a]", O_RDWR|O_TRUNC) = 4<[/d/a]>"#,
            r#"1 write(4<[/d/a]>, "[one]", 3) = 3"#,
            r#"1 write(4<[/d/a]>, "[two]", 3 <unfinished ...>"#,
            "2 fdatasync(4<[/d/a]> <unfinished ...>",
            "1 <... write resumed>) = 3",
            "2 <... fdatasync resumed>) = 0",
            "1 ftruncate(4<[/d/a]>, 1) = 0",
        ]);
        let check = |event: usize, luck: &Luck, expected: &str| {
            let left = left(Disk::new(&recording), event, luck, "a");
            assert_eq!(left.as_deref(), Some(expected), "before event {event}");
        };
        check(7, &bad(), "old");
        check(7, &Luck::good(), "onetwo");
        check(8, &bad(), "one");
        check(8, &Luck::good(), "onetwo");
        check(10, &bad(), "one");
        check(10, &Luck::good(), "o");
    }

    #[test]
    fn pages_may_be_torn_between_sectors() {
        let page = "x".repeat(1024);
        let line = format!(r#"1 pwrite64(4<[/d/a]>, "[{page}]", 1024, 0) = 1024"#);
        let recording = recording(&[line.as_str()]);
        let sectors = |seed: u64| {
            let luck = Luck { dice: SeededRandom::new(seed), block: 512, percent: 50 };
            let left = left(Disk::new(&recording), 2, &luck, "a").unwrap();
            let sector = |from: usize| left[from.min(left.len())..].starts_with(&page[..512]);
            (sector(0), sector(512))
        };
        let seen: BTreeSet<(bool, bool)> = (0..100).map(sectors).collect();
        assert_eq!(seen.len(), 4, "each sector by itself: {seen:?}");
    }
}
