//! The doors for outside clients, through HTTP, in front of a provider that counts.

mod ai_access;
mod bad_bodies;
mod bad_providers;
mod cache;
mod cached_kinds;
mod cached_streams;
mod crash;
mod dialects;
mod hedges;
mod insiders;
mod keys;
mod limits;
mod models;
mod money;
mod platforms;
mod provider;
mod scene;
mod semantic;
mod shared;
mod thinking;
