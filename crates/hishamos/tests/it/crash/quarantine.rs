//! R14: a step that makes the process die is given up, and nobody else notices.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::endpoint::Endpoint;
use super::site::{PATIENCE, Site, seed};
use super::works::{NEIGHBOUR, POISON};
use crate::program::{Folder, Server};

/// How many executions work beside it, with steps that run through all of the deaths.
const NEIGHBOURS: usize = 8;

/// The server dies whenever the step does its work: the test kills it on each of its calls.
pub async fn isolated(database: Vec<String>) {
    let folder = Folder::new();
    let (endpoint, mut poison) = Endpoint::start(folder.path()).await;
    let site = Site::new(database, endpoint.address, folder, seed(None)).with_usual_deaths();
    let mut server = site.start().await;
    let mut all = Vec::new();
    for number in 0..NEIGHBOURS {
        let inputs = json!({ "name": format!("n{number}") });
        all.push(site.execute(&server, &endpoint, NEIGHBOUR, inputs).await);
    }
    let bad = site.execute(&server, &endpoint, POISON, json!({})).await;
    all.push(bad.clone());
    let mut deaths = 0;
    loop {
        tokio::select! {
            key = poison.recv() => {
                assert_eq!(key.unwrap(), format!("{bad}/bad/0/1"), "it is the same attempt");
                deaths += 1;
                drop(server);
                server = site.start().await;
            }
            done = tokio::time::timeout(PATIENCE, ended(&site, &server, &all)) => {
                done.expect("everything ends");
                break;
            }
        }
    }
    assert_eq!(deaths, 3, "it is given up after three deaths");
    for id in &all {
        let detail = site.read(&server, &format!("/executions/{id}")).await;
        if *id == bad {
            let error = &detail["error"];
            assert_eq!(
                (&detail["status"], &error["code"]),
                (&json!("failed"), &json!("quarantined"))
            );
            assert_eq!(error["step"], "bad");
        } else {
            assert_eq!(detail["status"], "completed", "a neighbour noticed: {detail:#}");
        }
    }
    drop(server);
    site.check();
}

async fn ended(site: &Site, server: &Server, all: &[String]) {
    for id in all {
        loop {
            let detail: Json = site.read(server, &format!("/executions/{id}")).await;
            let status = detail["status"].as_str().unwrap();
            if !matches!(status, "queued" | "running") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
