//! The real program on what a power cut left: what was accepted ends, and nothing is there
//! twice.

use super::super::proof::{self, Work};
use super::super::site::{Site, until};
use super::load::{Order, whole};
use crate::program::{Folder, Server, ended, program};

/// Starts the program on the folder and waits until everything has ended; looks at what was
/// accepted, which has to come to the same as what nobody disturbed.
pub async fn recovers(site: &Site, folder: &Folder, accepted: &[&Order], expected: &Work) {
    let script = folder.path().join("quick.json");
    let mut command = site.command(folder.path(), &[]);
    let server = Server::spawn(command.arg("--model-script").arg(script));
    site.wait_for_engine(&server, "active").await;
    for order in accepted {
        let path = format!("/executions/{}", order.id);
        until("an accepted execution completes", async || {
            let detail = site.read(&server, &path).await;
            let status = detail["status"].as_str().unwrap();
            assert!(matches!(status, "queued" | "running" | "completed"), "{detail:#}");
            (status == "completed").then_some(())
        })
        .await;
        proof::whole(&whole(site, &server, order).await, expected, 1);
        let path = format!("/executions?project={}&limit=200", order.project);
        assert_eq!(site.all(&server, &path).await.len(), 1, "{} is there once", order.id);
    }
    drop(server);
    let checked = program().arg("check").arg("--data").arg(folder.path()).output().unwrap();
    let (code, printed, errors) = ended(&checked);
    assert_eq!(code, 0, "{printed}{errors}");
}
