//! Down: like up in reverse, but it looks first at what would be lost.

use super::{Lost, Migration, Migrations, Problem, Version, sql};
use crate::{Db, Error, Result, Tx};

impl Migrations {
    /// What [`Migrations::downgrade`] would take back, newest first, and what would be lost.
    pub async fn plan_downgrade(
        self,
        db: &Db,
        target: Version,
    ) -> Result<(Vec<Migration>, Vec<Lost>)> {
        self.known(target)?;
        let status = self.status(db).await?;
        if target > status.version {
            return Err(Error::from(Problem::WrongDirection {
                current: status.version,
                target,
                side: "above",
                instead: "upgrade",
            }));
        }
        let have = &self.0[..status.applied.len()];
        let back: Vec<Migration> =
            have.iter().rev().filter(|one| one.version > target).copied().collect();
        let mut tx = db.read().await?;
        let mut lost = Vec::new();
        for migration in &back {
            lost.extend(migration.loss(&mut tx).await?);
        }
        lost.sort_by(|left, right| left.what.cmp(&right.what));
        lost.dedup();
        Ok((back, lost))
    }

    /// Takes back everything newer than a version; 0.0.0 takes back everything. Rows are
    /// deleted only when `accept_loss` says so.
    pub async fn downgrade(
        self,
        db: &Db,
        target: Version,
        accept_loss: bool,
    ) -> Result<Vec<Migration>> {
        let (_, lost) = self.plan_downgrade(db, target).await?;
        if !accept_loss && !lost.is_empty() {
            return Err(Error::from(Problem::Loss(lost)));
        }
        let mut ran = Vec::new();
        while let Some(migration) =
            db.write(move |tx| Box::pin(self.next_down(tx, target, accept_loss))).await?
        {
            tracing::info!("took back migration {}", migration.name);
            ran.push(migration);
        }
        Ok(ran)
    }

    async fn next_down(
        self,
        tx: &mut Tx,
        target: Version,
        accept_loss: bool,
    ) -> Result<Option<Migration>> {
        sql::lock(tx).await?;
        let status = self.compare(sql::applied(tx).await?)?;
        let newest = self.0[..status.applied.len()].last().copied();
        let Some(migration) = newest.filter(|one| one.version > target) else { return Ok(None) };
        // Rows may have come since the plan was made.
        if !accept_loss {
            let lost = migration.loss(tx).await?;
            if !lost.is_empty() {
                return Err(Error::from(Problem::Loss(lost)));
            }
        }
        let down = migration.down_on(tx.kind());
        tx.batch(down).await.map_err(|error| migration.failed("down", &error))?;
        sql::delete(tx, &migration).await?;
        Ok(Some(migration))
    }
}
