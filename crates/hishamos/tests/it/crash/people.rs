//! R13: questions to people survive every death, nothing goes on without an answer, and of
//! many answers at once one counts.

use serde_json::json;

use super::endpoint::Endpoint;
use super::site::{PATIENCE, Site, seed};
use super::size::asked;
use super::works::ASKS;
use crate::program::{Folder, Server};

/// How many questions wait; a soak has more.
const QUESTIONS: usize = 40;
/// How often the server is killed meanwhile.
const KILLS: usize = 5;
/// How many answer each of some questions at the same time.
const ANSWERS: usize = 64;
/// How many questions are answered so.
const CONTESTED: usize = 4;

/// Asks, dies, and asks still.
pub async fn asked_through_deaths(database: Vec<String>) {
    let folder = Folder::new();
    let (endpoint, _poison) = Endpoint::start(folder.path()).await;
    let site = Site::new(database, endpoint.address, folder, seed(asked("PROOF_SEED")));
    let questions = asked("PROOF_QUESTIONS").map_or(QUESTIONS, |count| count as usize);
    let kills = asked("PROOF_QUESTIONS").map_or(KILLS, |_| 20);
    let mut server = site.start().await;
    let mut all = Vec::new();
    for number in 0..questions {
        let inputs = json!({ "name": format!("q{number}") });
        all.push(site.execute(&server, &endpoint, ASKS, inputs).await);
    }
    let mut before = pending(&site, &server, questions).await;
    for _ in 0..kills {
        drop(server);
        server = site.start().await;
        let after = pending(&site, &server, questions).await;
        assert_eq!(after, before, "every question is asked as before");
        before = after;
    }
    assert_eq!(endpoint.calls().len(), 0, "nobody went on without an answer");
    for id in before.iter().take(CONTESTED) {
        let (path, body) = (format!("/approvals/{id}/decide"), json!({ "approve": true }));
        let answers = (0..ANSWERS).map(|_| site.post(&server, &path, "", &body));
        let told = futures::future::join_all(answers).await;
        let told: Vec<u16> = told.into_iter().map(|answer| answer.unwrap().0).collect();
        let count = |status: u16| told.iter().filter(|told| **told == status).count();
        assert_eq!((count(200), count(409)), (1, ANSWERS - 1), "{told:?}");
    }
    let done = async {
        while endpoint.calls().len() < CONTESTED {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, done).await.expect("what was answered goes on");
    drop(server);
    let server = site.start().await;
    pending(&site, &server, questions - CONTESTED).await;
    assert_eq!(endpoint.effects(), CONTESTED, "one answer, one effect");
    drop(server);
    site.check();
}

/// The ids of so many questions that wait.
async fn pending(site: &Site, server: &Server, count: usize) -> Vec<String> {
    let look = async {
        loop {
            let found = site.all(server, "/approvals?limit=200").await;
            if found.len() == count {
                return found;
            }
            assert!(found.len() < count, "{found:#?}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, look).await.expect("the questions are asked");
    found.iter().map(|approval| approval["id"].as_str().unwrap().to_owned()).collect()
}
