//! Letters to members: what is written to whom, and the outbox that they wait in.
//!
//! A [`Letter`] is put into the [`Outbox`], an object in the uploads bucket. S3 tells `send_mail` of it, which reads the
//! account as it is then, has a [`Message`] [`composed`](compose) and hands it to SES. So whoever answers a request writes one
//! object, whoever the letter is for and whether or not there is anybody to get it.

mod address;
mod compose;
mod message;
mod outbox;
mod parts;

pub use address::{Undeliverable, deliverable};
pub use compose::{Club, compose};
pub use message::{Message, Verdict};
pub use outbox::{Letter, MAX_LETTER_BYTES, Outbox};

#[cfg(test)]
mod tests;
