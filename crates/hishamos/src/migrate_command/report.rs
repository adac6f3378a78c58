//! What the command prints: aligned columns for people, JSON for programs.

use serde_json::{Value as Json, json};
use store::migrate::{Lost, Migration, Status};

use super::arguments::Output;
use super::create::Pair;

/// Something to print in either way.
pub struct Report {
    json: Json,
    table: String,
}

impl Report {
    /// The text for standard output.
    pub fn text(&self, output: Output) -> String {
        match output {
            Output::Json => format!("{:#}\n", self.json),
            Output::Table => self.table.clone(),
        }
    }
}

/// Where the database is.
pub fn status(status: &Status) -> Report {
    let names: Vec<&str> = status.pending.iter().map(|one| one.name).collect();
    let pending = match names.len() {
        0 => "nothing is pending".to_owned(),
        count => format!("{count} pending: {}; run `hishamos-migrate upgrade`", names.join(", ")),
    };
    let version = status.version;
    Report {
        json: json!({
            "version": version.to_string(),
            "newest": store::migrate::SHIPPED.newest().to_string(),
            "is_up_to_date": status.pending.is_empty(),
            "applied": status.applied.len(),
            "pending": names,
        }),
        table: format!("the schema is at version {version}, {pending}\n"),
    }
}

/// All migrations, applied and pending.
pub fn list(status: &Status) -> Report {
    let applied = status.applied.iter().map(|one| {
        let at = Some(one.at.to_string());
        (one.number, one.name.clone(), one.version.clone(), "applied", at)
    });
    let pending = status
        .pending
        .iter()
        .map(|one| (one.number, one.name.to_owned(), one.version.to_string(), "pending", None));
    let all: Vec<_> = applied.chain(pending).collect();
    let items = all.iter().map(|(number, name, version, state, at)| {
        json!({"number": number, "name": name, "version": version, "state": state, "applied_at": at})
    });
    let mut rows = vec![["NAME", "VERSION", "STATE", "APPLIED AT"].map(str::to_owned)];
    for (_, name, version, state, at) in &all {
        let at = at.clone().unwrap_or_else(|| "-".to_owned());
        rows.push([name.clone(), version.clone(), (*state).to_owned(), at]);
    }
    Report { json: json!({ "items": items.collect::<Vec<_>>() }), table: columns(&rows) }
}

/// What an upgrade did or would do.
pub fn upgraded(ran: &[Migration], dry_run: bool) -> Report {
    let sentence = match (ran.is_empty(), dry_run) {
        (true, _) => "nothing is pending\n".to_owned(),
        (false, true) => format!("would apply:\n{}", names(ran)),
        (false, false) => format!("applied:\n{}", names(ran)),
    };
    Report { json: json!({"dry_run": dry_run, "applied": steps(ran)}), table: sentence }
}

/// What a downgrade did or would do, and what is lost by it.
pub fn downgraded(ran: &[Migration], lost: &[Lost], dry_run: bool) -> Report {
    let mut table = match (ran.is_empty(), dry_run) {
        (true, _) => "there is nothing to take back\n".to_owned(),
        (false, true) => format!("would take back:\n{}", names(ran)),
        (false, false) => format!("took back:\n{}", names(ran)),
    };
    if !lost.is_empty() {
        let verb = if dry_run { "would be deleted" } else { "were deleted" };
        let lines: Vec<String> =
            lost.iter().map(|one| format!("  {} rows of {}\n", one.rows, one.what)).collect();
        table = format!("{table}{verb}:\n{}", lines.concat());
    }
    let lost: Vec<Json> =
        lost.iter().map(|one| json!({"what": one.what, "rows": one.rows})).collect();
    Report { json: json!({"dry_run": dry_run, "taken_back": steps(ran), "lost": lost}), table }
}

/// The files of a new migration.
pub fn created(pair: &Pair, dry_run: bool) -> Report {
    let (up, down) = (pair.up.display().to_string(), pair.down.display().to_string());
    let verb = if dry_run { "would write" } else { "wrote" };
    let line = pair.line();
    Report {
        table: format!(
            "{verb} {up}\n{verb} {down}\nadd this line to SHIPPED in crates/store/src/migrate/shipped.rs:\n    {line}\n"
        ),
        json: json!({"dry_run": dry_run, "up": up, "down": down, "line": line}),
    }
}

fn steps(ran: &[Migration]) -> Vec<Json> {
    ran.iter()
        .map(|one| json!({"number": one.number, "name": one.name, "version": one.version.to_string()}))
        .collect()
}

fn names(ran: &[Migration]) -> String {
    let lines: Vec<String> =
        ran.iter().map(|one| format!("  {} ({})\n", one.name, one.version)).collect();
    lines.concat()
}

fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            format!("{}\n", cells.join("  ").trim_end())
        })
        .collect();
    lines.concat()
}
