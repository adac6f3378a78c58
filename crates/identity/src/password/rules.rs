//! Which passwords are good enough. Length is what counts (NIST SP 800-63B-4): any
//! character may be used and none must be, and nothing is ever cut off.

use super::common;

const SHORTEST: usize = 15;
const LONGEST: usize = 1024;
/// How much must remain when everything that an attacker knows about the user is taken out.
const LEAST_REST: usize = 8;

/// Refuses a password that is too short, common, or made of words that an attacker tries
/// first: the product's name and `words`, such as the user's address and name.
pub fn check(password: &str, words: &[&str]) -> Result<(), String> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(format!("use at least {SHORTEST} characters; a sentence is easy to remember"));
    }
    if length > LONGEST {
        return Err(format!("use at most {LONGEST} characters"));
    }
    if common::is_common(password) {
        return Err("this password is among those that are tried first; use another".to_owned());
    }
    if rest(password, words).chars().count() < LEAST_REST {
        return Err(
            "this password is mostly your name, your e-mail address or the product's name; use other words"
                .to_owned(),
        );
    }
    Ok(())
}

/// What remains of a password without the words.
fn rest(password: &str, words: &[&str]) -> String {
    let mut rest = password.to_lowercase();
    let mut known: Vec<String> = words
        .iter()
        .flat_map(|word| std::iter::once(*word).chain(word.split(['@', '.', ' ', '-', '_'])))
        .chain(["hishamos", "hisham"])
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() >= 3)
        .collect();
    known.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in known {
        rest = rest.replace(&word, "");
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_passwords_pass_and_bad_ones_do_not() {
        let check = |password: &str, expected: bool| {
            let words = ["mona.said@example.com", "Mona Said", "Clinic"];
            assert_eq!(check(password, &words).is_ok(), expected, "{password}");
        };
        check("", false);
        check("short", false);
        check("14 characters!", false);
        check("15 characters!!", true);
        check("a blue kettle sings", true);
        check("    spaces   count    ", true);
        check("كلمة مرور طويلة جدا", true);
        check("🦀 crabs dance at noon", true);
        check(&"long enough and not common ".repeat(30), true);
        check(&"x y".repeat(342), false);
        check("aaaaaaaaaaaaaaaaaaaa", false);
        check("abcabcabcabcabcabc", false);
        check("123456789012345", false);
        check("passwordpassword", false);
        check("P@ssw0rdP@ssw0rd1!", false);
        check("qwertyuiopasdfghjkl", false);
        check("correcthorsebatterystaple", false);
        check("Correct Horse Battery Staple", false);
        check("mona.said@example.com", false);
        check("MonaSaidClinic2026", false);
        check("hishamoshishamos123", false);
        check("mona rides a red bicycle", true);
    }
}
