//! The parts of a story as they follow "As a …, I want to …, so that …". Small models often
//! write those words again, in English; text in other languages stays as it is.

/// Words by which a feature is known to be English: they are rare at least in German, the
/// language in which a small first letter would be wrong.
const ENGLISH: [&str; 64] = [
    "a", "the", "of", "for", "with", "to", "from", "by", "my", "their", "and", "add", "assign",
    "approve", "book", "browse", "cancel", "change", "check", "choose", "compare", "confirm",
    "create", "delete", "download", "edit", "enter", "export", "filter", "find", "get", "give",
    "import", "invite", "join", "log", "make", "manage", "mark", "open", "pay", "pick", "print",
    "rate", "read", "receive", "record", "remove", "request", "schedule", "search", "see",
    "select", "send", "set", "share", "show", "sort", "submit", "track", "update", "upload",
    "view", "write",
];

/// What the user wants to do, as it follows "I want to".
pub(super) fn feature(text: &str, role: &str) -> String {
    let mut rest = text;
    while let Some(shorter) = without_opening(rest, role) {
        rest = shorter;
    }
    let is_english = rest.len() < text.len() || is_english(rest);
    if is_english { with_small_start(rest) } else { rest.to_owned() }
}

/// What the user gains, as it follows "so that".
pub(super) fn benefit(text: &str) -> String {
    let rest = without(text, "so that ").map(str::trim_start);
    rest.filter(|rest| !rest.is_empty()).unwrap_or(text).to_owned()
}

/// The text after one opening that repeats the story's form.
fn without_opening<'a>(text: &'a str, role: &str) -> Option<&'a str> {
    let plain = ["i want to ", "to "].iter().find_map(|opening| without(text, opening));
    let rest = plain.or_else(|| without_role(text, role)).or_else(|| without_verb(text, role))?;
    Some(rest.trim_start()).filter(|rest| !rest.is_empty())
}

/// The text after "As a patient, " when that is the story's role or a wish follows: "As a
/// backup, …" is something else.
fn without_role<'a>(text: &'a str, role: &str) -> Option<&'a str> {
    let text = without_any(text, &["as a ", "as an ", "as the "])?;
    let known = without_subject(text, role).and_then(|rest| rest.strip_prefix(", "));
    known.or_else(|| text.split_once(", ").map(|(_, rest)| rest).filter(|rest| is_wish(rest)))
}

fn is_wish(text: &str) -> bool {
    without_any(text, &["i want to ", "i can ", "i should "]).is_some()
}

/// The text after "The user can ", "Users should ", and the same with "I" or the story's own
/// role.
fn without_verb<'a>(text: &'a str, role: &str) -> Option<&'a str> {
    let text = without_any(text, &["the ", "a ", "an "]).unwrap_or(text);
    let rest = without(text, "i").filter(|rest| rest.starts_with(' '));
    without_any(rest.or_else(|| without_subject(text, role))?, &[" can ", " should "])
}

/// The text after "user" or the role, in singular or plural, where the word ends.
fn without_subject<'a>(text: &'a str, role: &str) -> Option<&'a str> {
    let subjects = forms("user").into_iter().chain(forms(role.trim()));
    let mut rests =
        subjects.filter_map(|subject| without(text, &subject).filter(|_| !subject.is_empty()));
    rests.find(|rest| rest.starts_with([' ', ',']))
}

/// The text after one of these.
fn without_any<'a>(text: &'a str, starts: &[&str]) -> Option<&'a str> {
    starts.iter().find_map(|start| without(text, start))
}

/// A noun in singular and plural, whichever was given.
fn forms(noun: &str) -> Vec<String> {
    let mut forms = vec![noun.to_owned(), format!("{noun}s"), format!("{noun}es")];
    forms.extend(noun.strip_suffix('y').map(|stem| format!("{stem}ies")));
    forms.extend(noun.strip_suffix('s').map(str::to_owned));
    forms
}

/// The text after its start, whatever the case of either.
fn without<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    for expected in start.chars() {
        let found = rest.next()?;
        if !found.to_lowercase().eq(expected.to_lowercase()) {
            return None;
        }
    }
    Some(rest.as_str())
}

fn is_english(text: &str) -> bool {
    let mut words = text.split(|letter: char| !letter.is_alphanumeric());
    text.is_ascii() && words.any(|word| ENGLISH.contains(&word.to_lowercase().as_str()))
}

/// The text with a small first letter, unless its first word is "I", an acronym or a name
/// with capitals inside.
fn with_small_start(text: &str) -> String {
    let word = text.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    let mut letters = word.chars();
    let is_plain = letters.next().is_some_and(|first| first.is_ascii_uppercase())
        && letters.all(|letter| letter.is_ascii_lowercase())
        && word != "I";
    let (first, rest) = text.split_at(usize::from(is_plain));
    format!("{}{rest}", first.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_lose_the_words_that_the_story_says_anyway() {
        let check = |text: &str, expected: &str| {
            assert_eq!(feature(text, "Delivery company"), expected, "{text:?}");
        };
        check("book a visit", "book a visit");
        check("to book a visit", "book a visit");
        check("To book a visit", "book a visit");
        check("I want to book a visit", "book a visit");
        check("i WANT to Book a visit", "book a visit");
        check("As a patient, I want to book a visit", "book a visit");
        check("As a patient or guardian, I can book a visit", "book a visit");
        check("As a delivery company, book a visit", "book a visit");
        check("As the user, I want to book a visit", "book a visit");
        check("User can book a visit", "book a visit");
        check("Users can book a visit", "book a visit");
        check("The user can book a visit", "book a visit");
        check("The users should book a visit", "book a visit");
        check("A delivery company can book a visit", "book a visit");
        check("Delivery companies should book a visit", "book a visit");
        check("Delivery company can to book a visit", "book a visit");
        // What only looks alike stays.
        check("To-do lists are shared", "to-do lists are shared");
        check("Patients can book a visit", "patients can book a visit");
        check("user canteen menus", "user canteen menus");
        check("used cars are listed", "used cars are listed");
        check("As a backup, restore the file", "as a backup, restore the file");
        check("used cars, to buy", "used cars, to buy");
        check("I want to ", "I want to ");
        check("to ", "to ");
        check("", "");
    }

    #[test]
    fn roles_are_known_in_singular_and_plural() {
        let check = |role: &str, text: &str, expected: &str| {
            assert_eq!(feature(text, role), expected, "{role}: {text:?}");
        };
        check("Driver", "drivers can see a map", "see a map");
        check("Drivers", "Driver can see a map", "see a map");
        check("Coach", "Coaches should see a map", "see a map");
        check("Secretary", "The secretaries can see a map", "see a map");
        check("", " can see a map", " can see a map");
        check("مريض", "مريض can book", "book");
    }

    #[test]
    fn first_letters_are_small_in_english() {
        let check = |text: &str, expected: &str| {
            assert_eq!(feature(text, "Driver"), expected, "{text:?}");
        };
        check("Book a visit", "book a visit");
        check("Upload X-rays", "upload X-rays");
        check("A list of visits", "a list of visits");
        check("PDF export of the bill", "PDF export of the bill");
        check("GitHub login for the team", "GitHub login for the team");
        check("A4 paper for the bill", "A4 paper for the bill");
        check("QR-code for the door", "QR-code for the door");
        check("To PDF export", "PDF export");
        check("I see the bill", "I see the bill");
        check("Termine buchen", "Termine buchen");
        check("Rendez-vous annulé", "Rendez-vous annulé");
        check("Reservar una cita", "Reservar una cita");
        check("Élargir the cadre", "Élargir the cadre");
        check("حجز موعد", "حجز موعد");
        check("预约", "预约");
    }

    #[test]
    fn benefits_lose_their_conjunction() {
        let check = |text: &str, expected: &str| assert_eq!(benefit(text), expected, "{text:?}");
        check("I need not call", "I need not call");
        check("so that I need not call", "I need not call");
        check("So that  I need not call", "I need not call");
        check("so thatched roofs stay dry", "so thatched roofs stay dry");
        check("so that ", "so that ");
        check("حتى لا أتصل", "حتى لا أتصل");
        check("", "");
    }
}
