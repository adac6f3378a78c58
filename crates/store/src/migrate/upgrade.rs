//! Up: one transaction for each migration, its bookkeeping row and the lock.

use base::Timestamp;

use super::{Migration, Migrations, Problem, SHIPPED, Status, Version, sql};
use crate::{Db, Error, Result, Tx};

/// Runs what is pending of [`SHIPPED`]; returns what it ran.
pub async fn upgrade(db: &Db, now: Timestamp) -> Result<Vec<Migration>> {
    SHIPPED.upgrade(db, None, now).await
}

/// Where the database is, by [`SHIPPED`].
pub async fn status(db: &Db) -> Result<Status> {
    SHIPPED.status(db).await
}

impl Migrations {
    /// Where the database is; refuses one that does not fit this list.
    pub async fn status(self, db: &Db) -> Result<Status> {
        let mut tx = db.read().await?;
        Ok(self.compare(sql::applied(&mut tx).await?)?)
    }

    /// What [`Migrations::upgrade`] would run on a database with this status.
    pub fn plan_upgrade(
        self,
        status: &Status,
        target: Option<Version>,
    ) -> Result<Vec<Migration>, Problem> {
        let target = target.unwrap_or(self.newest());
        self.known(target)?;
        if target < status.version {
            return Err(Problem::WrongDirection {
                current: status.version,
                target,
                side: "below",
                instead: "downgrade",
            });
        }
        let pending = status.pending.iter();
        Ok(pending.filter(|one| one.version <= target).copied().collect())
    }

    /// Runs what is pending up to a version, by default all; returns what it ran.
    ///
    /// Two that run at once take turns, migration by migration; killed at any moment, the
    /// next one goes on where the last commit was.
    pub async fn upgrade(
        self,
        db: &Db,
        target: Option<Version>,
        now: Timestamp,
    ) -> Result<Vec<Migration>> {
        self.plan_upgrade(&self.status(db).await?, target)?;
        let target = target.unwrap_or(self.newest());
        let mut ran = Vec::new();
        while let Some(migration) =
            db.write(move |tx| Box::pin(self.next_up(tx, target, now))).await?
        {
            tracing::info!("applied migration {}", migration.name);
            ran.push(migration);
        }
        Ok(ran)
    }

    async fn next_up(
        self,
        tx: &mut Tx,
        target: Version,
        now: Timestamp,
    ) -> Result<Option<Migration>> {
        sql::lock(tx).await?;
        sql::create_table(tx).await?;
        let status = self.compare(sql::applied(tx).await?)?;
        let next = status.pending.first().copied().filter(|one| one.version <= target);
        if let Some(migration) = next {
            let up = migration.up_on(tx.kind());
            tx.batch(up).await.map_err(|error| migration.failed("up", &error))?;
            sql::insert(tx, &migration, now).await?;
        }
        Ok(next)
    }
}

impl Migration {
    pub(super) fn failed(&self, direction: &'static str, error: &Error) -> Error {
        match error {
            Error::DiskFull => Error::DiskFull,
            other => Error::from(Problem::Failed {
                name: self.name,
                direction,
                reason: other.to_string(),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
