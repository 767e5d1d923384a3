//! What calls the stores: HTTP/1.1 over TLS, made of the parts that the SDK's own client is made of.
//!
//! That client speaks HTTP/2 as well, which neither DynamoDB nor S3 does, knows proxies and the system's certificates, and makes its
//! TLS twice for each store: once to see whether it can, and once to call it.

mod spare;

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Debug;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::Connect;
use hyper_util::client::legacy::connect::{
    CaptureConnection, HttpConnector as Tcp, capture_connection,
};
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use spare::Spare;
use tokio::net::TcpStream;

/// How many connections the first request opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connections {
    One,
    /// The one that it needs, and one for the next that is asked for while that is in use.
    Two,
}

/// One client for all stores of a process; connections that are open are used again.
#[derive(Debug)]
pub(super) struct Http {
    tls: ClientConfig,
    connections: Connections,
    /// By how long a connection may take.
    connectors: Mutex<HashMap<Option<Duration>, SharedHttpConnector>>,
}

impl Http {
    pub(super) fn new(tls: ClientConfig, connections: Connections) -> Self {
        Self {
            tls,
            connections,
            connectors: Mutex::default(),
        }
    }

    fn connector(&self, connect_timeout: Option<Duration>) -> SharedHttpConnector {
        let mut tcp = Tcp::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(connect_timeout);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(self.tls.clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        match self.connections {
            Connections::One => calling(https),
            Connections::Two => {
                calling(Spare::<_, MaybeHttpsStream<TokioIo<TcpStream>>>::new(https))
            }
        }
    }
}

/// A client whose connections this opens.
fn calling<C>(connector: C) -> SharedHttpConnector
where
    C: Connect + Clone + Debug + Send + Sync + 'static,
{
    SharedHttpConnector::new(Connector {
        client: Client::builder(TokioExecutor::new())
            // Without it no connection that is idle would ever be closed.
            .pool_timer(TokioTimer::new())
            .build(connector),
    })
}

impl HttpClient for Http {
    /// Of the settings, the time that a connection may take. There is none for an answer: whoever asks has limits of their
    /// own for an attempt and for all of them.
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let timeout = settings.connect_timeout();
        let mut connectors = self
            .connectors
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let connector = connectors
            .entry(timeout)
            .or_insert_with(|| self.connector(timeout));
        connector.clone()
    }
}

#[derive(Debug)]
struct Connector<C> {
    client: Client<C, SdkBody>,
}

impl<C> HttpConnector for Connector<C>
where
    C: Connect + Clone + Debug + Send + Sync + 'static,
{
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
        };
        let connection = capture_connection(&mut request);
        if let Some(asked) = request.extensions().get::<CaptureSmithyConnection>() {
            asked.set_connection_retriever(move || metadata(&connection));
        }
        let answer = self.client.request(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(connector_error)?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// By what the SDK closes a connection over which a store failed, so that the next attempt takes another.
fn metadata(connection: &CaptureConnection) -> Option<ConnectionMetadata> {
    let to_poison = connection.clone();
    connection.connection_metadata().as_ref().map(|_| {
        let poison = move || {
            if let Some(connected) = to_poison.connection_metadata().as_ref() {
                connected.poison();
            }
        };
        ConnectionMetadata::builder()
            .proxied(false)
            .poison_fn(poison)
            .build()
    })
}

/// What kind of failure it was, by which the SDK decides whether it tries again.
fn connector_error(error: legacy::Error) -> ConnectorError {
    let is_connect = error.is_connect();
    let timed_out =
        source::<io::Error>(&error).is_some_and(|error| error.kind() == io::ErrorKind::TimedOut);
    let is_io = source::<io::Error>(&error).is_some();
    let (is_user, is_closed, is_incomplete) = match source::<hyper::Error>(&error) {
        Some(error) => (
            error.is_user(),
            error.is_closed() || error.is_canceled(),
            error.is_incomplete_message(),
        ),
        None => (false, false, false),
    };
    let error = BoxError::from(error);
    if timed_out {
        ConnectorError::timeout(error)
    } else if is_user {
        ConnectorError::user(error)
    } else if is_connect || is_closed || is_io {
        ConnectorError::io(error)
    } else {
        // S3 ends a connection in the middle of an answer now and then.
        ConnectorError::other(error, is_incomplete.then_some(ErrorKind::TransientError))
    }
}

/// The first of an error's causes that is of this kind.
fn source<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    causes.find_map(|error| error.downcast_ref())
}

#[cfg(test)]
mod tests;
