//! The group-commit writer: shared commits, failures that stay alone, no lost answers.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use store::{Db, Error, Tx, params, sql};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::same;

pub async fn put(tx: &mut Tx, name: &str) -> Result<(), Error> {
    tx.execute(sql!("insert into login_attempts (subject, at) values ($1, 1)"), params![name])
        .await
        .map(drop)
}

pub async fn write(db: &Db, name: String) -> Result<(), Error> {
    db.write(|tx| Box::pin(async move { put(tx, &name).await })).await
}

pub async fn names(db: &Db) -> Vec<String> {
    let mut tx = db.read().await.unwrap();
    let rows = tx
        .fetch_all(sql!("select subject from login_attempts order by subject"), params![])
        .await
        .unwrap();
    rows.iter().map(|row| row.get("subject").unwrap()).collect()
}

/// Holds the writer inside a first job until everything made by `queue` waits behind it,
/// so that all of it shares the next transaction.
pub async fn together<T>(db: &Db, queue: Vec<impl Future<Output = T>>) -> Vec<T> {
    let (begun, has_begun) = oneshot::channel();
    let (go, may_go) = oneshot::channel::<()>();
    let first = db.write::<_, Error, _>(|tx| {
        Box::pin(async move {
            begun.send(()).unwrap();
            may_go.await.unwrap();
            put(tx, "first").await
        })
    });
    let rest = async {
        has_begun.await.unwrap();
        let mut all = Box::pin(join_all(queue));
        // One poll puts every job into the queue; none can be answered yet.
        assert!(futures::poll!(&mut all).is_pending());
        go.send(()).unwrap();
        all.await
    };
    let (first, rest) = tokio::join!(first, rest);
    first.unwrap();
    rest
}

/// How long the writers of R37 go on; the environment asks for more.
fn lasts() -> Duration {
    let asked = std::env::vars_os().find(|(name, _)| name == "PROOF_WRITING_MINUTES");
    let minutes: u64 = asked.map_or(0, |(_, minutes)| minutes.to_str().unwrap().parse().unwrap());
    Duration::from_secs(60 * minutes)
}

/// Takes back what a writer wrote, so that reading costs no more after an hour.
async fn take_back(db: &Db, written: Vec<String>) -> Result<(), Error> {
    let take = db.write::<_, Error, _>(|tx| {
        Box::pin(async move {
            for name in written {
                let text = sql!("delete from login_attempts where subject = $1");
                tx.execute(text, params![name]).await?;
            }
            Ok(())
        })
    });
    take.await
}

store::both_databases! {
    async fn character_that_postgres_refuses_is_stored_as_a_sign_on_both(db: Db) {
        write(&db, "a\0b".to_owned()).await.unwrap();
        assert_eq!(names(&db).await, ["a\u{fffd}b"]);
    }

    async fn waiting_jobs_share_one_commit(db: Db) {
        let outside = Arc::new(db.clone());
        let jobs = (0..50).map(|n| {
            let outside = Arc::clone(&outside);
            db.write::<_, Error, _>(move |tx| Box::pin(async move {
                put(tx, &format!("job {n:02}")).await?;
                // What is committed while this job runs: only the first job, whose commit
                // came before. Every other job is in this very transaction.
                Ok(names(&outside).await)
            }))
        });
        for seen in together(&db, jobs.collect()).await {
            assert_eq!(seen.unwrap(), ["first"]);
        }
        assert_eq!(names(&db).await.len(), 51);
    }

    async fn a_failing_job_is_taken_back_alone(db: Db) {
        let jobs = (0..10).map(|n| {
            db.write::<_, Error, _>(move |tx| Box::pin(async move {
                put(tx, &format!("job {n}")).await?;
                match n % 3 {
                    0 => Ok(()),
                    // The database refuses a statement, which breaks PostgreSQL's transaction.
                    1 => tx.execute(same("insert into counters (name, value) values ('outbox', 1)"), params![]).await.map(drop),
                    // The job itself decides against it.
                    _ => Err(Error::Address("changed my mind".to_owned())),
                }
            }))
        });
        let answers = together(&db, jobs.collect()).await;
        let kinds: Vec<String> = answers.iter().map(|one| match one {
            Ok(()) => "ok".to_owned(),
            Err(Error::Duplicate(_)) => "duplicate".to_owned(),
            Err(error) => error.to_string(),
        }).collect();
        let three = ["ok", "duplicate", "changed my mind"];
        assert_eq!(kinds, three.repeat(4)[..10]);
        assert_eq!(names(&db).await, ["first", "job 0", "job 3", "job 6", "job 9"]);
    }

    async fn a_job_that_overlooks_an_error_is_not_acknowledged(db: Db) {
        let careless = |name: &'static str| db.write::<_, Error, _>(move |tx| Box::pin(async move {
            put(tx, name).await?;
            let refused = tx.execute(same("insert into counters (name, value) values ('outbox', 1)"), params![]).await;
            assert!(refused.is_err());
            Ok(())
        }));
        let alone = careless("alone").await.unwrap_err();
        assert!(alone.to_string().contains("went on after one of its statements had failed"), "{alone}");
        let jobs: Vec<futures::future::BoxFuture<'_, _>> = vec![
            Box::pin(write(&db, "before".to_owned())),
            Box::pin(careless("middle")),
            Box::pin(write(&db, "after".to_owned())),
        ];
        let answers: Vec<bool> = together(&db, jobs).await.iter().map(Result::is_ok).collect();
        assert_eq!(answers, [true, false, true]);
        assert_eq!(names(&db).await, ["after", "before", "first"]);
    }

    async fn a_panicking_job_takes_nobody_with_it(db: Db) {
        let jobs: Vec<futures::future::BoxFuture<'_, _>> = vec![
            Box::pin(write(&db, "before".to_owned())),
            Box::pin(db.write::<_, Error, _>(|tx| Box::pin(async move {
                put(tx, "middle").await?;
                panic!("this panic is part of the test")
            }))),
            Box::pin(write(&db, "after".to_owned())),
        ];
        let answers: Vec<bool> = together(&db, jobs).await.iter().map(Result::is_ok).collect();
        assert_eq!(answers, [true, false, true]);
        assert_eq!(names(&db).await, ["after", "before", "first"]);
    }

    async fn a_caller_that_goes_away_does_not_stop_its_job(db: Db) {
        let (begun, has_begun) = oneshot::channel();
        let (go, may_go) = oneshot::channel::<()>();
        let mut caller = Box::pin(db.write::<_, Error, _>(|tx| Box::pin(async move {
            begun.send(()).unwrap();
            may_go.await.unwrap();
            put(tx, "left alone").await
        })));
        assert!(futures::poll!(&mut caller).is_pending());
        has_begun.await.unwrap();
        drop(caller);
        go.send(()).unwrap();
        write(&db, "next".to_owned()).await.unwrap();
        assert_eq!(names(&db).await, ["left alone", "next"]);
    }

    async fn sixty_four_writers_are_never_locked_out(test: TestDb) {
        // A second writer on the same database, as `hishamos-migrate` would be.
        let other = test.reopen().await;
        let (begun, lasts) = (Instant::now(), lasts());
        let writers = (0..64).map(|writer| {
            let db = if writer % 8 == 0 { other.clone() } else { test.db.clone() };
            async move {
                let mut writes = 0;
                loop {
                    let written: Vec<String> = (0..10).map(|n| format!("{writer:02} {n}")).collect();
                    for name in &written {
                        write(&db, name.clone()).await.unwrap();
                        names(&db).await;
                    }
                    writes += written.len();
                    if begun.elapsed() >= lasts {
                        return writes;
                    }
                    take_back(&db, written).await.unwrap();
                }
            }
        });
        let writes: usize = join_all(writers).await.iter().sum();
        println!("{writes} writes by 64 writers, none locked out");
        assert_eq!(names(&test.db).await.len(), 640);
    }

    async fn closing_finishes_what_waits_and_refuses_what_comes(test: TestDb) {
        let db = test.db.clone();
        let mut waiting = Box::pin(join_all((0..20).map(|n| write(&db, format!("{n}")))));
        assert!(futures::poll!(&mut waiting).is_pending());
        let ((), answers) = tokio::join!(db.close(), waiting);
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        let late = write(&db, "late".to_owned()).await.unwrap_err();
        assert_eq!(late.to_string(), "the database writer has stopped: the program is shutting down");
        assert_eq!(names(&test.reopen().await).await.len(), 20);
    }
}
