//! R21: three servers whose ways to the database break at random, each alone or several at
//! once, in one direction or in both, once or again and again. Nothing is lost or doubled, at
//! most one server drives executions, and one that cannot reach the database stops by itself.

use std::time::Duration;

use store::{Db, params, sql};
use tokio::time::Instant;

use super::proxy::{Proxy, Weather};
use super::within;
use crate::crash::customer::Customer;
use crate::crash::endpoint::Endpoint;
use crate::crash::site::{PATIENCE, Site, seed};
use crate::crash::size::Size;
use crate::crash::{mill, verdict};
use crate::program::{Folder, Server};

/// How many episodes there are, unless a soak asks for more.
const EPISODES: usize = 3;
/// How long a server that cannot reach the database may go on.
const ALONE: Duration = Duration::from_secs(15);
/// How much later that is seen: asking takes up to 2 s while the database does not answer,
/// and two answers in a row count.
const SEEN_LATER: Duration = Duration::from_secs(5);
/// When everything has to have ended once the network is whole.
const HEALED: Duration = Duration::from_secs(60);
/// How long one server is asked before the next one is, at first; longer and longer, so that
/// a busy machine gets on as well.
const TURN: Duration = Duration::from_millis(500);
const LONGEST_TURN: Duration = Duration::from_secs(8);

/// A server and its way to the database.
struct Node {
    server: Server,
    proxy: Proxy,
}

/// What breaks, and for how long.
#[derive(Debug)]
struct Episode {
    nodes: Vec<usize>,
    /// Nothing when it changes all the time.
    weather: Option<Weather>,
    lasts: Duration,
    /// Whether what was held back is lost in the end, and not delivered late.
    loses: bool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partitions_lose_nothing() {
    let test = store::testing::postgres().await;
    let store::Target::Postgres { url } = &test.target else { panic!("it is PostgreSQL") };
    let folder = Folder::new();
    let (endpoint, _poison) = Endpoint::start(folder.path()).await;
    let size = Size::by("PROOF_EPISODES", EPISODES);
    let database = vec!["--database".to_owned(), url.clone()];
    let mut site = Site::new(database, endpoint.address, folder, seed(size.seed));
    let folders = [Folder::new(), Folder::new(), Folder::new()];
    let mut nodes: Vec<Node> = Vec::new();
    for folder in &folders {
        let proxy = Proxy::start(&test.target).await;
        let server = site.spawn_by(folder.path(), &proxy.arguments());
        let state = if nodes.is_empty() { "active" } else { "standby" };
        site.wait_for_engine(&server, state).await;
        nodes.push(Node { server, proxy });
    }
    mill::save(&site, &nodes[0].server, &endpoint).await;
    site.is_lenient = true;
    site.on_its_way_ms = 5_000;
    let mut customer = Customer::default();
    let begun = Instant::now();
    let (mut episodes, mut slowest, mut moves) = (0, Duration::ZERO, 0);
    let mut fenced = Vec::new();
    while size.goes_on(episodes, begun.elapsed()) {
        let active = active(&site, &nodes).await;
        let episode = Episode::roll(&site, active, episodes == 0);
        customer.want(&site, mill::AT_ONCE);
        serve(&site, &nodes, &mut customer, Duration::from_millis(site.roll(1500))).await;
        let epoch = lease(&test.db).await.0;
        let watch = Watch::of(&episode, active);
        let happen = async {
            episode.happen(&site, &nodes).await;
            Instant::now()
        };
        let (seen, healed, _) = tokio::join!(
            watch.look(&site, &nodes, &test.db),
            happen,
            serve(&site, &nodes, &mut customer, episode.lasts),
        );
        fenced.extend(seen);
        let ends = serve(&site, &nodes, &mut customer, PATIENCE + HEALED).await;
        assert!(ends, "not everything ends after {episode:?}");
        slowest = slowest.max(healed.elapsed());
        moves += lease(&test.db).await.0 - epoch;
        episodes += 1;
    }
    let server = &nodes[active(&site, &nodes).await].server;
    customer.compare(&site, server, usize::MAX).await;
    verdict::check(&site, server, &customer, &endpoint.calls()).await;
    println!(
        "{episodes} episodes, the role was taken {moves} times in them, {} executions, {} calls of {} keys",
        customer.orders.len(),
        endpoint.calls().len(),
        endpoint.effects(),
    );
    let latest = fenced.iter().max().copied().unwrap_or_default();
    within(
        &format!("stopped by itself, the slowest of {},", fenced.len()),
        latest,
        ALONE + SEEN_LATER,
    );
    within("everything had ended", slowest, HEALED);
    drop(nodes);
    site.check();
}

impl Episode {
    /// The first one lasts until another server has taken over, whatever the dice say.
    fn roll(site: &Site, active: usize, is_first: bool) -> Self {
        let is_long = is_first || site.roll(4) == 0;
        let kinds = [Weather::DEAF, Weather::DUMB, Weather::SILENT, Weather::CUT];
        let kind = site.roll(if is_long { 4 } else { 6 });
        let mut nodes =
            vec![if is_long || site.roll(3) > 0 { active } else { site.roll(3) as usize }];
        // Now and then another one is cut off as well, or nobody is left.
        for other in 0..3 {
            if !is_long && !nodes.contains(&other) && site.roll(4) == 0 {
                nodes.push(other);
            }
        }
        let ms = if is_long { 19_000 + site.roll(2000) } else { 200 + site.roll(5000) };
        Self {
            nodes,
            weather: kinds.get(kind as usize).copied(),
            lasts: Duration::from_millis(ms),
            loses: site.roll(2) == 0,
        }
    }

    async fn happen(&self, site: &Site, nodes: &[Node]) {
        let set = |weather| self.nodes.iter().for_each(|node| nodes[*node].proxy.set(weather));
        let end = Instant::now() + self.lasts;
        if let Some(weather) = self.weather {
            set(weather);
            tokio::time::sleep_until(end).await;
        }
        while Instant::now() < end {
            let bad = [Weather::DEAF, Weather::DUMB, Weather::SILENT, Weather::CUT];
            set(bad[site.roll(4) as usize]);
            tokio::time::sleep(Duration::from_millis(site.roll(800))).await;
            set(Weather::FAIR);
            tokio::time::sleep(Duration::from_millis(site.roll(400))).await;
        }
        if self.loses {
            self.nodes.iter().for_each(|node| nodes[*node].proxy.reset());
        }
        set(Weather::FAIR);
    }
}

/// What is looked at while an episode happens.
struct Watch {
    lasts: Duration,
    /// The server that has to stop by itself.
    alone: Option<usize>,
}

impl Watch {
    fn of(episode: &Episode, active: usize) -> Self {
        let is_alone = episode.nodes.contains(&active)
            && episode.weather.is_some()
            && episode.lasts > ALONE + Duration::from_secs(3);
        Self { lasts: episode.lasts, alone: is_alone.then_some(active) }
    }

    /// Looks at everybody until the episode is over; gives when the one that was cut off was
    /// seen to have stopped.
    async fn look(&self, site: &Site, nodes: &[Node], db: &Db) -> Option<Duration> {
        let begun = Instant::now();
        let mut fenced = None;
        let mut last = lease(db).await;
        while begun.elapsed() < self.lasts {
            let before = lease(db).await;
            let (one, two) = (claims(site, nodes).await, claims(site, nodes).await);
            let after = lease(db).await;
            assert!(after.0 >= before.0 && before.0 >= last.0, "the epoch fell to {}", after.0);
            let is_same = before.1 == last.1 || before.0 > last.0;
            assert!(is_same, "the role moved from {} to {} in one epoch", last.1, before.1);
            if before == after {
                let both = one.iter().zip(&two).filter(|(one, two)| **one && **two).count();
                assert!(both <= 1, "{both} servers drive executions at {:?}", begun.elapsed());
            }
            if self.alone.is_some_and(|alone| !one[alone] && !two[alone]) {
                fenced.get_or_insert(begun.elapsed());
            }
            last = after;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let has_stopped = self.alone.is_none() || fenced.is_some();
        assert!(has_stopped, "cut off for {:?}, and it goes on", self.lasts);
        fenced
    }
}

/// The epoch of the engine role and who has it, as the database says.
async fn lease(db: &Db) -> (i64, String) {
    let mut tx = db.read().await.unwrap();
    let text = sql!("select epoch, holder from engine_lease where id = 1");
    let row = tx.fetch_one(text, params![]).await.unwrap();
    (row.get("epoch").unwrap(), row.get("holder").unwrap())
}

/// Who says that it drives executions.
async fn claims(site: &Site, nodes: &[Node]) -> Vec<bool> {
    let ask = nodes.iter().map(|node| site.engine(&node.server));
    let told = futures::future::join_all(ask).await.into_iter();
    told.map(|state| state.expect("it answers") == "active").collect()
}

/// Which server drives executions; it waits until one does.
async fn active(site: &Site, nodes: &[Node]) -> usize {
    let wait = async {
        loop {
            if let Some(active) = claims(site, nodes).await.iter().position(|active| *active) {
                return active;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("some server drives executions")
}

/// Asks one server after the other, for so long or until everything has ended; whether it has.
async fn serve(site: &Site, nodes: &[Node], customer: &mut Customer, lasts: Duration) -> bool {
    let end = Instant::now() + lasts;
    let mut turn = TURN;
    while Instant::now() < end {
        for node in nodes {
            let rest = turn.min(end.saturating_duration_since(Instant::now()));
            if tokio::time::timeout(rest, customer.work(site, &node.server)).await.is_ok() {
                return true;
            }
        }
        turn = (turn * 2).min(LONGEST_TURN);
    }
    false
}
