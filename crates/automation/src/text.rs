//! Text that people and models write and that goes into columns as it is. PostgreSQL
//! stores no NUL, and one statement that it refuses would stop the engine for everybody.

/// Whether a text has nothing but letters, marks and spaces: fit for a name.
pub(crate) fn is_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// The same for text of several lines.
pub(crate) fn is_text(text: &str) -> bool {
    !text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
}

/// A line with a space in place of each control character.
pub(crate) fn line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_no_text() {
        let check = |text: &str, is_a_line: bool, is_a_text: bool, as_line: &str| {
            assert_eq!((is_line(text), is_text(text)), (is_a_line, is_a_text), "{text:?}");
            assert_eq!(line(text), as_line);
        };
        check("عيادة – clinic", true, true, "عيادة – clinic");
        check("two\nlines", false, true, "two lines");
        check("a\0b", false, false, "a b");
        check("\u{1b}[31m", false, false, " [31m");
    }
}
