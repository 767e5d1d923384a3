//! The S3 port's HTTP service: signatures checked, and CORS for the browser that puts a file to a
//! presigned URL.

use std::convert::Infallible;

use hyper::body::Incoming;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    HeaderValue, ORIGIN,
};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};

use super::Buckets;
use crate::environment::{ACCESS_KEY_ID, SECRET_ACCESS_KEY};
use crate::store::Store;

/// Answers requests to the S3 port.
#[derive(Clone)]
pub(crate) struct Service(S3Service);

pub(crate) fn service(store: Store) -> Service {
    let mut builder = S3ServiceBuilder::new(Buckets { store });
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
    Service(builder.build())
}

impl Service {
    pub(crate) async fn answer(
        self,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, Infallible> {
        let origin = request.headers().get(ORIGIN).cloned();
        let mut response = if request.method() == Method::OPTIONS && origin.is_some() {
            preflight(request.headers())
        } else {
            let answered = self.0.call(request.map(Body::from)).await;
            answered.unwrap_or_else(|error| {
                tracing::error!(?error, "the S3 port failed");
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            })
        };
        if let Some(origin) = origin {
            // What may be done here is decided by the signature, not by the page that asks.
            response
                .headers_mut()
                .insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            response.headers_mut().insert(
                ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static("ETag"),
            );
        }
        Ok(response)
    }
}

fn preflight(asked: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, PUT, POST, DELETE"),
    );
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3000"));
    if let Some(asked) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    response
}
