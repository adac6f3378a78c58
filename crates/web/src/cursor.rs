//! Opaque page cursors: the sort key of the last item, so that pages stay right while
//! rows come and go.

use std::fmt::Display;
use std::str::FromStr;

use base::{PageRequest, Timestamp};

use crate::{Error, Result, invalid};

/// Packs the parts of a sort key.
pub fn encode_cursor(parts: &[&str]) -> String {
    base::hex(parts.join("\u{1f}").as_bytes())
}

/// Unpacks a cursor of exactly `N` parts.
pub fn decode_cursor<const N: usize>(cursor: &str) -> Result<[String; N]> {
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

/// The cursor of a list in the order of time, and of ids where times are the same.
pub fn encode_time_cursor(at: Timestamp, id: impl Display) -> String {
    encode_cursor(&[&at.as_millis().to_string(), &id.to_string()])
}

/// The time and the id in such a cursor.
pub fn decode_time_cursor<I: FromStr>(cursor: &str) -> Result<(Timestamp, I)> {
    let [at, id] = decode_cursor::<2>(cursor)?;
    let at = at.parse().map_err(|_| refused())?;
    Ok((Timestamp::from_millis(at), id.parse().map_err(|_| refused())?))
}

/// Where a list goes on whose sort key is one text: after what the cursor holds, or after
/// nothing on the first page.
pub fn decode_text_cursor(page: &PageRequest) -> Result<String> {
    let Some(cursor) = &page.cursor else { return Ok(String::new()) };
    let [text] = decode_cursor::<1>(cursor)?;
    Ok(text)
}

fn refused() -> Error {
    invalid("cursor", "is not a cursor of this list; start again without one")
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
        let at = Timestamp::from_millis(42);
        let cursor = encode_time_cursor(at, 7);
        assert_eq!(decode_time_cursor::<u8>(&cursor).expect("decodes"), (at, 7));
        for garbage in [encode_cursor(&["x", "7"]), encode_cursor(&["42", "x"])] {
            assert!(decode_time_cursor::<u8>(&garbage).is_err(), "{garbage}");
        }
    }
}
