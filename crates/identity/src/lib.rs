//! Who may come in and what they may do: the first set-up, users, passwords, sessions,
//! API keys, one-time links, roles and the audit log.
//!
//! Start with [`Identity`]: it checks every credential (the port `web::Authenticator`).
//! [`routes`] is its HTTP side; [`setup`], [`user`] and [`one_time_link`] also have what
//! the command line needs. There is no route by which a stranger could register.

mod api_key;
pub mod audit;
mod cache;
mod identity;
mod login;
pub mod one_time_link;
pub mod password;
pub mod role;
mod route_table;
mod routes;
mod session;
pub mod setup;
mod token;
pub mod user;
mod words;

pub use identity::{Identity, Lifetimes};
pub use route_table::route_table;
pub use routes::routes;
pub use user::things;
