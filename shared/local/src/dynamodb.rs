//! The DynamoDB port: requests signed with this stack's keys, answered by `dynoxide`.
//!
//! `dynoxide` has a server of its own, but one that takes any signature and tells every page of
//! every site that it may read the answers.

mod operations;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use dynoxide::{Database, DynoxideError};
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::json;

use crate::Calls;
use crate::connections::Connection;
use crate::disk::{Complaint, Disk};
use crate::environment::StoreKeys;
use crate::front::{Front, Port};
use crate::received::Received;
use crate::signature::{self, Expected, Signature};
use crate::store::Store;
use crate::tidy::Deleted;

/// What DynamoDB takes in one request, in bytes.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;
/// The operations that may delete an item.
const DELETING: [&str; 7] = [
    "BatchExecuteStatement",
    "BatchWriteItem",
    "DeleteItem",
    "DeleteTable",
    "ExecuteStatement",
    "ExecuteTransaction",
    "TransactWriteItems",
];
const SIGNED: Expected = Expected {
    service: "dynamodb",
    path: "/",
    headers: &["host", "x-amz-date", "x-amz-target"],
};
const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
/// Before an error's name in `__type`.
const ERRORS: &str = "com.amazonaws.dynamodb.v20120810#";

type Answer = Response<Full<Bytes>>;

/// Answers requests to the DynamoDB port.
#[derive(Clone)]
pub(crate) struct Service {
    database: Database,
    keys: StoreKeys,
    front: Front,
    disk: Disk,
    deleted: Deleted,
    calls: Option<Calls>,
}

impl Service {
    pub(crate) fn new(database: Database, keys: StoreKeys, front: Front, store: &Store) -> Self {
        Self {
            database,
            keys,
            front,
            disk: store.disk().clone(),
            deleted: store.deleted().clone(),
            calls: store.calls.clone(),
        }
    }

    pub(crate) async fn answer(self, request: Request<Received>) -> Result<Answer, Infallible> {
        Ok(self
            .dispatch(request)
            .await
            .unwrap_or_else(|refused| refused))
    }

    async fn dispatch(self, request: Request<Received>) -> Result<Answer, Answer> {
        let (parts, body) = request.into_parts();
        if let Some(refusal) = self.front.refusal(Port::DynamoDb, &parts) {
            let mut refused = error(refusal.status, "AccessDeniedException", &refusal.sentence);
            // A browser shows this type to whoever typed the address, and downloads the other.
            let plain = HeaderValue::from_static("application/json");
            refused.headers_mut().insert(CONTENT_TYPE, plain);
            return Err(refused);
        }
        if parts.method != Method::POST || parts.uri.path() != "/" || parts.uri.query().is_some() {
            return Err(error(
                StatusCode::NOT_FOUND,
                "UnknownOperationException",
                "DynamoDB takes a POST to / with the operation in X-Amz-Target.",
            ));
        }
        let signature = Signature::read(&SIGNED, &parts.headers, &self.keys, SystemTime::now())
            .map_err(unsigned)?;
        let connection = body.connection();
        let (body, held) = body.read(MAX_BODY_BYTES).await.map_err(|_| {
            let sentence = "The request body did not arrive, or is longer than 16 MiB.";
            error(StatusCode::BAD_REQUEST, "SerializationException", sentence)
        })?;
        signature.verify(&body).map_err(unsigned)?;

        let target = parts.headers.get("x-amz-target");
        let operation = target
            .and_then(|target| target.to_str().ok()?.split_once('.'))
            .map(|(_, operation)| operation.to_owned())
            .unwrap_or_default();
        let (database, deleted) = (self.database.clone(), self.deleted.clone());
        let calls = self.calls.clone();
        let answered = tokio::task::spawn_blocking(move || {
            let run = |body: &[u8]| operations::run(&database, &operation, body);
            let answered = match &calls {
                Some(calls) => calls.metered(&operation, &body, run),
                None => run(&body),
            };
            drop(held);
            if answered.is_ok() && DELETING.contains(&operation.as_str()) {
                deleted.note();
            }
            answered
        });
        match answered.await {
            Ok(Ok(body)) => Ok(leaving(&connection, body)),
            Ok(Err(error)) => Err(self.failed(&error)),
            Err(panic) => {
                tracing::error!(%panic, "the database failed");
                let sentence = "The database failed.";
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Err(error(status, "InternalServerError", sentence))
            }
        }
    }

    fn failed(&self, error: &DynoxideError) -> Answer {
        let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST);
        if status.is_server_error() {
            tracing::error!(%error, "the database failed");
            self.disk.note(Complaint::in_words(&error.to_string()));
        }
        response(status, error.to_json())
    }
}

/// An answer that counts as memory of its connection until the client has read it.
fn leaving(connection: &Arc<Connection>, body: String) -> Answer {
    response(StatusCode::OK, connection.leaving(body.into_bytes()))
}

fn unsigned(refused: signature::Refused) -> Answer {
    let (name, sentence) = refused.words();
    error(StatusCode::BAD_REQUEST, name, sentence)
}

fn error(status: StatusCode, name: &str, sentence: &str) -> Answer {
    let body = json!({ "__type": format!("{ERRORS}{name}"), "message": sentence });
    response(status, body.to_string())
}

fn response(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

#[cfg(test)]
mod tests;
