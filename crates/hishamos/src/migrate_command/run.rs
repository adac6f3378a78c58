//! What each subcommand does.

use base::{Clock as _, SystemClock};
use store::migrate::{SHIPPED, Status, Version};
use store::{DataFolder, Db, Target};

use super::arguments::{Arguments, Command, Place};
use super::create;
use super::failure::Failure;
use super::report::{self, Report};

/// Does what the arguments ask; returns the text for standard output.
pub async fn run(arguments: Arguments) -> Result<String, Failure> {
    let Arguments { command, output, place } = arguments;
    let report = match command {
        Command::Status => report::status(&status(&place).await?),
        Command::List => report::list(&status(&place).await?),
        Command::Upgrade { version, dry_run } => upgrade(&place, version, dry_run).await?,
        Command::Downgrade { version, yes, dry_run } => {
            downgrade(&place, &version, yes, dry_run).await?
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

async fn upgrade(place: &Place, version: Option<String>, dry_run: bool) -> Result<Report, Failure> {
    let target = version.as_deref().map(parse).transpose()?;
    if dry_run {
        let plan = SHIPPED.plan_upgrade(&status(place).await?, target);
        return Ok(report::upgraded(&plan.map_err(store::Error::from)?, true));
    }
    let (db, _lock) = open_alone(place).await?;
    let ran = SHIPPED.upgrade(&db, target, SystemClock.now()).await;
    db.close().await;
    Ok(report::upgraded(&ran?, false))
}

async fn downgrade(
    place: &Place,
    version: &str,
    accept_loss: bool,
    dry_run: bool,
) -> Result<Report, Failure> {
    let target = parse(version)?;
    if !exists(place)? {
        return Err(Failure::invalid(format!(
            "there is no database in {}; pass --data or --database",
            place.data.display()
        )));
    }
    if dry_run {
        let db = Db::connect(&target_of(place)?).await?;
        let plan = SHIPPED.plan_downgrade(&db, target).await;
        db.close().await;
        let (back, lost) = plan?;
        return Ok(report::downgraded(&back, &lost, true));
    }
    let (db, _lock) = open_alone(place).await?;
    let done = async {
        let (_, lost) = SHIPPED.plan_downgrade(&db, target).await?;
        Ok::<_, store::Error>((SHIPPED.downgrade(&db, target, accept_loss).await?, lost))
    }
    .await;
    db.close().await;
    let (ran, lost) = done?;
    Ok(report::downgraded(&ran, &lost, false))
}

/// Looks without the folder's lock, so also while the server runs; makes no database.
async fn status(place: &Place) -> Result<Status, Failure> {
    if !exists(place)? {
        let pending = SHIPPED.0.to_vec();
        return Ok(Status { version: Version::NONE, applied: Vec::new(), pending });
    }
    let db = Db::connect(&target_of(place)?).await?;
    let status = SHIPPED.status(&db).await;
    db.close().await;
    Ok(status?)
}

/// Opens the database for changes: with the data folder's lock, so never under a server.
async fn open_alone(place: &Place) -> Result<(Db, Option<DataFolder>), Failure> {
    let lock = match place.database {
        Some(_) => None,
        None => Some(DataFolder::open(&place.data)?),
    };
    Ok((Db::connect(&target_of(place)?).await?, lock))
}

fn target_of(place: &Place) -> Result<Target, Failure> {
    match &place.database {
        Some(address) => Ok(address.parse()?),
        None => Ok(Target::Sqlite { path: place.data.join("hishamos.db") }),
    }
}

/// Whether there is a database; a server's is there unless connecting fails.
fn exists(place: &Place) -> Result<bool, Failure> {
    Ok(match target_of(place)? {
        Target::Sqlite { path } => path.exists(),
        Target::Postgres { .. } => true,
    })
}

fn parse(version: &str) -> Result<Version, Failure> {
    version.parse().map_err(Failure::invalid)
}
