//! What the model is asked to do.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};

/// Something to ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Words.
    Text,
    /// A call of a tool.
    Tool,
    /// JSON of a schema.
    Schema,
    /// Words as they come.
    TextStream,
    /// A call as it comes.
    ToolStream,
    /// JSON as it comes.
    SchemaStream,
}

/// The most that the model may write.
pub const MOST_TOKENS: u32 = 96;

impl Task {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Text,
        Self::Tool,
        Self::Schema,
        Self::TextStream,
        Self::ToolStream,
        Self::SchemaStream,
    ];

    /// Its name in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Tool => "tool call",
            Self::Schema => "JSON schema",
            Self::TextStream => "text, streamed",
            Self::ToolStream => "tool call, streamed",
            Self::SchemaStream => "JSON schema, streamed",
        }
    }

    /// Whether the answer is wanted as it comes.
    pub const fn is_streamed(self) -> bool {
        matches!(self, Self::TextStream | Self::ToolStream | Self::SchemaStream)
    }

    /// What it is about, however it is wanted.
    pub const fn of(self) -> Self {
        match self {
            Self::Text | Self::TextStream => Self::Text,
            Self::Tool | Self::ToolStream => Self::Tool,
            Self::Schema | Self::SchemaStream => Self::Schema,
        }
    }

    /// The words of the question.
    pub const fn question(self) -> &'static str {
        match self {
            Self::Text | Self::TextStream => {
                "What is the capital of France? Answer in one short sentence."
            }
            Self::Tool | Self::ToolStream => {
                // one call: where several are allowed, a model this small never stops calling
                "How is the weather in Cairo? Look with the tool."
            }
            Self::Schema | Self::SchemaStream => {
                "Give the capital of France and the number of letters of its name."
            }
        }
    }
}

/// The parameters of the tool.
pub fn parameters() -> Json {
    json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]})
}

/// The schema of the answer.
pub fn schema() -> Json {
    json!({
        "type": "object",
        "properties": {"capital": {"type": "string"}, "letters": {"type": "integer"}},
        "required": ["capital", "letters"],
        "additionalProperties": false,
    })
}

/// What was answered.
#[derive(Debug, Default, PartialEq)]
pub struct Answer {
    /// The words.
    pub text: String,
    /// Each call's tool and arguments.
    pub calls: Vec<(String, String)>,
    /// Tokens read and written, as the client was told.
    pub tokens: (u64, u64),
    /// Whether it ended because it may not be longer.
    pub is_cut: bool,
}

impl Answer {
    /// Whether this is what was asked for.
    pub fn check(&self, task: Task) -> Result<()> {
        let (input, output) = self.tokens;
        ensure!(input > 0 && output > 0, "it says that it used {input} and {output} tokens");
        match task.of() {
            Task::Tool => {
                ensure!(!self.calls.is_empty(), "no tool was called; it said: {}", self.text);
                for (name, arguments) in &self.calls {
                    ensure!(name == "weather", "it called \"{name}\"");
                    let read: Json = serde_json::from_str(arguments)
                        .with_context(|| format!("arguments that are no JSON: {arguments}"))?;
                    ensure!(read["city"].is_string(), "arguments without a city: {arguments}");
                }
            }
            Task::Schema => {
                let read: Json = serde_json::from_str(&self.text)
                    .with_context(|| format!("no JSON: {}", self.text))?;
                let fits = read["capital"].is_string()
                    && read["letters"].is_i64()
                    && read.as_object().is_some_and(|fields| fields.len() == 2);
                ensure!(fits, "it does not fit the schema: {read}");
            }
            _ => ensure!(!self.text.trim().is_empty(), "it says nothing"),
        }
        Ok(())
    }
}
