//! The connections: taking them, and letting go of those on which nobody asks for anything.
//!
//! This is `axum::serve` with a clock: without one, a stranger who sends half a head of a request
//! keeps a connection, and what the kernel has of them, for ever.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::serve::{Listener as _, ListenerExt as _};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::util::MapRequest;

use super::places::{Placed, Places};

/// How long a connection is kept on which nobody asks for anything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Until the head of the first request is there, whole.
    pub first: Duration,
    /// Until the next one is, from the answer before it. Longer than clients and proxies keep a
    /// connection that nobody uses, which is up to two minutes: where the server ended it first,
    /// a request could be on its way.
    pub next: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { first: Duration::from_secs(30), next: Duration::from_secs(180) }
    }
}

/// The most bytes that wait here for one who does not read, beside the piece that fills them up,
/// and the most that the head of a request may have. Left to itself hyper keeps 400 KiB.
const WAITING: usize = 64 * 1024;

/// Takes connections until it is time to stop, then lets the open requests end.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    mut places: Places,
    shutdown: CancellationToken,
) {
    // Waits a moment and goes on where one cannot be taken, as when too many files are open.
    let mut listener = listener.tap_io(|socket| {
        // Small answers and events must not wait for more bytes.
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!("a connection keeps its delay: {error}");
        }
    });
    let builder = builder(patience);
    let connections = TaskTracker::new();
    let graceful = GracefulShutdown::new();
    loop {
        let place = tokio::select! {
            place = places.take() => place,
            () = shutdown.cancelled() => break,
        };
        let (socket, address) = tokio::select! {
            taken = listener.accept() => taken,
            () = shutdown.cancelled() => break,
        };
        let socket = Placed::new(socket, place);
        let taken = Taken { socket, address, router: router.clone(), first: patience.first };
        connections.spawn(taken.converse(builder.clone(), graceful.watcher()));
    }
    drop(listener);
    graceful.shutdown().await;
}

/// How HTTP is spoken, in either version.
fn builder(patience: Patience) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.next)
        .max_buf_size(WAITING);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(patience.next)
        .keep_alive_timeout(patience.first)
        .max_send_buf_size(WAITING);
    builder
}

/// A connection that was taken.
struct Taken {
    socket: Placed,
    address: SocketAddr,
    router: Router,
    first: Duration,
}

impl Taken {
    /// Answers what is asked on it, until its end.
    async fn converse(self, builder: Builder<TokioExecutor>, watcher: Watcher) {
        let address = self.address;
        let has_asked = Arc::new(AtomicBool::new(false));
        let asks = has_asked.clone();
        let service = MapRequest::new(self.router, move |request: Request<Incoming>| {
            asks.store(true, Ordering::Relaxed);
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(address));
            request
        });
        let (socket, service) = (TokioIo::new(self.socket), TowerToHyperService::new(service));
        let connection = builder.serve_connection_with_upgrades(socket, service);
        let mut connection = pin!(watcher.watch(connection));
        // Also for the bytes that tell which version of HTTP it is, for which hyper has no clock.
        let first = tokio::time::timeout(self.first, connection.as_mut()).await;
        let ended = match first {
            Ok(ended) => ended,
            Err(_) if has_asked.load(Ordering::Relaxed) => connection.await,
            Err(_) => {
                tracing::debug!("a connection on which nobody asked for anything was closed");
                return;
            }
        };
        if let Err(error) = ended {
            tracing::trace!("a connection ended: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::AtomicUsize;

    use axum::extract::WebSocketUpgrade;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::sync::Notify;
    use tokio::task::JoinHandle;

    use super::*;

    const SHORT: Patience =
        Patience { first: Duration::from_millis(200), next: Duration::from_millis(200) };
    const DEADLINE: Duration = Duration::from_secs(20);

    async fn open(router: Router, most: usize) -> (SocketAddr, CancellationToken, JoinHandle<()>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let serving = serve(listener, router, SHORT, Places::new(most), stop.clone());
        (address, stop, TaskTracker::new().spawn(serving))
    }

    /// What the server answers until it closes the connection.
    async fn answer(socket: &mut TcpStream, said: &str) -> String {
        socket.write_all(said.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let end = tokio::time::timeout(DEADLINE, socket.read_to_end(&mut answer)).await;
        assert!(end.is_ok(), "{said:?} keeps a connection");
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[tokio::test]
    async fn whoever_does_not_ask_is_let_go() {
        let (address, _stop, _serving) =
            open(Router::new().route("/", get(|| async { "here" })), 8).await;
        let whole = "GET / HTTP/1.1\r\nhost: here\r\n\r\n";
        let and_half = format!("{whole}GET / HT");
        for (said, is_answered) in [
            ("", false),
            ("PRI * HT", false),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", false),
            ("GET / HTTP/1.1\r\nhost: here\r\nx-slow: ", false),
            (whole, true),
            (and_half.as_str(), true),
        ] {
            let mut socket = TcpStream::connect(address).await.unwrap();
            let answer = answer(&mut socket, said).await;
            assert_eq!(answer.starts_with("HTTP/1.1 200"), is_answered, "{said:?}: {answer}");
        }
    }

    #[tokio::test]
    async fn work_that_takes_long_is_answered_also_while_the_server_stops() {
        let begun = Arc::new(Notify::new());
        let begins = begun.clone();
        let work = move |ConnectInfo(who): ConnectInfo<SocketAddr>| async move {
            begins.notify_one();
            tokio::time::sleep(SHORT.first * 4).await;
            format!("done for {who}")
        };
        let (address, stop, serving) = open(Router::new().route("/", get(work)), 8).await;
        let mut socket = TcpStream::connect(address).await.unwrap();
        let own = socket.local_addr().unwrap();
        let asked = answer(&mut socket, "GET / HTTP/1.1\r\nhost: here\r\n\r\n");
        let stopping = async {
            begun.notified().await;
            stop.cancel();
        };
        let (answered, ()) = tokio::join!(asked, stopping);
        assert!(answered.ends_with(&format!("done for {own}")), "{answered}");
        tokio::time::timeout(DEADLINE, serving).await.expect("it ends").unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn little_is_said_ahead_of_who_does_not_read() {
        const PIECE: usize = WAITING / 2;
        let said = Arc::new(AtomicUsize::new(0));
        let counts = said.clone();
        let endless = move || async move {
            let pieces = futures::stream::repeat_with(move || {
                counts.fetch_add(1, Ordering::Relaxed);
                Ok::<_, Infallible>(vec![b'x'; PIECE])
            });
            Body::from_stream(pieces)
        };
        let router: Router = Router::new().route("/", get(endless));
        let (mut client, server) = tokio::io::duplex(1024);
        client.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
        let (builder, service) = (builder(SHORT), TowerToHyperService::new(router));
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(server), service);
        let mut connection = pin!(connection);
        // tokio has a task pause after so many answers
        for _ in 0..100 {
            assert!(futures::poll!(connection.as_mut()).is_pending());
            tokio::task::yield_now().await;
        }
        let said = said.load(Ordering::Relaxed);
        assert!((1..=4).contains(&said), "{said} pieces of {PIECE} bytes");
    }

    #[tokio::test]
    async fn who_finds_no_place_waits_for_one_that_a_websocket_too_keeps_until_its_end() {
        let watch = |upgrade: WebSocketUpgrade| async move {
            upgrade.on_upgrade(|mut socket| async move {
                while let Some(Ok(_)) = socket.recv().await {}
            })
        };
        let router = Router::new().route("/", get(|| async { "here" })).route("/watch", get(watch));
        let (address, _stop, _serving) = open(router, 1).await;
        let upgrade = "GET /watch HTTP/1.1\r\nhost: here\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        let mut first = TcpStream::connect(address).await.unwrap();
        first.write_all(upgrade.as_bytes()).await.unwrap();
        let mut head = [0; 12];
        first.read_exact(&mut head).await.unwrap();
        assert_eq!(head, *b"HTTP/1.1 101");
        let mut second = TcpStream::connect(address).await.unwrap();
        let ask = "GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
        let mut asked = pin!(answer(&mut second, ask));
        let early = tokio::time::timeout(SHORT.first * 2, asked.as_mut()).await;
        assert!(early.is_err(), "it is answered beside the first: {early:?}");
        drop(first);
        let answer = asked.await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
