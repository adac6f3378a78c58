//! One turn of a conversation and the parts it is made of.

use serde::{Deserialize, Serialize};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The rules that the model works under.
    System,
    /// The person, or the program in their place.
    User,
    /// The model.
    Assistant,
    /// Tools that answer the model's calls.
    Tool,
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub content: Vec<Part>,
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Words.
    Text {
        /// The words.
        text: String,
    },
    /// A picture; only users send them.
    Image(Image),
    /// The model asks for a tool.
    ToolCall(ToolCall),
    /// A tool answers the model's call.
    ToolReturn {
        /// The id of the call that is answered.
        id: String,
        /// What the tool returned, as text.
        content: String,
        /// Whether the tool failed, and this is how.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
    },
    /// What the model thought before it spoke, to be shown to it again.
    Thought(Thought),
    /// Everything up to here may be kept by the provider for the next call.
    CachePoint,
}

/// What a model thought, sealed by its provider. Only that provider reads the seal; for
/// every other one the thought is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thought {
    /// What is readable of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The provider's kind, a colon, and the provider's opaque seal.
    pub seal: String,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Where it is.
    #[serde(flatten)]
    pub source: Source,
    /// How closely the model looks at it, where its provider lets one choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Detail>,
}

/// Where a picture is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum Source {
    /// At an address that the provider fetches.
    Url {
        /// The address.
        url: String,
    },
    /// In the message itself.
    Base64 {
        /// Its media type, such as `image/png`.
        media_type: String,
        /// Its bytes in base64.
        data: String,
    },
}

/// How closely a model looks at a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// As its provider thinks best.
    Auto,
    /// At a small copy of it.
    Low,
    /// At a large one, in parts.
    High,
    /// At the picture as it is.
    Original,
}

impl Image {
    /// The picture at an address that the provider fetches.
    pub fn url(url: impl Into<String>) -> Self {
        Self { source: Source::Url { url: url.into() }, detail: None }
    }

    /// The picture that these bytes are, in base64.
    pub fn base64(media_type: impl Into<String>, data: impl Into<String>) -> Self {
        let (media_type, data) = (media_type.into(), data.into());
        Self { source: Source::Base64 { media_type, data }, detail: None }
    }

    /// The picture behind an address, which may be a `data:` URL that holds it.
    pub fn from_url(url: impl Into<String>) -> Self {
        let url = url.into();
        let held = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
        match held {
            Some((media_type, data)) => Self::base64(media_type, data),
            None => Self::url(url),
        }
    }

    /// The address, or the picture itself as a `data:` URL.
    pub fn to_url(&self) -> std::borrow::Cow<'_, str> {
        match &self.source {
            Source::Url { url } => url.into(),
            Source::Base64 { media_type, data } => {
                format!("data:{media_type};base64,{data}").into()
            }
        }
    }
}

/// The model asks for a tool. Its arguments are untrusted text: parse and validate them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Names this call within the conversation; the answer repeats it.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments exactly as the model wrote them; JSON if it behaved.
    pub arguments: String,
}

impl ToolCall {
    /// The arguments for readers that take nothing but JSON; no text at all means no arguments.
    pub fn arguments_or_none(&self) -> &str {
        if self.arguments.trim().is_empty() { "{}" } else { &self.arguments }
    }

    /// The arguments as JSON; no text at all means no arguments.
    pub fn parse_arguments(&self) -> Result<serde_json::Value, serde_json::Error> {
        match self.arguments.trim() {
            "" => Ok(serde_json::Value::Object(serde_json::Map::new())),
            text => serde_json::from_str(text),
        }
    }
}

impl Message {
    /// A message of plain text.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, content: vec![Part::Text { text: text.into() }] }
    }

    /// The rules that the model works under.
    pub fn system(text: impl Into<String>) -> Self {
        Self::text(Role::System, text)
    }

    /// Something the user says.
    pub fn user(text: impl Into<String>) -> Self {
        Self::text(Role::User, text)
    }

    /// Something the model said.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::text(Role::Assistant, text)
    }

    /// What a tool returned for the call with this id.
    pub fn tool_return(id: impl Into<String>, content: impl Into<String>) -> Self {
        let (id, content) = (id.into(), content.into());
        let part = Part::ToolReturn { id, content, is_error: false };
        Self { role: Role::Tool, content: vec![part] }
    }

    /// All text parts, one after the other: the pieces of one text.
    pub fn joined_text(&self) -> String {
        self.texts().collect()
    }

    /// All text parts, each on lines of its own: texts that stand side by side.
    pub fn joined_lines(&self) -> String {
        self.texts().collect::<Vec<_>>().join("\n")
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.content.iter().filter_map(|part| match part {
            Part::Text { text } => Some(text.as_str()),
            Part::Image(_)
            | Part::ToolCall(_)
            | Part::ToolReturn { .. }
            | Part::Thought(_)
            | Part::CachePoint => None,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_keep_their_shape_in_journals() {
        let check = |message: Message, expected: serde_json::Value| {
            assert_eq!(serde_json::to_value(&message).unwrap(), expected);
            assert_eq!(serde_json::from_value::<Message>(expected).unwrap(), message);
        };
        let call = ToolCall { id: "a".into(), name: "read".into(), arguments: "{".into() };
        let image = Image::base64("image/png", "AA");
        let near = Image { detail: Some(Detail::High), ..Image::url("https://a.example/b") };
        check(
            Message {
                role: Role::Assistant,
                content: vec![Part::Text { text: "Hi".into() }, Part::ToolCall(call)],
            },
            json!({"role": "assistant", "content": [
                {"type": "text", "text": "Hi"},
                {"type": "tool_call", "id": "a", "name": "read", "arguments": "{"},
            ]}),
        );
        check(
            Message::tool_return("a", "ok"),
            json!({"role": "tool", "content": [{"type": "tool_return", "id": "a", "content": "ok"}]}),
        );
        let (id, content) = ("a".into(), "no such file".into());
        let failed = Part::ToolReturn { id, content, is_error: true };
        check(
            Message { role: Role::Tool, content: vec![failed] },
            json!({"role": "tool", "content": [
                {"type": "tool_return", "id": "a", "content": "no such file", "is_error": true},
            ]}),
        );
        let thought = Thought { text: "hm".into(), seal: "anthropic:x".into() };
        check(
            Message {
                role: Role::Assistant,
                content: vec![Part::Thought(thought), Part::CachePoint],
            },
            json!({"role": "assistant", "content": [
                {"type": "thought", "text": "hm", "seal": "anthropic:x"},
                {"type": "cache_point"},
            ]}),
        );
        check(
            Message { role: Role::User, content: vec![Part::Image(image), Part::Image(near)] },
            json!({"role": "user", "content": [
                {"type": "image", "source": "base64", "media_type": "image/png", "data": "AA"},
                {"type": "image", "source": "url", "url": "https://a.example/b", "detail": "high"},
            ]}),
        );
    }

    #[test]
    fn arguments_are_json_or_an_error() {
        let check = |arguments: &str, expected: Option<serde_json::Value>| {
            let call = ToolCall { arguments: arguments.into(), ..ToolCall::default() };
            assert_eq!(call.parse_arguments().ok(), expected, "{arguments}");
        };
        check("", Some(json!({})));
        check(" {\"a\": 1} ", Some(json!({"a": 1})));
        check("{\"a\": ", None);
    }
}
