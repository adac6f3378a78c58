//! A private PostgreSQL server, shared by the test processes of one user.
//!
//! Each process holds a shared lock on `users.lock` while it lives. A small watcher script
//! tries to take that lock for itself; when it succeeds nobody is left, and it stops the
//! server and removes its files. So a killed test process leaves nothing behind.
//!
//! A test that does something to the server itself has [`OwnServer`].

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::database::user_id;

/// Runs in the server's folder: `$1` is the folder with `pg_ctl`, the rest puts us in the
/// server's user. Waits until nobody has used the server for two looks in a row.
const WATCHER: &str = r#"
bin=$1; shift
exec 8>>users.lock 9>>start.lock
idle=0
while [ -d data ]; do
    sleep 5
    flock -x 9
    if flock -n -x 8; then
        idle=$((idle + 1))
        if [ $idle -ge 2 ]; then
            "$@" "$bin/pg_ctl" -D "$PWD/data" -m immediate stop
            rm -rf data
            exit 0
        fi
        flock -u 8
    else
        idle=0
    fi
    flock -u 9
done
"#;

/// The server's superuser, and the user that runs it when we are root.
const USER: &str = "postgres";

/// Starts the server when it does not run yet; returns the address of its database.
pub(super) fn start() -> Result<String, String> {
    static SERVER: OnceLock<Result<(String, File), String>> = OnceLock::new();
    // The file keeps this process's share of the lock until the process ends.
    SERVER.get_or_init(start_once).as_ref().map(|(url, _)| url.clone()).map_err(Clone::clone)
}

fn start_once() -> Result<(String, File), String> {
    let user = user_id();
    let server = Server::locate(&format!("hishamos-test-postgres-{user}"))?;
    let users = server.start()?;
    Ok((server.url(), users))
}

/// A server of one test, which may do to it what it likes; dropping it removes it.
pub(super) struct OwnServer {
    server: Server,
    _users: File,
}

impl OwnServer {
    /// Starts it in a folder of this name.
    pub(super) fn start(name: &str) -> Result<Self, String> {
        let server = Server::locate(name)?;
        let users = server.start()?;
        Ok(Self { server, _users: users })
    }

    pub(super) fn url(&self) -> String {
        self.server.url()
    }

    /// Ends it as a crash does and starts it again; it answers when this returns.
    pub(super) fn crash(&self) -> Result<(), String> {
        let log = self.server.folder.join("server.log");
        let mut restart = self.server.command("pg_ctl");
        restart.arg("-D").arg(self.server.data()).arg("-l").arg(&log);
        restart.args(["-w", "-t", "60", "-m", "immediate", "restart"]);
        finish(&mut restart, &format!("PostgreSQL did not start again, see {}", log.display()))
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let mut stop = self.server.command("pg_ctl");
        stop.arg("-D").arg(self.server.data()).args(["-m", "immediate", "stop"]);
        // When this fails, the watcher removes the files once it has stopped the server.
        if finish(&mut stop, "PostgreSQL did not stop").is_ok() {
            drop(fs::remove_dir_all(&self.server.folder));
        }
    }
}

fn lock_file(folder: &Path, name: &str) -> std::io::Result<File> {
    OpenOptions::new().create(true).append(true).open(folder.join(name))
}

struct Server {
    /// The folder with `initdb` and `pg_ctl`.
    bin: PathBuf,
    /// Where its files, its socket and the locks are.
    folder: PathBuf,
    /// Whether this process is root, as which PostgreSQL refuses to run.
    is_root: bool,
}

impl Server {
    fn locate(name: &str) -> Result<Self, String> {
        let bin = newest_bin().ok_or(
            "the PostgreSQL tests need the server's binaries: install the package `postgresql`, or set HISHAMOS_TEST_POSTGRES to the address of a server",
        )?;
        Ok(Self { bin, folder: base_folder().join(name), is_root: user_id() == 0 })
    }

    /// Starts it when it does not run yet; keep the lock for as long as it is used.
    fn start(&self) -> Result<File, String> {
        let text = |what: &str, error: std::io::Error| {
            format!("cannot {what} in {}: {error}", self.folder.display())
        };
        fs::create_dir_all(&self.folder).map_err(|error| text("make the folder", error))?;
        self.own_folder()?;
        let start = lock_file(&self.folder, "start.lock").map_err(|error| text("lock", error))?;
        start.lock().map_err(|error| text("lock", error))?;
        let users = lock_file(&self.folder, "users.lock").map_err(|error| text("lock", error))?;
        users.lock_shared().map_err(|error| text("lock", error))?;
        if !self.is_running() {
            self.launch()?;
        }
        Ok(users)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn url(&self) -> String {
        format!("postgres:///postgres?host={}&user={}", self.folder.display(), USER)
    }

    /// Root gives the folder to the user that PostgreSQL will run as.
    fn own_folder(&self) -> Result<(), String> {
        if !self.is_root {
            return Ok(());
        }
        finish(
            Command::new("chown").arg(USER).arg(&self.folder),
            "the PostgreSQL tests run as root need the user `postgres` of the package `postgresql`",
        )
    }

    /// A command of the server's own tools, as the server's user.
    fn command(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        let mut command = if self.is_root {
            let mut command = Command::new("runuser");
            command.args(["-u", USER, "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.folder).process_group(0);
        command
    }

    fn is_running(&self) -> bool {
        let mut status = self.command("pg_ctl");
        status.arg("-D").arg(self.data()).arg("status").stdout(Stdio::null()).stderr(Stdio::null());
        status.status().is_ok_and(|status| status.success())
    }

    fn launch(&self) -> Result<(), String> {
        if !self.data().join("hishamos-ready").exists() {
            // A start that was killed half-way.
            drop(fs::remove_dir_all(self.data()));
            self.initialise()?;
        }
        let log = self.folder.join("server.log");
        let mut start = self.command("pg_ctl");
        start.arg("-D").arg(self.data()).arg("-l").arg(&log).args(["-w", "-t", "60", "start"]);
        finish(&mut start, &format!("PostgreSQL did not start, see {}", log.display()))?;
        self.watch()
    }

    fn initialise(&self) -> Result<(), String> {
        let mut initdb = self.command("initdb");
        initdb.args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "-U"]);
        initdb.arg(USER).arg("-D").arg(self.data());
        finish(&mut initdb, "initdb failed")?;
        let problem = |error: std::io::Error| format!("cannot configure PostgreSQL: {error}");
        let folder = self.folder.display();
        // Only the socket: no port can be taken, and nobody else can connect.
        let settings = format!(
            "listen_addresses = ''\nunix_socket_directories = '{folder}'\nunix_socket_permissions = 0700\nmax_connections = 200\nshared_buffers = 64MB\nmax_wal_size = 256MB\nautovacuum = off\n"
        );
        let mut file = OpenOptions::new()
            .append(true)
            .open(self.data().join("postgresql.conf"))
            .map_err(problem)?;
        file.write_all(settings.as_bytes()).map_err(problem)?;
        File::create(self.data().join("hishamos-ready")).map(drop).map_err(problem)
    }

    /// Starts the script that ends the server after its last user. Nobody waits for it.
    fn watch(&self) -> Result<(), String> {
        let mut watcher = Command::new("sh");
        watcher.args(["-c", WATCHER, "watcher"]).arg(&self.bin);
        if self.is_root {
            watcher.args(["runuser", "-u", USER, "--"]);
        } else {
            watcher.arg("env");
        }
        watcher
            .current_dir(&self.folder)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(drop)
            .map_err(|error| format!("cannot watch the test server: {error}"))
    }
}

fn finish(command: &mut Command, what: &str) -> Result<(), String> {
    // `pg_ctl start` leaves a server behind that would keep a captured pipe open.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{what} ({status})")),
        Err(error) => Err(format!("{what}: {error}")),
    }
}

/// The memory disk when it has room: making and dropping a database there takes a tenth of
/// the time. These tests kill processes, never the machine, so memory is as durable.
fn base_folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let free = Command::new("df").args(["-Pk"]).arg(memory).stderr(Stdio::null()).output();
    let free_kib: Option<u64> = free.ok().and_then(|output| {
        let text = String::from_utf8(output.stdout).ok()?;
        text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
    });
    if free_kib.is_some_and(|kib| kib > 2 * 1024 * 1024) {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}

/// The binaries of the newest installed PostgreSQL, where Debian, Fedora and Homebrew
/// put them.
fn newest_bin() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        let major = entry.file_name().to_string_lossy().parse().unwrap_or(0);
        found.push((major, entry.path().join("bin")));
    }
    for folder in ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"] {
        found.push((0, folder.into()));
    }
    found.sort();
    found.into_iter().rev().map(|(_, bin)| bin).find(|bin| bin.join("initdb").exists())
}
