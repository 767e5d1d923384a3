//! The parts of a request that decide which endpoint it is for.

use std::borrow::Cow;

use lambda_http::http::{HeaderMap, Method, header};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use languages::Language;

use crate::{Error, Result, empty};

/// The path as the client wrote it, less the stage. Nothing is decoded or normalised, so only the
/// documented spelling of a route reaches its handler.
pub fn path(request: &Request) -> &str {
    request.raw_http_path()
}

/// A query parameter, decoded. The first of several counts.
pub fn query<'a>(request: &'a Request, name: &str) -> Option<Cow<'a, str>> {
    let parameters = request.query_string_parameters_ref()?;
    parameters.first(name).map(Cow::Borrowed)
}

/// The language that `Accept-Language` asks for; English where it asks for none that there are sentences in.
pub fn language(headers: &HeaderMap) -> Language {
    headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map_or(Language::ENGLISH, Language::accepted)
}

/// The client's address as the gateway saw it, or CloudFront before it; never what a client wrote
/// into a header.
pub fn source_address(request: &Request) -> Option<&str> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref(),
        _ => None,
    }
}

/// Refuses every method but those of `allow` (a list as the `Allow` header writes it).
///
/// `Ok(Some(..))` is the answer to a preflight request, to be returned as it is.
pub fn allow(
    request: &Request,
    allow: &'static str,
) -> Result<Option<lambda_http::Response<lambda_http::Body>>> {
    if request.method() == Method::OPTIONS {
        return Ok(Some(empty(lambda_http::http::StatusCode::NO_CONTENT)));
    }
    if allow
        .split(", ")
        .any(|method| method == request.method().as_str())
    {
        return Ok(None);
    }
    Err(Error::MethodNotAllowed { allow })
}
