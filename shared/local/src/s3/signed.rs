//! Which headers a request's signature covers.

use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;

use crate::gateway::query_parameters;

/// Begins the name of each header that tells S3 what to do.
const OF_S3: &str = "x-amz-";
/// Before the names of the signed headers in `Authorization`.
const SIGNED_HEADERS: &str = "SignedHeaders=";

/// Whether a header tells S3 something that whoever signed the request didn't say: with
/// `x-amz-copy-source`, an address for one upload would copy any object.
pub(super) fn has_unsigned(parts: &Parts) -> bool {
    let Some(signed) = signed(parts) else {
        // A request without a signature is refused anyway, and one of version 2 signs all of them.
        return false;
    };
    let is_signed = |name: &str| signed.split(';').any(|signed| signed == name);
    let mut names = parts.headers.keys();
    names.any(|name| name.as_str().starts_with(OF_S3) && !is_signed(name.as_str()))
}

/// The names of the signed headers, joined by semicolons, in a signature of version 4.
fn signed(parts: &Parts) -> Option<String> {
    let mut query = query_parameters(parts.uri.query().unwrap_or_default());
    if query.contains_key("X-Amz-Signature") {
        return Some(query.remove("X-Amz-SignedHeaders").unwrap_or_default());
    }
    let authorization = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (_, signed) = authorization.split_once(SIGNED_HEADERS)?;
    let signed = signed.split([',', ' ']).next()?;
    Some(signed.to_owned())
}
