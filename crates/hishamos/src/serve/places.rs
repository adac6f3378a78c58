//! How many connections there may be at once.
//!
//! Each is a descriptor, and the kernel gives a process only so many. Without a bound whoever opens
//! connections enough leaves none for the database, the providers and the files of the server.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many connections are open.
const OPEN: &str = "hishamos_http_connections";
/// How many files the process asks to have open, where the kernel lets it: the usual limit of 1,024
/// is one of old programs, and half of it is few for people who watch.
const FILES: u64 = 16_384;
/// How often there was no place for another one.
const FULL: &str = "hishamos_http_connections_full_total";

/// The places that connections take. Who comes when all are taken waits in the kernel's queue.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    most: usize,
    was_told: bool,
}

impl Places {
    /// As many as this.
    pub fn new(most: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(most)), most, was_told: false }
    }

    /// As many as the process's limit of open files allows.
    pub fn of_process() -> Self {
        Self::new(most(raised()))
    }

    /// Takes a place, as soon as there is one.
    pub async fn take(&mut self) -> OwnedSemaphorePermit {
        if let Ok(permit) = self.free.clone().try_acquire_owned() {
            return permit;
        }
        self.tell();
        let permit = self.free.clone().acquire_owned().await;
        permit.expect("nobody closes the semaphore")
    }

    /// Tells that all places are taken: each time as a count, and once in the log.
    fn tell(&mut self) {
        metrics::counter!(FULL).increment(1);
        if !std::mem::replace(&mut self.was_told, true) {
            tracing::warn!(
                "all {} connections are in use, others wait until one ends; for more raise the limit of open files (ulimit -n, LimitNOFILE= of systemd)",
                self.most
            );
        }
    }
}

/// The process's limit of open files, once it is as high as [`FILES`] where that is allowed.
fn raised() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let current = limit.current?;
    let wanted = limit.maximum.map_or(FILES, |most| most.min(FILES));
    if current >= wanted {
        return Some(current);
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum }) {
        Ok(()) => Some(wanted),
        Err(error) => {
            tracing::warn!("the limit of open files stays at {current}: {error}");
            Some(current)
        }
    }
}

/// Half of the descriptors: a call of an outside client can take another one to its provider, and
/// the database and files want some.
fn most(descriptors: Option<u64>) -> usize {
    let half = descriptors.map_or(u64::MAX, |descriptors| descriptors / 2);
    usize::try_from(half).unwrap_or(usize::MAX).clamp(1, Semaphore::MAX_PERMITS)
}

/// A connection with its place, which it keeps for as long as it is open: one that became a
/// WebSocket outlives what served it.
#[derive(Debug)]
pub(super) struct Placed {
    socket: TcpStream,
    _place: OwnedSemaphorePermit,
}

impl Placed {
    /// This connection in this place.
    pub fn new(socket: TcpStream, place: OwnedSemaphorePermit) -> Self {
        metrics::gauge!(OPEN).increment(1.0);
        Self { socket, _place: place }
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        metrics::gauge!(OPEN).decrement(1.0);
    }
}

impl AsyncRead for Placed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl AsyncWrite for Placed {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_limit_is_raised_as_far_as_is_allowed() {
        let maximum = getrlimit(Resource::Nofile).maximum;
        let low = Rlimit { current: maximum.map(|most| most.min(1024)).or(Some(1024)), maximum };
        setrlimit(Resource::Nofile, low).unwrap();
        let wanted = Some(maximum.map_or(FILES, |most| most.min(FILES)));
        assert_eq!((raised(), getrlimit(Resource::Nofile).current), (wanted, wanted));
        // What is higher already stays.
        setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
        assert_eq!(raised(), maximum);
    }

    #[test]
    fn half_of_the_descriptors_are_for_connections() {
        let check = |descriptors: Option<u64>, expected: usize| {
            assert_eq!(most(descriptors), expected, "{descriptors:?}");
        };
        check(Some(1_024), 512);
        check(Some(1_048_576), 524_288);
        check(Some(1), 1);
        check(Some(u64::MAX), Semaphore::MAX_PERMITS);
        check(None, Semaphore::MAX_PERMITS);
    }
}
