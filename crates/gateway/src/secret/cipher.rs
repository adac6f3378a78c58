//! XChaCha20-Poly1305 with a nonce by chance for each text: 192 bits never meet twice.

use base::Random;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 24;

/// A key of 256 bits; wiped from memory when dropped.
#[derive(Clone)]
pub(super) struct Key(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Key {
    /// A new key.
    pub(super) fn new(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut());
        Self(bytes)
    }

    /// The key with this text, if it is one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// The key as text, to be written where only we can read.
    pub(super) fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0.as_slice()))
    }

    /// A name that says which key it is and nothing about it.
    pub(super) fn id(&self) -> String {
        let mut hash = Sha256::new();
        hash.update("hishamos key id");
        hash.update(self.0.as_slice());
        base::hex(&hash.finalize()[..8])
    }

    /// Seals `text` for what it is bound to.
    pub(super) fn seal(&self, text: &str, bound: &[u8], random: &dyn Random) -> String {
        let mut nonce = [0; NONCE_BYTES];
        random.fill(&mut nonce);
        let payload = Payload { msg: text.as_bytes(), aad: bound };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a text in memory is shorter than the cipher's bound of 256 GiB");
        STANDARD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// The text, if it was sealed with this key for the same thing.
    pub(super) fn open(&self, sealed: &str, bound: &[u8]) -> Option<Zeroizing<String>> {
        let bytes = STANDARD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: bound };
        let text = self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()?;
        String::from_utf8(text).ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use base::SeededRandom;

    use super::*;

    #[test]
    fn opens_only_with_the_same_key_for_the_same_thing() {
        let random = SeededRandom::new(3);
        let (key, other) = (Key::new(&random), Key::new(&random));
        let sealed = key.seal("sk-1", b"here", &random);
        assert_eq!(key.open(&sealed, b"here").unwrap().as_str(), "sk-1");
        assert!(key.open(&sealed, b"there").is_none());
        assert!(other.open(&sealed, b"here").is_none());
        assert_ne!(key.id(), other.id());
        assert_ne!(key.seal("sk-1", b"here", &random), sealed);
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let random = SeededRandom::new(4);
        let key = Key::new(&random);
        let bytes = STANDARD.decode(key.seal("secret", b"x", &random)).unwrap();
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 1;
            assert!(key.open(&STANDARD.encode(changed), b"x").is_none(), "{index}");
            assert!(key.open(&STANDARD.encode(&bytes[..index]), b"x").is_none(), "{index}");
        }
    }

    #[test]
    fn keys_are_read_back_and_garbage_is_none() {
        let key = Key::new(&SeededRandom::new(5));
        assert_eq!(Key::parse(&key.text()).unwrap().id(), key.id());
        for garbage in ["", "abc", "AAAA", &STANDARD.encode([0; 31]), &STANDARD.encode([0; 33])] {
            assert!(Key::parse(garbage).is_none(), "{garbage}");
        }
        assert_eq!(format!("{key:?}"), "***");
    }
}
