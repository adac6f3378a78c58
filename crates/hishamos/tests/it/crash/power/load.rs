//! Clients who ask for backlogs, and remember what they were told and when. Such an execution
//! has everything: agents whose calls stand in the ledger, results, and work items on a
//! board. First one client works until SQLite's log begins anew, then several at a time.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs::metadata;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::{Value as Json, json};

use super::super::proof::Work;
use super::super::site::{Site, made};
use super::judge::{Ack, Told};
use crate::program::Server;

/// How many ask at the same time.
const CLIENTS: usize = 4;
/// How long each of them waits before it looks again.
const PAUSE: Duration = Duration::from_millis(100);
/// A page in SQLite's log, in bytes. The log is moved into the database each time it has
/// grown by 2000, and begins anew once it was moved and nobody had written meanwhile.
const PAGE: u64 = 4120;
/// How long nobody writes after each of the last pages, so that a move that is due is seen.
const SILENCE: Duration = Duration::from_millis(40);
/// How long nobody writes once one is seen, so that it comes to its end with its sync.
const REST: Duration = Duration::from_millis(300);
/// As long as a description may be: it fills pages.
const DESCRIPTION: usize = 20_000;

/// An execution that was accepted.
pub struct Order {
    pub id: String,
    pub project: String,
    /// When that was told, in microseconds since 1970.
    pub accepted: i64,
}

/// What clients remember.
#[derive(Default)]
pub struct Book {
    /// In the order of time.
    pub acks: Vec<Ack>,
    pub orders: Vec<Order>,
    known: BTreeSet<(Told, String)>,
}

impl Book {
    fn tell(&mut self, told: Told, id: &Json) {
        let (at, id) = (now_us(), id.as_str().unwrap().to_owned());
        if self.known.insert((told, id.clone())) {
            self.acks.push(Ack { at, told, id });
        }
    }
}

/// Works until the log has begun anew and it is enough; what was asked for is waited for.
pub async fn work(
    site: &Site,
    server: &Server,
    database: &Path,
    is_enough: impl Fn() -> bool,
) -> Book {
    let next = Cell::new(0);
    let client = |_| Client { site, server, next: &next, book: Book::default() };
    let mut clients: Vec<Client<'_>> = (0..CLIENTS).map(client).collect();
    clients[0].begin_log_anew(database).await;
    let works = clients.iter_mut().map(|client| client.work(&is_enough));
    futures::future::join_all(works).await;
    let mut all = Book::default();
    for client in clients {
        all.acks.extend(client.book.acks);
        all.orders.extend(client.book.orders);
    }
    all.acks.sort_by_key(|ack| ack.at);
    all
}

struct Client<'s> {
    site: &'s Site,
    server: &'s Server,
    /// The number of the next project.
    next: &'s Cell<usize>,
    book: Book,
}

impl Client<'_> {
    async fn work(&mut self, is_enough: &impl Fn() -> bool) {
        while !is_enough() {
            self.order().await;
        }
    }

    async fn begin_log_anew(&mut self, database: &Path) {
        let log = database.with_extension("db-wal");
        let length = || metadata(&log).unwrap().len();
        let changed = || metadata(database).unwrap().modified().unwrap();
        while length() < 1000 * PAGE {
            self.order().await;
        }
        while length() < 1900 * PAGE {
            self.project().await;
        }
        loop {
            let (before, mut moved) = (length(), changed());
            self.project().await;
            if length() == before {
                return;
            }
            tokio::time::sleep(SILENCE).await;
            while changed() != moved {
                moved = changed();
                tokio::time::sleep(REST).await;
            }
        }
    }

    /// Makes a project; gives its key.
    async fn project(&mut self) -> String {
        let key = format!("P{}", self.next.replace(self.next.get() + 1));
        let text = "x".repeat(DESCRIPTION);
        let body = json!({ "key": key, "name": "Clinic", "description": text });
        let answer = made(self.site, self.server, "/projects", 201, body).await;
        self.book.tell(Told::Project, &answer["id"]);
        key
    }

    /// Asks for a backlog, and looks until it is there.
    async fn order(&mut self) {
        let project = self.project().await;
        let path = format!("/projects/{project}/generate-stories");
        let body = json!({ "idea": "A clinic needs online appointment booking" });
        let answer = made(self.site, self.server, &path, 202, body).await;
        self.book.tell(Told::Started, &answer["id"]);
        let id = answer["id"].as_str().unwrap().to_owned();
        let order = Order { id, project, accepted: now_us() };
        while !self.look(&order).await {
            tokio::time::sleep(PAUSE).await;
        }
        self.book.orders.push(order);
    }

    /// Looks at an execution and at what came of it; says whether it has completed.
    async fn look(&mut self, order: &Order) -> bool {
        let (site, server) = (self.site, self.server);
        let detail = site.read(server, &format!("/executions/{}", order.id)).await;
        for step in detail["steps"].as_array().unwrap() {
            for instance in step["instances"].as_array().unwrap() {
                if instance["result_id"].is_string() {
                    self.book.tell(Told::Result, &instance["result_id"]);
                }
            }
        }
        let status = detail["status"].as_str().unwrap();
        assert!(matches!(status, "queued" | "running" | "completed"), "{detail:#}");
        let has_ended = status == "completed";
        if has_ended {
            self.book.tell(Told::Ended, &detail["id"]);
        }
        for call in calls(site, server, order).await {
            self.book.tell(Told::Call, &call["id"]);
        }
        if has_ended {
            for item in items(site, server, order).await {
                self.book.tell(Told::Item, &item["id"]);
            }
        }
        has_ended
    }
}

/// Everything that is left of an order that has completed.
pub async fn whole(site: &Site, server: &Server, order: &Order) -> Work {
    let execution = format!("/executions/{}", order.id);
    Work {
        execution: site.read(server, &execution).await,
        journal: site.all(server, &format!("{execution}/journal?limit=200")).await,
        calls: calls(site, server, order).await,
        items: items(site, server, order).await,
    }
}

async fn calls(site: &Site, server: &Server, order: &Order) -> Vec<Json> {
    site.all(server, &format!("/model-calls?execution={}&limit=200", order.id)).await
}

async fn items(site: &Site, server: &Server, order: &Order) -> Vec<Json> {
    site.all(server, &format!("/projects/{}/work-items?limit=200", order.project)).await
}

/// The time by the clock that strace goes by, too.
fn now_us() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "another program than the server")]
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    now.as_micros() as i64
}
