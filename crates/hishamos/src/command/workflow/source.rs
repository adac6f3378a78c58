//! Which workflow is meant: a file, a workflow of the server, or one of its revisions.

use std::path::{Path, PathBuf};

use engine::{Definition, definition};

use super::file::{checked, read};
use crate::client::{Client, ClientFlags, part};
use crate::config::Environment;
use crate::failure::{Failure, Result};

/// What a word on the command line names.
#[derive(Debug, PartialEq, Eq)]
enum Named<'a> {
    File(PathBuf),
    Newest(&'a str),
    Revision(&'a str, u32),
}

/// `-` and what is there as a file are files, and so is what looks like one.
fn named(word: &str, is_file: bool) -> Named<'_> {
    let path = Path::new(word);
    let extension = path.extension().and_then(|extension| extension.to_str());
    let looks_like_one = matches!(extension, Some("yaml" | "yml" | "json")) || word.contains('/');
    if word == "-" || is_file || looks_like_one {
        return Named::File(path.to_owned());
    }
    match word.rsplit_once('@').and_then(|(slug, number)| Some((slug, number.parse().ok()?))) {
        Some((slug, number)) => Named::Revision(slug, number),
        None => Named::Newest(word),
    }
}

/// The definition that a word names; a server is asked for what is no file.
pub async fn definition(
    word: &str,
    flags: &ClientFlags,
    environment: &Environment,
) -> Result<Definition> {
    let path = match named(word, Path::new(word).is_file()) {
        Named::File(file) => {
            let text = read(&file)?;
            return checked(&file, &text);
        }
        Named::Newest(slug) => format!("/api/v1/workflows/{}", part(slug)?),
        Named::Revision(slug, number) => {
            format!("/api/v1/workflows/{}/revisions/{number}", part(slug)?)
        }
    };
    let found = Client::new(flags, environment)?.get(&path).await?;
    definition::parse(found["definition"].as_str().unwrap_or_default()).map_err(|problems| {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        Failure::failed(format!("workflow \"{word}\" is not understood by this version: {first}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_files_workflows_and_revisions() {
        let file = |path: &str| Named::File(PathBuf::from(path));
        assert_eq!(named("-", false), file("-"));
        assert_eq!(named("build.yaml", false), file("build.yaml"));
        assert_eq!(named("./build", false), file("./build"));
        assert_eq!(named("build", true), file("build"));
        assert_eq!(named("build", false), Named::Newest("build"));
        assert_eq!(named("build@3", false), Named::Revision("build", 3));
        assert_eq!(named("build@new", false), Named::Newest("build@new"));
    }
}
