//! Storms in controlled time: R24. Two platforms whose providers refuse most calls and write
//! down when they were asked; ten minutes pass as fast as nobody has anything to do.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base::{
    Clock as _, ManualClock, ModelGroupId, OrganisationId, Random as _, SeededRandom, Timestamp,
};
use futures::future::join_all;
use llm::Error;
use tokio::time::{Instant, sleep};

use super::ticket::Ticket;
use super::{CallMeta, Gateway};
use crate::local::{Local, LocalConfig};
use crate::platform::{GatewayConfig, Limits, Picture, ProviderConfig, Target, platforms};
use crate::route::{FAILURES, Group, GroupTarget, REST_MS, Strategy};

const ONE: OrganisationId = OrganisationId::from_u128(1);
/// How long each call takes, in milliseconds.
const LATENCY_MS: u64 = 200;
/// What a provider counts for an answer.
const TOKENS: u64 = 600;

/// How a call ended at its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Answered,
    Failed,
    /// It wants no calls for so many milliseconds.
    Held(u64),
}

/// A call as its provider saw it.
#[derive(Debug, Clone, Copy)]
struct Seen {
    platform: &'static str,
    /// Which call of those that were asked for.
    number: usize,
    at_ms: u64,
    end: End,
}

/// Both providers.
struct Weather {
    start: Instant,
    dice: SeededRandom,
    /// Which platforms the storm is over.
    over: &'static [&'static str],
    seen: Mutex<Vec<Seen>>,
}

impl Weather {
    fn new(over: &'static [&'static str], seed: u64) -> Self {
        let (start, dice) = (Instant::now(), SeededRandom::new(seed));
        Self { start, dice, over, seen: Mutex::default() }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn roll(&self, end: u64) -> u64 {
        let mut bytes = [0; 8];
        self.dice.fill(&mut bytes);
        u64::from_le_bytes(bytes) % end
    }

    /// Of ten calls in a storm five are answered 429, half of them with `Retry-After`, and
    /// two 500.
    async fn answer(
        &self,
        target: &Target,
        number: usize,
        mut ticket: Ticket,
    ) -> Result<(), Error> {
        let platform = if &*target.platform.name == "one" { "one" } else { "two" };
        let at_ms = self.now_ms();
        let luck = if self.over.contains(&platform) { self.roll(100) } else { 99 };
        let wait = Duration::from_secs(1 + self.roll(15));
        let message = String::new;
        let (end, answer) = match luck {
            0..25 => {
                let error = Error::RateLimited { retry_after: Some(wait), message: message() };
                (End::Held(wait.as_millis() as u64), Err(error))
            }
            25..50 => {
                (End::Failed, Err(Error::RateLimited { retry_after: None, message: message() }))
            }
            50..70 => {
                (End::Failed, Err(Error::Overloaded { retry_after: None, message: message() }))
            }
            _ => (End::Answered, Ok(())),
        };
        self.seen.lock().unwrap().push(Seen { platform, number, at_ms, end });
        sleep(Duration::from_millis(LATENCY_MS)).await;
        match &answer {
            Ok(()) => {
                ticket.spoke();
                ticket.used(TOKENS);
                ticket.succeeded();
            }
            Err(error) => ticket.failed(error),
        }
        answer
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

/// A gateway with a group of two platforms, the first one first.
struct House {
    gateway: Gateway,
    picture: Arc<Picture>,
    _folder: tempfile::TempDir,
}

fn house(limits: Limits, max_concurrent: usize) -> House {
    let folder = tempfile::tempdir().unwrap();
    let provider = |name: &str| ProviderConfig {
        models: vec!["m".to_owned()],
        max_concurrent,
        ..ProviderConfig::new(name, "http://127.0.0.1:9/v1")
    };
    let config = GatewayConfig {
        providers: vec![provider("one"), provider("two")],
        running_servers: Vec::new(),
        ..GatewayConfig::new(folder.path())
    };
    let local = Local::new(folder.path(), LocalConfig::default());
    let platforms = platforms(&config, local).unwrap().into_iter().map(|mut platform| {
        platform.limits = limits;
        Arc::new(platform)
    });
    let mut picture = Picture::new(0, platforms.collect());
    let target = |platform: &str, order| GroupTarget {
        platform: platform.to_owned(),
        model: "m".to_owned(),
        order,
        weight: 1,
    };
    let group = Group {
        id: ModelGroupId::from_u128(1),
        organisation: ONE,
        name: "smart".to_owned(),
        strategy: Strategy::Priority,
        targets: vec![target("one", 1), target("two", 2)],
        hedge_after_ms: None,
        is_enabled: true,
        version: 1,
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
    };
    picture.groups.insert("smart".to_owned(), Arc::new(group));
    let clock = Arc::new(ManualClock::new(Timestamp::EPOCH));
    let gateway = Gateway::new(config, clock.clone(), Arc::new(SeededRandom::new(1))).unwrap();
    assert_eq!(clock.now(), Timestamp::EPOCH);
    House { gateway, picture: Arc::new(picture), _folder: folder }
}

impl House {
    /// Asks once; gives how long the answer took, if there was one.
    async fn ask(
        &self,
        weather: &Weather,
        number: usize,
        meta: &CallMeta,
    ) -> Result<Duration, Error> {
        let plan = self.picture.plan(meta.model.as_deref().unwrap()).unwrap();
        let began = Instant::now();
        let ask = |target: Target, ticket: Ticket| async move {
            weather.answer(&target, number, ticket).await
        };
        let tokens = plan.tokens(|| 1_000);
        self.gateway.travel(meta, &self.picture, &plan, tokens, ask).await?;
        Ok(began.elapsed())
    }

    /// Asks so often, once each `every_ms`; gives what came of it.
    async fn ask_all(
        &self,
        weather: &Weather,
        count: usize,
        every_ms: u64,
    ) -> Vec<Result<Duration, Error>> {
        let meta = &CallMeta::new(ONE, "smart");
        let asked = (0..count).map(|number| async move {
            sleep(Duration::from_millis(number as u64 * every_ms)).await;
            self.ask(weather, number, meta).await
        });
        join_all(asked).await
    }
}

/// No minute, wherever it begins, holds more than this.
fn minutes_hold(seen: &[Seen], most: u64, amount: impl Fn(&Seen) -> u64) {
    for platform in ["one", "two"] {
        let of: Vec<&Seen> = seen.iter().filter(|one| one.platform == platform).collect();
        for (index, first) in of.iter().enumerate() {
            let minute = of[index..].iter().take_while(|one| one.at_ms < first.at_ms + 60_000);
            let sum: u64 = minute.map(|one| amount(one)).sum();
            assert!(sum <= most, "{platform} was asked for {sum} from {} ms on", first.at_ms);
        }
    }
}

/// Five failures in a row keep calls away for the breaker's rest, and `Retry-After` for as
/// long as it says. A call that was on its way may still arrive.
fn platforms_are_left_alone(seen: &[Seen]) -> usize {
    let mut opened = 0;
    for platform in ["one", "two"] {
        let mut news: Vec<(u64, bool, End)> = Vec::new();
        for one in seen.iter().filter(|one| one.platform == platform) {
            news.push((one.at_ms, true, one.end));
            news.push((one.at_ms + LATENCY_MS, false, one.end));
        }
        // what ended in the same millisecond in which a call came may have ended after it
        news.sort_by_key(|(at, is_arrival, _)| (*at, !is_arrival));
        let (mut in_a_row, mut open_since, mut held_until) = (0, None, 0);
        for (at, is_arrival, end) in news {
            if is_arrival {
                let is_open = open_since.is_some_and(|since| at < since + REST_MS);
                assert!(!is_open, "{platform} is asked at {at}, but is open since {open_since:?}");
                assert!(at >= held_until, "{platform} is asked at {at}, before {held_until}");
                continue;
            }
            match end {
                End::Answered => (in_a_row, open_since) = (0, None),
                End::Held(wait) => held_until = held_until.max(at + wait),
                End::Failed => {
                    in_a_row += 1;
                    let was_open = open_since.is_some_and(|since| at < since + REST_MS);
                    if in_a_row >= FAILURES && !was_open {
                        open_since = Some(at);
                        opened += 1;
                    }
                }
            }
        }
    }
    opened
}

/// How many calls were made for each answer that was asked for and got as far as a provider.
fn amplification(seen: &[Seen]) -> f64 {
    let mut numbers: Vec<usize> = seen.iter().map(|one| one.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    seen.len() as f64 / numbers.len() as f64
}

#[tokio::test(start_paused = true)]
async fn ten_minutes_of_storm_over_both_platforms() {
    for seed in 0..3 {
        let limits = Limits { requests_per_minute: Some(30), tokens_per_minute: Some(20_000) };
        let (house, weather) = (house(limits, 64), Weather::new(&["one", "two"], seed));
        let answers = house.ask_all(&weather, 6_000, 100).await;
        let seen = weather.seen();
        let answered = answers.iter().filter(|answer| answer.is_ok()).count();
        assert!(answered > 0 && seen.len() > 100, "{answered} of {} calls", seen.len());
        assert!(platforms_are_left_alone(&seen) > 0, "no breaker ever opened");
        assert!(amplification(&seen) <= 1.2, "{} with seed {seed}", amplification(&seen));
        minutes_hold(&seen, 30, |_| 1);
        minutes_hold(&seen, 20_000, |one| if one.end == End::Answered { TOKENS } else { 0 });
    }
}

#[tokio::test(start_paused = true)]
async fn storm_over_one_platform_is_hardly_noticed() {
    for seed in 0..3 {
        let (house, weather) = (house(Limits::default(), 64), Weather::new(&["one"], seed));
        let answers = house.ask_all(&weather, 6_000, 100).await;
        let seen = weather.seen();
        let answered: Vec<&Duration> = answers.iter().filter_map(|one| one.as_ref().ok()).collect();
        assert!(answered.len() >= 5_940, "{} of 6000 with seed {seed}", answered.len());
        // a failure and the other platform's answer
        let slowest = answered.into_iter().max().unwrap();
        assert!(*slowest <= Duration::from_secs(2), "{slowest:?}");
        assert!(platforms_are_left_alone(&seen) > 0, "no breaker ever opened");
        assert!(amplification(&seen) <= 1.2, "{} with seed {seed}", amplification(&seen));
    }
}

#[tokio::test(start_paused = true)]
async fn limits_of_a_platform_are_used_up_and_never_passed() {
    let limits = Limits { requests_per_minute: Some(30), tokens_per_minute: None };
    let (house, weather) = (house(limits, 2), Weather::new(&[], 0));
    // twenty a second for ten seconds, of which both platforms together take a minute's worth
    let answers = house.ask_all(&weather, 200, 50).await;
    let seen = weather.seen();
    minutes_hold(&seen, 30, |_| 1);
    assert_eq!(seen.len(), 60, "the second steps in for the first, and nothing is left over");
    let refused: Vec<&Error> = answers.iter().filter_map(|one| one.as_ref().err()).collect();
    assert_eq!(refused.len(), 140);
    for error in refused {
        let wait = error.retry_after().unwrap();
        assert!(wait > Duration::from_secs(10) && wait <= Duration::from_secs(60), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn patient_calls_go_in_their_order_and_all_of_them_go() {
    let limits = Limits { requests_per_minute: Some(4), tokens_per_minute: Some(4_000) };
    // one call at a time: whoever waits for the limit must not keep the place of others
    let (house, weather) = (house(limits, 1), Weather::new(&[], 0));
    let meta = &CallMeta::new(ONE, "one/m").patient_for(Duration::from_mins(5));
    let (house, weather) = (&house, &weather);
    let asked = (0..18).map(|number| async move {
        sleep(Duration::from_millis(number as u64)).await;
        house.ask(weather, number, meta).await
    });
    let answers = join_all(asked).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let seen = weather.seen();
    let order: Vec<usize> = seen.iter().map(|one| one.number).collect();
    assert_eq!(order, (0..18).collect::<Vec<_>>());
    minutes_hold(&seen, 4, |_| 1);
    assert!(seen[17].at_ms >= 4 * 60_000 && seen[17].at_ms < 5 * 60_000, "{:?}", seen[17]);
    // a call that nothing lets pass is told so at once
    let limits = Limits { requests_per_minute: None, tokens_per_minute: Some(999) };
    let error = self::house(limits, 1).ask(weather, 0, meta).await.unwrap_err();
    assert_eq!(error.code(), "bad_request");
}
