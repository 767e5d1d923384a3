//! What a function asks its stores, call by call.

use std::mem;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::HttpConnector as _;
use endpoint::Environment;

use crate::picture_faults::Stores;

/// The calls of a process, in the order in which it made them: `PutItem` of DynamoDB, `PUT` of S3.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    /// Stores whose calls are noted here.
    pub(crate) fn stores(&self, environment: &Environment) -> Stores {
        let noted = self.clone();
        Stores::through(environment, &Arc::default(), move |inner, request| {
            let target = request.headers().get("x-amz-target");
            let operation = target.and_then(|target| target.rsplit('.').next());
            let call = operation.unwrap_or(request.method()).to_owned();
            noted.0.lock().unwrap().push(call);
            inner.call(request)
        })
    }

    /// The calls since the last look.
    pub(crate) fn taken(&self) -> Vec<String> {
        mem::take(&mut *self.0.lock().unwrap())
    }

    /// The calls since the last look that change something, sorted: those that are made side by side have no order.
    pub(crate) fn writes(&self) -> Vec<String> {
        let reads = ["GetItem", "BatchGetItem", "Query", "GET", "HEAD"];
        let mut calls = self.taken();
        calls.retain(|call| !reads.contains(&call.as_str()));
        calls.sort();
        calls
    }
}
