//! The handler of usage.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use base::Timestamp;
use serde::Deserialize;
use utoipa_axum::routes;
use web::{Access, Ctx, Json, Permission, Problem, Query, Result, Routes, invalid};

use super::model::{GroupBy, UsageLine, UsageReport, csv, total};
use super::{day, sql};

/// The most lines of a report.
const MOST: i64 = 5_000;
/// The longest time in days.
const LONGEST_DAYS: i64 = 400;

/// The routes of usage.
pub(crate) fn routes() -> Routes {
    Routes::new().add(Access::Permission(Permission::ViewCosts), routes!(show))
}

/// How the report is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum UsageFormat {
    /// JSON.
    #[default]
    Json,
    /// A table with commas.
    Csv,
}

/// What to add up.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// What the lines are for.
    group_by: GroupBy,
    /// The first day, as `2026-01-31`, or a moment; 29 days before today when absent.
    from: Option<String>,
    /// The last day, which is part of it, or a moment, which is not; today when absent.
    to: Option<String>,
    /// `json` or `csv`.
    #[serde(default)]
    #[param(inline)]
    format: UsageFormat,
}

/// Show what was used and what it cost, by platform, model, person, agent, project or day.
#[utoipa::path(get, path = "/api/v1/usage", operation_id = "get_usage", tag = "platforms", params(Wanted),
    responses(
        (status = 200, description = "The report; as a table when `format` is `csv`", body = UsageReport),
        (status = 400, description = "The time cannot be used", body = Problem)))]
async fn show(ctx: Ctx, Query(wanted): Query<Wanted>) -> Result<Response> {
    let today = day::number(ctx.now());
    let first = day::start(today - 29);
    let read = |field: &str, text: &Option<String>, is_end, otherwise| match text {
        None => Ok(otherwise),
        Some(text) => moment(field, text, is_end),
    };
    let from: Timestamp = read("from", &wanted.from, false, first)?;
    let to: Timestamp = read("to", &wanted.to, true, day::start(today + 1))?;
    if from >= to {
        return Err(invalid("to", "is not after from"));
    }
    if day::number(to) - day::number(from) > LONGEST_DAYS {
        return Err(invalid("from", format!("is more than {LONGEST_DAYS} days before to")));
    }
    let mut tx = ctx.read().await?;
    let items = sql::sums(&mut tx, ctx.organisation()?, wanted.group_by, (from, to), MOST).await?;
    let items = if wanted.group_by == GroupBy::Day { every_day(items, from, to) } else { items };
    let report = UsageReport { group_by: wanted.group_by, from, to, total: total(&items), items };
    Ok(match wanted.format {
        UsageFormat::Json => Json(report).into_response(),
        UsageFormat::Csv => {
            let name =
                format!("attachment; filename=\"usage-by-{}.csv\"", report.group_by.as_str());
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, name),
            ];
            (headers, csv(&report)).into_response()
        }
    })
}

/// What a field says of a time: a day, meaning its beginning, or its end when `is_end`, or a
/// moment.
pub(crate) fn moment(field: &str, text: &str, is_end: bool) -> Result<Timestamp> {
    day::moment(text, is_end)
        .ok_or_else(|| invalid(field, "is neither a day like 2026-01-31 nor a moment"))
}

/// A line for each day of the time, also for those without a call.
fn every_day(lines: Vec<UsageLine>, from: Timestamp, to: Timestamp) -> Vec<UsageLine> {
    let last = Timestamp::from_millis(to.as_millis() - 1);
    let mut lines = lines.into_iter().peekable();
    (day::number(from)..=day::number(last))
        .map(|number| {
            let is_it = |line: &UsageLine| line.key == number.to_string();
            let line = lines.next_if(is_it).unwrap_or_default();
            UsageLine { key: day::name(number), ..line }
        })
        .collect()
}
