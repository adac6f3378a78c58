//! The whole library: many files that must fit each other.

use indexmap::IndexMap;

use super::file::{self, File};
use super::{Agent, Command, Problem};

/// Every agent and command, found by slug or alias.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Library {
    agents: IndexMap<String, Agent>,
    commands: IndexMap<String, Command>,
    agent_aliases: IndexMap<String, String>,
    command_aliases: IndexMap<String, String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Agent,
    Command,
}

impl Library {
    /// The library that the files make up, or every problem in them.
    ///
    /// A file counts when one of its folders is called `agents` or `commands` (the last
    /// such folder decides) and it is no `README.md`; other files are none of the
    /// library's business. A later file with the same kind and path below that folder
    /// replaces an earlier one, which is how a folder overlays the built-in files.
    pub fn from_files<P, T>(files: impl IntoIterator<Item = (P, T)>) -> Result<Self, Vec<Problem>>
    where
        P: AsRef<str>,
        T: AsRef<str>,
    {
        let mut chosen: IndexMap<String, (Kind, String, String)> = IndexMap::new();
        for (path, text) in files {
            let path = path.as_ref().replace('\\', "/");
            if let Some((kind, below)) = place(&path) {
                chosen.insert(below, (kind, path, file::normalise(text.as_ref())));
            }
        }
        chosen.sort_keys();

        let mut library = Self::default();
        let mut paths = Paths::default();
        let mut problems = Vec::new();
        for (kind, path, text) in chosen.values() {
            if let Err(found) = library.add(*kind, path, text, &mut paths) {
                problems.extend(found);
            }
        }
        problems.extend(library.resolve_agents(&paths));
        if problems.is_empty() { Ok(library) } else { Err(problems) }
    }

    /// The agent with this slug or alias.
    pub fn agent(&self, key: &str) -> Option<&Agent> {
        self.agents.get(self.agent_aliases.get(key).map_or(key, String::as_str))
    }

    /// The command with this slug or alias.
    pub fn command(&self, key: &str) -> Option<&Command> {
        self.commands.get(self.command_aliases.get(key).map_or(key, String::as_str))
    }

    /// Every agent, by slug.
    pub fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.agents.values()
    }

    /// Every command, by slug.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        self.commands.values()
    }

    fn add(
        &mut self,
        kind: Kind,
        path: &str,
        text: &str,
        paths: &mut Paths,
    ) -> Result<(), Vec<Problem>> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let Some(slug) = name.strip_suffix(".md") else {
            let message =
                format!("\"{name}\" is no Markdown file: call it .md or move it elsewhere");
            return Err(vec![Problem { file: path.to_owned(), line: 1, message }]);
        };
        let file = File::new(path, slug, text).map_err(|problem| vec![problem])?;
        match kind {
            Kind::Agent => {
                let agent = Agent::from_file(&file)?;
                paths.agents.claim(&file, path, &agent.slug, &agent.aliases)?;
                self.agent_aliases.extend(aliases(&agent.slug, &agent.aliases));
                self.agents.insert(agent.slug.clone(), agent);
            }
            Kind::Command => {
                let command = Command::from_file(&file)?;
                paths.commands.claim(&file, path, &command.slug, &command.aliases)?;
                paths.agent_of.push((command.slug.clone(), file.problem(&["agent"], "")));
                self.command_aliases.extend(aliases(&command.slug, &command.aliases));
                self.commands.insert(command.slug.clone(), command);
            }
        }
        Ok(())
    }

    /// Turns each command's agent into a slug; returns those that name nobody.
    fn resolve_agents(&mut self, paths: &Paths) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (slug, place) in &paths.agent_of {
            let Some(asked) = self.commands.get(slug).map(|command| command.agent.clone()) else {
                continue;
            };
            match self.agent(&asked).map(|agent| agent.slug.clone()) {
                Some(agent) => {
                    if let Some(command) = self.commands.get_mut(slug) {
                        command.agent = agent;
                    }
                }
                None => {
                    problems.push(Problem { message: self.unknown_agent(&asked), ..place.clone() });
                }
            }
        }
        problems
    }

    fn unknown_agent(&self, asked: &str) -> String {
        let known: Vec<&str> = self.agents.keys().map(String::as_str).collect();
        format!(
            "\"agent\" refers to unknown agent \"{asked}\": add agents/{asked}.md or use one of {}",
            known.join(", ")
        )
    }
}

fn aliases<'a>(
    slug: &'a str,
    aliases: &'a [String],
) -> impl Iterator<Item = (String, String)> + 'a {
    aliases.iter().map(|alias| (alias.clone(), slug.to_owned()))
}

/// What kind of file a path is, and its path from the deciding folder on.
fn place(path: &str) -> Option<(Kind, String)> {
    let parts: Vec<&str> = path.split('/').collect();
    let (name, folders) = parts.split_last()?;
    if name.eq_ignore_ascii_case("readme.md") || name.starts_with('.') {
        return None;
    }
    folders.iter().enumerate().rev().find_map(|(index, folder)| {
        let kind = match *folder {
            "agents" => Kind::Agent,
            "commands" => Kind::Command,
            _ => return None,
        };
        Some((kind, parts[index..].join("/")))
    })
}

/// Which file took which key, so that a clash can name both.
#[derive(Default)]
struct Paths {
    agents: Keys,
    commands: Keys,
    agent_of: Vec<(String, Problem)>,
}

#[derive(Default)]
struct Keys(IndexMap<String, String>);

impl Keys {
    fn claim(
        &mut self,
        file: &File<'_>,
        path: &str,
        slug: &str,
        aliases: &[String],
    ) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        for (field, key) in std::iter::once(("name", slug))
            .chain(aliases.iter().map(|alias| ("aliases", alias.as_str())))
        {
            if let Some(other) = self.0.get(key) {
                problems.push(file.problem(
                    &[field],
                    format!("\"{key}\" is taken by {other}: choose another name"),
                ));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        for key in std::iter::once(slug).chain(aliases.iter().map(String::as_str)) {
            self.0.insert(key.to_owned(), path.to_owned());
        }
        Ok(())
    }
}
