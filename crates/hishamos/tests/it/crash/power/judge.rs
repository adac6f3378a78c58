//! What clients were told, and whether a database still knows it.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

/// Something that a client was told is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// This project was made.
    Project,
    /// This execution was accepted.
    Started,
    /// This execution has completed.
    Ended,
    /// This is the result of a step.
    Result,
    /// This call of a model is in the ledger.
    Call,
    /// This work item is on a board.
    Item,
}

impl Told {
    pub const ALL: [Self; 6] =
        [Self::Project, Self::Started, Self::Ended, Self::Result, Self::Call, Self::Item];

    /// The ids of which it is true.
    const fn statement(self) -> &'static str {
        match self {
            Self::Project => "select id from projects",
            Self::Started => "select id from executions",
            Self::Ended => "select id from executions where status = 'completed'",
            Self::Result => "select id from results",
            Self::Call => "select id from model_calls",
            Self::Item => "select id from work_items",
        }
    }
}

/// One answer that a client has read to its end.
#[derive(Debug, Clone)]
pub struct Ack {
    /// When it was there, in microseconds since 1970.
    pub at: i64,
    pub told: Told,
    pub id: String,
}

/// What is wrong with the database in a folder, given what was told; nothing in it is changed.
pub fn problems(folder: &Path, told: &[&Ack]) -> Vec<String> {
    look(folder, told).unwrap_or_else(|error| vec![format!("it cannot be read: {error}")])
}

fn look(folder: &Path, told: &[&Ack]) -> rusqlite::Result<Vec<String>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(folder.join("hishamos.db"), flags)?;
    database.execute_batch("pragma synchronous = off")?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let mut found = Vec::new();
    let whole: String = database.query_row("pragma integrity_check(1)", [], |row| row.get(0))?;
    if whole != "ok" {
        found.push(format!("integrity_check says: {whole}"));
    }
    for kind in Told::ALL {
        let there = ids(&database, kind.statement())?;
        let of_kind = told.iter().filter(|ack| ack.told == kind);
        let lost = of_kind.filter(|ack| !there.contains(&ack.id));
        found.extend(lost.map(|ack| format!("lost: {kind:?} {}, told at {}", ack.id, ack.at)));
    }
    Ok(found)
}

fn ids(database: &Connection, statement: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = database.prepare(statement)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    rows.collect()
}
