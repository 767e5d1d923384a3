//! The S3 port's HTTP service: signatures checked, and CORS for the browser that puts a file to a
//! presigned URL.

use std::convert::Infallible;

use endpoint::Origins;
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
pub(crate) struct Service {
    s3: S3Service,
    origins: Origins,
}

/// `origins` are the sites whose pages may reach it, as the bucket's CORS rule has it in AWS.
pub(crate) fn service(store: Store, origins: Origins) -> Service {
    let mut builder = S3ServiceBuilder::new(Buckets { store });
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
    Service {
        s3: builder.build(),
        origins,
    }
}

impl Service {
    pub(crate) async fn answer(
        self,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, Infallible> {
        let has_origin = request.headers().contains_key(ORIGIN);
        let origin = self.origins.allowed(request.headers()).cloned();
        let mut response = if request.method() == Method::OPTIONS && has_origin {
            preflight(request.headers(), origin.is_some())
        } else {
            let answered = self.s3.call(request.map(Body::from)).await;
            answered.unwrap_or_else(|error| {
                tracing::error!(?error, "the S3 port failed");
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            })
        };
        if let Some(origin) = origin {
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

fn preflight(asked: &HeaderMap, is_allowed: bool) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    if !is_allowed {
        *response.status_mut() = StatusCode::FORBIDDEN;
        return response;
    }
    let headers = response.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("PUT"),
    );
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3000"));
    if let Some(asked) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    response
}
