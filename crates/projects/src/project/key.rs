//! Project keys: 2 to 10 of `A`–`Z` and `0`–`9`, starting with a letter.

/// The shortest key.
const SHORTEST: usize = 2;
/// The longest key.
const LONGEST: usize = 10;
/// How much of a name becomes a key, so that a number still fits behind it.
const FROM_NAME: usize = 8;
/// The key of a name that has no Latin word.
const FALLBACK: &str = "PRJ";

/// The key that somebody chose, in upper case, or why it cannot be one.
pub(super) fn parse(text: &str) -> Result<String, String> {
    let key = text.trim().to_ascii_uppercase();
    let fits = (SHORTEST..=LONGEST).contains(&key.len())
        && key.starts_with(|first: char| first.is_ascii_uppercase())
        && key.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if fits {
        Ok(key)
    } else {
        Err("use 2 to 10 of the letters A-Z and digits 0-9, starting with a letter".to_owned())
    }
}

/// The key that a name suggests: its first Latin word, or `PRJ`.
pub(super) fn from_name(name: &str) -> String {
    let words = name.split(|letter: char| letter.is_whitespace() || "-_/.:".contains(letter));
    let usable = words.map(|word| {
        let letters = word.chars().filter(char::is_ascii_alphanumeric);
        let word = letters.skip_while(char::is_ascii_digit).take(FROM_NAME);
        word.collect::<String>().to_ascii_uppercase()
    });
    let mut usable = usable.filter(|word| word.len() >= SHORTEST);
    usable.next().unwrap_or_else(|| FALLBACK.to_owned())
}

/// The key itself when it is free, else the first free one of `KEY2`, `KEY3`, …
pub(super) fn free(wanted: &str, taken: &[String]) -> String {
    let is_free = |key: &String| !taken.contains(key);
    if is_free(&wanted.to_owned()) {
        return wanted.to_owned();
    }
    let numbered = (2_u64..).map(|number| {
        let number = number.to_string();
        let room = LONGEST.saturating_sub(number.len());
        let stem: String = wanted.chars().take(room).collect();
        format!("{stem}{number}")
    });
    let mut numbered = numbered.filter(is_free);
    numbered.next().expect("the numbers do not end")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_short_latin_words() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(parse(text).ok().as_deref(), expected, "{text:?}");
        };
        check("CLINIC", Some("CLINIC"));
        check(" clinic ", Some("CLINIC"));
        check("A1", Some("A1"));
        check("ABCDEFGHIJ", Some("ABCDEFGHIJ"));
        check("ABCDEFGHIJK", None);
        check("A", None);
        check("", None);
        check("1A", None);
        check("A-B", None);
        check("É2", None);
        check("عيادة", None);
    }

    #[test]
    fn names_suggest_keys() {
        let check = |name: &str, expected: &str| {
            assert_eq!(from_name(name), expected, "{name:?}");
            assert_eq!(parse(expected).as_deref(), Ok(expected), "a suggestion is a key");
        };
        check("Clinic appointments", "CLINIC");
        check("HishamOS", "HISHAMOS");
        check("internationalisation", "INTERNAT");
        check("a b shop", "SHOP");
        check("2026 budget", "BUDGET");
        check("3D-printer", "PRINTER");
        check("مواعيد العيادة", "PRJ");
        check("تطبيق Clinic", "CLINIC");
        check("诊所", "PRJ");
        check("x", "PRJ");
    }

    #[test]
    fn a_taken_key_gets_a_number() {
        let check = |wanted: &str, taken: &[&str], expected: &str| {
            let taken: Vec<String> = taken.iter().map(|key| (*key).to_owned()).collect();
            assert_eq!(free(wanted, &taken), expected, "{wanted} {taken:?}");
        };
        check("PRJ", &[], "PRJ");
        check("PRJ", &["PRJ"], "PRJ2");
        check("PRJ", &["PRJ", "PRJ2", "PRJ4"], "PRJ3");
        check("PRJ", &["PRJECT"], "PRJ");
        check("ABCDEFGHIJ", &["ABCDEFGHIJ"], "ABCDEFGHI2");
    }
}
