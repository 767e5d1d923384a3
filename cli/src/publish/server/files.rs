//! Calls about pictures and other files of documents.

use std::collections::BTreeMap;

use anyhow::anyhow;
use blobs::layout::base_name;
use hyper::body::Bytes;
use hyper::header::USER_AGENT;
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use url::Url;

use super::{AGENT, Call, Empty, Failed, Server, Trouble, form, is_here, tried};

/// What the member has, and may have.
#[derive(Deserialize)]
pub(in crate::publish) struct Files {
    pub(in crate::publish) files: Vec<Listed>,
    pub(in crate::publish) usage: Usage,
}

#[derive(Deserialize)]
pub(in crate::publish) struct Usage {
    pub(in crate::publish) max_files: u64,
    pub(in crate::publish) max_bytes: u64,
}

/// A file in the list of all.
#[derive(Deserialize)]
pub(in crate::publish) struct Listed {
    pub(in crate::publish) id: String,
    pub(in crate::publish) path: String,
    /// Bytes.
    pub(in crate::publish) size: u64,
    pub(in crate::publish) state: String,
    pub(in crate::publish) sha256: Option<String>,
    pub(in crate::publish) reason: Option<String>,
    pub(in crate::publish) shown_by: Vec<String>,
}

impl Listed {
    pub(in crate::publish) fn is_processing(&self) -> bool {
        self.state == "processing"
    }

    /// Why it was rejected, if it was.
    pub(in crate::publish) fn rejected(&self) -> Option<&str> {
        let reason = self.reason.as_deref().unwrap_or_default();
        (self.state == "rejected").then_some(reason)
    }
}

/// A file that is sent.
pub(in crate::publish) struct FileUpload<'a> {
    pub(in crate::publish) path: &'a str,
    pub(in crate::publish) content_type: &'a str,
    pub(in crate::publish) bytes: Bytes,
}

/// Where a large file is put, and how.
#[derive(Deserialize)]
struct Address {
    url: String,
    headers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct AddressAnswer {
    upload: Address,
}

impl Server {
    /// All files of the member.
    pub(in crate::publish) async fn files(&self, token: &str) -> Result<Files, Trouble> {
        self.call(&Call::get("/api/files", Some(token))).await
    }

    /// Sends a file that is small enough for a form.
    pub(in crate::publish) async fn upload_file(
        &self,
        token: &str,
        upload: &FileUpload<'_>,
    ) -> Result<(), Trouble> {
        let file = ("file", base_name(upload.path), upload.content_type);
        let call = Call {
            method: Method::POST,
            path: "/api/upload_file",
            token: Some(token),
            body: Some(form(&[("path", upload.path)], file, &upload.bytes)),
        };
        self.call::<Empty>(&call).await.map(|_| ())
    }

    /// Sends a large file: to an address that the server gives for it.
    pub(in crate::publish) async fn put_file(
        &self,
        token: &str,
        upload: &FileUpload<'_>,
    ) -> Result<(), Trouble> {
        let asked = json!({
            "kind": "file",
            "path": upload.path,
            "content_type": upload.content_type,
            "size": upload.bytes.len(),
        });
        let call = Call {
            method: Method::POST,
            path: "/api/upload_url",
            token: Some(token),
            body: Some(("application/json".to_owned(), asked.to_string().into())),
        };
        tried(async || {
            // An address works once, so that each try has its own.
            let answer: AddressAnswer = self.once(&call).await?;
            self.put(&answer.upload, upload.bytes.clone()).await
        })
        .await
    }

    async fn put(&self, address: &Address, bytes: Bytes) -> Result<(), Failed> {
        let request = self.put_request(address, bytes);
        let request = request.map_err(|cause| (Trouble::Failed(cause), None))?;
        let (status, wait, _) = self.answered(request).await?;
        if status.is_success() {
            return Ok(());
        }
        // An earlier try arrived whose answer was lost, or another upload of the path was faster.
        let passes = status == StatusCode::PRECONDITION_FAILED || status.is_server_error();
        let trouble = anyhow!(
            "the store for uploads answered with status {}",
            status.as_u16()
        );
        Err((
            Trouble::Failed(trouble),
            wait.or_else(|| passes.then_some(Duration::ZERO)),
        ))
    }

    fn put_request(
        &self,
        address: &Address,
        bytes: Bytes,
    ) -> anyhow::Result<Request<http_body_util::Full<Bytes>>> {
        let url = Url::parse(&address.url)?;
        // Whoever signs in at this machine's server sends to this machine's store; all else goes encrypted.
        let is_safe = url.scheme() == "https" || is_here(&url) && is_here(&self.url);
        if !is_safe {
            return Err(anyhow!("the address for the upload isn't https://"));
        }
        let mut request = Request::builder()
            .method(Method::PUT)
            .uri(url.as_str())
            .header(USER_AGENT, AGENT);
        for (name, value) in &address.headers {
            request = request.header(name, value);
        }
        Ok(request.body(bytes.into())?)
    }

    /// Takes a file away; one that isn't there is away.
    pub(in crate::publish) async fn delete_file(
        &self,
        token: &str,
        id: &str,
    ) -> Result<(), Trouble> {
        self.take_away(token, &format!("/api/files/{id}")).await
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::answering;
    use super::*;

    const ADDRESS: (&str, &str) = (
        "200 OK",
        r#"{"upload":{"method":"PUT","url":"{url}/store?signed","headers":{"if-none-match":"*","x-amz-meta-path":"a"},"expires_in":600}}"#,
    );
    const BUSY: &str = r#"{"status":"error","code":"unavailable","message":"Busy."}"#;

    fn upload() -> FileUpload<'static> {
        FileUpload {
            path: "img/a.png",
            content_type: "image/png",
            bytes: Bytes::from_static(b"a picture"),
        }
    }

    #[tokio::test]
    async fn large_files_are_put_until_the_store_has_them() {
        let (server, answered) = answering(&[
            ADDRESS,
            ("503 Slow Down", "<Error/>"),
            ADDRESS,
            ("412 Precondition Failed", "<Error/>"),
            ("429 Many\r\nretry-after: 0", BUSY),
            ADDRESS,
            ("200 OK", ""),
        ]);
        server.put_file("a.b.c", &upload()).await.unwrap();
        let asked = answered.join().unwrap();
        let puts = asked
            .iter()
            .filter(|it| it.starts_with("PUT /store?signed"));
        assert_eq!(puts.count(), 3);
        let last = asked.last().unwrap();
        assert!(last.contains("if-none-match: *\r\n"), "{last}");
        assert!(last.contains("x-amz-meta-path: a\r\n"), "{last}");
        assert!(!last.contains("a.b.c"), "the store gets no token: {last}");
    }

    #[tokio::test]
    async fn nothing_is_put_where_others_read_along() {
        let address = ADDRESS.1.replace("{url}", "http://store.example");
        let (server, answered) = answering(&[("200 OK", &address)]);
        let refused = server.put_file("a.b.c", &upload()).await.unwrap_err();
        answered.join().unwrap();
        let refused = anyhow::Error::from(refused).to_string();
        assert!(refused.contains("https://"), "{refused}");
    }

    #[tokio::test]
    async fn small_files_are_sent_as_forms_and_refusals_told() {
        let refusal =
            r#"{"status":"error","code":"unsupported_media_type","message":"No picture."}"#;
        let (server, answered) = answering(&[
            ("503 Busy\r\nretry-after: 0", BUSY),
            ("415 Unsupported", refusal),
        ]);
        let refused = server.upload_file("a.b.c", &upload()).await.unwrap_err();
        let asked = answered.join().unwrap();
        assert!(refused.is("unsupported_media_type"), "{refused:?}");
        let first = asked.first().unwrap();
        assert!(first.starts_with("POST /api/upload_file "), "{first}");
    }
}
