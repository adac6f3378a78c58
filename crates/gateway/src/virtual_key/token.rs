//! How a key looks: `hk-` and 8 characters by which lists tell keys apart, `-`, 43
//! characters that are the secret, and 6 that show a typing error without asking SQL.

use base::{Random, Secret};
use sha2::{Digest as _, Sha256};

const START: &str = "hk-";
const PREFIX: usize = 8;
/// 43 base62 characters hold 256 bits.
const SECRET: usize = 43;
const CHECKSUM: usize = 6;
/// How long every key is, in bytes.
pub(super) const LENGTH: usize = START.len() + PREFIX + 1 + SECRET + CHECKSUM;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A new key and its prefix.
pub(super) fn generate(random: &dyn Random) -> (Secret<String>, String) {
    let prefix = format!("{START}{}", text(random, PREFIX));
    let body = format!("{prefix}-{}", text(random, SECRET));
    let key = format!("{body}{}", checksum(&body));
    (Secret::new(key), prefix)
}

/// Whether a text can be a key; anything else is refused without asking SQL.
pub(super) fn is_well_formed(key: &str) -> bool {
    if key.len() != LENGTH || !key.is_ascii() {
        return false;
    }
    let (body, given) = key.split_at(key.len() - CHECKSUM);
    body.starts_with(START) && checksum(body) == given
}

/// What is stored in a key's place. The key has 256 bits of its own, so a plain hash is
/// enough, and it is looked up by it.
pub(super) fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// Random base62 text; bytes that would favour some characters are thrown away.
fn text(random: &dyn Random, length: usize) -> String {
    let mut out = String::with_capacity(length);
    while out.len() < length {
        let mut bytes = [0_u8; 64];
        random.fill(&mut bytes);
        let digits = bytes.iter().filter(|byte| **byte < 248).map(|byte| usize::from(byte % 62));
        let missing = length - out.len();
        out.extend(digits.take(missing).map(|digit| char::from(ALPHABET[digit])));
    }
    out
}

fn checksum(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let mut rest =
        digest.iter().take(4).fold(0_usize, |value, byte| value << 8 | usize::from(*byte));
    (0..CHECKSUM)
        .map(|_| {
            let digit = ALPHABET[rest % 62];
            rest /= 62;
            char::from(digit)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use base::SeededRandom;

    use super::*;

    #[test]
    fn generated_keys_are_well_formed_and_typing_errors_show() {
        let (key, prefix) = generate(&SeededRandom::new(3));
        let key = key.reveal();
        assert!(key.starts_with(&format!("{prefix}-")) && is_well_formed(key), "{key}");
        let other = if key.ends_with('x') { "y" } else { "x" };
        let broken = [
            String::new(),
            "hk-".to_owned(),
            key.replacen("hk", "sk", 1),
            key[..key.len() - 1].to_owned(),
            format!("{key}x"),
            format!("{}{other}", &key[..key.len() - 1]),
            format!("{}é", &key[..key.len() - 2]),
        ];
        for text in broken {
            assert!(!is_well_formed(&text), "{text}");
        }
    }
}
