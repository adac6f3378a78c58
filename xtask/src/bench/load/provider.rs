//! A provider with OpenAI's chat API that begins to answer and never ends.

use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::bench::load::sink::{listen, read_request};

/// How often each open answer gets a sign of life.
const ALIVE: Duration = Duration::from_secs(5);

/// The provider; it ends with the program.
pub struct Provider {
    /// Where it listens.
    pub address: SocketAddr,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Provider {
    /// Listen.
    pub fn start() -> Result<Self> {
        let listener = listen()?;
        let address = listener.local_addr().context("a listener has no address")?;
        let open = Arc::new(Mutex::new(Vec::new()));
        let accepted = open.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // One whose caller leaves at once does not count.
                if let Ok(stream) = begin(stream) {
                    lock(&accepted).push(stream);
                }
            }
        });
        let living = open.clone();
        thread::spawn(move || {
            loop {
                thread::sleep(ALIVE);
                lock(&living).retain_mut(|stream| stream.write_all(b"8\r\n: wait\n\n\r\n").is_ok());
            }
        });
        Ok(Self { address, open })
    }

    /// What a server's file says of it, so that so many may ask it at once.
    pub fn configuration(&self, at_once: usize) -> String {
        format!(
            "[[providers]]\nname = \"slow\"\nbase_url = \"http://{}/v1\"\nmodels = [\"m\"]\nmax_concurrent = {at_once}\n\n[model]\ndefault = \"slow/m\"\n\n[limits]\nattempts_per_agent = {at_once}\n",
            self.address
        )
    }

    /// How many callers wait for the rest of their answer.
    pub fn waiting(&self) -> usize {
        lock(&self.open).len()
    }
}

fn lock(open: &Mutex<Vec<TcpStream>>) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

fn begin(mut stream: TcpStream) -> Result<TcpStream> {
    let mut reader = BufReader::new(stream.try_clone()?);
    read_request(&mut reader)?;
    stream.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
    )?;
    Ok(stream)
}
