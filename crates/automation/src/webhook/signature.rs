//! The signature of a call: `t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256 (RFC 2104)
//! of `SECONDS.BODY` under the webhook's secret.

use base::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// How old, or how far in the future, a signature may be, in seconds.
const TOLERANCE_SECONDS: i64 = 300;

/// A signature as it came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Signature {
    /// When the call was signed, in seconds since 1970, as it is written.
    pub time: String,
    /// What the header calls `v1`; several while a secret is replaced.
    codes: Vec<Vec<u8>>,
}

impl Signature {
    /// Reads the header; what cannot be read signs nothing.
    pub(super) fn parse(header: &str) -> Self {
        let mut signature = Self::default();
        for (name, value) in header.split(',').filter_map(|part| part.trim().split_once('=')) {
            match name {
                "t" => value.clone_into(&mut signature.time),
                "v1" => signature.codes.extend(unhex(value)),
                _ => {}
            }
        }
        signature
    }

    /// Whether it signs this body now. It takes as long for a wrong code as for a right one.
    pub(super) fn signs(&self, secret: &[u8], body: &[u8], now: Timestamp) -> bool {
        let mut is_right = false;
        for code in &self.codes {
            is_right |= mac(secret, &self.time, body).verify_slice(code).is_ok();
        }
        if self.codes.is_empty() {
            // As much work as for one code.
            is_right &= mac(secret, &self.time, body).verify_slice(&[0; 32]).is_ok();
        }
        let age = self.time.parse::<i64>().ok().map(|at| (now.as_millis() / 1000).abs_diff(at));
        is_right && age.is_some_and(|age| age <= TOLERANCE_SECONDS.unsigned_abs())
    }
}

fn mac(secret: &[u8], time: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length will do");
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(2) || bytes.len() > 128 {
        return None;
    }
    bytes.chunks(2).map(|pair| Some((digit(pair[0])? << 4) | digit(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_signed_by_its_secret_its_body_and_its_time() {
        // HMAC-SHA256 of `1795246200.{"a":1}` under `whsec_test`, made with another tool.
        const RIGHT: &str = "76a2d2d688e6231e6c43ec26ee607d4ea65c3dd4cbd2ad4cfdb0490a3b5f47bf";
        let check = |header: &str, secret: &str, body: &str, at: i64, expected: bool| {
            let signature = Signature::parse(header);
            let now = Timestamp::from_millis(at * 1000);
            let found = signature.signs(secret.as_bytes(), body.as_bytes(), now);
            assert_eq!(found, expected, "{header} {body} at {at}");
        };
        let (at, body) = (1_795_246_200, r#"{"a":1}"#);
        let right = format!("t={at},v1={RIGHT}");
        check(&right, "whsec_test", body, at, true);
        check(&right, "whsec_test", body, at + 300, true);
        check(&right, "whsec_test", body, at - 300, true);
        check(&right, "whsec_test", body, at + 301, false);
        check(&right, "whsec_test", body, at - 301, false);
        check(&right, "whsec_other", body, at, false);
        check(&right, "whsec_test", r#"{"a":2}"#, at, false);
        check(&format!("t={},v1={RIGHT}", at + 1), "whsec_test", body, at, false);
        check(&format!("v1={}, t={at}, v1={RIGHT}", "00".repeat(32)), "whsec_test", body, at, true);
        check(&format!("t={at},v0={RIGHT}"), "whsec_test", body, at, false);
        for nothing in ["", "t=", "v1=zz", "t=1795246200,v1=", "t=x,v1=00", ",,,=,="] {
            check(nothing, "whsec_test", body, at, false);
        }
    }
}
