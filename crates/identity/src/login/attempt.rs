//! An attempt to prove a password, counted before the password is looked at: otherwise a
//! thousand guesses at once would all pass before the first of them has failed.

use std::time::Duration;

use base::Timestamp;
use store::Tx;
use web::{Ctx, Error, Result};

use super::sql;
use super::throttle::{ACCOUNT, ADDRESS, Limit, MEMORY, wait};
use crate::token;
use crate::user::Email;

/// An attempt that was let through.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    account: Option<String>,
    address: String,
    at: Timestamp,
}

impl Attempt {
    /// Counts an attempt on an account, or refuses it when there were too many. Accounts
    /// that do not exist are counted alike, so that the answer does not tell.
    pub(crate) async fn begin(ctx: &Ctx, email: &Email) -> Result<Self> {
        let account = format!("account:{}", token::hash(email.as_str()));
        Self::admit(ctx, Some(account)).await
    }

    /// Counts a wrong token, which names no account. A token cannot be guessed; this is
    /// so that a stranger cannot fill the audit log.
    pub(crate) async fn count_wrong_token(ctx: &Ctx) -> Result<()> {
        Self::admit(ctx, None).await.map(|_| ())
    }

    async fn admit(ctx: &Ctx, account: Option<String>) -> Result<Self> {
        let address = format!("address:{}", token::hash(ctx.ip()));
        let attempt = Self { account, address, at: ctx.now() };
        ctx.write(move |tx| {
            Box::pin(async move {
                sql::forget_before(tx, attempt.at.minus(MEMORY)).await?;
                if let Some(account) = &attempt.account {
                    count(tx, account, ACCOUNT, attempt.at).await?;
                }
                count(tx, &attempt.address, ADDRESS, attempt.at).await?;
                Ok(attempt)
            })
        })
        .await
    }

    /// Forgets the attempts on the account, because its owner came in. Of the address only
    /// this one is forgotten: signing in to one account is no licence to guess at others.
    pub(crate) async fn succeeded(&self, tx: &mut Tx) -> Result<()> {
        if let Some(account) = &self.account {
            sql::forget(tx, account).await?;
        }
        sql::forget_at(tx, &self.address, self.at).await?;
        Ok(())
    }
}

async fn count(tx: &mut Tx, subject: &str, limit: Limit, now: Timestamp) -> Result<()> {
    let attempts = sql::attempts(tx, subject).await?;
    match wait(limit, &attempts, now) {
        None => Ok(sql::insert(tx, subject, now).await?),
        Some(wait) => Err(too_many(wait)),
    }
}

fn too_many(wait: Duration) -> Error {
    // Rounded up: who comes back at the time told must not be refused again.
    let wait = Duration::from_secs(wait.as_millis().div_ceil(1000) as u64);
    let detail = format!(
        "too many attempts to sign in; try again in {} s, or make a one-time link with \"hishamos user sign-in-link\"",
        wait.as_secs()
    );
    Error::rate_limited(detail, wait)
}
