//! A running server, and the commands that ask it.

#![allow(clippy::unwrap_used)]

use serde_json::Value as Json;

use crate::program::{Folder, Server, ended, json};

/// A server with an administrator, and their key.
pub struct Office {
    pub folder: Folder,
    pub server: Server,
    key: String,
}

impl Office {
    pub fn open() -> Self {
        let folder = Folder::new();
        let script = folder.write("rules.json", r#"{ "rules": [{ "reply": "Well." }] }"#);
        let made = folder.run(["user", "create-admin", "--email", "a@example.com", "--name", "A"]);
        assert_eq!(ended(&made).0, 0, "{:?}", ended(&made));
        let (_, key, _) = ended(&folder.run(["api-key", "create"]));
        let server = Server::start(folder.path(), &["--model-script", script.to_str().unwrap()]);
        Self { folder, server, key: key.trim().to_owned() }
    }

    /// The administrator's key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Runs a command: its exit code and both its outputs.
    pub fn run(&self, arguments: &str) -> (i32, String, String) {
        let url = self.server.url();
        // two quotes are an empty text
        let arguments = arguments.split_whitespace();
        let arguments = arguments.map(|text| if text == "\"\"" { "" } else { text });
        ended(&self.folder.run(arguments.chain(["--server", &url, "--api-key", &self.key])))
    }

    /// A command that goes well; what it prints.
    #[track_caller]
    pub fn does(&self, arguments: &str) -> String {
        let (code, out, errors) = self.run(arguments);
        assert_eq!((code, errors.as_str()), (0, ""), "{arguments}");
        out
    }

    #[track_caller]
    pub fn gives(&self, arguments: &str) -> Json {
        json(&self.does(&format!("{arguments} -o json")))
    }

    /// A command that fails with this code and says this, and does not print anything else.
    #[track_caller]
    pub fn fails(&self, arguments: &str, code: i32, says: &str) {
        let (found, out, errors) = self.run(arguments);
        assert_eq!((found, out.as_str()), (code, ""), "{arguments}: {errors}");
        assert!(errors.contains(says), "{arguments}: {errors}");
    }

    /// How a door answers somebody with this key.
    pub fn door(&self, key: &str) -> u16 {
        let bearer = format!("Bearer {key}");
        self.server.send("GET", "/v1/models", &[("authorization", &bearer)], "").0
    }

    /// Asks the scripted model through a door; gives what it says.
    pub fn asks(&self, key: &str, question: &str) -> String {
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let body = serde_json::json!({
            "model": "scripted/rehearsal", "messages": [{ "role": "user", "content": question }],
        });
        let path = "/v1/chat/completions";
        let (status, answer) = self.server.send("POST", path, &headers, &body.to_string());
        assert_eq!(status, 200, "{answer}");
        json(&answer)["choices"][0]["message"]["content"].as_str().unwrap().to_owned()
    }
}
