//! The prices in a file, as the API takes them.

use std::io::Read as _;
use std::path::Path;

use gateway::comma_separated;
use serde_json::{Map, Value as Json};

use super::super::given::moment;
use crate::failure::{Exit, Failure, Result};

/// The columns of a CSV table, in any order.
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

/// The prices of a file; `-` is the standard input.
pub(super) fn prices(file: &Path) -> Result<Vec<Json>> {
    let shown = file.display();
    let mut content = String::new();
    let is_read = if file == Path::new("-") {
        std::io::stdin().lock().read_to_string(&mut content)
    } else {
        std::fs::File::open(file).and_then(|mut file| file.read_to_string(&mut content))
    };
    is_read.map_err(|error| {
        let exit = match error.kind() {
            std::io::ErrorKind::NotFound => Exit::NotFound,
            std::io::ErrorKind::InvalidData => Exit::Invalid,
            _ => Exit::Failed,
        };
        Failure::new(exit, format!("cannot read the prices in {shown}: {error}"))
    })?;
    let prices = parse(&content)
        .map_err(|failure| Failure::new(failure.exit, format!("{shown}: {failure}")))?;
    if prices.is_empty() {
        return Err(Failure::invalid(format!("{shown} has no prices; give at least one")));
    }
    Ok(prices)
}

fn parse(content: &str) -> Result<Vec<Json>> {
    let content = content.trim_start_matches('\u{feff}');
    if content.trim_start().starts_with('[') {
        return serde_json::from_str(content)
            .map_err(|error| Failure::invalid(format!("is no list of prices in JSON: {error}")));
    }
    let mut lines = content.lines();
    let heading: Vec<String> = comma_separated(lines.next().unwrap_or_default())
        .into_iter()
        .map(|name| name.to_lowercase())
        .collect();
    if let Some(unknown) = heading.iter().find(|name| !COLUMNS.contains(&name.as_str())) {
        return Err(Failure::invalid(format!(
            "the first line names the column \"{unknown}\"; use {}",
            COLUMNS.join(", ")
        )));
    }
    let rows = lines.enumerate().filter(|(_, line)| !line.trim().is_empty());
    rows.map(|(index, line)| {
        let price = row(&heading, line);
        price
            .map_err(|failure| Failure::new(failure.exit, format!("line {}: {failure}", index + 2)))
    })
    .collect()
}

fn row(heading: &[String], line: &str) -> Result<Json> {
    let mut price = Map::new();
    let cells = comma_separated(line);
    if cells.len() > heading.len() {
        return Err(Failure::invalid(format!(
            "it has {} cells under {} columns; put cells with commas into quotes",
            cells.len(),
            heading.len()
        )));
    }
    for (name, cell) in heading.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        let value = match name.as_str() {
            "platform" | "model" => Json::String(cell),
            "valid_from" => moment("valid_from", &cell)?.to_string().into(),
            "is_free" => match cell.as_str() {
                "true" | "1" | "yes" => true.into(),
                "false" | "0" | "no" => false.into(),
                _ => {
                    return Err(Failure::invalid("is_free is neither true nor false"));
                }
            },
            name => cell.parse::<i64>().map(Json::from).map_err(|_| {
                Failure::invalid(format!(
                    "{name} is not a whole number of micro-dollars for a million tokens"
                ))
            })?,
        };
        price.insert(name.clone(), value);
    }
    Ok(Json::Object(price))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn tables_and_lists_are_read() {
        let table = "\u{feff}Platform,model,valid_from,input_micros,output_micros,is_free\r\n\
            acme,\"large, \"\"new\"\"\",2026-01-31,3000000,15000000,\r\n\
            \n\
            acme,,2026-02-01T12:00:00Z,,,yes\n";
        let expected = json!([
            { "platform": "acme", "model": "large, \"new\"", "valid_from": "2026-01-31T00:00:00.000Z",
              "input_micros": 3_000_000, "output_micros": 15_000_000 },
            { "platform": "acme", "valid_from": "2026-02-01T12:00:00.000Z", "is_free": true },
        ]);
        let prices = Json::Array(parse(table).unwrap());
        assert_eq!(prices, expected);
        assert_eq!(Json::Array(parse(&format!("\n {prices}")).unwrap()), expected);
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_line() {
        let check = |content: &str, expected: &str| {
            let failure = parse(content).unwrap_err();
            assert!(failure.message.contains(expected), "{content:?}: {failure}");
            assert_eq!(failure.exit, Exit::Invalid);
        };
        check("", "names the column \"\"");
        check("name\nx", "names the column \"name\"");
        check("platform,valid_from\nacme,soon", "line 2: valid_from soon is neither a day");
        check("platform,input_micros\n\nacme,1.5", "line 3: input_micros is not a whole number");
        check("platform,is_free\nacme,maybe", "line 2: is_free");
        check("platform\nacme,1", "line 2: it has 2 cells under 1 columns");
        check("[{]", "no list of prices in JSON");
    }
}
