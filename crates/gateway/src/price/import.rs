//! A list of prices as JSON or as CSV.

use std::collections::BTreeSet;

use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use base::{Micros, Timestamp};
use web::{Error, FieldError, Json, Result, invalid, unknown};

use super::model::ModelPrice;

/// The most prices that can be set at once.
const MOST: usize = 5_000;
/// The columns of a CSV table, in any order; those after the third may be missing.
const COLUMNS: [&str; 8] = [
    "platform",
    "model",
    "valid_from",
    "is_free",
    "input_micros",
    "output_micros",
    "cached_input_micros",
    "cache_write_micros",
];

/// The prices of a request, all of which can be used.
#[derive(Debug)]
pub(super) struct Prices(pub(super) Vec<ModelPrice>);

impl<S: Send + Sync> FromRequest<S> for Prices {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let is_csv = kind
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/csv"));
        let prices = if is_csv {
            let text = String::from_request(request, state).await.map_err(|rejection| {
                Error::new(StatusCode::BAD_REQUEST, "unreadable_body", rejection.body_text())
            })?;
            parse(&text)?
        } else {
            Json::<Vec<ModelPrice>>::from_request(request, state).await?.0
        };
        checked(prices).map(Self)
    }
}

fn checked(prices: Vec<ModelPrice>) -> Result<Vec<ModelPrice>> {
    if prices.is_empty() || prices.len() > MOST {
        return Err(invalid("body", format!("give 1 to {MOST} prices")));
    }
    let problem = |(index, price): (usize, &ModelPrice)| {
        let (field, message) = price.problem()?;
        Some(FieldError { field: format!("[{index}].{field}"), message: message.to_owned() })
    };
    let wrong: Vec<FieldError> = prices.iter().enumerate().filter_map(problem).take(20).collect();
    if wrong.is_empty() { Ok(prices) } else { Err(Error::invalid_fields(wrong)) }
}

/// Fails for a price on a platform that is not there: no call would ever be charged by it.
pub(super) fn check_platforms(prices: &[ModelPrice], known: &BTreeSet<String>) -> Result<()> {
    let is_unknown = |(_, price): &(usize, &ModelPrice)| !known.contains(&price.platform);
    let Some((index, price)) = prices.iter().enumerate().find(is_unknown) else { return Ok(()) };
    let all = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let name = &price.platform;
    let message = format!("there is no platform \"{name}\"; use one of {all}, or add it first");
    Err(unknown(format!("[{index}].platform"), message))
}

/// The prices of a CSV table whose first line names the columns.
fn parse(text: &str) -> Result<Vec<ModelPrice>> {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let heading: Vec<String> = comma_separated(lines.next().unwrap_or_default())
        .into_iter()
        .map(|name| name.to_lowercase())
        .collect();
    if let Some(unknown) = heading.iter().find(|name| !COLUMNS.contains(&name.as_str())) {
        let known = COLUMNS.join(", ");
        return Err(invalid(
            "body",
            format!("the first line names the column \"{unknown}\"; use {known}"),
        ));
    }
    let column = |name: &str| heading.iter().position(|found| found == name);
    let (Some(platform), Some(valid_from)) = (column("platform"), column("valid_from")) else {
        return Err(invalid(
            "body",
            "the first line must name the columns platform and valid_from",
        ));
    };
    let mut prices = Vec::new();
    for (index, line) in lines.enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let row = comma_separated(line);
        let at = |place: Option<usize>| {
            place
                .and_then(|place| row.get(place))
                .map(String::as_str)
                .filter(|text| !text.is_empty())
        };
        let wrong =
            |field: &str, message: &str| invalid(format!("line {}: {field}", index + 2), message);
        let micros = |name: &str| -> Result<Option<Micros>> {
            let amount = at(column(name)).map(str::parse::<i64>).transpose();
            let amount =
                amount.map_err(|_| wrong(name, "is not a whole number of micro-dollars"))?;
            Ok(amount.map(Micros))
        };
        let is_free = match at(column("is_free")) {
            None | Some("false" | "0" | "no") => false,
            Some("true" | "1" | "yes") => true,
            Some(_) => return Err(wrong("is_free", "is neither true nor false")),
        };
        prices.push(ModelPrice {
            platform: at(Some(platform)).unwrap_or_default().to_owned(),
            model: at(column("model")).map(str::to_owned),
            valid_from: moment(at(Some(valid_from)).unwrap_or_default())
                .ok_or_else(|| wrong("valid_from", "is not a date like 2026-01-31"))?,
            is_free,
            input_micros: micros("input_micros")?.unwrap_or_default(),
            output_micros: micros("output_micros")?.unwrap_or_default(),
            cached_input_micros: micros("cached_input_micros")?,
            cache_write_micros: micros("cache_write_micros")?,
        });
        if prices.len() > MOST {
            break;
        }
    }
    Ok(prices)
}

/// A day, or a moment as the API writes it.
fn moment(text: &str) -> Option<Timestamp> {
    let text = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    serde_json::from_value(serde_json::Value::String(text)).ok()
}

/// The fields of a line of a table with commas; one in quotes may hold commas, and two quotes
/// mean one.
pub fn comma_separated(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    let mut letters = line.trim_end_matches('\r').chars().peekable();
    while let Some(letter) = letters.next() {
        let last = fields.len() - 1;
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                fields[last].push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            other => fields[last].push(other),
        }
    }
    fields.into_iter().map(|field| field.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn tables_are_read() {
        let text = "platform,model,valid_from,input_micros,output_micros\r\n\
            acme,\"large, new\",2026-01-31,3000000,15000000\n\
            \n\
            acme,,2026-02-01T12:00:00Z,1,2\n";
        let prices = checked(parse(text).unwrap()).unwrap();
        assert_eq!(prices.len(), 2);
        assert_eq!(prices[0].model.as_deref(), Some("large, new"));
        assert_eq!(prices[0].valid_from, Timestamp::from_millis(1_769_817_600_000));
        assert_eq!((prices[1].model.as_deref(), prices[1].output_micros), (None, Micros(2)));
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_line() {
        let check = |text: &str, expected: &str| {
            let error = parse(text).and_then(checked).unwrap_err().to_string();
            assert!(error.contains(expected), "{text:?}: {error}");
        };
        check("", "names the column \"\"");
        check("name\nx", "names the column \"name\"");
        check("platform\nx", "platform and valid_from");
        check("platform,valid_from\n", "give 1 to 5000 prices");
        check("platform,valid_from\nacme,soon", "line 2: valid_from");
        check("platform,valid_from,input_micros\nacme,2026-01-31,1.5", "line 2: input_micros");
        check("platform,valid_from,is_free\nacme,2026-01-31,maybe", "line 2: is_free");
        check("platform,valid_from\nacme,2026-01-31", "[0].input_micros: give an amount");
        check("platform,valid_from,input_micros\nacme,2026-01-31,-1", "[0].input_micros");
        check("platform,valid_from,input_micros\n,2026-01-31,1", "[0].platform");
    }

    #[test]
    fn platform_that_is_not_there_is_told_with_those_that_are() {
        let prices = parse("platform,valid_from,is_free\nlocal,2026-01-31,1\nacne,2026-01-31,1\n");
        let prices = prices.unwrap();
        let known = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let error = check_platforms(&prices, &known(&["local", "acme"])).unwrap_err().to_string();
        let expected =
            "[1].platform: there is no platform \"acne\"; use one of acme, local, or add it first";
        assert!(error.contains(expected), "{error}");
        assert!(check_platforms(&prices, &known(&["local", "acne"])).is_ok());
    }

    #[test]
    fn fields_may_be_quoted() {
        let check =
            |line: &str, expected: &[&str]| assert_eq!(comma_separated(line), expected, "{line}");
        check("a,b", &["a", "b"]);
        check(" a , \"b,\"\"c\"\"\" ,", &["a", "b,\"c\"", ""]);
        check("", &[""]);
    }
}
