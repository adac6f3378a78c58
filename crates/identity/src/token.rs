//! Secret texts that are shown once, and the hash that is stored in their place.

use base::{Random, Secret};
use sha2::{Digest as _, Sha256};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// 43 base62 characters hold 256 bits.
pub(crate) const SECRET_LENGTH: usize = 43;

/// Random base62 text; bytes that would favour some characters are thrown away.
pub(crate) fn text(random: &dyn Random, length: usize) -> String {
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

/// A new secret of 256 bits.
pub(crate) fn secret(random: &dyn Random) -> Secret<String> {
    Secret::new(text(random, SECRET_LENGTH))
}

/// Whether a text could be a [`secret`]; anything else is refused without asking SQL.
pub(crate) fn is_secret(text: &str) -> bool {
    text.len() == SECRET_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What is stored in a secret's place. A plain SHA-256 is enough, and wanted: the secret
/// has 256 bits of its own, so there is nothing to guess, and it is looked up by its hash.
pub(crate) fn hash(text: &str) -> String {
    base::hex(&Sha256::digest(text.as_bytes()))
}

/// Six base62 characters that show a typing error in `text` without asking SQL.
pub(crate) fn checksum(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let mut rest =
        digest.iter().take(4).fold(0_usize, |value, byte| value << 8 | usize::from(*byte));
    let mut out = String::with_capacity(6);
    for _ in 0..6 {
        out.push(char::from(ALPHABET[rest % 62]));
        rest /= 62;
    }
    out
}

#[cfg(test)]
mod tests {
    use base::SeededRandom;

    use super::*;

    #[test]
    fn secrets_have_their_length_and_never_repeat() {
        let random = SeededRandom::new(1);
        let (one, two) = (secret(&random), secret(&random));
        assert!(is_secret(one.reveal()) && is_secret(two.reveal()));
        assert_ne!(one, two);
    }

    #[test]
    fn text_uses_the_whole_alphabet() {
        let text = text(&SeededRandom::new(2), 5_000);
        assert!(ALPHABET.iter().all(|letter| text.contains(char::from(*letter))));
    }

    #[test]
    fn hash_is_sha_256_in_hex() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash("abc"), expected);
    }

    #[test]
    fn checksum_changes_with_the_text() {
        assert_eq!(checksum("abc").len(), 6);
        assert_ne!(checksum("abc"), checksum("abd"));
    }
}
