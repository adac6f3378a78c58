//! Cursor pages: `{ "items": [...], "next": "cursor" | null }`.

use serde::{Deserialize, Serialize};

/// One page of a list and the cursor of the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items of this page, in the list's order.
    pub items: Vec<T>,
    /// Pass it as `cursor` to get the next page; `null` on the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page out of up to `limit + 1` rows: the extra row only shows that more follow.
    pub fn from_rows(mut rows: Vec<T>, limit: i64, cursor: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let next = if rows.len() > limit {
            rows.truncate(limit);
            rows.last().map(cursor)
        } else {
            None
        };
        Self { items: rows, next }
    }

    /// The same page with every item converted.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(convert).collect(), next: self.next }
    }
}

/// Which page a caller asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageRequest {
    /// How many items, 1 to 200 (50 when absent).
    pub limit: Option<i64>,
    /// The `next` of the page before; absent for the first page.
    pub cursor: Option<String>,
}

impl PageRequest {
    /// The limit within its bounds.
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(50).clamp(1, 200)
    }
}
