//! Passwords and tokens: no AWS, no HTTP, no clock of its own.
