//! Keys at rest: bound to their place, opened by the right master key only, replaced while
//! the server works.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use base::{ManualClock, OrganisationId, OsRandom, Secret};
use gateway::secret::{Place, SecretError, Secrets, SecretsConfig};
use serde_json::{Value as Json, json};
use store::testing::test_time;
use store::{Db, both_databases, params, sql};
use tempfile::tempdir;

use crate::house::{House, ONE, answering};

async fn open(db: &Db, config: SecretsConfig) -> Result<Secrets, SecretError> {
    let clock = Arc::new(ManualClock::new(test_time()));
    Secrets::open(config, db.clone(), clock, Arc::new(OsRandom)).await
}

fn place(row: usize) -> Place {
    Place::new(ONE, "things", format!("row-{row}"), "token")
}

async fn put(db: &Db, secrets: &Secrets, place: Place, text: &str) {
    let secret = Secret::new(text.to_owned());
    let kept = secrets.keep(&place, &secret).await.unwrap();
    let written = db
        .write(move |tx| {
            Box::pin(async move { Secrets::write(tx, &place, &kept, &secret, test_time()).await })
        })
        .await
        .unwrap();
    assert!(written);
}

async fn count(db: &Db, statement: store::Sql) -> i64 {
    let mut tx = db.read().await.unwrap();
    tx.fetch_one(statement, params![]).await.unwrap().get("n").unwrap()
}

async fn run(db: &Db, statement: store::Sql) {
    db.write(move |tx| Box::pin(async move { tx.execute(statement, params![]).await }))
        .await
        .unwrap();
}

/// The test database with its two organisations.
async fn with_organisations(db: &Db) {
    web::testing::TestApp::new(db.clone(), |_| web::Routes::new()).await;
}

const DATA_KEYS: store::Sql = sql!("select count(*) as n from data_keys");

both_databases! {
    async fn moved_or_changed_text_does_not_open(db: Db) {
        let folder = tempdir().unwrap();
        with_organisations(&db).await;
        let secrets = open(&db, SecretsConfig::new(folder.path())).await.unwrap();
        put(&db, &secrets, place(1), "first secret").await;
        put(&db, &secrets, place(2), "second secret").await;
        let other = Place { organisation: OrganisationId::from_u128(2), ..place(1) };
        put(&db, &secrets, other.clone(), "their secret").await;
        assert_eq!(secrets.read(&place(1)).await.unwrap().unwrap().reveal(), "first secret");
        assert_eq!(secrets.read(&place(9)).await.unwrap(), None);

        run(&db, sql!("update secrets set kept = (select s.kept from secrets s where s.row_id = 'row-2') where row_id = 'row-1' and organisation_id = 'org_00000000000000000000000001'")).await;
        let error = secrets.read(&place(1)).await.unwrap_err();
        assert!(matches!(error, SecretError::Tampered(_)), "{error}");
        assert!(error.to_string().contains("token of things \"row-1\" does not open"), "{error}");
        assert_eq!(secrets.read(&place(2)).await.unwrap().unwrap().reveal(), "second secret");

        // a row of one tenant under another tenant's name
        run(&db, sql!("update secrets set key_id = (select s.key_id from secrets s where s.row_id = 'row-2'), kept = (select s.kept from secrets s where s.row_id = 'row-2') where organisation_id = 'org_00000000000000000000000002'")).await;
        let error = secrets.read(&other).await.unwrap_err();
        assert!(matches!(error, SecretError::NoDataKey { .. }), "{error}");
    }

    async fn wrong_absent_or_damaged_master_key_refuses_the_start(db: Db) {
        let (folder, elsewhere) = (tempdir().unwrap(), tempdir().unwrap());
        with_organisations(&db).await;
        let secrets = open(&db, SecretsConfig::new(folder.path())).await.unwrap();
        put(&db, &secrets, place(1), "a secret").await;
        let absent = open(&db, SecretsConfig::new(elsewhere.path())).await.unwrap_err().to_string();
        assert!(absent.contains("master.key") && absent.contains("backup"), "{absent}");
        assert!(!elsewhere.path().join("master.key").exists(), "no new key was made");
        let other = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let given = |text: &str| SecretsConfig {
            master_key: Some(Secret::new(text.to_owned())),
            ..SecretsConfig::new(folder.path())
        };
        let wrong = open(&db, given(other)).await.unwrap_err();
        assert!(matches!(wrong, SecretError::WrongMasterKey { .. }), "{wrong}");
        let right = std::fs::read_to_string(folder.path().join("master.key")).unwrap();
        let both = open(&db, given(&format!("{other},{}", right.trim()))).await.unwrap();
        assert_eq!(both.read(&place(1)).await.unwrap().unwrap().reveal(), "a secret");
        // the older key was only needed once: the new one seals the data key now
        let alone = open(&db, given(other)).await.unwrap();
        assert_eq!(alone.read(&place(1)).await.unwrap().unwrap().reveal(), "a secret");
    }

    async fn rotation_replaces_every_key_and_loses_nothing(db: Db) {
        let folder = tempdir().unwrap();
        let server = answering().await;
        let house = House::new(&db, folder.path()).await;
        house.platform("acme", &server).await;
        for row in 0..230 {
            put(&db, &house.secrets, place(row), &format!("secret {row}")).await;
        }
        let master = std::fs::read_to_string(folder.path().join("master.key")).unwrap();
        let done = house.post("/api/v1/settings/keys/rotate", json!({"master": true}), 200).await;
        assert_eq!(
            (&done["resealed"], &done["deleted_keys"], &done["master_replaced"]),
            (&json!(231), &json!(1), &json!(true))
        );
        assert_ne!(std::fs::read_to_string(folder.path().join("master.key")).unwrap(), master);
        let again = open(&db, SecretsConfig::new(folder.path())).await.unwrap();
        for row in 0..230 {
            let secret = again.read(&place(row)).await.unwrap().unwrap();
            assert_eq!(*secret.reveal(), format!("secret {row}"));
        }
        assert_eq!(count(&db, DATA_KEYS).await, 1);
        let state = house.get("/api/v1/settings/keys").await;
        assert_eq!(state["secrets"], json!([{"kept_in": "database", "count": 231}]));
        assert_ne!(state["master_key"], Json::Null);
    }

    async fn rotation_that_is_cut_off_anywhere_is_finished_by_the_next_start(db: Db) {
        let folder = tempdir().unwrap();
        with_organisations(&db).await;
        let config = || SecretsConfig::new(folder.path());
        let secrets = open(&db, config()).await.unwrap();
        for row in 0..120 {
            put(&db, &secrets, place(row), &format!("secret {row}")).await;
        }
        for cut in [1, 2, 3, 5, 8, 13, 21] {
            let mut rotation = Box::pin(secrets.rotate(ONE, cut % 2 == 0));
            let mut polls = 0;
            // polled so many times and then dropped, as by a crash
            poll_fn(|context| {
                polls += 1;
                if polls > cut {
                    return Poll::Ready(());
                }
                rotation.as_mut().poll(context).map(|_| ())
            })
            .await;
            drop(rotation);
            let secrets = open(&db, config()).await.unwrap();
            for row in [0, 60, 119] {
                let secret = secrets.read(&place(row)).await.unwrap().unwrap();
                assert_eq!(*secret.reveal(), format!("secret {row}"), "cut after {cut} polls");
            }
            assert_eq!(count(&db, DATA_KEYS).await, 1, "cut after {cut} polls");
        }
    }

    async fn secrets_can_be_read_and_written_while_keys_are_replaced(db: Db) {
        let folder = tempdir().unwrap();
        with_organisations(&db).await;
        let secrets = open(&db, SecretsConfig::new(folder.path())).await.unwrap();
        for row in 0..150 {
            put(&db, &secrets, place(row), "old").await;
        }
        let rotating = async {
            for _ in 0..4 {
                secrets.rotate(ONE, false).await.unwrap();
            }
        };
        let reading = async {
            for row in (0..150).cycle().take(300) {
                assert!(secrets.read(&place(row)).await.unwrap().is_some(), "{row}");
            }
        };
        let writing = async {
            for row in 0..60 {
                let (place, secret) = (place(row), Secret::new("new".to_owned()));
                loop {
                    let kept = secrets.keep(&place, &secret).await.unwrap();
                    let (at, copy) = (place.clone(), secret.clone());
                    let is_written = db
                        .write(move |tx| {
                            Box::pin(async move { Secrets::write(tx, &at, &kept, &copy, test_time()).await })
                        })
                        .await
                        .unwrap();
                    if is_written {
                        break;
                    }
                }
            }
        };
        tokio::join!(rotating, reading, writing);
        for row in 0..150 {
            let expected = if row < 60 { "new" } else { "old" };
            assert_eq!(secrets.read(&place(row)).await.unwrap().unwrap().reveal(), expected);
        }
        assert_eq!(count(&db, DATA_KEYS).await, 1);
    }
}
