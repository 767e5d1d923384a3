//! Multipart bodies (RFC 7578): the whole form, its fields bounded and each of them expected.

use bytes::Bytes;
use futures::stream;
use lambda_http::http::header;
use lambda_http::{Body, Request};
use languages::{Sentence, sentence};
use multer::{Constraints, Multipart, SizeLimit};

use crate::{Error, Result};

/// Largest text field, in bytes.
const MAX_TEXT_BYTES: u64 = 4 * 1024;
/// Longest header block of one part, in bytes.
const MAX_PART_HEADER_BYTES: usize = 8 * 1024;
/// Longest boundary (RFC 2046 section 5.1.1).
const MAX_BOUNDARY_CHARS: usize = 70;

/// What a form may hold.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// Name of the file field, which must be there once.
    pub file: &'a str,
    /// Largest file, in bytes.
    pub max_file_bytes: usize,
    /// Names of the text fields that may be there.
    pub texts: &'a [&'a str],
    /// What to say of a file of a kind that this form doesn't take; asked before the size is looked at.
    pub foreign: fn(&[u8]) -> Option<Sentence>,
}

/// The file of a form and its text fields.
#[derive(Debug)]
pub struct Submission {
    pub bytes: Bytes,
    /// The file's name as the client wrote it: may be anything.
    pub file_name: String,
    texts: Vec<(String, String)>,
}

impl Submission {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Reads a form to its end.
///
/// # Errors
/// 415 for another content type, 422 for a foreign file, 413 for a file over the limit, 400 for everything
/// else: a field that is missing, misspelt, there twice or of the wrong kind, and a body that is cut off
/// anywhere.
pub async fn read(request: &Request, form: Form<'_>) -> Result<Submission> {
    let boundary = boundary(request)?;
    let body: &[u8] = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    let missing = || Error::BadRequest(sentence!("api.form_file_missing", field = form.file));
    if body.is_empty() {
        return Err(missing());
    }
    let body = prepared(body, &boundary)?;
    // The body is here whole already, so a file that is too large is still read for what it is.
    let limits = SizeLimit::new()
        .per_field(MAX_TEXT_BYTES)
        .for_field(form.file, body.len() as u64);
    let whole = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut parts =
        Multipart::with_constraints(whole, boundary, Constraints::new().size_limit(limits));
    let mut file: Option<(Bytes, String)> = None;
    let mut texts: Vec<(String, String)> = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|error| refusal(&error))? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(str::to_owned);
        let is_file = name == form.file;
        if !is_file && !form.texts.contains(&name.as_str()) {
            return Err(Error::BadRequest(sentence!(
                "api.form_field_unexpected",
                field = form.file
            )));
        }
        if (is_file && file.is_some()) || texts.iter().any(|(field, _)| *field == name) {
            return Err(Error::BadRequest(sentence!(
                "api.form_field_twice",
                field = name
            )));
        }
        if is_file != file_name.is_some() {
            return Err(Error::BadRequest(if is_file {
                sentence!("api.form_field_must_be_a_file", field = name)
            } else {
                sentence!("api.form_field_must_be_text", field = name)
            }));
        }
        let bytes = part.bytes().await.map_err(|error| refusal(&error))?;
        match file_name {
            Some(file_name) => file = Some((bytes, file_name)),
            None => texts.push((
                name,
                String::from_utf8(bytes.into())
                    .map_err(|_| Error::BadRequest(sentence!("api.form_field_not_utf8")))?,
            )),
        }
    }
    let (bytes, file_name) = file.ok_or_else(missing)?;
    if bytes.is_empty() {
        return Err(Error::empty_file());
    }
    if let Some(sentence) = (form.foreign)(&bytes) {
        return Err(Error::InvalidFile(sentence));
    }
    if bytes.len() > form.max_file_bytes {
        return Err(Error::TooLarge(sentence!(
            "api.file_too_large",
            mib = form.max_file_bytes / (1024 * 1024)
        )));
    }
    Ok(Submission {
        bytes,
        file_name,
        texts,
    })
}

fn boundary(request: &Request) -> Result<String> {
    let content_types: Vec<_> = request
        .headers()
        .get_all(header::CONTENT_TYPE)
        .iter()
        .collect();
    let content_type = match content_types.as_slice() {
        [one] => one.to_str().unwrap_or_default(),
        _ => "",
    };
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("multipart/form-data") {
        return Err(Error::UnsupportedMediaType(sentence!(
            "api.form_wants_multipart"
        )));
    }
    let wrong = || Error::BadRequest(sentence!("api.form_boundary"));
    let given = content_type.split(';').skip(1).filter(|parameter| {
        parameter
            .split('=')
            .next()
            .is_some_and(|name| name.trim().eq_ignore_ascii_case("boundary"))
    });
    if given.count() != 1 {
        return Err(wrong());
    }
    let boundary = multer::parse_boundary(content_type).map_err(|_| wrong())?;
    let well_formed = (1..=MAX_BOUNDARY_CHARS).contains(&boundary.len())
        && !boundary.ends_with(' ')
        && boundary
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte));
    if well_formed {
        Ok(boundary)
    } else {
        Err(wrong())
    }
}

/// Checks and prepares the parts' header blocks before the parser looks at them: one that is too
/// long is refused, and control characters in a file's name, which HTTP's headers can't hold,
/// become underscores.
fn prepared(body: &[u8], boundary: &str) -> Result<Bytes> {
    let delimiter = format!("--{boundary}");
    let mut prepared = body.to_vec();
    for start in memchr::memmem::find_iter(body, delimiter.as_bytes()) {
        if start > 0
            && !body
                .get(..start)
                .is_some_and(|before| before.ends_with(b"\r\n"))
        {
            continue;
        }
        let from = start + delimiter.len();
        let rest = body.get(from..).unwrap_or_default();
        let window = rest
            .get(..rest.len().min(MAX_PART_HEADER_BYTES))
            .unwrap_or_default();
        if window.starts_with(b"--") {
            continue;
        }
        let Some(end) = memchr::memmem::find(window, b"\r\n\r\n") else {
            if rest.len() > MAX_PART_HEADER_BYTES {
                return Err(Error::BadRequest(sentence!(
                    "api.form_headers_too_long",
                    kib = MAX_PART_HEADER_BYTES / 1024
                )));
            }
            continue;
        };
        let is_odd = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\r' | b'\n' | b'\t');
        let headers = prepared.get_mut(from..from + end).unwrap_or_default();
        headers
            .iter_mut()
            .filter(|byte| is_odd(byte))
            .for_each(|byte| *byte = b'_');
    }
    Ok(prepared.into())
}

fn refusal(error: &multer::Error) -> Error {
    match error {
        multer::Error::FieldSizeExceeded { .. } => {
            Error::TooLarge(sentence!("api.form_field_too_long", bytes = MAX_TEXT_BYTES))
        }
        multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders
        | multer::Error::IncompleteStream => Error::BadRequest(sentence!("api.form_cut_off")),
        _ => Error::BadRequest(sentence!("api.form_unreadable")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::http;
    use std::fmt::Write as _;

    const FORM: Form<'static> = Form {
        file: "readme_file",
        max_file_bytes: 1024 * 1024,
        texts: &["slug"],
        foreign: |_| None,
    };

    fn request(content_type: &str, body: impl Into<Vec<u8>>) -> Request {
        http::Request::builder()
            .header("content-type", content_type)
            .body(Body::Binary(body.into()))
            .unwrap()
    }

    async fn submit(body: impl Into<Vec<u8>>) -> Result<Submission> {
        read(&request("multipart/form-data; boundary=X", body), FORM).await
    }

    fn part(disposition: &str, content: &str) -> String {
        format!("--X\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n")
    }

    fn file(content: &str) -> String {
        part("name=\"readme_file\"; filename=\"README.md\"", content)
    }

    #[tokio::test]
    async fn a_form_is_read() {
        let form = file("# Hi --X\r\n-- X") + &part("name=\"slug\"", "hello") + "--X--\r\n";
        let read = submit(form).await.unwrap();
        assert_eq!(&read.bytes[..], b"# Hi --X\r\n-- X");
        assert_eq!(
            (
                read.file_name.as_str(),
                read.text("slug"),
                read.text("other")
            ),
            ("README.md", Some("hello"), None)
        );
    }

    #[tokio::test]
    async fn every_truncation_is_a_400() {
        let whole = file("# Hi\n\nthere") + &part("name=\"slug\"", "hello") + "--X--";
        for end in 0..whole.len() {
            let error = submit(&whole.as_bytes()[..end]).await.unwrap_err();
            assert_eq!(error.status(), 400, "{end}: {error}");
        }
        assert!(submit(whole).await.is_ok());
    }

    #[tokio::test]
    async fn fields_are_exactly_the_expected_ones() {
        for (form, word) in [
            (part("name=\"slug\"", "a"), "no file field “readme_file”"),
            (
                part("name=\"readme\"; filename=\"a\"", "a"),
                "“readme_file”",
            ),
            (file("a") + &file("b"), "“readme_file” is there twice"),
            (
                part("name=\"readme_file\"", "a"),
                "“readme_file” must be a file",
            ),
            (
                part("name=\"slug\"; filename=\"a\"", "a") + &file("b"),
                "“slug” must be plain text",
            ),
            (file("a") + &part("name=\"other\"", "b"), "isn't expected"),
            (file(""), "is empty"),
            (String::new(), "no file field"),
        ] {
            let error = submit(form + "--X--\r\n").await.unwrap_err();
            assert_eq!(error.status(), 400);
            assert!(error.to_string().contains(word), "{error}");
        }
    }

    #[tokio::test]
    async fn limits() {
        let limit = FORM.max_file_bytes;
        assert!(submit(file(&"x".repeat(limit)) + "--X--\r\n").await.is_ok());
        assert_eq!(
            submit(file(&"x".repeat(limit + 1)) + "--X--\r\n")
                .await
                .unwrap_err()
                .code(),
            "too_large"
        );
        assert_eq!(
            submit(file("x") + &part("name=\"slug\"", &"x".repeat(5000)) + "--X--\r\n")
                .await
                .unwrap_err()
                .code(),
            "too_large"
        );
        let long_header = format!(
            "--X\r\nContent-Disposition: form-data; name=\"readme_file\"; filename=\"{}\"\r\n\r\na\r\n--X--\r\n",
            "x".repeat(65536)
        );
        assert_eq!(submit(long_header).await.unwrap_err().status(), 400);
        let mut many_headers = "--X\r\n".to_owned();
        for number in 0..1000 {
            write!(many_headers, "x-{number}: 1\r\n").unwrap();
        }
        assert_eq!(
            submit(many_headers + "\r\na\r\n--X--\r\n")
                .await
                .unwrap_err()
                .status(),
            400
        );
        let many_parts = part("name=\"x\"", "").repeat(10_000) + "--X--\r\n";
        assert_eq!(submit(many_parts).await.unwrap_err().status(), 400);
    }

    #[tokio::test]
    async fn content_types() {
        let body = |boundary: &str| {
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"readme_file\"; filename=\"a.md\"\r\n\r\na\r\n--{boundary}--\r\n"
            )
        };
        let seventy = "b".repeat(70);
        for (content_type, boundary) in [
            ("multipart/form-data; boundary=X".to_owned(), "X"),
            ("Multipart/Form-Data; Boundary=X".to_owned(), "X"),
            ("multipart/form-data; boundary=\"a b\"".to_owned(), "a b"),
            (format!("multipart/form-data; boundary={seventy}"), &seventy),
        ] {
            assert!(
                read(&request(&content_type, body(boundary)), FORM)
                    .await
                    .is_ok(),
                "{content_type}"
            );
        }
        let seventy_one = "b".repeat(71);
        for (content_type, boundary, code) in [
            (
                format!("multipart/form-data; boundary={seventy_one}"),
                seventy_one.as_str(),
                "bad_request",
            ),
            ("multipart/form-data".to_owned(), "X", "bad_request"),
            (
                "multipart/form-data; boundary=".to_owned(),
                "X",
                "bad_request",
            ),
            (
                "multipart/form-data; boundary=X; boundary=Y".to_owned(),
                "X",
                "bad_request",
            ),
            ("application/json".to_owned(), "X", "unsupported_media_type"),
            (String::new(), "X", "unsupported_media_type"),
        ] {
            let error = read(&request(&content_type, body(boundary)), FORM)
                .await
                .unwrap_err();
            assert_eq!(error.code(), code, "{content_type}");
        }
    }

    #[tokio::test]
    async fn any_file_name_is_taken() {
        for (written, read) in [
            ("a\u{0}b\u{1}.md", "a_b_.md"),
            ("\u{202e}é✅.md", "\u{202e}é✅.md"),
            ("../../x", "../../x"),
            ("C:\\x", "C:\\x"),
        ] {
            let form = part(
                &format!("name=\"readme_file\"; filename=\"{written}\""),
                "\u{0}",
            ) + "--X--\r\n";
            let submission = submit(form).await.unwrap();
            assert_eq!(submission.file_name, read);
            assert_eq!(&submission.bytes[..], b"\0", "only headers are prepared");
        }
    }

    #[tokio::test]
    async fn encodings_are_taken_raw() {
        let form = "--X\r\nContent-Disposition: form-data; name=\"readme_file\"; filename=\"a.md\"\r\nContent-Transfer-Encoding: base64\r\n\r\nSGk=\r\n--X--\r\n";
        assert_eq!(&submit(form).await.unwrap().bytes[..], b"SGk=");
    }
}
