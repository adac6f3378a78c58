//! A process that can be killed: the runner and the database live on a runtime of their
//! own, which is torn down without anything being told, as `kill -9` does.

use std::ops::Deref;
use std::time::Duration;

use automation::RunnerState;
use store::{Db, Target};
use tokio::runtime::Runtime;

use crate::house::{House, Setup};

pub struct Process {
    runtime: Runtime,
    house: House,
}

impl Process {
    /// A process whose runner is active.
    pub async fn start(target: &Target, setup: Setup) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let target = target.clone();
        let house = runtime
            .spawn(async move { House::start(Db::connect(&target).await.unwrap(), setup).await })
            .await
            .unwrap();
        house.state(RunnerState::Active).await;
        Self { runtime, house }
    }

    /// Ends it here and now.
    pub async fn kill(self) {
        let Self { runtime, house } = self;
        tokio::task::spawn_blocking(move || {
            {
                let _inside = runtime.enter();
                drop(house);
            }
            runtime.shutdown_timeout(Duration::from_secs(10));
        })
        .await
        .unwrap();
    }
}

impl Deref for Process {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}
