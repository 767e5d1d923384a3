//! The S3 port's HTTP service: signatures checked, and CORS for the browser that puts a file to a
//! presigned URL.

use std::convert::Infallible;

use endpoint::Origins;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    CONTENT_TYPE, HeaderValue, ORIGIN,
};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};

use super::{Buckets, signed};
use crate::environment::StoreKeys;
use crate::front::{Front, Port, Refusal};
use crate::received::Received;
use crate::store::Store;

/// Answers requests to the S3 port.
#[derive(Clone)]
pub(crate) struct Service {
    s3: S3Service,
    origins: Origins,
    front: Front,
}

/// `origins` are the sites whose pages may reach it, as the bucket's CORS rule has it in AWS.
pub(crate) fn service(store: Store, keys: &StoreKeys, origins: Origins, front: Front) -> Service {
    let mut builder = S3ServiceBuilder::new(Buckets { store });
    builder.set_auth(SimpleAuth::from_single(
        keys.access_key_id.as_str(),
        keys.secret_access_key.as_str(),
    ));
    Service {
        s3: builder.build(),
        origins,
        front,
    }
}

impl Service {
    pub(crate) async fn answer(
        self,
        request: Request<Received>,
    ) -> Result<Response<Body>, Infallible> {
        let (parts, body) = request.into_parts();
        if let Some(refusal) = self.front.refusal(Port::S3, &parts) {
            return Ok(refused(&refusal));
        }
        if parts.method == Method::POST && is_form(&parts.headers) {
            return Ok(refused(&Refusal {
                status: StatusCode::NOT_IMPLEMENTED,
                sentence: "Forms are not taken here: put the file to a presigned address."
                    .to_owned(),
            }));
        }
        let has_origin = parts.headers.contains_key(ORIGIN);
        let origin = self.origins.allowed(&parts.headers).cloned();
        let mut response = if parts.method == Method::OPTIONS && has_origin {
            preflight(&parts.headers)
        } else if signed::has_unsigned(&parts) {
            refused(&Refusal {
                status: StatusCode::FORBIDDEN,
                sentence: "There were headers present in the request which were not signed"
                    .to_owned(),
            })
        } else {
            let request = Request::from_parts(parts, body);
            let answered = self.s3.call(request.map(Body::http_body)).await;
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

/// Whether this is a browser's form, whose signature is a field of it: the form would be read into memory
/// before anybody knows who sent it.
fn is_form(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    media_type.is_some_and(|media_type| {
        media_type
            .get(.."multipart/".len())
            .is_some_and(|start| start.eq_ignore_ascii_case(b"multipart/"))
    })
}

/// A refusal as S3 words its own.
fn refused(refusal: &Refusal) -> Response<Body> {
    let Refusal { status, sentence } = refusal;
    let error = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>{sentence}</Message></Error>"
    );
    let mut response = Response::new(Body::from(error));
    *response.status_mut() = *status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

/// The answer to a page of an allowed origin that asks what it may send.
fn preflight(asked: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::empty());
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
