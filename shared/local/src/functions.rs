//! The functions, linked into this process.

use std::sync::Arc;

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use futures::future::BoxFuture;
use serde_json::Value;

/// A function behind the gateway: event and request id in, answer out.
pub(crate) type HttpFunction = Arc<dyn Fn(Value, String) -> BoxFuture<'static, ApiGatewayV2httpResponse> + Send + Sync>;

/// A function behind the queue: event in, answer out.
pub(crate) type QueueFunction = Arc<dyn Fn(Value) -> BoxFuture<'static, anyhow::Result<Value>> + Send + Sync>;

/// A route of the API and the function that answers it, whatever the method.
#[derive(Clone)]
pub(crate) struct Route {
    /// Such as `/api/readmes/{slug}`; the braces stand for one segment.
    pub(crate) path: &'static str,
    pub(crate) function: HttpFunction,
    /// How many requests it may work on at the same time; the others wait. It bounds the memory
    /// that hashing and decoding take.
    pub(crate) concurrency: usize,
}

/// Everything that is linked.
#[derive(Clone)]
pub(crate) struct Functions {
    pub(crate) routes: Vec<Route>,
    pub(crate) rewrite_readme: QueueFunction,
}
