//! Which platform and model a name means.

use llm::Error;

/// What one platform offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    /// The platform's name.
    pub(crate) provider: String,
    /// The models that it is known to offer.
    pub(crate) models: Vec<String>,
    /// Whether it may serve models that are not in the list.
    pub(crate) serves_others: bool,
}

/// The platform (as an index of `offers`) and its model that `wanted` means:
/// `provider/model`, or a bare model that exactly one platform offers.
pub(crate) fn resolve(wanted: &str, offers: &[Offer]) -> Result<(usize, String), Error> {
    if let Some((provider, model)) = wanted.split_once('/')
        && let Some(index) = offers.iter().position(|offer| offer.provider == provider)
    {
        let offer = &offers[index];
        if model.is_empty() {
            return Err(unavailable(wanted, "name the model behind the slash"));
        }
        if offer.serves_others || offer.models.iter().any(|known| known == model) {
            return Ok((index, model.to_owned()));
        }
        return Err(unavailable(wanted, &not_offered(offer)));
    }
    bare(wanted, offers)
}

fn bare(wanted: &str, offers: &[Offer]) -> Result<(usize, String), Error> {
    let offering: Vec<usize> = (0..offers.len())
        .filter(|index| offers[*index].models.iter().any(|known| known == wanted))
        .collect();
    match offering.as_slice() {
        [only] => Ok((*only, wanted.to_owned())),
        [] => Err(unavailable(wanted, &unknown(offers))),
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|index| format!("{}/{wanted}", offers[*index].provider))
                .collect();
            let message = format!("several providers offer it; name one of {}", names.join(", "));
            Err(unavailable(wanted, &message))
        }
    }
}

fn not_offered(offer: &Offer) -> String {
    let provider = &offer.provider;
    if provider == super::LOCAL {
        return "it is not installed; `hishamos model list` shows what can be installed".to_owned();
    }
    let known: Vec<String> =
        offer.models.iter().map(|model| format!("{provider}/{model}")).collect();
    format!("provider \"{provider}\" offers {}", known.join(", "))
}

fn unknown(offers: &[Offer]) -> String {
    let providers: Vec<&str> = offers.iter().map(|offer| offer.provider.as_str()).collect();
    format!(
        "no provider offers it; name it as provider/model with one of the providers {}",
        providers.join(", ")
    )
}

fn unavailable(model: &str, message: &str) -> Error {
    Error::ModelUnavailable { model: model.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers() -> Vec<Offer> {
        let offer = |provider: &str, models: &[&str], serves_others| Offer {
            provider: provider.to_owned(),
            models: models.iter().map(|&model| model.to_owned()).collect(),
            serves_others,
        };
        vec![
            offer("acme", &["large", "small"], false),
            offer("router", &["acme/large", "big/huge", "large"], false),
            offer("open", &[], true),
            offer("local", &["tiny"], false),
        ]
    }

    #[test]
    fn names_mean_one_platform_and_model() {
        let check = |wanted: &str, expected: (usize, &str)| {
            let expected = Ok((expected.0, expected.1.to_owned()));
            assert_eq!(resolve(wanted, &offers()), expected, "{wanted}");
        };
        check("acme/large", (0, "large"));
        check("small", (0, "small"));
        check("router/acme/large", (1, "acme/large"));
        check("big/huge", (1, "big/huge"));
        check("open/anything/at:all", (2, "anything/at:all"));
        check("tiny", (3, "tiny"));
    }

    #[test]
    fn refusals_name_the_way_out() {
        let check = |wanted: &str, expected: &str| {
            let Err(Error::ModelUnavailable { model, message }) = resolve(wanted, &offers()) else {
                panic!("{wanted} was accepted");
            };
            assert_eq!(model, wanted);
            assert!(message.contains(expected), "{message}");
        };
        check("large", "acme/large, router/large");
        check("acme/medium", "offers acme/large, acme/small");
        check("acme/", "behind the slash");
        check("local/other", "hishamos model list");
        check("nothing", "acme, router, open, local");
        check("", "no provider offers it");
    }
}
