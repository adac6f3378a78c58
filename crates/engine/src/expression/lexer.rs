//! Characters into tokens.

use super::SyntaxError;
use super::brief::brief;

/// A token and where it starts (in characters).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub kind: Kind,
    pub at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Name(String),
    Number(f64),
    Text(String),
    /// Punctuation and operators, longest first.
    Sign(&'static str),
}

const SIGNS: [&str; 18] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", "[", "]", ",", ".", "*", "-", "+",
];

pub(super) fn lex(text: &str) -> Result<Vec<Token>, SyntaxError> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at).copied() {
        let start = at;
        let kind = if letter.is_whitespace() {
            at += 1;
            continue;
        } else if letter.is_alphabetic() || letter == '_' {
            Kind::Name(take(&letters, &mut at, |c| c.is_alphanumeric() || c == '_' || c == '-'))
        } else if letter.is_ascii_digit() {
            let digits = take(&letters, &mut at, |c| c.is_ascii_digit() || c == '.');
            let number = digits.parse().map_err(|_| {
                SyntaxError::new(start, format!("\"{}\" is not a number", brief(&digits)))
            })?;
            Kind::Number(number)
        } else if letter == '\'' || letter == '"' {
            Kind::Text(quoted(&letters, &mut at)?)
        } else {
            let sign = SIGNS.iter().find(|sign| {
                sign.chars().enumerate().all(|(i, c)| letters.get(at + i) == Some(&c))
            });
            let sign = sign.ok_or_else(|| {
                SyntaxError::new(
                    at,
                    format!("unexpected character \"{}\"", brief(&letter.to_string())),
                )
            })?;
            at += sign.chars().count();
            Kind::Sign(sign)
        };
        tokens.push(Token { kind, at: start });
    }
    Ok(tokens)
}

fn take(letters: &[char], at: &mut usize, wanted: impl Fn(char) -> bool) -> String {
    let start = *at;
    while letters.get(*at).is_some_and(|letter| wanted(*letter)) {
        *at += 1;
    }
    letters[start..*at].iter().collect()
}

/// A text in single or double quotes; a quote inside is written twice, as in YAML.
fn quoted(letters: &[char], at: &mut usize) -> Result<String, SyntaxError> {
    let (start, quote) = (*at, letters[*at]);
    let mut text = String::new();
    *at += 1;
    while let Some(letter) = letters.get(*at).copied() {
        *at += 1;
        if letter != quote {
            text.push(letter);
        } else if letters.get(*at) == Some(&quote) {
            text.push(quote);
            *at += 1;
        } else {
            return Ok(text);
        }
    }
    Err(SyntaxError::new(start, format!("the text that starts with {quote} is not closed")))
}
