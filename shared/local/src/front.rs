//! What stands before all three ports: who a request was sent to, and which page sent it.
//!
//! A stack listens on this machine alone, and so does every page that a browser here has open: a
//! page of a foreign site can send requests to `localhost`, and by a name that it points at
//! 127.0.0.1 (DNS rebinding) it could even read the answers. A browser writes into `Host` whom it
//! believes to ask, and into `Origin` and `Sec-Fetch-Site` who asks; a page can forge none of them.

use std::net::IpAddr;

use endpoint::{Language, Origins, sentence};
use hyper::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use hyper::http::request::Parts;
use hyper::http::uri::{Authority, Uri};
use hyper::{Method, StatusCode};

use crate::Options;
use crate::gateway::query_parameters;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// The names of this machine for itself. The port is not looked at: a browser never writes another
/// one than it connects to, and a forwarded port (`ssh -L`, a container's) has another number.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// One of a stack's ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Port {
    /// Pages of the allowed origins call it; any page may read what is published.
    Api,
    /// Pages of the allowed origins put files to presigned addresses, and do nothing else.
    S3,
    /// No page calls it.
    DynamoDb,
}

/// Why a request is refused before anything looks at it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) sentence: String,
}

/// The wall before the ports of one stack.
#[derive(Debug, Clone)]
pub(crate) struct Front {
    names: Vec<String>,
    /// Whether any IP address is a name of this machine: it listens on all of its addresses, and no
    /// foreign page can have an address for its name.
    any_address: bool,
    origins: Origins,
}

impl Front {
    /// `origins` are the sites whose pages may call the API, which members reach at `public_url`.
    pub(crate) fn new(options: &Options, origins: Origins, public_url: &str) -> Self {
        let mut names: Vec<String> = LOOPBACK.map(str::to_owned).into();
        let public: Option<Uri> = public_url.parse().ok();
        let public = public.as_ref().and_then(Uri::host).unwrap_or_default();
        for name in [&options.host, &options.bind.to_string(), public] {
            let name = match name.parse::<IpAddr>() {
                Ok(IpAddr::V6(address)) => format!("[{address}]"),
                _ => name.to_ascii_lowercase(),
            };
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        Self {
            names,
            any_address: options.bind.is_unspecified(),
            origins,
        }
    }

    /// Why a request to `port` is refused; `None` where it may pass.
    pub(crate) fn refusal(&self, port: Port, parts: &Parts) -> Option<Refusal> {
        let language = match port {
            Port::Api => endpoint::language(&parts.headers),
            // AWS's own speak English, and so does who reads their errors.
            Port::S3 | Port::DynamoDb => Language::ENGLISH,
        };
        let Some(host) = self.host(parts) else {
            let names = self.names.join(", ");
            return Some(Refusal {
                status: StatusCode::MISDIRECTED_REQUEST,
                sentence: sentence!("api.wall_other_name", names = names).in_language(language),
            });
        };
        if self.may_ask(port, parts, host) {
            return None;
        }
        let sentence = match port {
            Port::Api => sentence!("api.wall_other_site"),
            Port::S3 => sentence!("api.wall_store"),
            Port::DynamoDb => sentence!("api.wall_table"),
        };
        Some(Refusal {
            status: StatusCode::FORBIDDEN,
            sentence: sentence.in_language(language),
        })
    }

    /// Whom the request was sent to, as the client wrote it, where that is this machine.
    fn host<'a>(&self, parts: &'a Parts) -> Option<&'a str> {
        let mut hosts = parts.headers.get_all(HOST).iter();
        let host = hosts.next()?.to_str().ok()?;
        let authority: Authority = host.parse().ok()?;
        let is_ours = |authority: &Authority| {
            let name = authority.host();
            let address = name.trim_start_matches('[').trim_end_matches(']');
            !authority.as_str().contains('@')
                && (self.names.iter().any(|own| own.eq_ignore_ascii_case(name))
                    || self.any_address && address.parse::<IpAddr>().is_ok())
        };
        // A request line may name a host, too.
        let all_ours = is_ours(&authority) && parts.uri.authority().is_none_or(is_ours);
        (hosts.next().is_none() && all_ours).then_some(host)
    }

    /// Whether the page that sent the request may do so, if a page did.
    fn may_ask(&self, port: Port, parts: &Parts, host: &str) -> bool {
        let headers = &parts.headers;
        let site = sent_from(headers);
        match port {
            Port::DynamoDb => !headers.contains_key(ORIGIN) && site.is_none(),
            Port::S3 => match headers.get(ORIGIN) {
                Some(_) => {
                    self.origins.allowed(headers).is_some()
                        && [Method::PUT, Method::OPTIONS].contains(&parts.method)
                        && is_presigned(parts)
                }
                None => matches!(site, None | Some("none")),
            },
            // Reading needs a token, or is for everybody; CORS says who gets to see the answer.
            Port::Api if [Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method) => {
                true
            }
            Port::Api => match headers.get(ORIGIN) {
                Some(origin) => {
                    self.origins.allowed(headers).is_some()
                        || origin.as_bytes().strip_prefix(b"http://") == Some(host.as_bytes())
                }
                None => matches!(site, None | Some("none" | "same-origin")),
            },
        }
    }
}

/// Whether the address of a request holds a signature.
fn is_presigned(parts: &Parts) -> bool {
    let query = query_parameters(parts.uri.query().unwrap_or_default());
    query.contains_key("X-Amz-Signature")
}

/// How the page that sent a request stands to this server, as the browser says.
fn sent_from(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(SEC_FETCH_SITE)?;
    Some(value.to_str().unwrap_or("cross-site"))
}

#[cfg(test)]
mod tests;
