//! Passwords, tokens and the build key: no AWS, no HTTP, no clock and no randomness of its own.

pub mod build_key;
mod code;
mod hs256;
mod keys;
mod memory;
pub mod password;
mod rules;
pub mod token;
mod werkzeug;

pub use code::{CODE_BYTES, Code};
