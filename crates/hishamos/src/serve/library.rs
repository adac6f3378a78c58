//! The library: the files inside the program, overlaid by the folder `library` in the data
//! folder. A broken file is refused at the start, with its line, not when it is used.

use std::path::Path;

use agent::Library;
use automation::Workflows;
use indexmap::IndexMap;
use rust_embed::RustEmbed;

use crate::failure::{Failure, Result};

/// The files that the program carries.
#[derive(RustEmbed)]
#[folder = "../../library"]
struct Shipped;

/// How many problems are told at once.
const TOLD: usize = 5;

/// Agents, commands and workflows.
pub struct LibraryFiles {
    /// Agents and commands.
    pub agents: Library,
    /// Workflows.
    pub workflows: Workflows,
}

/// Reads the library as it is at this moment.
pub fn read(folder: &Path) -> Result<LibraryFiles> {
    let overlay = folder.join("library");
    let mut files = shipped();
    let own = overlay_files(&overlay)?;
    let own_workflows: Vec<String> = own.keys().filter_map(|path| workflow_slug(path)).collect();
    files.extend(own);
    let agents = Library::from_files(&files).map_err(|problems| {
        refused(&overlay, problems.iter().map(ToString::to_string).collect())
    })?;
    let texts = files.iter().filter_map(|(path, text)| Some((workflow_slug(path)?, text.clone())));
    // The last file of a name wins, so that the overlay replaces what is shipped.
    let texts: IndexMap<String, String> = texts.collect();
    let workflows = Workflows::from_files(texts).map_err(|problems| refused(&overlay, problems))?;
    Ok(LibraryFiles { agents, workflows: workflows.with_own(&own_workflows) })
}

fn shipped() -> IndexMap<String, String> {
    Shipped::iter()
        .filter_map(|path| {
            let text = String::from_utf8(Shipped::get(&path)?.data.into_owned()).ok()?;
            Some((path.into_owned(), text))
        })
        .collect()
}

/// `workflows/idea_to_backlog.yaml` is the workflow `idea_to_backlog`.
fn workflow_slug(path: &str) -> Option<String> {
    let name = path.strip_prefix("workflows/")?;
    let (stem, extension) = name.rsplit_once('.')?;
    let is_workflow = matches!(extension, "yaml" | "yml" | "json") && !stem.contains('/');
    is_workflow.then(|| stem.to_owned())
}

fn overlay_files(root: &Path) -> Result<IndexMap<String, String>> {
    let mut files = IndexMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(_) if folder == root && !root.exists() => continue,
            Err(error) => return Err(unreadable(&folder, &error)),
        };
        for entry in entries {
            let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if is_library_file(&path) {
                let text =
                    std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
                files.insert(name, text);
            }
        }
    }
    files.sort_keys();
    Ok(files)
}

fn is_library_file(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("md" | "yaml" | "yml" | "json"))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("cannot read the library file {}: {error}", path.display()))
}

fn refused(overlay: &Path, problems: Vec<String>) -> Failure {
    let more = problems.len().saturating_sub(TOLD);
    let mut told: Vec<String> = problems.into_iter().take(TOLD).collect();
    if more > 0 {
        told.push(format!("and {more} more"));
    }
    Failure::invalid(format!("the library in {} is wrong: {}", overlay.display(), told.join("; ")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn shipped_library_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let library = read(folder.path()).unwrap();
        assert!(library.agents.agent("business-analyst").is_some());
        assert!(library.agents.command("write_story").is_some());
    }

    #[test]
    fn own_files_replace_shipped_ones_and_broken_ones_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let agents = folder.path().join("library/agents");
        std::fs::create_dir_all(&agents).unwrap();
        let text = "---\nname: business-analyst\ndescription: Ours\n---\nYou are ours.\n";
        std::fs::write(agents.join("business-analyst.md"), text).unwrap();
        let library = read(folder.path()).unwrap();
        assert_eq!(library.agents.agent("business-analyst").unwrap().description, "Ours");
        std::fs::write(agents.join("broken.md"), "---\nnmae: x\n---\n").unwrap();
        let message = read(folder.path()).err().unwrap().message;
        assert!(message.contains("agents/broken.md:"), "{message}");
    }

    #[test]
    fn slugs_are_file_names() {
        let check = |path: &str, expected: Option<&str>| {
            assert_eq!(workflow_slug(path).as_deref(), expected, "{path}");
        };
        check("workflows/idea_to_backlog.yaml", Some("idea_to_backlog"));
        check("workflows/x.json", Some("x"));
        check("workflows/README.md", None);
        check("agents/x.yaml", None);
    }
}
