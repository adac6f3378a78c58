//! What the demonstration shows, from the model's name to the board.

use std::time::Duration;

use serde_json::{Value as Json, json};
use web::App;

use super::command::Wish;
use super::model;
use super::project::{self, Plan};
use crate::client::Client;
use crate::command::{BoardTable, totals};
use crate::config::Config;
use crate::failure::{Exit, Failure, Result};
use crate::terminal::{Output, print_json};
use crate::watch::{failure_of, follow};

/// How long the engine may take to start; longer than another process' lease lasts.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(25);

/// One telling.
pub struct Story<'a> {
    /// The public API.
    pub client: Client,
    /// For the sign-in link, which no API gives.
    pub app: &'a App,
    /// How to print.
    pub output: Output,
    /// The address that people use.
    pub url: &'a str,
    /// The configuration.
    pub config: &'a Config,
}

impl Story<'_> {
    /// Tells it.
    pub async fn tell(&self, wish: &Wish) -> Result<()> {
        self.wait_until_ready().await?;
        let plan = project::plan(&self.client, wish).await?;
        self.output.say(&format!("idea:  {}", wish.idea.text()));
        let execution = match plan {
            Plan::Show(execution) => {
                self.output.say("       it has a board already; --again does it anew");
                execution
            }
            Plan::Watch(execution) => {
                self.say_model().await?;
                self.output.say("       it is under way and goes on where it was");
                self.take_up(&execution).await?
            }
            Plan::Start(key) => {
                self.say_model().await?;
                let execution = project::start(&self.client, wish, key).await?;
                self.watch(&execution).await?
            }
        };
        self.show(&execution).await
    }

    async fn wait_until_ready(&self) -> Result<()> {
        let ready = async {
            loop {
                match self.client.get("/ready").await {
                    Ok(_) => return Ok(()),
                    Err(failure) if failure.exit == Exit::Unreachable => {
                        tokio::time::sleep(PAUSE).await;
                    }
                    Err(failure) => return Err(failure),
                }
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.unwrap_or_else(|_| {
            Err(Failure::failed("the engine did not start in time; the log says why"))
        })
    }

    async fn say_model(&self) -> Result<()> {
        let models = self.client.get("/api/v1/models").await?;
        for line in model::lines(&models, self.config)? {
            self.output.say(&line);
        }
        Ok(())
    }

    async fn take_up(&self, execution: &Json) -> Result<Json> {
        if execution["status"] == "paused" {
            let id = execution["id"].as_str().unwrap_or_default();
            self.client.post(&format!("/api/v1/executions/{id}/resume"), &json!({})).await?;
        }
        self.watch(execution).await
    }

    async fn watch(&self, execution: &Json) -> Result<Json> {
        let id = execution["id"].as_str().unwrap_or_default();
        let key = execution["project"].as_str().unwrap_or_default();
        self.output.say(&format!("watch: {}/executions/{id} (project {key})\n", self.url));
        let ended = follow(&self.client, id, self.output).await?;
        failure_of(&ended).map_or(Ok(ended), Err)
    }

    async fn show(&self, execution: &Json) -> Result<()> {
        let key = execution["project"].as_str().unwrap_or_default();
        let board = self.client.get(&format!("/api/v1/projects/{key}/board")).await?;
        let link = self.sign_in_link().await?;
        let url = format!("{}/projects/{key}", self.url);
        if self.output.is_json() {
            print_json(&json!({
                "execution": execution, "board": board, "url": url, "sign_in_link": link,
            }));
            return Ok(());
        }
        let shown = BoardTable::new(&board);
        self.output.say("");
        self.output.table(
            &board,
            &shown.table,
            "the board is empty: its items were deleted or undone",
        );
        self.output.say(&format!("\n{}", shown.totals));
        self.output.say(&totals(execution));
        self.output.say(&format!("\nboard: {url}"));
        self.output.line(&link, &format!("sign-in link: {link}"));
        self.output.say("It works once, within 15 minutes.");
        Ok(())
    }

    async fn sign_in_link(&self) -> Result<String> {
        let app = self.app;
        let token = identity::one_time_link::sign_in(&app.db, None, app.now(), &app.random).await?;
        Ok(format!("{}/sign-in#token={}", self.url, token.reveal()))
    }
}
