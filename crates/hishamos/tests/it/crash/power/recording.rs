//! What a program did to the files of one folder: where bytes were written, what was made
//! durable, and when each of that began and ended.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::strace::{self, Call};

/// The files of a folder by their names.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A program's whole life as its data folder saw it.
pub struct Recording {
    /// The files at the start, all of them on disk, in the order of their numbers.
    pub base: Vec<(String, Vec<u8>)>,
    pub deeds: Vec<Deed>,
    /// The begin and the end of each deed, in the order in which they were seen.
    pub events: Vec<Event>,
}

/// One thing that was done.
pub struct Deed {
    pub place: Place,
    pub what: What,
}

/// What it was done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The folder: the names of its files.
    Folder,
    /// The file with this number.
    File(usize),
}

/// What was done.
#[derive(Debug, PartialEq, Eq)]
pub enum What {
    Wrote {
        from: usize,
        bytes: Vec<u8>,
    },
    Resized {
        length: usize,
    },
    Named {
        name: String,
        file: usize,
    },
    Renamed {
        from: String,
        to: String,
    },
    Removed {
        name: String,
    },
    /// All that was done to the place before is on disk once this has ended.
    Synced,
}

/// A deed that began or ended.
pub struct Event {
    /// Microseconds since 1970: it did not happen before.
    pub at: i64,
    pub deed: usize,
    pub is_end: bool,
    line: usize,
}

impl Recording {
    /// Reads what strace wrote of a program that found these files in the folder.
    pub fn read(text: &str, folder: &Path, base: Files) -> Self {
        let base: Vec<(String, Vec<u8>)> = base.into_iter().collect();
        let mut reader = Reader {
            folder: folder.to_str().unwrap(),
            names: base.iter().map(|(name, _)| name.clone()).zip(0..).collect(),
            files: base.len(),
            positions: HashMap::new(),
        };
        let (mut deeds, mut events) = (Vec::new(), Vec::new());
        for call in strace::read(text) {
            // What failed has changed nothing; what never ended was told of to nobody.
            if call.result.starts_with(['-', '?']) {
                continue;
            }
            let Some((place, what)) = reader.deed(&call) else { continue };
            for (moment, is_end) in [(call.begun, false), (call.ended, true)] {
                let (line, at) = (moment.line, moment.at);
                events.push(Event { at, deed: deeds.len(), is_end, line });
            }
            deeds.push(Deed { place, what });
        }
        events.sort_by_key(|event| (event.line, event.is_end));
        Self { base, deeds, events }
    }

    /// How often a file of this name was written from its first byte on.
    pub fn beginnings_of(&self, name: &str) -> usize {
        let mut files = BTreeSet::new();
        files.extend(self.base.iter().position(|(known, _)| known == name));
        for deed in &self.deeds {
            if let What::Named { name: known, file } = &deed.what
                && known == name
            {
                files.insert(*file);
            }
        }
        let begins = |deed: &&Deed| {
            let is_it = matches!(deed.place, Place::File(file) if files.contains(&file));
            is_it && matches!(deed.what, What::Wrote { from: 0, .. })
        };
        self.deeds.iter().filter(begins).count()
    }
}

/// Turns calls into deeds.
struct Reader<'f> {
    folder: &'f str,
    /// The files as the program sees them, by name.
    names: BTreeMap<String, usize>,
    /// How many files there were so far.
    files: usize,
    /// Where the next `write` of a descriptor goes.
    positions: HashMap<String, usize>,
}

impl Reader<'_> {
    fn deed(&mut self, call: &Call<'_>) -> Option<(Place, What)> {
        match call.name {
            "openat" => self.opened(call),
            "write" | "pwrite64" => self.wrote(call),
            "ftruncate" => {
                let length = strace::last(call.arguments);
                Some((self.file(call.arguments)?, What::Resized { length }))
            }
            "fsync" | "fdatasync" => {
                let is_folder = strace::path(call.arguments).as_deref() == Some(self.folder);
                let place = if is_folder { Place::Folder } else { self.file(call.arguments)? };
                Some((place, What::Synced))
            }
            "rename" | "renameat" | "renameat2" => {
                let names = strace::texts(call.arguments).map(|text| self.name_of(text));
                let mut names: Vec<Option<String>> = names.collect();
                let (to, from) = (names.pop()?, names.pop()?);
                self.renamed(from, to)
            }
            "unlink" | "unlinkat" => {
                let name = self.name_of(strace::texts(call.arguments).next()?)?;
                self.names.remove(&name)?;
                Some((Place::Folder, What::Removed { name }))
            }
            other => panic!("{other} is recorded and not understood"),
        }
    }

    fn opened(&mut self, call: &Call<'_>) -> Option<(Place, What)> {
        let name = self.name(&strace::path(call.result)?)?;
        let number = strace::number(call.result)?.to_owned();
        self.positions.insert(number, 0);
        let how = call.arguments.rsplit('"').next()?;
        assert!(!how.contains("O_APPEND"), "{name}: what is appended is not understood");
        if let Some(file) = self.names.get(&name) {
            let place = Place::File(*file);
            return how.contains("O_TRUNC").then_some((place, What::Resized { length: 0 }));
        }
        assert!(how.contains("O_CREAT"), "{name} is opened and not known");
        let file = self.files;
        self.files += 1;
        self.names.insert(name.clone(), file);
        Some((Place::Folder, What::Named { name, file }))
    }

    fn wrote(&mut self, call: &Call<'_>) -> Option<(Place, What)> {
        let place = self.file(call.arguments)?;
        let written: usize = call.result.parse().unwrap();
        let mut bytes = strace::bytes(strace::texts(call.arguments).next()?);
        assert!(bytes.len() >= written, "the record has {} bytes of {written}", bytes.len());
        bytes.truncate(written);
        let from = if call.name == "pwrite64" {
            strace::last(call.arguments)
        } else {
            let number = strace::number(call.arguments)?;
            let position = self.positions.get_mut(number).expect("it was opened");
            let from = *position;
            *position += written;
            from
        };
        Some((place, What::Wrote { from, bytes }))
    }

    fn renamed(&mut self, from: Option<String>, to: Option<String>) -> Option<(Place, What)> {
        match (from, to) {
            (Some(from), Some(to)) => {
                let file = self.names.remove(&from)?;
                self.names.insert(to.clone(), file);
                Some((Place::Folder, What::Renamed { from, to }))
            }
            (None, None) => None,
            (from, to) => panic!("a file came into the folder or left it: {from:?}, {to:?}"),
        }
    }

    /// The file of ours behind the descriptor that the arguments begin with.
    fn file(&self, arguments: &str) -> Option<Place> {
        let name = self.name(&strace::path(arguments)?)?;
        self.names.get(&name).copied().map(Place::File)
    }

    fn name_of(&self, text: &str) -> Option<String> {
        self.name(&String::from_utf8(strace::bytes(text)).ok()?)
    }

    /// The name of a file right inside the folder. SQLite's shared memory does not count: it
    /// is made anew after each start.
    fn name(&self, path: &str) -> Option<String> {
        let name = path.strip_prefix(self.folder)?.strip_prefix('/')?;
        let is_ours = !name.contains('/') && !name.ends_with("-shm");
        is_ours.then(|| name.to_owned())
    }
}
