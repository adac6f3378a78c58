//! What makes two questions the same.

use std::collections::BTreeMap;
use std::io::Write;

use base::OrganisationId;
use llm::chat::Request;
use llm::embedding::EmbedRequest;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// The name of an answer: a hash of everything that shapes it.
pub(crate) type Key = [u8; 32];

/// The key of a question: tenant, kind, provider, model, and the whole request with system
/// prompt, messages, tools and parameters. What we only know about a call (its labels, the
/// client's own user) shapes no answer and is left out.
pub(crate) fn key(
    organisation: OrganisationId,
    kind: &str,
    (provider, model): (&str, &str),
    request: &Request,
) -> Key {
    let plain =
        Request { model: model.to_owned(), labels: BTreeMap::new(), user: None, ..request.clone() };
    hashed(organisation, kind, provider, &plain)
}

/// The same for texts that are to become vectors.
pub(crate) fn embeddings_key(
    organisation: OrganisationId,
    (provider, model): (&str, &str),
    request: &EmbedRequest,
) -> Key {
    let plain = EmbedRequest { model: model.to_owned(), user: None, ..request.clone() };
    hashed(organisation, "embeddings", provider, &plain)
}

fn hashed(organisation: OrganisationId, kind: &str, provider: &str, plain: &impl Serialize) -> Key {
    let mut hash = Hash(Sha256::new());
    for part in [organisation.to_string().as_str(), kind, provider] {
        // the length keeps "ab" + "c" apart from "a" + "bc"
        hash.0.update(part.len().to_le_bytes());
        hash.0.update(part);
    }
    // a hash takes everything, and a request always is JSON
    let written = serde_json::to_writer(&mut hash, plain);
    debug_assert!(written.is_ok(), "{written:?}");
    hash.0.finalize().into()
}

struct Hash(Sha256);

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use llm::chat::{Message, ToolSpec};
    use llm::embedding::EmbedInput;

    use super::*;

    #[test]
    fn everything_that_shapes_an_answer_is_in_the_key() {
        let organisation = OrganisationId::from_u128;
        let base = Request::new("m", vec![Message::system("be kind"), Message::user("hello")]);
        let of = |request: &Request| key(organisation(1), "chat", ("p", "m"), request);
        let same = of(&base);
        let tool = ToolSpec {
            name: "read".to_owned(),
            description: String::new(),
            parameters: serde_json::json!({}),
            strict: None,
        };
        let others = [
            key(organisation(2), "chat", ("p", "m"), &base),
            key(organisation(1), "other", ("p", "m"), &base),
            key(organisation(1), "chat", ("q", "m"), &base),
            key(organisation(1), "chat", ("p", "n"), &base),
            key(organisation(1), "chat", ("pm", ""), &base),
            of(&Request { messages: vec![Message::user("hello")], ..base.clone() }),
            of(&Request { tools: vec![tool], ..base.clone() }),
            of(&Request { temperature: Some(0.1), ..base.clone() }),
            of(&Request { seed: Some(1), ..base.clone() }),
            of(&Request { max_output_tokens: Some(1), ..base.clone() }),
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(*other, same, "{index}");
        }
        // the client's name for the model, and what is only known about the call, are not
        let labels = BTreeMap::from([("step".to_owned(), "s".to_owned())]);
        let renamed = Request { model: "alias".to_owned(), labels, ..base.clone() };
        assert_eq!(of(&renamed), same);
    }

    #[test]
    fn texts_and_their_form_are_in_the_key_of_vectors() {
        let organisation = OrganisationId::from_u128(1);
        let of = |request: &EmbedRequest| embeddings_key(organisation, ("p", "m"), request);
        let texts = |texts: &[&str]| {
            EmbedInput::Texts(texts.iter().map(|text| (*text).to_owned()).collect())
        };
        let base = EmbedRequest {
            model: "alias".to_owned(),
            input: texts(&["a", "b"]),
            dimensions: None,
            user: Some("u".to_owned()),
        };
        assert_ne!(of(&EmbedRequest { input: texts(&["ab"]), ..base.clone() }), of(&base));
        assert_ne!(of(&EmbedRequest { dimensions: Some(3), ..base.clone() }), of(&base));
        let tokens = EmbedInput::Tokens(vec![vec![1]]);
        assert_ne!(of(&EmbedRequest { input: tokens, ..base.clone() }), of(&base));
        let renamed = EmbedRequest { model: "m".to_owned(), user: None, ..base.clone() };
        assert_eq!(of(&renamed), of(&base));
    }
}
