//! Opaque page cursors: the sort key of the last item, so that pages stay right while
//! rows come and go.

use crate::{Result, invalid};

/// Packs the parts of a sort key.
pub fn encode_cursor(parts: &[&str]) -> String {
    base::hex(parts.join("\u{1f}").as_bytes())
}

/// Unpacks a cursor of exactly `N` parts.
pub fn decode_cursor<const N: usize>(cursor: &str) -> Result<[String; N]> {
    let refused = || invalid("cursor", "is not a cursor of this list; start again without one");
    let digits = cursor.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return Err(refused());
    }
    let hex = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let bytes: Option<Vec<u8>> =
        digits.chunks(2).map(|pair| Some((hex(pair[0])? << 4) | hex(pair[1])?)).collect();
    let text = String::from_utf8(bytes.ok_or_else(refused)?).map_err(|_| refused())?;
    let parts: Vec<String> = text.split('\u{1f}').map(str::to_owned).collect();
    parts.try_into().map_err(|_| refused())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_round_trip_and_refuse_garbage() {
        let cursor = encode_cursor(&["42", "exe_1"]);
        assert_eq!(decode_cursor::<2>(&cursor).expect("decodes"), ["42", "exe_1"]);
        for garbage in ["zz", "0", "ff", &encode_cursor(&["one"])] {
            assert!(decode_cursor::<2>(garbage).is_err(), "{garbage}");
        }
    }
}
