//! What each subcommand does.

use base::{Clock as _, SystemClock};
use store::migrate::{SHIPPED, Status, Version};
use store::{DataFolder, DatabaseLock, Db, Kind, lease};

use super::arguments::{Arguments, Command};
use super::create;
use super::failure::Failure;
use super::place::{self, Found};
use super::report::{self, Report};

/// Does what the arguments ask; returns the text for standard output.
pub async fn run(arguments: Arguments) -> Result<String, Failure> {
    let Arguments { command, output, place } = arguments;
    let report = match command {
        Command::Status => report::status(&status(&place::find(&place)?).await?),
        Command::List => report::list(&status(&place::find(&place)?).await?),
        Command::Upgrade { version, dry_run } => {
            upgrade(&place::find(&place)?, version, dry_run).await?
        }
        Command::Downgrade { version, yes, dry_run } => {
            downgrade(&place::find(&place)?, &version, yes, dry_run).await?
        }
        Command::Create { name, folder, dry_run } => {
            let pair = create::plan(&name, &folder)?;
            if !dry_run {
                create::write(&pair)?;
            }
            report::created(&pair, dry_run)
        }
    };
    Ok(report.text(output))
}

async fn upgrade(found: &Found, version: Option<String>, dry_run: bool) -> Result<Report, Failure> {
    let target = version.as_deref().map(parse).transpose()?;
    if dry_run {
        let plan = SHIPPED.plan_upgrade(&status(found).await?, target);
        return Ok(report::upgraded(&plan.map_err(store::Error::from)?, true));
    }
    let (db, _lock) = open_alone(found).await?;
    let ran = SHIPPED.upgrade(&db, target, SystemClock.now()).await;
    db.close().await;
    Ok(report::upgraded(&ran?, false))
}

async fn downgrade(
    found: &Found,
    version: &str,
    accept_loss: bool,
    dry_run: bool,
) -> Result<Report, Failure> {
    let target = parse(version)?;
    if !found.exists() {
        return Err(Failure::invalid(format!(
            "there is no database in {}; pass --data or --database",
            found.folder.display()
        )));
    }
    if dry_run {
        let db = Db::connect(&found.target).await?;
        let plan = SHIPPED.plan_downgrade(&db, target).await;
        db.close().await;
        let (back, lost) = plan?;
        return Ok(report::downgraded(&back, &lost, true));
    }
    let (db, _lock) = open_alone(found).await?;
    let done = async {
        let (back, lost) = SHIPPED.plan_downgrade(&db, target).await?;
        // Without anything to take back there may be no lease to look at.
        if !back.is_empty() {
            nobody_serves(&db).await?;
        }
        Ok::<_, Failure>((SHIPPED.downgrade(&db, target, accept_loss).await?, lost))
    }
    .await;
    db.close().await;
    let (ran, lost) = done?;
    Ok(report::downgraded(&ran, &lost, false))
}

/// Refuses while a server drives executions: it would write what is not there any more. A
/// SQLite file has its lock for that, which goes with the process.
async fn nobody_serves(db: &Db) -> Result<(), Failure> {
    if db.kind() == Kind::Sqlite {
        return Ok(());
    }
    let mut tx = db.read().await?;
    let Some(holder) = lease::holder(&mut tx, SystemClock.now()).await? else { return Ok(()) };
    Err(Failure::unsafe_now(format!(
        "the server {holder} uses this database (its data folder has that name in the file \"node\"); stop it and all others first, or wait {} seconds if it has died",
        lease::TTL_MS / 1000
    )))
}

/// Looks without the folder's lock, so also while the server runs; makes no database.
async fn status(found: &Found) -> Result<Status, Failure> {
    if !found.exists() {
        let pending = SHIPPED.0.to_vec();
        return Ok(Status { version: Version::NONE, applied: Vec::new(), pending });
    }
    let db = Db::connect(&found.target).await?;
    let status = SHIPPED.status(&db).await;
    db.close().await;
    Ok(status?)
}

/// What keeps servers away meanwhile.
struct Locks {
    _folder: Option<DataFolder>,
    _database: Option<DatabaseLock>,
}

/// Opens the database for changes: with the data folder's lock where it is the folder's own, so
/// never under the server of that folder, and with that of a SQLite file wherever it is.
async fn open_alone(found: &Found) -> Result<(Db, Locks), Failure> {
    let folder = if found.is_own { Some(DataFolder::open(&found.folder)?) } else { None };
    let lock = DatabaseLock::take(&found.target)?;
    Ok((Db::connect(&found.target).await?, Locks { _folder: folder, _database: lock }))
}

fn parse(version: &str) -> Result<Version, Failure> {
    version.parse().map_err(Failure::invalid)
}
