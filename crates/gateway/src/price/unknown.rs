//! What happens to a call whose price nobody knows.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a call is refused that a budget would have to hold.
pub(crate) const MISSING: &str = "its price is not known, so no budget can hold what a call may cost; set a price for it with POST /api/v1/prices or in the settings of prices, or remove the budget";

/// What happens to a call whose price nobody knows. It is never taken for free.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnknownPrice {
    /// It is made, and its line in the ledger says that its cost is not known; under a budget it
    /// is refused, since none could hold it.
    #[default]
    Flag,
    /// It is refused.
    Refuse,
}

impl UnknownPrice {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Refuse => "refuse",
        }
    }
}

impl FromStr for UnknownPrice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "flag" => Ok(Self::Flag),
            "refuse" => Ok(Self::Refuse),
            _ => Err(format!("\"{text}\" is neither \"flag\" nor \"refuse\"")),
        }
    }
}
