//! Variables that begin like ours and that nobody reads: most are misspelt, and what they should
//! have set stays as it is by default.

use std::path::Path;

use super::Environment;
use super::data::folder;
use super::read::keys;

/// How all of ours begin.
const OURS: &str = "HISHAMOS_";
/// Those of ours that are no setting of the server.
const CLIENT: [&str; 3] = ["HISHAMOS_API_KEY", "HISHAMOS_DATA", "HISHAMOS_SERVER"];
/// Those that programs beside this one read: the tests, the journey through the pages, and the
/// development of the pages.
const BESIDE: [&str; 4] =
    ["HISHAMOS_BROWSER", "HISHAMOS_DIE_AT", "HISHAMOS_SIGN_IN_LINK", "HISHAMOS_URL"];
/// How those begin that only tests read.
const TESTS: &str = "HISHAMOS_TEST_";

/// A sentence for each variable that begins like ours and that nobody reads. People choose the
/// names of those that hold the keys of providers: by the flag `key_env`, or in `hishamos.toml`.
pub fn unknown_variables(
    environment: &Environment,
    data: Option<&Path>,
    key_env: Option<&str>,
) -> Vec<String> {
    let known = known();
    let is_ours = |name: &&str| {
        name.starts_with(OURS) && environment.get(name).is_some() && Some(*name) != key_env
    };
    let is_read = |name: &str| {
        known.contains(&name)
            || BESIDE.contains(&name)
            || name.starts_with(TESTS)
            || is_of_kubernetes(name, environment)
    };
    let unknown: Vec<&str> =
        environment.names().filter(is_ours).filter(|name| !is_read(name)).collect();
    if unknown.is_empty() {
        return Vec::new();
    }
    // Who needs the file says why it cannot be read.
    let file = folder(data, environment).0.join("hishamos.toml");
    let file = std::fs::read_to_string(file).unwrap_or_default();
    let unknown = unknown.into_iter().filter(|name| !file.contains(*name));
    unknown.map(|name| sentence(name, &known)).collect()
}

/// Every variable that this program reads, but those whose names people choose.
fn known() -> Vec<&'static str> {
    let keys = keys().into_iter().map(|key| key.variable);
    keys.filter(|name| name.starts_with(OURS)).chain(CLIENT).collect()
}

/// What Kubernetes sets in every container beside a service that is called `hishamos` or
/// `hishamos-…`.
fn is_of_kubernetes(name: &str, environment: &Environment) -> bool {
    name.contains("_SERVICE_")
        || name.contains("_PORT_")
        || name.ends_with("_PORT")
            && environment.get(name).is_some_and(|value| value.contains("://"))
}

/// Names the known variable that is most like the unknown one.
fn sentence(name: &str, known: &[&str]) -> String {
    // All of them begin alike.
    let alike = |one: &str| strsim::jaro_winkler(&name[OURS.len()..], &one[OURS.len()..]);
    let likeness = |one: &&&str| (alike(one) * 1000.0) as u32;
    let what = format!("the variable {name} is not known and does nothing");
    match known.iter().max_by_key(likeness) {
        Some(nearest) if alike(nearest) > 0.7 => format!("{what}; did you mean {nearest}?"),
        _ => format!("{what}; the known ones are in docs/operations.md"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn misspelt_variables_are_told_with_the_nearest_known_one() {
        let folder = tempfile::tempdir().unwrap();
        let check = |name: &str, value: &str, expected: Option<&str>| {
            let environment = Environment::from([(name, value), ("HISHAMOS_LISTEN", "x")]);
            let told = unknown_variables(&environment, Some(folder.path()), Some("HISHAMOS_ACME"));
            let expected = expected
                .map(|end| format!("the variable {name} is not known and does nothing; {end}"));
            assert_eq!(told, expected.into_iter().collect::<Vec<_>>(), "{name}");
        };
        check("HISHAMOS_SERVR", "x", Some("did you mean HISHAMOS_SERVER?"));
        check("HISHAMOS_APIKEY", "x", Some("did you mean HISHAMOS_API_KEY?"));
        check("HISHAMOS_DATABASE_URL", "x", Some("did you mean HISHAMOS_DATABASE?"));
        check("HISHAMOS_ADRESS", "x", Some("the known ones are in docs/operations.md"));
        check("HISHAMOS_PORT", "8484", Some("the known ones are in docs/operations.md"));
        check("HISHAMOS_ADRESS", "", None);
        check("HISHAMOS_MODEL_SCRIPT", "x", None);
        check("HISHAMOS_DATA", "/x", None);
        check("HISHAMOS_ACME", "sk-1", None);
        check("HISHAMOS_TEST_POSTGRES", "x", None);
        check("HISHAMOS_URL", "x", None);
        check("HISHAMOS_PORT", "tcp://10.0.0.1:8484", None);
        check("HISHAMOS_PORT_8484_TCP_ADDR", "10.0.0.1", None);
        check("HISHAMOS_SERVICE_HOST", "10.0.0.1", None);
        check("HISHAM", "x", None);
        std::fs::write(folder.path().join("hishamos.toml"), "api_key_env = \"HISHAMOS_OTHER\"")
            .unwrap();
        check("HISHAMOS_OTHER", "sk-1", None);
        check("HISHAMOS_ADRESS", "x", Some("the known ones are in docs/operations.md"));
    }

    #[test]
    fn known_variables_are_those_of_the_documents() {
        let text = std::fs::read_to_string("../../docs/operations.md").unwrap();
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let documented: BTreeSet<&str> =
            words.filter(|word| word.starts_with(OURS) && *word != OURS).collect();
        assert_eq!(known().into_iter().collect::<BTreeSet<&str>>(), documented);
    }
}
