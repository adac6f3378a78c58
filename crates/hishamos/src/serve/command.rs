//! `hishamos serve`.

use clap::Args;

use super::{Server, Stop, admin_key, listen};
use crate::config::{Config, ServeFlags};
use crate::failure::Result;
use crate::trace::Post;

/// Run the server.
#[derive(Debug, Args)]
pub struct ServeCommand {
    #[command(flatten)]
    pub flags: ServeFlags,
    /// Refuse to start when the database's schema is older than this program
    #[arg(long)]
    pub no_migrate: bool,
}

/// Serves until a signal; spans of model calls go by `post`.
pub async fn serve(config: Config, may_migrate: bool, post: Option<Post>) -> Result<()> {
    let stop = Stop::listen()?;
    let server = Server::start(&config, may_migrate).await?;
    if let Some(post) = post {
        server.app.spawn(post.run(server.app.shutdown.clone()));
    }
    listen::warn_if_open(&config);
    listen::print_line(&format!("listening on http://{}", server.address));
    listen::print_setup_link(&server.app, &server.url(&config)).await?;
    let watch =
        admin_key::watch(server.app.clone(), server.identity.clone(), config.data.folder.clone());
    server.app.spawn(watch);
    server.run(stop).await
}
