//! What is kept of a webhook's address and secret. Of the address only a hash is stored,
//! to find the webhook by. The secret is encrypted with a key that follows from the
//! address: who reads the database can neither call nor sign, and who knows the address
//! still cannot sign.

use base::{OrganisationId, Random, Secret, WebhookId};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use sha2::{Digest as _, Sha256};

/// What every address begins with.
const TOKEN: &str = "hook_";
/// What every secret begins with.
const SECRET: &str = "whsec_";
/// How much of an address is shown later, to tell it from others.
const HINT: usize = TOKEN.len() + 4;
const NONCE: usize = 24;

/// The address and the secret of a webhook, which are told once.
pub(super) struct Fresh {
    pub token: Secret<String>,
    pub secret: Secret<String>,
    pub hash: String,
    pub hint: String,
    pub sealed: Vec<u8>,
}

/// Makes an address and a secret, each with 256 bits of randomness.
pub(super) fn fresh(organisation: OrganisationId, id: WebhookId, random: &dyn Random) -> Fresh {
    let token = format!("{TOKEN}{}", bits(random));
    let secret = format!("{SECRET}{}", bits(random));
    let mut nonce = [0; NONCE];
    random.fill(&mut nonce);
    let payload = Payload { msg: secret.as_bytes(), aad: &place(organisation, id) };
    let sealed = cipher(&token).encrypt(&XNonce::from(nonce), payload);
    let mut bytes = nonce.to_vec();
    bytes.extend(sealed.expect("so short a text can be encrypted"));
    Fresh {
        hash: hash(&token),
        hint: token.chars().take(HINT).collect(),
        token: Secret::new(token),
        secret: Secret::new(secret),
        sealed: bytes,
    }
}

/// The secret of the webhook with this address; `None` when it is another's.
pub(super) fn open(
    token: &str,
    organisation: OrganisationId,
    id: WebhookId,
    sealed: &[u8],
) -> Option<Secret<Vec<u8>>> {
    let (nonce, text) = sealed.split_at_checked(NONCE)?;
    let nonce = <[u8; NONCE]>::try_from(nonce).ok()?;
    let payload = Payload { msg: text, aad: &place(organisation, id) };
    cipher(token).decrypt(&XNonce::from(nonce), payload).ok().map(Secret::new)
}

/// What a webhook is found by.
pub(super) fn hash(token: &str) -> String {
    base::hex(&Sha256::digest(token.as_bytes()))
}

/// The address has 256 random bits, so that one hash makes a key of it.
fn cipher(token: &str) -> XChaCha20Poly1305 {
    let key: [u8; 32] = Sha256::digest(format!("hishamos webhook secret\n{token}")).into();
    XChaCha20Poly1305::new(&Key::from(key))
}

/// A secret is of no use in another row.
fn place(organisation: OrganisationId, id: WebhookId) -> Vec<u8> {
    format!("{organisation}/{id}").into_bytes()
}

fn bits(random: &dyn Random) -> String {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    base::hex(&bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use base::SeededRandom;

    use super::*;

    #[test]
    fn only_the_address_opens_the_secret() {
        let (organisation, id) = (OrganisationId::from_u128(1), WebhookId::from_u128(1));
        let made = fresh(organisation, id, &SeededRandom::new(1));
        let token = made.token.reveal();
        let opened = open(token, organisation, id, &made.sealed).unwrap();
        assert_eq!(opened.reveal(), made.secret.reveal().as_bytes());
        let stored = String::from_utf8_lossy(&made.sealed).into_owned() + &made.hash;
        assert!(!stored.contains(made.secret.reveal()) && !stored.contains(token));
        assert!(token.starts_with(&made.hint) && made.hint.len() == 9);
        let other = fresh(organisation, id, &SeededRandom::new(2));
        assert!(open(other.token.reveal(), organisation, id, &made.sealed).is_none());
        assert!(open(token, organisation, WebhookId::from_u128(2), &made.sealed).is_none());
        assert!(open(token, OrganisationId::from_u128(2), id, &made.sealed).is_none());
        assert!(open(token, organisation, id, &made.sealed[..10]).is_none());
    }
}
