//! Migrations: up, down, refused, interrupted and at the same time.

use store::migrate::{Applied, Migration, Migrations, Problem, SHIPPED, Version};
use store::testing::test_time;
use store::{Db, Error, params, sql};

use super::same;

const V1: Version = Version::new(0, 1, 0);
const V2: Version = Version::new(0, 2, 0);
const V3: Version = Version::new(0, 3, 0);

const fn next(
    number: i64,
    name: &'static str,
    version: Version,
    up: &'static str,
    down: &'static str,
) -> Migration {
    Migration { number, name, version, up, down }
}

const NOTES: Migration = next(
    2,
    "0002_notes",
    V2,
    "create table notes (id BIGINT not null primary key, text TEXT not null); -- first; notes\ninsert into notes (id, text) values (1, 'semi;colon');",
    "drop table notes;",
);
const STARS: Migration = next(
    3,
    "0003_stars",
    V3,
    "alter table notes add column stars BIGINT;",
    "alter table notes drop column stars;",
);

/// The shipped first migration and two that only these tests know.
fn three() -> Migrations {
    Migrations(Vec::leak(vec![SHIPPED.0[0], NOTES, STARS]))
}

/// Leaves only the first migration of a fresh database.
async fn first_only(db: &Db) {
    SHIPPED.downgrade(db, V1, true).await.unwrap();
}

const INSERT_NOTE: store::Sql = same("insert into notes (id, text) values (2, 'mine')");
const STAR_NOTE: store::Sql = same("update notes set stars = 5 where id = 2");

async fn tables(db: &Db) -> i64 {
    let mut tx = db.read().await.unwrap();
    let row = tx
        .fetch_one(
            sql!(sqlite: "select count(*) as n from sqlite_master where type = 'table'", postgres: "select count(*) as n from information_schema.tables where table_schema = current_schema()"),
            params![],
        )
        .await
        .unwrap();
    row.get("n").unwrap()
}

async fn write_note(db: &Db) {
    db.write::<_, Error, _>(|tx| {
        Box::pin(async move {
            tx.execute(INSERT_NOTE, params![]).await?;
            tx.execute(STAR_NOTE, params![]).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
}

fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> Problem {
    match result {
        Err(Error::Migration(problem)) => problem,
        other => panic!("expected a migration problem, got {other:?}"),
    }
}

store::both_databases! {
    async fn down_to_nothing_and_up_again_gives_the_same_schema(db: Db) {
        let before = tables(&db).await;
        let ran = SHIPPED.downgrade(&db, Version::NONE, false).await.unwrap();
        assert_eq!(ran.len(), SHIPPED.0.len());
        assert_eq!(tables(&db).await, 1, "only the bookkeeping stays");
        store::migrate::upgrade(&db, test_time()).await.unwrap();
        assert_eq!(tables(&db).await, before);
    }

    async fn a_second_upgrade_does_nothing(db: Db) {
        assert_eq!(store::migrate::upgrade(&db, test_time()).await.unwrap(), []);
        let status = store::migrate::status(&db).await.unwrap();
        assert_eq!(status.version, SHIPPED.newest());
        assert_eq!(status.pending, []);
        assert_eq!(status.applied[0], Applied {
            number: 1,
            name: "0001_initial".to_owned(),
            version: "0.1.0".to_owned(),
            checksum: SHIPPED.0[0].checksum(),
            at: test_time(),
        });
    }

    async fn versions_lead_up_and_down_step_by_step(db: Db) {
        first_only(&db).await;
        let list = three();
        let names = |ran: Vec<Migration>| ran.iter().map(|one| one.number).collect::<Vec<_>>();
        assert_eq!(names(list.upgrade(&db, Some(V2), test_time()).await.unwrap()), [2]);
        assert_eq!(list.status(&db).await.unwrap().version, V2);
        assert_eq!(names(list.upgrade(&db, None, test_time()).await.unwrap()), [3]);
        assert_eq!(names(list.downgrade(&db, V1, false).await.unwrap()), [3, 2]);
        assert_eq!(list.status(&db).await.unwrap().version, V1);
    }

    async fn unknown_and_backward_versions_are_refused(db: Db) {
        first_only(&db).await;
        let list = three();
        let odd = Version::new(0, 0, 5);
        assert!(problem(list.upgrade(&db, Some(odd), test_time()).await).is_invalid_input());
        let below = problem(list.downgrade(&db, odd, true).await);
        assert_eq!(below.to_string(), "version 0.0.5 is not known to this program; it knows 0.1.0, 0.2.0, 0.3.0");
        let above = problem(list.downgrade(&db, V2, true).await);
        assert_eq!(above.to_string(), "the database is at 0.1.0, 0.2.0 is above it; use `upgrade 0.2.0`");
        list.upgrade(&db, None, test_time()).await.unwrap();
        assert!(problem(list.upgrade(&db, Some(V1), test_time()).await).is_invalid_input());
    }

    async fn a_newer_database_is_refused(db: Db) {
        let mut list = SHIPPED.0.to_vec();
        list.push(next(99, "0099_more", V3, "create table more (id BIGINT);", "drop table more;"));
        let newer = Migrations(Vec::leak(list));
        newer.upgrade(&db, None, test_time()).await.unwrap();
        let refused = problem(store::migrate::upgrade(&db, test_time()).await);
        assert!(refused.is_unsafe());
        assert!(refused.to_string().contains("0099_more of version 0.3.0"), "{refused}");
    }

    async fn a_changed_file_is_refused(db: Db) {
        let changed = Migration { up: "create table other (id BIGINT);", ..SHIPPED.0[0] };
        let list = Migrations(Vec::leak(vec![changed]));
        let refused = problem(list.upgrade(&db, None, test_time()).await);
        assert!(refused.is_unsafe());
        assert!(refused.to_string().starts_with("migration 0001_initial was changed after"), "{refused}");
    }

    async fn rows_are_deleted_only_on_demand(db: Db) {
        first_only(&db).await;
        let list = three();
        list.upgrade(&db, None, test_time()).await.unwrap();
        write_note(&db).await;
        let refused = problem(list.downgrade(&db, V2, false).await);
        assert!(refused.is_unsafe());
        assert!(refused.to_string().contains("1 rows of notes.stars"), "{refused}");
        let refused = problem(list.downgrade(&db, V1, false).await);
        assert!(refused.to_string().contains("1 rows of notes, 1 rows of notes.stars"), "{refused}");
        assert_eq!(list.status(&db).await.unwrap().version, V3);
        list.downgrade(&db, V1, true).await.unwrap();
        assert_eq!(list.status(&db).await.unwrap().version, V1);
    }

    async fn a_failing_migration_leaves_nothing(db: Db) {
        first_only(&db).await;
        let before = tables(&db).await;
        let broken = next(2, "0002_broken", V2, "create table half (id BIGINT); insert into absent values (1);", "drop table half;");
        let list = Migrations(Vec::leak(vec![SHIPPED.0[0], broken]));
        let failed = problem(list.upgrade(&db, None, test_time()).await);
        assert!(failed.to_string().starts_with("migration 0002_broken failed on its way up"), "{failed}");
        assert_eq!(tables(&db).await, before);
        assert_eq!(list.status(&db).await.unwrap().version, V1);
    }

    async fn several_programs_at_once_take_turns(test: TestDb) {
        first_only(&test.db).await;
        let list = three();
        let mut ran = Vec::new();
        let others = [test.reopen().await, test.reopen().await, test.reopen().await];
        for one in futures::future::join_all(others.iter().map(|db| list.upgrade(db, None, test_time()))).await {
            ran.extend(one.unwrap().into_iter().map(|one| one.number));
        }
        ran.sort_unstable();
        assert_eq!(ran, [2, 3], "each migration ran once");
    }
}
