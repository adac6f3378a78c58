//! R10: three servers keep schedules that fire every second, and are killed meanwhile, the one
//! that drives and those that stand by; each time of each schedule has exactly one execution.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use base::{ScheduleId, Timestamp};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use crate::crash::site::{Site, made, seed, until};
use crate::crash::size::Size;
use crate::program::{Folder, Server};

/// How many schedules there are, and how many times of each are looked for; a soak has more.
const SCHEDULES: usize = 50;
const TICKS: usize = 20;
/// How far apart they are.
const SECOND: Duration = Duration::from_secs(1);
/// The longest that everybody lives before somebody is killed, in milliseconds.
const LIFE_MS: u64 = 1500;

const TICK: &str = "name: Tick\nsteps: [{id: say, tool: set, with: {said: tick}}]\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_time_of_a_schedule_has_one_execution_whoever_is_killed() {
    let (_test, database) = crate::crash::postgres().await;
    let size = Size::by("PROOF_TICKS", TICKS);
    let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
    let mut site = Site::new(database, nobody, Folder::new(), seed(size.seed));
    site.is_lenient = true;
    let folders = [Folder::new(), Folder::new(), Folder::new()];
    // One that is killed is away until it is started again.
    let mut servers: Vec<Option<Server>> = Vec::new();
    for folder in &folders {
        let server = site.spawn_on(folder.path());
        let state = if servers.is_empty() { "active" } else { "standby" };
        site.wait_for_engine(&server, state).await;
        servers.push(Some(server));
    }
    let firsts = keep(&site, at(&servers, 0)).await;
    let (kills, takeovers) = kill(&site, &folders, &mut servers, size).await;

    let driving = active(&site, &servers).await;
    let server = at(&servers, driving);
    catch_up(&site, server, &firsts, SECOND * (size.kills as u32 - 1)).await;
    for id in firsts.keys() {
        let off = json!({ "enabled": false });
        let (status, answer) = site.patch(server, &format!("/schedules/{id}"), &off).await;
        assert_eq!(status, 200, "{answer}");
    }
    // Whoever is in the middle of a time that was due goes; after that nothing fires.
    drop(servers);
    let server = site.spawn_on(folders[driving].path());
    site.wait_for_engine(&server, "active").await;
    let count = one_execution_each(&site, &server, &firsts).await;
    assert!(count >= SCHEDULES * size.kills, "{count} times");
    drop(server);
    site.check();
    println!(
        "{count} times of {SCHEDULES} schedules, each once; {kills} kills, {takeovers} of them until another server drove"
    );
}

/// Makes the schedules; gives the first time of each.
async fn keep(site: &Site, server: &Server) -> BTreeMap<ScheduleId, Timestamp> {
    made(site, server, "/workflows", 201, json!({ "definition": TICK })).await;
    let mut firsts = BTreeMap::new();
    for number in 0..SCHEDULES {
        let body = json!({
            "workflow": "tick", "name": format!("Schedule {number}"), "cron": "* * * * * *",
            "missed": "run_all",
        });
        let schedule = made(site, server, "/schedules", 201, body).await;
        firsts.insert(id(&schedule), time(&schedule["next_runs"][0]));
    }
    firsts
}

/// Kills servers and starts them again until there were times enough; gives how often, and how
/// often that one stayed dead until another one drove.
async fn kill(
    site: &Site,
    folders: &[Folder; 3],
    servers: &mut [Option<Server>],
    size: Size,
) -> (usize, usize) {
    let begun = Instant::now();
    let (mut kills, mut takeovers) = (0, 0);
    while size.goes_on(begun.elapsed().as_secs() as usize, begun.elapsed()) {
        let driving = active(site, servers).await;
        tokio::time::sleep(Duration::from_millis(site.roll(LIFE_MS))).await;
        let stays_dead = kills == 0 || site.roll(6) == 0;
        let is_anybody = !stays_dead && site.roll(3) == 0;
        let killed = if is_anybody { site.roll(3) as usize } else { driving };
        servers[killed] = None;
        kills += 1;
        if stays_dead {
            active(site, servers).await;
            takeovers += 1;
        }
        servers[killed] = Some(site.spawn_on(folders[killed].path()));
    }
    (kills, takeovers)
}

/// Waits until every schedule has come so far; what nobody drove for is made good as fast as the
/// machine can, so only that it goes on is asked of it.
async fn catch_up(
    site: &Site,
    server: &Server,
    firsts: &BTreeMap<ScheduleId, Timestamp>,
    wanted: Duration,
) {
    let mut before = BTreeMap::new();
    while !firsts.iter().all(|(id, first)| before.get(id) >= Some(&first.plus(wanted))) {
        before = until("some schedule goes on", async || {
            let now = lasts(site, server).await;
            (now != before).then_some(now)
        })
        .await;
    }
}

/// Waits until everything has ended; gives how many times the schedules came to, each of which
/// has its execution and no other one.
async fn one_execution_each(
    site: &Site,
    server: &Server,
    firsts: &BTreeMap<ScheduleId, Timestamp>,
) -> usize {
    until("every execution has ended", async || {
        let path = "/executions?status=queued&status=running&limit=1";
        let open = site.read(server, path).await;
        open["items"].as_array().unwrap().is_empty().then_some(())
    })
    .await;
    let lasts = lasts(site, server).await;
    let mut expected = BTreeSet::new();
    for (id, first) in firsts {
        let ticks = std::iter::successors(Some(*first), |tick| Some(tick.plus(SECOND)));
        let ticks = ticks.take_while(|tick| *tick <= lasts[id]);
        expected.extend(ticks.map(|tick| automation::tick_execution(*id, tick).to_string()));
    }
    let executions = site.all(server, "/executions?trigger=schedule&limit=200").await;
    let mut found = BTreeSet::new();
    for execution in &executions {
        assert_eq!(execution["status"], "completed", "{execution:#}");
        assert!(found.insert(execution["id"].as_str().unwrap().to_owned()), "listed twice");
    }
    let lost = expected.difference(&found).count();
    let other: Vec<&String> = found.difference(&expected).collect();
    assert!(lost == 0, "{lost} of {} times have no execution", expected.len());
    assert!(other.is_empty(), "executions of no time, or of one that has its own: {other:?}");
    expected.len()
}

/// The last time that each schedule has fired.
async fn lasts(site: &Site, server: &Server) -> BTreeMap<ScheduleId, Timestamp> {
    let schedules = site.all(server, "/schedules?limit=200").await;
    let fired = schedules.iter().filter(|schedule| !schedule["last_run"].is_null());
    let last = |schedule: &Json| {
        assert!(schedule["last_run"]["error"].is_null(), "{schedule:#}");
        (id(schedule), time(&schedule["last_run"]["at"]))
    };
    fired.map(last).collect()
}

/// Which server drives executions; it waits until one does.
async fn active(site: &Site, servers: &[Option<Server>]) -> usize {
    until("some server drives executions", async || {
        for (number, server) in servers.iter().enumerate() {
            let Some(server) = server else { continue };
            if site.engine(server).await.as_deref() == Some("active") {
                return Some(number);
            }
        }
        None
    })
    .await
}

fn at(servers: &[Option<Server>], number: usize) -> &Server {
    servers[number].as_ref().expect("it was started again")
}

fn id(schedule: &Json) -> ScheduleId {
    schedule["id"].as_str().unwrap().parse().unwrap()
}

fn time(of: &Json) -> Timestamp {
    of.as_str().unwrap().parse().unwrap()
}
