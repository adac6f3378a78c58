//! The files of the repository, as a newcomer's clone would have them.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that are made, not written.
const MADE: [&str; 6] = [".git", "target", "node_modules", "dist", "test-results", "__pycache__"];

/// One text file.
pub struct TextFile {
    /// Its path from the root, with `/`.
    pub path: String,
    /// What it says.
    pub text: String,
}

impl TextFile {
    /// Its last part.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether it holds tests and nothing else.
    pub fn is_test(&self) -> bool {
        let name = self.name();
        let in_folder =
            self.path.split('/').any(|part| matches!(part, "tests" | "e2e" | "benches"));
        in_folder || name == "tests.rs" || name.contains(".test.") || name.contains(".spec.")
    }

    /// Whether its name ends in one of these.
    pub fn is_one_of(&self, extensions: &[&str]) -> bool {
        Path::new(&self.path)
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| extensions.contains(&extension))
    }
}

/// The workspace root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Every text file under a folder of the repository, in order.
pub fn text_files(under: &str) -> Vec<TextFile> {
    let root = root();
    let mut files = Vec::new();
    collect(&root, &root.join(under), &mut files);
    files.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!files.is_empty(), "there is nothing in \"{under}\": the rule would pass unseen");
    files
}

/// The Rust files of our crates and of these tasks.
pub fn rust_files() -> Vec<TextFile> {
    let mut files = text_files("crates");
    files.extend(text_files("sim"));
    files.extend(text_files("xtask"));
    files.retain(|file| file.is_one_of(&["rs"]));
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<TextFile>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let name = entry.file_name();
        if entry.file_type().unwrap().is_dir() {
            if !MADE.iter().any(|made| name == *made) {
                collect(root, &path, files);
            }
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.push(TextFile { path, text });
        }
    }
}
