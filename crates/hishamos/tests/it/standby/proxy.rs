//! The network between a server and its database, which a test can break: it cuts what is
//! there, or takes bytes in either direction and delivers none, as a lost packet does.

use std::net::SocketAddr;

use store::Target;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weather {
    /// Bytes to the database are delivered.
    pub up: bool,
    /// Bytes from the database are delivered.
    pub down: bool,
    /// Connections are made and stay.
    pub is_whole: bool,
}

impl Weather {
    pub const FAIR: Self = Self { up: true, down: true, is_whole: true };
    pub const CUT: Self = Self { is_whole: false, ..Self::FAIR };
    pub const DEAF: Self = Self { down: false, ..Self::FAIR };
    pub const DUMB: Self = Self { up: false, ..Self::FAIR };
    pub const SILENT: Self = Self { up: false, ..Self::DEAF };
}

/// One server's way to the database; it ends with the test.
pub struct Proxy {
    address: SocketAddr,
    database: String,
    weather: watch::Sender<Weather>,
    /// Told when all connections have to end.
    cuts: watch::Sender<()>,
}

impl Proxy {
    /// Listens for one server.
    pub async fn start(target: &Target) -> Self {
        let Target::Postgres { url } = target else { panic!("it is PostgreSQL") };
        let (host, database) = place(url);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (weather, seen) = watch::channel(Weather::FAIR);
        let (cuts, cut) = watch::channel(());
        let accept = async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let (weather, mut cut) = (seen.clone(), cut.clone());
                cut.mark_unchanged();
                let host = host.clone();
                detach(async move {
                    tokio::select! {
                        () = connect(client, host, weather) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        };
        detach(accept);
        Self { address, database, weather, cuts }
    }

    /// Where the server finds its database, as arguments.
    pub fn arguments(&self) -> Vec<String> {
        let Self { address, database, .. } = self;
        vec!["--database".to_owned(), format!("postgres://postgres@{address}/{database}")]
    }

    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
        if !weather.is_whole {
            self.cuts.send_replace(());
        }
    }

    /// All connections end, what they had not delivered is lost; new ones are made.
    pub fn reset(&self) {
        self.set(Weather::CUT);
        self.set(Weather::FAIR);
    }
}

/// Where a database is: its host and port, or the folder of its socket; and its name.
fn place(url: &str) -> (String, String) {
    let rest = url.split_once("://").unwrap().1;
    let (address, options) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, name) = address.split_once('/').unwrap();
    let socket = options.split('&').find_map(|option| option.strip_prefix("host="));
    let host = socket.unwrap_or_else(|| authority.rsplit('@').next().unwrap());
    (host.to_owned(), name.to_owned())
}

#[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
fn detach(work: impl Future<Output = ()> + Send + 'static) {
    drop(tokio::spawn(work));
}

/// Carries one connection until either side leaves.
async fn connect(client: TcpStream, host: String, weather: watch::Receiver<Weather>) {
    if !weather.borrow().is_whole {
        return;
    }
    client.set_nodelay(true).unwrap();
    if host.starts_with('/') {
        if let Ok(server) = UnixStream::connect(format!("{host}/.s.PGSQL.5432")).await {
            carry(client.into_split(), server.into_split(), weather).await;
        }
    } else if let Ok(server) = TcpStream::connect(host).await {
        server.set_nodelay(true).unwrap();
        carry(client.into_split(), server.into_split(), weather).await;
    }
}

async fn carry<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    client: (OwnedReadHalf, OwnedWriteHalf),
    server: (R, W),
    weather: watch::Receiver<Weather>,
) {
    let (is_up, is_down) = (weather.clone(), weather);
    tokio::select! {
        () = one_way(client.0, server.1, is_up, |weather| weather.up) => {}
        () = one_way(server.0, client.1, is_down, |weather| weather.down) => {}
    }
}

/// Takes what comes, and delivers it once the weather lets it through.
async fn one_way(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut weather: watch::Receiver<Weather>,
    lets_through: impl Fn(&Weather) -> bool,
) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let Ok(count) = from.read(&mut bytes).await else { return };
        if weather.wait_for(&lets_through).await.is_err() {
            return;
        }
        if count == 0 || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
