//! Making text that a model wrote fit: nothing is refused for its form, it is cut to shape.

/// One line: control characters and runs of blanks become one blank, cut to `most` characters.
pub(super) fn line(text: &str, most: usize) -> String {
    let letters = text.chars().filter(|letter| !is_override(*letter));
    let spaced: String = letters.map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    cut(&words.join(" "), most)
}

/// A title: one line without the Markdown, quotes and final dot that models put around it.
pub(super) fn title(text: &str, most: usize) -> String {
    let text = line(text, usize::MAX);
    let start = |letter: char| letter.is_whitespace() || "#*_`\"'“”«»-–—•".contains(letter);
    let end = |letter: char| letter.is_whitespace() || "*_`\"'“”«».:;".contains(letter);
    cut(text.trim_start_matches(start).trim_end_matches(end), most)
}

/// Several lines, without other control characters, cut to `most` characters.
pub(super) fn text(text: &str, most: usize) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let is_kept = |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || is_override(*c));
    let kept: String = text.chars().filter(is_kept).collect();
    cut(kept.trim(), most)
}

/// What two titles have in common when they mean the same: their letters and digits.
pub(super) fn normal(title: &str) -> String {
    let lower = title.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Characters that only make text look other than it is: forced directions (the marks and
/// isolates that Arabic needs stay) and the byte order mark.
fn is_override(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{feff}')
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_lose_their_wrapping() {
        let check = |text: &str, expected: &str| assert_eq!(title(text, 40), expected, "{text:?}");
        check("Book a visit", "Book a visit");
        check("  **Book a visit.** ", "Book a visit");
        check("## Book\n\ta\u{0} visit", "Book a visit");
        check("- \"Book a visit\"", "Book a visit");
        check("«حجز موعد»", "حجز موعد");
        check("\u{202e}evil\u{202c}", "evil");
        check("C++ (client)", "C++ (client)");
        check("a\u{1b}[31mb", "a [31mb");
        check("***", "");
        check("", "");
        check(&"س".repeat(60), &"س".repeat(40));
    }

    #[test]
    fn texts_keep_their_lines() {
        let check =
            |given: &str, expected: &str| assert_eq!(text(given, 10), expected, "{given:?}");
        check("a\r\nb\rc", "a\nb\nc");
        check("a\u{7}b\u{0}", "ab");
        check(" \n a\tb \n ", "a\tb");
        check("12345678901", "1234567890");
        check("123456789 1", "123456789");
    }

    #[test]
    fn titles_that_mean_the_same_are_equal() {
        let check = |left: &str, right: &str, is_same: bool| {
            assert_eq!(normal(left) == normal(right), is_same, "{left:?} {right:?}");
        };
        check("Book a visit", "book  a VISIT!", true);
        check("Book a visit", "Book a-visit", true);
        check("حجز موعد", "حجز موعد.", true);
        check("Book a visit", "Book two visits", false);
        check("حجز موعد", "إلغاء موعد", false);
    }
}
