//! Whoever wants the work done: starts executions, sends signals, decides, cancels, looks.
//! Every request may fall into a dead server; the customer asks again, and remembers what
//! was promised and what was seen.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::endpoint::now_ms;
use super::site::Site;
use super::works::Kind;
use crate::program::Server;

/// One execution that is wanted.
pub struct Order {
    pub name: String,
    pub kind: Kind,
    /// Once it was accepted.
    pub id: Option<String>,
    /// How it ended, once that was seen.
    pub ended: Option<String>,
    /// When the server said that it is cancelled.
    pub cancelled_at: Option<i64>,
    has_signal: bool,
    /// How often it was looked at.
    looks: u64,
    /// After how many looks it is cancelled.
    patience: u64,
}

#[derive(Default)]
pub struct Customer {
    pub orders: Vec<Order>,
    /// The approvals that the server said are decided.
    pub decided: BTreeSet<String>,
    /// Each result as it was at first sight.
    pub results: BTreeMap<String, String>,
    next: usize,
}

impl Customer {
    /// Wants so many more, of each kind in turn.
    pub fn want(&mut self, site: &Site, count: usize) {
        for _ in 0..count {
            let number = self.orders.len();
            self.orders.push(Order {
                name: format!("o{number}"),
                kind: Kind::ALL[number % Kind::ALL.len()],
                id: None,
                ended: None,
                cancelled_at: None,
                has_signal: false,
                looks: 0,
                patience: site.roll(6),
            });
        }
    }

    /// How many have not ended, as far as was seen.
    pub fn open(&self) -> usize {
        self.orders.iter().filter(|order| order.ended.is_none()).count()
    }

    /// Works until everything that is wanted has ended. May be stopped anywhere.
    pub async fn work(&mut self, site: &Site, server: &Server) {
        while self.orders.iter().any(|order| order.ended.is_none()) {
            self.next = (self.next + 1) % self.orders.len();
            if self.next == 0 {
                self.decide(site, server).await;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            self.serve(site, server).await;
        }
    }

    /// Wants one more, and asks until the server has accepted it.
    pub async fn order(&mut self, site: &Site, server: &Server) {
        self.want(site, 1);
        let newest = self.orders.len() - 1;
        while self.orders[newest].id.is_none() {
            self.next = newest;
            self.serve(site, server).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What there is to do for one order.
    async fn serve(&mut self, site: &Site, server: &Server) {
        let order = &mut self.orders[self.next];
        if order.ended.is_some() {
            return;
        }
        let Some(id) = order.id.clone() else {
            let parts = if order.kind == Kind::Assembly { json!([1, 2, 3]) } else { Json::Null };
            let mut inputs = json!({ "name": order.name });
            if !parts.is_null() {
                inputs["parts"] = parts;
            }
            let path = format!("/workflows/{}/execute", order.kind.slug());
            let body = json!({ "inputs": inputs });
            let answer = site.post(server, &path, &order.name, &body).await;
            if let Some((202, made)) = answer {
                let id = made["id"].as_str().unwrap().to_owned();
                site.promised(&format!("accepted {id}"));
                order.id = Some(id);
            }
            return;
        };
        order.looks += 1;
        if order.kind == Kind::Assembly && !order.has_signal {
            let body = json!({ "name": "go", "payload": { "n": order.name } });
            let path = format!("/executions/{id}/signals");
            if let Some((status, answer)) = site.post(server, &path, "", &body).await {
                // One whose answer was lost may have ended meanwhile.
                assert!(matches!(status, 200 | 409 | 503), "{status}: {answer}");
                order.has_signal = status != 503;
                if order.has_signal {
                    site.promised(&format!("signalled {id}"));
                }
            }
        }
        if order.kind == Kind::Stopped
            && order.cancelled_at.is_none()
            && order.looks > order.patience
        {
            let path = format!("/executions/{id}/cancel");
            if let Some((status, answer)) = site.post(server, &path, "", &json!({})).await {
                // One whose answer was lost is cancelled already.
                assert!(matches!(status, 200 | 409 | 503), "{status}: {answer}");
                if status != 503 {
                    order.cancelled_at = Some(now_ms());
                    site.promised(&format!("cancelled {id}"));
                }
            }
        }
        self.look(site, server, &id).await;
    }

    /// Looks at an execution and keeps each result that is seen for the first time.
    async fn look(&mut self, site: &Site, server: &Server, id: &str) {
        let Some(seen) = site.get(server, &format!("/executions/{id}")).await else { return };
        for step in seen["steps"].as_array().unwrap() {
            for instance in step["instances"].as_array().unwrap() {
                let Some(result) = instance["result_id"].as_str() else { continue };
                if self.results.contains_key(result) {
                    continue;
                }
                let path = format!("/results/{result}");
                let Some(found) = site.get(server, &path).await else { return };
                self.results.insert(result.to_owned(), found.to_string());
            }
        }
        let status = seen["status"].as_str().unwrap();
        let order = &mut self.orders[self.next];
        if matches!(status, "completed" | "failed" | "cancelled" | "rolled_back") {
            assert_eq!(status, order.kind.end(), "{seen:#}");
            site.promised(&format!("ended {id} {status}"));
            order.ended = Some(status.to_owned());
        }
    }

    /// Approves whatever it is asked, from several sides at once.
    async fn decide(&mut self, site: &Site, server: &Server) {
        let Some(page) = site.get(server, "/approvals?limit=200").await else { return };
        for approval in page["items"].as_array().unwrap() {
            let id = approval["id"].as_str().unwrap().to_owned();
            let (path, body) = (format!("/approvals/{id}/decide"), json!({ "approve": true }));
            let tries = (0..3).map(|_| site.post(server, &path, "", &body));
            let answers = futures::future::join_all(tries).await;
            let told: Vec<u16> = answers.into_iter().flatten().map(|(status, _)| status).collect();
            assert!(told.iter().all(|status| matches!(status, 200 | 409 | 503)), "{told:?}");
            assert!(told.iter().filter(|status| **status == 200).count() <= 1, "{told:?}");
            if told.contains(&200) {
                site.promised(&format!("decided {id}"));
                self.decided.insert(id);
            }
        }
    }

    /// Some of the results that were seen are still what they were; all of them when
    /// `most` says so.
    pub async fn compare(&self, site: &Site, server: &Server, most: usize) {
        if self.results.is_empty() {
            return;
        }
        let first = site.roll(self.results.len() as u64) as usize;
        for (id, seen) in self.results.iter().cycle().skip(first).take(most.min(self.results.len()))
        {
            let found = site.read(server, &format!("/results/{id}")).await;
            assert_eq!(&found.to_string(), seen, "result {id} was changed: {found:#}");
        }
    }
}
