//! The closed set of errors an endpoint can answer with.

use std::fmt;

use lambda_http::http::StatusCode;
use languages::{Sentence, sentence};
use serde::Serialize;

/// What a handler answers: a finished response, or an error that [`crate::invoke`] turns into one.
pub type Result<T = lambda_http::Response<lambda_http::Body>> = std::result::Result<T, Error>;

/// Everything that can go wrong, as the client is told it.
///
/// Client errors are said aloud in code (`Error::BadRequest(sentence!(..))`), each with a sentence that a
/// member can act on, in the language that the request accepts. Anything else converts by `?` to [`Error::Unavailable`] where a store failed
/// and to [`Error::Internal`] otherwise; of those two the client learns nothing and the log has the
/// whole chain under the request id.
///
/// The enum is no `std::error::Error` itself: that is what lets the blanket `From` exist.
#[derive(Debug)]
pub enum Error {
    BadRequest(Sentence),
    InvalidCredentials(Sentence),
    InvalidToken,
    /// The member is known, and may not do this.
    Forbidden(Sentence),
    NotFound,
    MethodNotAllowed {
        allow: &'static str,
    },
    Conflict(Sentence),
    /// Something of the same kind is under way, or was broken off and is being taken back.
    Busy {
        sentence: Sentence,
        /// After which it is over, whatever became of it.
        retry_after_seconds: u64,
    },
    /// The member has as much here as one may have.
    QuotaExceeded(Sentence),
    /// The file would take the place of a document of another title, which the client didn't want.
    OtherTitle(Box<Replacement>),
    TooLarge(Sentence),
    UnsupportedMediaType(Sentence),
    InvalidFile(Sentence),
    TooManyAttempts {
        retry_after_seconds: u64,
    },
    /// What is asked for is being made.
    NotReady {
        sentence: Sentence,
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

    /// A file without anything in it.
    pub fn empty_file() -> Self {
        Self::BadRequest(sentence!("api.file_empty"))
    }

    /// The status code (RFC 9110).
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::InvalidCredentials(_) | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_)
            | Self::Busy { .. }
            | Self::QuotaExceeded(_)
            | Self::OtherTitle(_) => StatusCode::CONFLICT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::InvalidFile(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NotReady { .. } | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What the client is told.
    pub fn sentence(&self) -> Sentence {
        match self {
            Self::BadRequest(sentence)
            | Self::InvalidCredentials(sentence)
            | Self::Forbidden(sentence)
            | Self::Conflict(sentence)
            | Self::QuotaExceeded(sentence)
            | Self::TooLarge(sentence)
            | Self::UnsupportedMediaType(sentence)
            | Self::InvalidFile(sentence)
            | Self::Busy { sentence, .. }
            | Self::NotReady { sentence, .. } => sentence.clone(),
            Self::OtherTitle(replacement) => sentence!(
                "api.other_title",
                title = replacement.instead.title.as_str(),
                replaced = replacement.replaces.title.as_str(),
            ),
            Self::InvalidToken => sentence!("api.session_over"),
            Self::NotFound => sentence!("api.not_found"),
            Self::MethodNotAllowed { allow } => {
                sentence!("api.method_not_allowed", methods = *allow)
            }
            Self::TooManyAttempts {
                retry_after_seconds,
            } => sentence!("api.too_many_attempts", seconds = *retry_after_seconds),
            Self::Unavailable(_) => sentence!("api.unavailable"),
            Self::Internal(_) => sentence!("api.internal"),
        }
    }

    /// The `code` of the JSON envelope.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "bad_request",
            Self::InvalidCredentials(_) => "invalid_credentials",
            Self::InvalidToken => "invalid_token",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::Conflict(_) | Self::Busy { .. } => "conflict",
            Self::QuotaExceeded(_) => "quota_exceeded",
            Self::OtherTitle(_) => "other_title",
            Self::TooLarge(_) => "too_large",
            Self::UnsupportedMediaType(_) => "unsupported_media_type",
            Self::InvalidFile(_) => "invalid_file",
            Self::TooManyAttempts { .. } => "too_many_attempts",
            Self::NotReady { .. } | Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }
}

/// The client's sentence, in English.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

impl<E: Into<anyhow::Error>> From<E> for Error {
    fn from(cause: E) -> Self {
        let cause = cause.into();
        match cause.downcast_ref() {
            Some(members::Error::LastAdmin) => Self::Conflict(sentence!("api.last_admin")),
            Some(_) => Self::Unavailable(cause),
            None => Self::Internal(cause),
        }
    }
}
