//! What makes a handler an endpoint: the JSON envelope, errors, bearer token, multipart and
//! environment.
//!
//! A handler is an `async fn(&State, Request) -> endpoint::Result`. [`run`] serves it in Lambda and
//! [`invoke`] answers one event with it; the local gateway calls the same [`invoke`], so an event
//! meets the same code on a laptop as in AWS.

pub mod aws;
mod bearer;
mod blocking;
mod clock;
pub mod configuration;
mod edge;
mod editor_note;
mod environment;
mod error;
mod event;
mod json;
mod logging;
pub mod multipart;
mod respond;
mod route;
mod signed_in;
mod throttle;
mod timestamp;
mod tokens;

pub use bearer::{Bearer, bearer_token};
pub use blocking::blocking;
pub use clock::{Clock, time_left};
pub use editor_note::EditorNote;
pub use environment::{Environment, EnvironmentError};
pub use error::{Error, Replacement, Result, Titled};
pub use event::{invoke, run};
pub use json::{JsonObject, json};
pub use lambda_http::{Body, Error as LambdaError, Request, Response, http};
pub use lambda_runtime::{LambdaEvent, run as run_events, service_fn};
pub use languages::{Language, Sentence, sentence};
pub use logging::logging;
pub use respond::{Origins, accepted, created_in, empty, ok, ok_in};
pub use route::{allow, language, path, query, source_address};
pub use signed_in::SignedIn;
pub use throttle::{count_letter_from, count_letter_of, count_preview, guess};
pub use timestamp::rfc3339;
pub use tokens::{Tokens, UnusableSecret};
