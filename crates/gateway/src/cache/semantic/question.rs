//! What of a question must be the same, and what is compared.

use base::OrganisationId;
use llm::chat::{Part, Request, Role};

use crate::cache::key::{Key, key};

/// Longer questions, in bytes, are not compared: in a long text a detail that changes the answer
/// hardly moves the vector.
const LONGEST: usize = 2_000;

/// A question whose last words may be compared with those of others.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    request: &'a Request,
    text: String,
}

impl<'a> Question<'a> {
    /// A question that ends with words of the user, and has neither pictures nor tools.
    pub(crate) fn of(request: &'a Request) -> Option<Self> {
        let last = request.messages.last().filter(|last| last.role == Role::User)?;
        let mut parts = request.messages.iter().flat_map(|message| &message.content);
        if !request.tools.is_empty() || !parts.all(is_words) {
            return None;
        }
        let text = last.joined_text();
        let may_compare = text.len() <= LONGEST && !text.trim().is_empty();
        may_compare.then_some(Self { request, text })
    }

    /// What is compared.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The name of everything else: what is in the key of an exact answer, the model that made
    /// the vector, and the numbers of the text, which vectors hardly tell apart.
    pub(crate) fn bucket(
        &self,
        organisation: OrganisationId,
        (vectors_of, vector_model): (&str, &str),
        of: (&str, &str),
    ) -> Key {
        let mut rest = self.request.clone();
        if let Some(last) = rest.messages.last_mut() {
            last.content.retain(|part| !matches!(part, Part::Text { .. }));
        }
        let numbers: Vec<&str> = self
            .text
            .split(|sign: char| !sign.is_numeric())
            .filter(|digits| !digits.is_empty())
            .collect();
        let kind = format!("alike by {vectors_of}/{vector_model}: {}", numbers.join(" "));
        key(organisation, &kind, of, &rest)
    }
}

/// Whether a part of a message is words, or nothing that anybody reads.
fn is_words(part: &Part) -> bool {
    match part {
        Part::Text { .. } | Part::Thought(_) | Part::CachePoint => true,
        Part::Image(_) | Part::ToolCall(_) | Part::ToolReturn { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use llm::chat::{Image, Message, ToolSpec};

    use super::*;

    fn asked(system: &str, text: &str) -> Request {
        Request::new("m", vec![Message::system(system), Message::user(text)])
    }

    #[test]
    fn nothing_but_the_last_words_may_differ() {
        let organisation = OrganisationId::from_u128;
        let bucket = |number: u128, by: (&str, &str), of: (&str, &str), request: &Request| {
            Question::of(request).unwrap().bucket(organisation(number), by, of)
        };
        let (by, of) = (("e", "v"), ("p", "m"));
        let base = asked("be kind", "where is it, in 2024?");
        let same = bucket(1, by, of, &base);
        assert_eq!(bucket(1, by, of, &asked("be kind", "2024: its place?")), same);
        let renamed =
            Request { model: "alias".to_owned(), user: Some("u".to_owned()), ..base.clone() };
        assert_eq!(bucket(1, by, of, &renamed), same);
        let mut earlier = base.clone();
        earlier.messages.insert(1, Message::user("hello"));
        let others = [
            bucket(2, by, of, &base),
            bucket(1, ("e", "w"), of, &base),
            bucket(1, ("f", "v"), of, &base),
            bucket(1, by, ("q", "m"), &base),
            bucket(1, by, ("p", "n"), &base),
            bucket(1, by, of, &asked("be brief", "where is it, in 2024?")),
            bucket(1, by, of, &asked("be kind", "where is it, in 2025?")),
            bucket(1, by, of, &earlier),
            bucket(1, by, of, &Request { temperature: Some(0.1), ..base.clone() }),
            bucket(1, by, of, &Request { seed: Some(1), ..base.clone() }),
            key(organisation(1), "chat", of, &base),
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(*other, same, "{index}");
        }
    }

    #[test]
    fn only_short_words_of_the_user_are_compared() {
        let check = |request: Request, expected: Option<&str>| {
            let found = Question::of(&request).map(|question| question.text().to_owned());
            assert_eq!(found.as_deref(), expected, "{request:?}");
        };
        let words = asked("be kind", "where?");
        check(words.clone(), Some("where?"));
        check(asked("be kind", " \n"), None);
        check(asked("be kind", &"a".repeat(2_000)), Some(&"a".repeat(2_000)));
        check(asked("be kind", &"a".repeat(2_001)), None);
        check(Request::default(), None);
        let tool = ToolSpec {
            name: "read".to_owned(),
            description: String::new(),
            parameters: serde_json::json!({}),
            strict: None,
        };
        check(Request { tools: vec![tool], ..words.clone() }, None);
        let mut answered = words.clone();
        answered.messages.push(Message::assistant("there"));
        check(answered, None);
        let mut told = words.clone();
        told.messages.insert(1, Message::tool_return("a", "ok"));
        check(told, None);
        let mut seen = words;
        seen.messages[1].content.push(Part::Image(Image::url("https://a.example/b")));
        check(seen, None);
    }
}
