//! Which function a path is for.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::functions::{HttpFunction, Route};

/// A route with the turns it gives.
pub(super) struct Served {
    /// As API Gateway writes it: `ANY /api/login`.
    pub(super) key: String,
    pub(super) function: HttpFunction,
    pub(super) turns: Arc<Semaphore>,
    segments: Vec<&'static str>,
}

impl Served {
    pub(super) fn new(route: Route) -> Self {
        Self {
            key: format!("ANY {}", route.path),
            function: route.function,
            turns: Arc::new(Semaphore::new(route.concurrency)),
            segments: route.path.split('/').collect(),
        }
    }

    /// What stands for the braces where `path` is this route's; nothing is decoded or normalised
    /// first, so a path has one spelling.
    fn parameters(&self, path: &str) -> Option<BTreeMap<&'static str, String>> {
        let mut given = path.split('/');
        let mut parameters = BTreeMap::new();
        for expected in &self.segments {
            let segment = given.next()?;
            if let Some(name) = expected
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'))
            {
                if segment.is_empty() {
                    return None;
                }
                let decoded = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
                parameters.insert(name, decoded.into_owned());
            } else if segment != *expected {
                return None;
            }
        }
        given.next().is_none().then_some(parameters)
    }
}

/// The route that `path` is for, and what stands for its braces.
pub(super) fn find<'a>(
    routes: &'a [Served],
    path: &str,
) -> Option<(&'a Served, BTreeMap<&'static str, String>)> {
    routes
        .iter()
        .find_map(|route| Some((route, route.parameters(path)?)))
}
