//! One folder per provider dialect, each a pure codec, and the scripted model.

pub mod openai;
pub mod scripted;
