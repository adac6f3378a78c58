//! "Did you mean": the known name that somebody most likely meant.

/// How to mend a name that is unknown.
pub(super) fn suggestion(name: &str, known: &[&str], otherwise: &str) -> String {
    nearest(name, known)
        .map_or_else(|| otherwise.to_owned(), |near| format!("did you mean \"{near}\"?"))
}

/// The known name that is fewest edits away, if it is near enough to be meant.
pub(super) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    // Nobody mistypes so many letters, and comparing them takes time.
    if name.len() > 200 {
        return None;
    }
    // A word that was cut short: "skip" for "skip-dependants".
    let mut longer = known.iter().filter(|other| name.len() > 3 && other.starts_with(name));
    if let (Some(other), None) = (longer.next(), longer.next()) {
        return Some(other);
    }
    let mut near: Vec<(usize, &str)> =
        known.iter().map(|other| (distance(name, other), *other)).collect();
    near.sort_unstable();
    // A name of which every letter would change was not meant.
    let letters = name.chars().count();
    let is_near = |edits: usize| edits < letters && edits <= 2.max(letters / 3);
    near.first().filter(|(edits, _)| is_near(*edits)).map(|(_, other)| *other)
}

/// Edits between two texts (Levenshtein 1965).
fn distance(first: &str, second: &str) -> usize {
    let second: Vec<char> = second.chars().collect();
    let mut row: Vec<usize> = (0..=second.len()).collect();
    for (i, letter) in first.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, other) in second.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (corner + usize::from(letter != *other)).min(above + 1).min(row[j] + 1);
            corner = above;
        }
    }
    row[second.len()]
}
