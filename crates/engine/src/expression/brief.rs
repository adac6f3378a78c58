//! What somebody wrote, as a message shows it.

/// A text short enough for a message, and without signs that would change how the message
/// is read: somebody's key may be a megabyte long, or turn the direction of writing.
pub(crate) fn brief(text: &str) -> String {
    let mut short = String::new();
    for (count, letter) in text.chars().enumerate() {
        if count == 120 {
            short.push('…');
            break;
        }
        let turns = matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if letter.is_control() || turns {
            short.extend(letter.escape_unicode());
        } else {
            short.push(letter);
        }
    }
    short
}
