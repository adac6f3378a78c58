//! The load: so many connections, each of which asks again when it has its answer.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::stopwatch::Stopwatch;
use crate::wire::{self, Reader};

/// How long the load runs before anything counts.
const WARM_UP: Duration = Duration::from_secs(1);

/// Whom to ask for what.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where.
    pub address: SocketAddr,
    /// The path, up to and with `/chat/completions`.
    pub path: String,
    /// The model's name there.
    pub model: String,
    /// The key to bring.
    pub key: String,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Load {
    /// How long each answer took, in milliseconds, in order.
    pub total: Vec<f64>,
    /// How long the first byte of each answer's body took, in order.
    pub first: Vec<f64>,
    /// Answers with another status than 200.
    pub bad: usize,
    seconds: f64,
}

impl Load {
    /// Answers in a second.
    pub fn rate(&self) -> f64 {
        self.total.len() as f64 / self.seconds
    }

    /// A percentile of how long answers took.
    pub fn total_at(&self, percent: f64) -> f64 {
        percentile(&self.total, percent)
    }
}

/// The value below which so many percent of the sorted values lie.
fn percentile(sorted: &[f64], percent: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let index = (sorted.len() as f64 * percent / 100.0).ceil() as usize;
    sorted[index.clamp(1, sorted.len()) - 1]
}

impl Target {
    /// Ask over so many connections for so many seconds.
    pub fn load(&self, connections: usize, seconds: u64, stream: bool) -> Result<Load> {
        let watch = Stopwatch::start();
        let end = WARM_UP + Duration::from_secs(seconds);
        let workers: Vec<_> = (0..connections)
            .map(|_| {
                let (target, watch) = (self.clone(), watch.clone());
                thread::spawn(move || target.work(&watch, end, stream))
            })
            .collect();
        let mut load = Load { seconds: seconds as f64, ..Load::default() };
        for worker in workers {
            let Ok(part) = worker.join() else { bail!("a load worker stopped half-way") };
            let part = part.context("a connection of the load broke")?;
            load.total.extend(part.total);
            load.first.extend(part.first);
            load.bad += part.bad;
        }
        load.total.sort_by(f64::total_cmp);
        load.first.sort_by(f64::total_cmp);
        Ok(load)
    }

    /// Ask once; gives the status and the body.
    pub fn once(&self) -> Result<(u16, String)> {
        let (status, body) =
            wire::ask(self.address, &self.request(false), Duration::from_secs(10))?;
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }

    fn request(&self, stream: bool) -> String {
        let streaming =
            if stream { r#","stream":true,"stream_options":{"include_usage":true}"# } else { "" };
        let body = format!(
            r#"{{"model":"{}","messages":[{{"role":"system","content":"You are a helpful assistant."}},{{"role":"user","content":"What is the capital of France?"}}]{streaming}}}"#,
            self.model
        );
        let authorization = if self.key.is_empty() {
            String::new()
        } else {
            format!("authorization: Bearer {}\r\n", self.key)
        };
        format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\n{authorization}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.path,
            self.address,
            body.len()
        )
    }

    fn work(&self, watch: &Stopwatch, end: Duration, stream: bool) -> io::Result<Load> {
        let socket = TcpStream::connect(self.address)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(Duration::from_secs(60)))?;
        let mut writer = socket.try_clone()?;
        let mut reader = Reader::new(socket);
        let request = self.request(stream);
        let mut load = Load::default();
        loop {
            let began = watch.elapsed();
            if began >= end {
                return Ok(load);
            }
            writer.write_all(request.as_bytes())?;
            let head =
                reader.head()?.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
            let mut first = None;
            reader.body(head, || {
                first.get_or_insert_with(|| watch.elapsed());
            })?;
            let now = watch.elapsed();
            if began < WARM_UP || now > end {
                continue;
            }
            if head.status != 200 {
                load.bad += 1;
                continue;
            }
            let ms = |at: Duration| at.saturating_sub(began).as_secs_f64() * 1000.0;
            load.total.push(ms(now));
            load.first.push(ms(first.unwrap_or(now)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        let check = |percent, expected: f64| {
            assert!((percentile(&values, percent) - expected).abs() < 1e-9, "{percent}");
        };
        check(50.0, 50.0);
        check(99.0, 99.0);
        check(100.0, 100.0);
        check(0.0, 1.0);
    }
}
