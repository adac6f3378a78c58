//! Running the server and the demonstration side by side.

use std::ffi::OsString;

use clap::Args;

use super::idea::{self, Idea};
use super::story::Story;
use crate::client::Client;
use crate::config::{Config, ServeFlags};
use crate::failure::{Failure, Result};
use crate::serve::{KEY_FILE, Server, Stop, ensure_key, warn_if_open};
use crate::terminal::Output;

/// Turn an idea into a board.
#[derive(Debug, Args)]
pub struct DemoCommand {
    /// The idea in your words; a clinic's booking system when left out
    idea: Option<OsString>,
    #[command(flatten)]
    pub flags: ServeFlags,
    /// The project to fill; made when there is none of this key
    #[arg(long, value_name = "KEY")]
    project: Option<String>,
    /// Do it anew although this idea has a board already
    #[arg(long)]
    again: bool,
    /// End when the board is printed instead of serving on
    #[arg(long)]
    once: bool,
}

/// What the demonstration is about.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The idea.
    pub idea: Idea,
    /// The project to fill.
    pub project: Option<String>,
    /// Whether to do it although it was done.
    pub again: bool,
}

/// Shows it; afterwards serves until a signal, unless it should end.
pub async fn demo(command: DemoCommand, config: Config, output: Output) -> Result<()> {
    let idea = idea::check(command.idea.as_deref())?;
    let wish = Wish { idea, project: command.project.clone(), again: command.again };
    let stop = Stop::listen()?;
    let done = stop.done.clone();
    let server = Server::start(&config, true).await?;
    warn_if_open(&config);
    let url = server.url(&config);
    output.say(&format!("listening on http://{}", server.address));
    let (app, identity, near) = (server.app.clone(), server.identity.clone(), server.near_url());
    let telling = async {
        create_admin(&app).await?;
        ensure_key(&app, &identity, &config.data.folder).await?;
        let key = std::fs::read_to_string(config.data.folder.join(KEY_FILE)).map_err(|error| {
            Failure::failed(format!("cannot read {KEY_FILE} in the data folder: {error}"))
        })?;
        let client = Client::to(&near, Some(base::Secret::new(key.trim().to_owned())))?;
        let story = Story { client, app: &app, output, url: &url, config: &config };
        story.tell(&wish).await
    };
    let mut serving = std::pin::pin!(server.run(stop));
    tokio::select! {
        stopped = &mut serving => {
            output.say("\nStopped. What was not finished goes on where it was: run the same command again, or \"hishamos serve\".");
            stopped
        }
        told = telling => {
            if told.is_ok() && !command.once {
                output.say("\nServing until Ctrl-C.");
                return serving.await;
            }
            done.cancel();
            let stopped = serving.await;
            told.and(stopped)
        }
    }
}

/// The administrator of a demonstration, when nobody has an account.
async fn create_admin(app: &web::App) -> Result<()> {
    let admin = identity::user::NewAdmin {
        email: "admin@localhost".to_owned(),
        name: "Local administrator".to_owned(),
        password: None,
        organisation: "Demonstration".to_owned(),
        locale: identity::user::Locale::English,
    };
    identity::setup::create_local_admin(&app.db, admin, app.now(), &app.random).await?;
    Ok(())
}
