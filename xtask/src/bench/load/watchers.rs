//! A thousand people who watch executions, in one thread: the kernel says whose stream has
//! something, so that the watchers cost the machine little of what it needs to serve them.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail, ensure};
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::fd::OwnedFd;

use crate::bench::engine::server::Server;
use crate::bench::load::ask::PATIENCE;
use crate::bench::load::moment;
use crate::bench::load::stream::{Form, Stream};
use crate::interrupt;
use crate::stopwatch::Stopwatch;

/// How long the watchers look for something before they look whether they should go.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// All of them.
pub struct Watchers {
    epoll: OwnedFd,
    streams: Vec<Stream>,
}

impl Watchers {
    /// Opens so many streams on each execution, one after the other: each has been answered
    /// when the next one is asked for, so one that is refused says why.
    pub fn open(server: &Server, ids: &[String], each: usize) -> Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).context("no epoll")?;
        let mut streams = Vec::new();
        for id in ids.iter().flat_map(|id| std::iter::repeat_n(id, each)) {
            interrupt::check()?;
            let number = streams.len();
            let stream = Stream::open(server, id, 0, Form::Events)
                .with_context(|| format!("stream {number} cannot be opened"))?;
            stream.do_not_wait()?;
            let data = epoll::EventData::new_u64(number as u64);
            epoll::add(&epoll, &stream, data, epoll::EventFlags::IN)
                .context("a stream cannot be watched")?;
            streams.push(stream);
        }
        Ok(Self { epoll, streams })
    }

    /// Reads until each stream has had so many events of a name, or `stop`; how late each
    /// event was, in milliseconds, sorted.
    pub fn watch(&mut self, name: &str, count: usize, stop: &AtomicBool) -> Result<Vec<f64>> {
        let watch = Stopwatch::start();
        let (mut late, mut seen) = (Vec::new(), vec![0; self.streams.len()]);
        let mut left = seen.len();
        while left > 0 && !stop.load(Ordering::Relaxed) {
            interrupt::check()?;
            if watch.elapsed() > PATIENCE {
                bail!("{left} of {} streams did not bring what they should", seen.len());
            }
            for number in self.ready()? {
                let before = late.len();
                self.read(number, name, &mut late)?;
                let had: usize = seen[number];
                seen[number] += late.len() - before;
                if had < count && seen[number] >= count {
                    left -= 1;
                }
            }
        }
        late.sort_by(f64::total_cmp);
        Ok(late)
    }

    /// The streams that have something.
    fn ready(&self) -> Result<Vec<usize>> {
        let mut events = Vec::with_capacity(256);
        match epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&LOOK)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error).context("the streams cannot be watched"),
        }
        Ok(events.iter().map(|event: &epoll::Event| event.data.u64() as usize).collect())
    }

    /// Reads what a stream has, and notes how late its events of a name are.
    fn read(&mut self, number: usize, name: &str, late: &mut Vec<f64>) -> Result<()> {
        let stream = &mut self.streams[number];
        let is_ended = stream.receive(usize::MAX)? == Some(0);
        let now = moment::now_ms();
        while let Some(event) = stream.take()? {
            if event.name == name {
                late.push((now - event.at_ms).max(0) as f64);
            }
        }
        ensure!(!is_ended && !stream.is_over(), "stream {number} ended early");
        Ok(())
    }
}
