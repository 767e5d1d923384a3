//! CloudFront before the API: the gateway then sees CloudFront's address in the place of the
//! client's, and the client's comes in a header.
//!
//! Anybody can call the API without CloudFront, and send any header. So that one counts only beside
//! a second one that holds the deployment's id (`EDGE_ID`), which CloudFront sets and no client
//! knows.

use std::net::IpAddr;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::http::HeaderName;
use subtle::ConstantTimeEq as _;

use crate::Environment;

/// Holds the deployment's id.
const EDGE: HeaderName = HeaderName::from_static("masthead-edge");
/// Holds the client's address, as CloudFront saw it.
const VIEWER: HeaderName = HeaderName::from_static("masthead-viewer");

/// Whom we believe about a client's address. `None`: the gateway alone.
#[derive(Clone, Default)]
pub(crate) struct Edge(Option<String>);

impl Edge {
    pub(crate) fn from_env(environment: &Environment) -> Self {
        Self(environment.optional("EDGE_ID").map(str::to_owned))
    }

    /// Puts the client's address where the gateway would have put it, and takes both headers out.
    pub(crate) fn apply(&self, event: &mut ApiGatewayV2httpRequest) {
        let edge = event.headers.remove(EDGE);
        let viewer = event.headers.remove(VIEWER);
        let (Some(known), Some(edge), Some(viewer)) = (&self.0, edge, viewer) else {
            return;
        };
        let is_ours: bool = known.as_bytes().ct_eq(edge.as_bytes()).into();
        let address = viewer
            .to_str()
            .ok()
            .and_then(|text| text.parse::<IpAddr>().ok());
        if let (true, Some(address)) = (is_ours, address) {
            event.request_context.http.source_ip = Some(address.to_string());
        }
    }
}

impl std::fmt::Debug for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Edge")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(edge: &Edge, headers: &[(&str, &str)]) -> (Option<String>, usize) {
        let mut event = ApiGatewayV2httpRequest::default();
        event.request_context.http.source_ip = Some("192.0.2.1".to_owned());
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            event.headers.append(name, value.parse().unwrap());
        }
        edge.apply(&mut event);
        (event.request_context.http.source_ip, event.headers.len())
    }

    #[test]
    fn cloudfront_speaks_for_its_viewers() {
        let edge = Edge(Some("0a1b-2c3d".to_owned()));
        for (viewer, expected) in [
            ("198.51.100.7", "198.51.100.7"),
            ("2001:DB8:0::7", "2001:db8::7"),
        ] {
            let headers = [("masthead-edge", "0a1b-2c3d"), ("masthead-viewer", viewer)];
            assert_eq!(source(&edge, &headers), (Some(expected.to_owned()), 0));
        }
    }

    #[test]
    fn nobody_else_does() {
        let edge = Edge(Some("0a1b-2c3d".to_owned()));
        let viewer = ("masthead-viewer", "198.51.100.7");
        for (edge, headers) in [
            (&edge, vec![viewer]),
            (&edge, vec![viewer, ("masthead-edge", "")]),
            (&edge, vec![viewer, ("masthead-edge", "0a1b-2c3e")]),
            (
                &edge,
                vec![viewer, ("masthead-edge", "0a1b-2c3d,0a1b-2c3d")],
            ),
            (
                &edge,
                vec![
                    ("masthead-viewer", "not an address"),
                    ("masthead-edge", "0a1b-2c3d"),
                ],
            ),
            (&edge, vec![("masthead-edge", "0a1b-2c3d")]),
            (&Edge::default(), vec![viewer, ("masthead-edge", "")]),
            (
                &Edge::default(),
                vec![viewer, ("masthead-edge", "0a1b-2c3d")],
            ),
        ] {
            assert_eq!(
                source(edge, &headers),
                (Some("192.0.2.1".to_owned()), 0),
                "{headers:?}"
            );
        }
    }
}
