//! The UI inside the program: files that Vite built, and the one page that shows every
//! place of the app. Start with [`serve`].

mod asset;
mod serve;

pub use asset::is_inside;
pub use serve::serve;
