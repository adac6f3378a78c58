//! When people come faster than commits, each commit takes a few of them along: a commit costs
//! nearly the same for one execution as for thirty, and what it costs they all wait for.

use std::time::Duration;

use tokio::sync::mpsc;

use super::handle::Message;
use super::machine::BATCH;

/// How many executions a commit changes when more than one client is at work.
const CROWD: usize = 2;
/// How long a commit waits for company.
const WAIT: Duration = Duration::from_millis(1);

/// How many executions the last commit changed.
#[derive(Debug, Default)]
pub(super) struct Crowd(usize);

impl Crowd {
    /// Remembers what the coming commit changes.
    pub(super) fn came(&mut self, executions: usize) {
        self.0 = executions;
    }

    /// Waits for more where there is a crowd. What work outside has brought never begins a wait:
    /// until it is durable, a crash would have it done again.
    pub(super) async fn gather(
        &self,
        inbox: &mut mpsc::Receiver<Message>,
        news: &mut Vec<Message>,
    ) {
        let may_wait =
            |one: &Message| matches!(one, Message::Create { .. } | Message::Input { .. });
        if self.0 < CROWD || !news.iter().all(may_wait) {
            return;
        }
        tokio::time::sleep(WAIT).await;
        while news.len() < BATCH
            && let Ok(one) = inbox.try_recv()
        {
            news.push(one);
        }
    }
}
