//! Whether the data keep what the product promises.
