//! Passwords that are tried first. This is our own list of a few hundred long ones and
//! the rules by which people lengthen short ones; it is not a list of leaked passwords,
//! which would be a hundred thousand lines and more.

/// Whole passwords, one per line, in the form that [`plain`] gives.
const PHRASES: &str = include_str!("phrases.txt");
/// Words that common passwords are put together from.
const WORDS: &str = include_str!("words.txt");
/// Rows and columns of keyboards, and rows of digits and letters.
const RUNS: [&str; 9] = [
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba",
    "qwertyuiopasdfghjklzxcvbnm",
    "poiuytrewqlkjhgfdsamnbvcxz",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
];

/// Whether a password is common: a known phrase, one unit repeated, or nothing but common
/// words, digits and rows of keys.
pub(super) fn is_common(password: &str) -> bool {
    let lower: String =
        password.to_lowercase().chars().filter(|letter| !letter.is_whitespace()).collect();
    if repeats(&lower) || is_spelled(&lower) {
        return true;
    }
    let plain = plain(&lower);
    let letters: String = plain.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    PHRASES.lines().any(|phrase| phrase == plain || phrase == letters) || is_spelled(&plain)
}

/// Without signs, and with the letters that digits and signs often stand for.
fn plain(text: &str) -> String {
    let letter = |letter| match letter {
        '@' | '4' => 'a',
        '0' => 'o',
        '3' => 'e',
        '$' | '5' => 's',
        '!' | '1' => 'i',
        '7' => 't',
        other => other,
    };
    // Digits at the end are a number, not letters.
    let end = text.trim_end_matches(|letter: char| !letter.is_alphabetic()).len();
    text[..end].chars().map(letter).filter(|letter| letter.is_alphanumeric()).collect()
}

/// Whether a text is one unit of at most 8 characters over and over.
fn repeats(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=8.min(letters.len() / 2)).any(|unit| {
        letters.iter().enumerate().all(|(place, letter)| *letter == letters[place % unit])
    })
}

/// Whether a text is nothing but common words, digits, signs and pieces of rows of keys.
fn is_spelled(text: &str) -> bool {
    let text = text.as_bytes();
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for start in 0..text.len() {
        if !reached[start] {
            continue;
        }
        let rest = &text[start..];
        if rest[0].is_ascii_digit() || rest[0].is_ascii_punctuation() {
            reached[start + 1] = true;
        }
        for word in WORDS.lines().map(str::as_bytes) {
            if rest.starts_with(word) {
                reached[start + word.len()] = true;
            }
        }
        for run in RUNS.map(str::as_bytes) {
            for length in 4..=run.len().min(rest.len()) {
                if run.windows(length).any(|piece| piece == &rest[..length]) {
                    reached[start + length] = true;
                }
            }
        }
    }
    reached[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_common_passwords_however_dressed_up() {
        let check = |password: &str, expected: bool| {
            assert_eq!(is_common(password), expected, "{password}");
        };
        check("iloveyouiloveyou", true);
        check("ILoveYou2026!!!!", true);
        check("letmeinletmein99", true);
        check("Welcome12345678!", true);
        check("adminadminadmin", true);
        check("p4ssw0rdp4ssw0rd", true);
        check("1qaz2wsx3edc4rfv", true);
        check("zyxwvutsrqponmlk", true);
        check("may the force be with you", true);
        check("MayTheForceBeWithYou123", true);
        check("999999999999999", true);
        check("3141592653589793", true);
        check("tangerine walrus", false);
        check("an otter reads maps", false);
    }

    #[test]
    fn lists_are_in_plain_form_and_without_doubles() {
        for list in [PHRASES, WORDS] {
            let mut lines: Vec<&str> = list.lines().collect();
            let all = lines.len();
            lines.sort_unstable();
            lines.dedup();
            assert_eq!(lines.len(), all, "the list has doubles");
            let is_plain = |line: &&str| {
                !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_lowercase())
            };
            assert!(lines.iter().all(is_plain), "{:?}", lines.iter().find(|line| !is_plain(line)));
        }
        assert!(PHRASES.lines().all(|phrase| phrase.len() >= 12));
    }
}
