//! A second process: the same test, run again with an order in its environment. The test
//! asks [`order`] first and plays the child's part when there is one.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use store::Target;

const ORDER: &str = "HISHAMOS_TEST_CHILD";

/// The database that the parent wants the child to work on.
#[expect(clippy::disallowed_methods, reason = "the parent test speaks through the environment")]
pub fn order() -> Option<Target> {
    std::env::var(ORDER).ok().map(|text| text.parse().unwrap())
}

/// Says something to the parent.
pub fn say(word: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nchild: {word}").unwrap();
    out.flush().unwrap();
}

/// A running child.
pub struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

/// Starts this test binary again with one test, `module::name`; `shell` comes before it.
pub fn start(test: &str, target: &Target, shell: &str) -> Running {
    let order = match target {
        Target::Sqlite { path } => path.display().to_string(),
        Target::Postgres { url } => url.clone(),
    };
    let script = format!("{shell} exec \"$0\" \"$1\" --exact --nocapture");
    let mut child = Command::new("sh")
        .args(["-c", &script])
        .arg(std::env::current_exe().unwrap())
        .arg(test)
        .env(ORDER, order)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    Running { child, lines }
}

impl Running {
    /// The next word of the child; `None` when it has ended.
    pub fn hear(&mut self) -> Option<String> {
        self.lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("child: ").map(str::to_owned))
    }

    /// Kills it as `kill -9` does, and returns what it had still said.
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::iter::from_fn(|| self.hear()).collect()
    }

    /// Waits for its end and says whether it was well.
    pub fn ended_well(mut self) -> bool {
        while self.hear().is_some() {}
        self.child.wait().unwrap().success()
    }
}
