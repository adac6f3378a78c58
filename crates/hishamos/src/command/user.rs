//! `hishamos user …`: who can run commands on the server may let people in.

use std::io::Read as _;
use std::sync::Arc;

use base::{Clock as _, OsRandom, Random, Secret, SystemClock};
use clap::{Args, Subcommand};
use identity::user::{Locale, NewAdmin};
use serde_json::json;

use super::offline;
use crate::config::{DataFlags, Environment, near};
use crate::failure::{Exit, Failure, Result};
use crate::terminal::Output;

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make an administrator; the first one comes with their organisation
    CreateAdmin(CreateAdmin),
    /// Print a link that signs somebody in once; works while the server runs
    SignInLink(SignInLink),
}

/// Make an administrator.
#[derive(Debug, Args)]
pub struct CreateAdmin {
    #[command(flatten)]
    data: DataFlags,
    /// Their e-mail address
    #[arg(long)]
    email: String,
    /// Their name
    #[arg(long)]
    name: String,
    /// The organisation's name, when there is none yet
    #[arg(long, default_value = "My organisation")]
    organisation: String,
    /// Read the password from standard input; without it they sign in by links only
    #[arg(long)]
    password_stdin: bool,
}

/// Print a link that signs somebody in once.
#[derive(Debug, Args)]
pub struct SignInLink {
    #[command(flatten)]
    data: DataFlags,
    /// Whose link; the only administrator's when absent
    #[arg(long)]
    email: Option<String>,
    /// The server's address as people see it [default: the configured one]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    match command {
        Command::CreateAdmin(command) => create_admin(command, output, environment).await,
        Command::SignInLink(command) => sign_in_link(command, output, environment).await,
    }
}

async fn create_admin(
    command: CreateAdmin,
    output: Output,
    environment: &Environment,
) -> Result<()> {
    let password = if command.password_stdin { Some(read_password()?) } else { None };
    let config = offline::configuration(&command.data, environment)?;
    let (_folder, db) = offline::database(&config).await?;
    let admin = NewAdmin {
        email: command.email.clone(),
        name: command.name,
        password,
        organisation: command.organisation,
        locale: Locale::English,
    };
    let random: Arc<dyn Random> = Arc::new(OsRandom);
    let made = identity::user::create_admin(&db, admin, SystemClock.now(), &random).await;
    db.close().await;
    let id = made?;
    output.line(
        &json!({ "id": id.to_string(), "email": command.email }),
        &format!("made administrator {id}"),
    );
    Ok(())
}

/// One line of standard input, without its end.
fn read_password() -> Result<Secret<String>> {
    let mut text = String::new();
    let mut input = std::io::stdin().lock().take(64 * 1024);
    input.read_to_string(&mut text).map_err(|error| {
        Failure::invalid(format!("the password on standard input cannot be read: {error}"))
    })?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() || line.contains('\n') {
        return Err(Failure::invalid("give the password as one line on standard input"));
    }
    Ok(Secret::new(line.to_owned()))
}

async fn sign_in_link(
    command: SignInLink,
    output: Output,
    environment: &Environment,
) -> Result<()> {
    let config = offline::configuration(&command.data, environment)?;
    let db = offline::existing_database(&config).await?;
    let random: Arc<dyn Random> = Arc::new(OsRandom);
    let made =
        identity::one_time_link::sign_in(&db, command.email.as_deref(), SystemClock.now(), &random)
            .await;
    db.close().await;
    let token = made.map_err(refused)?;
    let url = command.url.or_else(|| config.server.public_url.clone());
    let url = url.unwrap_or_else(|| format!("http://{}", near(config.server.listen)));
    let link = format!("{}/sign-in#token={}", url.trim_end_matches('/'), token.reveal());
    output.line(&json!({ "link": link }), &format!("sign-in link: {link}"));
    output.say("It works once, within 15 minutes.");
    Ok(())
}

/// That there is nobody for whom the link could be; anything else is no matter of names.
fn refused(error: web::Error) -> Failure {
    if error.status().is_client_error() {
        return Failure::new(Exit::NotFound, error.detail());
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_of_the_database_is_not_told_as_a_missing_name() {
        let check = |error: web::Error, exit: Exit, message: &str| {
            assert_eq!(refused(error), Failure::new(exit, message));
        };
        check(web::invalid_state("no user has it"), Exit::NotFound, "no user has it");
        check(web::Error::internal("a page is torn"), Exit::Failed, "a page is torn");
        let lost = store::Error::Unreachable("it was cut".to_owned());
        let message = "the database cannot be reached: it was cut";
        check(lost.into(), Exit::Unreachable, message);
    }
}
