//! Lists of the API, page by page.

use serde_json::Value as Json;

use super::Client;
use super::request::query;
use crate::failure::Result;

/// The most that the server gives at once.
const PAGE: usize = 200;

impl Client {
    /// All items of a list.
    pub async fn all(&self, path: &str) -> Result<Vec<Json>> {
        Ok(self.some(path, usize::MAX, None).await?.0)
    }

    /// At most so many items of a list from a cursor on, and the cursor with which it goes on
    /// when there are more.
    pub async fn some(
        &self,
        path: &str,
        most: usize,
        mut cursor: Option<String>,
    ) -> Result<(Vec<Json>, Option<String>)> {
        let mut items = Vec::new();
        loop {
            let limit = PAGE.min(most - items.len());
            let position = [("limit", Some(limit.to_string())), ("cursor", cursor)];
            let mut page = self.get(&query(path, position)).await?;
            let Json::Array(found) = page["items"].take() else { return Err(self.stranger()) };
            items.extend(found);
            cursor = page["next"].as_str().map(str::to_owned);
            if cursor.is_none() || items.len() >= most {
                return Ok((items, cursor));
            }
        }
    }
}
