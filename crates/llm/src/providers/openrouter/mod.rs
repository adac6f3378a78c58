//! OpenRouter, which sends calls on to many providers: OpenAI's chat dialect with the cost
//! stated, reasoning asked for in a way of its own, and cache points passed on. What
//! differs when writing is [`Dialect::OpenRouter`](super::openai::Dialect::OpenRouter);
//! what differs when reading is tolerated by the codec.

#[cfg(test)]
mod tests;
