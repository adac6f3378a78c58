//! The files of `library/rehearsals`: what happens, and what should come of it. The README
//! there explains every key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// One rehearsal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rehearsal {
    /// Which branch it takes, in a sentence.
    pub about: String,
    pub workflow: String,
    #[serde(default)]
    pub inputs: Json,
    #[serde(default)]
    model: Vec<Answer>,
    #[serde(default)]
    pub decisions: Vec<Decision>,
    #[serde(default)]
    pub signals: Vec<Signal>,
    #[serde(default)]
    pub broken_tools: Vec<String>,
    pub expect: Expected,
}

/// Where the model's answers differ from the usual ones.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    command: String,
    contains: Option<String>,
    times: Option<u64>,
    /// The usual answer with these fields changed …
    #[serde(default)]
    change: Map<String, Json>,
    /// … or a whole answer …
    reply: Option<Json>,
    /// … or none.
    error: Option<Map<String, Json>>,
}

/// What somebody decides once they are asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The workflow whose execution asks; that of the rehearsal when absent.
    pub workflow: Option<String>,
    pub step: String,
    pub approve: bool,
    #[serde(default)]
    pub comment: String,
    #[serde(default)]
    pub form: Map<String, Json>,
}

/// What is sent once nothing else can happen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    pub name: String,
    #[serde(default)]
    pub payload: Json,
}

/// What should come of it; only what is named is compared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub status: String,
    pub failed: Option<Failed>,
    #[serde(default)]
    pub steps: BTreeMap<String, String>,
    #[serde(default)]
    pub rounds: BTreeMap<String, u64>,
    #[serde(default)]
    pub outputs: Map<String, Json>,
}

/// Why it did not end well.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    pub step: String,
    pub code: String,
}

/// The usual answer to each command.
pub type Replies = BTreeMap<String, Json>;

impl Rehearsal {
    /// The script for the scripted model: what differs comes first. Each rule says its number
    /// as its count of input tokens, or in its error, so that one that never answers is found.
    pub fn script(&self, replies: &Replies) -> Json {
        let different = self.model.iter().zip(1_u64..).map(|(answer, number)| {
            let mut rule = json!({ "when": { "command": answer.command } });
            if let Some(contains) = &answer.contains {
                rule["when"]["contains"] = json!(contains);
            }
            if let Some(times) = answer.times {
                rule["times"] = json!(times);
            }
            if let Some(error) = &answer.error {
                rule["error"] = json!(error);
                rule["error"]["message"] = json!(format!("rule {number}"));
                return rule;
            }
            let mut reply = answer.reply.as_ref().unwrap_or(&replies[&answer.command]).clone();
            for (field, value) in &answer.change {
                reply[field] = value.clone();
            }
            rule["reply"] = reply;
            rule["input_tokens"] = json!(number);
            rule["output_tokens"] = json!(1);
            rule
        });
        let usual = replies.iter().map(|(command, reply)| {
            json!({ "when": { "command": command }, "reply": reply, "input_tokens": 0, "output_tokens": 1 })
        });
        different.chain(usual).collect()
    }

    /// How many rules of the script are the rehearsal's own.
    pub fn rules(&self) -> usize {
        self.model.len()
    }
}

fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../library")
}

/// Every text file of the library, by its path there.
pub fn shipped() -> BTreeMap<String, String> {
    let root = library();
    let mut files = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

/// The rehearsals of a workflow by the names of their files, and the usual answers.
pub fn rehearsals(workflow: &str) -> (Vec<(String, Rehearsal)>, Replies) {
    let files = shipped();
    let replies = serde_saphyr::from_str(&files["rehearsals/replies.yaml"]).unwrap();
    let folder = format!("rehearsals/{workflow}/");
    let own = files.iter().filter(|(name, _)| name.starts_with(&folder));
    let read = |(name, text): (&String, &String)| {
        let rehearsal = serde_saphyr::from_str::<Rehearsal>(text);
        let rehearsal = rehearsal.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(rehearsal.workflow, workflow, "{name}");
        assert!(rehearsal.about.ends_with('.'), "{name}: say in a sentence what it is about");
        (name.clone(), rehearsal)
    };
    (own.map(read).collect(), replies)
}
