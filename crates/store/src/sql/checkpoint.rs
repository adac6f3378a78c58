//! Moving SQLite's log into the database file. SQLite would do it inside a commit, and keep
//! a failed fsync to itself; here it is done on a connection of its own, beside the commits,
//! and the writer hears of what failed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::SqlitePool;
use tokio::task::JoinHandle;

use super::direct;

/// How far the log may grow before it is moved: 8 MB.
const DUE_PAGES: i64 = 2000;
/// How far it may grow before commits wait for the move, so that it begins anew: 48 MB.
const MOST_PAGES: i64 = 12_000;
/// After how many commits its length is looked at.
const LOOK_EVERY: u32 = 8;
/// Tells the log's length and how much of it was moved, and moves nothing.
const LOOK: &str = "pragma wal_checkpoint(noop)";
/// Moves what no reader needs any more.
const MOVE: &str = "pragma wal_checkpoint(passive)";

/// The log's mover. Clones share one connection.
#[derive(Debug, Clone)]
pub(super) struct Checkpoint {
    pool: SqlitePool,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    commits: u32,
    /// The move that is under way.
    moving: Option<Moving>,
}

type Moving = JoinHandle<Result<(), sqlx::Error>>;

impl Checkpoint {
    /// `pool` has one connection, which nothing else uses.
    pub(super) fn new(pool: SqlitePool) -> Self {
        Self { pool, state: Arc::default() }
    }

    /// Called after every commit by the writer alone: begins a move when one is due, and
    /// tells how the one before went.
    pub(super) async fn settle(&self, writing: &direct::Lane) -> Result<(), sqlx::Error> {
        if !self.is_time_to_look() {
            return Ok(());
        }
        let (pages, moved) = writing.between(|connection| connection.checkpoint(LOOK))?;
        let moving = self.state().moving.take();
        if let Some(moving) = moving {
            if !moving.is_finished() && pages < MOST_PAGES {
                self.state().moving = Some(moving);
                return Ok(());
            }
            joined(moving).await?;
        }
        if pages >= MOST_PAGES {
            writing.between(|connection| connection.checkpoint(MOVE))?;
        } else if pages - moved >= DUE_PAGES {
            self.state().moving = Some(begin(self.pool.clone()));
        }
        Ok(())
    }

    /// Waits for the move that is under way, then closes the connection.
    pub(super) async fn close(&self) {
        let moving = self.state().moving.take();
        if let Some(moving) = moving
            && let Err(error) = joined(moving).await
        {
            tracing::warn!("the last move of the log failed; the next start does it: {error}");
        }
        self.pool.close().await;
    }

    fn is_time_to_look(&self) -> bool {
        let mut state = self.state();
        state.commits = (state.commits + 1) % LOOK_EVERY;
        state.commits == 0
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::disallowed_methods, reason = "the handle is kept and awaited")]
fn begin(pool: SqlitePool) -> Moving {
    tokio::spawn(async move { sqlx::query(MOVE).execute(&pool).await.map(drop) })
}

async fn joined(moving: Moving) -> Result<(), sqlx::Error> {
    moving.await.unwrap_or_else(|error| {
        Err(sqlx::Error::Protocol(format!("the move of the log ended badly: {error}")))
    })
}
