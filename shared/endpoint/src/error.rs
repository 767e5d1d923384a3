//! The closed set of errors an endpoint can answer with.

use std::fmt;

use lambda_http::http::StatusCode;
use serde::Serialize;

/// What a handler answers: a finished response, or an error that [`crate::invoke`] turns into one.
pub type Result<T = lambda_http::Response<lambda_http::Body>> = std::result::Result<T, Error>;

/// Everything that can go wrong, as the client is told it.
///
/// Client errors are said aloud in code (`Error::BadRequest(..)`), each with a sentence that a
/// member can act on. Anything else converts by `?` to [`Error::Unavailable`] where a store failed
/// and to [`Error::Internal`] otherwise; of those two the client learns nothing and the log has the
/// whole chain under the request id.
///
/// The enum is no `std::error::Error` itself: that is what lets the blanket `From` exist.
#[derive(Debug)]
pub enum Error {
    BadRequest(String),
    InvalidCredentials(&'static str),
    InvalidToken,
    NotFound,
    MethodNotAllowed {
        allow: &'static str,
    },
    Conflict(String),
    /// The member has as much here as one may have.
    QuotaExceeded(String),
    /// The file would take the place of a document of another title, which the client didn't want.
    OtherTitle(Box<Replacement>),
    TooLarge(String),
    UnsupportedMediaType(String),
    InvalidFile(String),
    TooManyAttempts {
        retry_after_seconds: u64,
    },
    Unavailable(anyhow::Error),
    Internal(anyhow::Error),
}

/// What an upload would replace, and where else it could go. Stands in the answer beside `code` and
/// `message`, so that a page can offer both.
#[derive(Debug, Serialize)]
pub struct Replacement {
    pub replaces: Titled,
    /// The title of what was sent, and a slug made of it.
    pub instead: Titled,
}

/// A document as its author knows it.
#[derive(Debug, Serialize)]
pub struct Titled {
    pub slug: String,
    pub title: String,
}

impl Error {
    /// A store that failed, throttled or didn't answer in time: the client may try again.
    pub fn unavailable(cause: impl Into<anyhow::Error>) -> Self {
        Self::Unavailable(cause.into())
    }

    /// The status code (RFC 9110).
    /// A file without anything in it.
    pub fn empty_file() -> Self {
        Self::BadRequest("The file is empty.".to_owned())
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::InvalidCredentials(_) | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) | Self::QuotaExceeded(_) | Self::OtherTitle(_) => {
                StatusCode::CONFLICT
            }
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::InvalidFile(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The `code` of the JSON envelope.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "bad_request",
            Self::InvalidCredentials(_) => "invalid_credentials",
            Self::InvalidToken => "invalid_token",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::Conflict(_) => "conflict",
            Self::QuotaExceeded(_) => "quota_exceeded",
            Self::OtherTitle(_) => "other_title",
            Self::TooLarge(_) => "too_large",
            Self::UnsupportedMediaType(_) => "unsupported_media_type",
            Self::InvalidFile(_) => "invalid_file",
            Self::TooManyAttempts { .. } => "too_many_attempts",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }
}

/// The client's sentence.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadRequest(sentence)
            | Self::Conflict(sentence)
            | Self::QuotaExceeded(sentence)
            | Self::TooLarge(sentence)
            | Self::UnsupportedMediaType(sentence)
            | Self::InvalidFile(sentence) => f.write_str(sentence),
            Self::OtherTitle(replacement) => write!(
                f,
                "“{}” would take the place of “{}”. Send it with another “slug”, or let it replace that.",
                replacement.instead.title, replacement.replaces.title
            ),
            Self::InvalidCredentials(sentence) => f.write_str(sentence),
            Self::InvalidToken => f.write_str("Your session is over. Please sign in again."),
            Self::NotFound => f.write_str("There is nothing at this address."),
            Self::MethodNotAllowed { allow } => write!(f, "This address only answers {allow}."),
            Self::TooManyAttempts {
                retry_after_seconds,
            } => {
                write!(
                    f,
                    "Too many attempts. Please wait {retry_after_seconds} s and try again."
                )
            }
            Self::Unavailable(_) => {
                f.write_str("This is taking too long. Please try again in a moment.")
            }
            Self::Internal(_) => {
                f.write_str("Something went wrong on our side. Please try again later.")
            }
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Error {
    fn from(cause: E) -> Self {
        let cause = cause.into();
        if cause.is::<members::Error>() {
            Self::Unavailable(cause)
        } else {
            Self::Internal(cause)
        }
    }
}
