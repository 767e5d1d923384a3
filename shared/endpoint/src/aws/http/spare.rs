//! A second connection, opened beside the first one: of a handler that asks the same store two things at once.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::Uri;
use hyper::http::uri::{Authority, Scheme};
use tower_service::Service;

/// A store ends a connection over which nothing comes; Lambda calls a handler as soon as it is started, unless it started it
/// for later.
const LONGEST_KEPT: Duration = Duration::from_secs(5);

/// Opens the first connection twice, and hands the other one out when a second is asked for.
#[derive(Debug)]
pub(super) struct Spare<C, T> {
    connector: C,
    kept: Arc<Mutex<Kept<T>>>,
}

#[derive(Debug)]
enum Kept<T> {
    /// No connection was asked for yet.
    Unasked,
    Open {
        to: (Option<Scheme>, Option<Authority>),
        since: Instant,
        connection: T,
    },
    None,
}

type Opened<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl<C, T> Spare<C, T> {
    pub(super) fn new(connector: C) -> Self {
        let kept = Arc::new(Mutex::new(Kept::Unasked));
        Self { connector, kept }
    }
}

// Derived, it would ask for connections that can be cloned.
impl<C: Clone, T> Clone for Spare<C, T> {
    fn clone(&self) -> Self {
        Self {
            connector: self.connector.clone(),
            kept: Arc::clone(&self.kept),
        }
    }
}

impl<C, T> Service<Uri> for Spare<C, T>
where
    C: Service<Uri, Response = T, Future: Send + 'static>,
    C::Error: Send + 'static,
    T: Send + 'static,
{
    type Response = T;
    type Error = C::Error;
    type Future = Opened<T, C::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), C::Error>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let asked = (uri.scheme().cloned(), uri.authority().cloned());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *kept, Kept::None) {
            Kept::Unasked => {
                let (first, other) = (self.connector.call(uri.clone()), self.connector.call(uri));
                let kept = Arc::clone(&self.kept);
                // Beside the first one, which doesn't wait for it. Where it fails, the handler opens one.
                tokio::spawn(async move {
                    if let Ok(connection) = other.await {
                        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Kept::Open {
                            to: asked,
                            since: Instant::now(),
                            connection,
                        };
                    }
                });
                Box::pin(first)
            }
            Kept::Open {
                to,
                since,
                connection,
            } if to == asked && since.elapsed() < LONGEST_KEPT => Box::pin(ready(Ok(connection))),
            Kept::Open { .. } | Kept::None => Box::pin(self.connector.call(uri)),
        }
    }
}
