//! A document's bytes, as its author sent them: a file to be saved.

use blobs::Object;
use blobs::layout::{MAX_README_BYTES, SourceKey, SourceNote};
use endpoint::http::{HeaderValue, header};
use endpoint::{Body, Error, Response, sentence};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{State, history};

/// What RFC 8187 wants encoded in the value of `filename*`, and a little more.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The document as it is.
pub(crate) async fn current(state: &State, source: &SourceKey) -> endpoint::Result {
    let found = state.uploads.get(&source.key(), MAX_README_BYTES).await;
    file(source, &read(found)?)
}

/// One version of the document.
pub(crate) async fn version(state: &State, source: &SourceKey, id: &str) -> endpoint::Result {
    file(source, &of_history(state, source, id).await?.1)
}

/// One version of the document, with the key that it lies under.
pub(crate) async fn of_history(
    state: &State,
    source: &SourceKey,
    id: &str,
) -> Result<(String, Object), Error> {
    let key = history::key_of(state, source, id).await?;
    let key = key.ok_or(Error::NotFound)?;
    let found = state.uploads.get_version(&key, id, MAX_README_BYTES).await;
    Ok((key, read(found)?))
}

/// What was read of the store.
fn read(found: blobs::Result<Option<Object>>) -> Result<Object, Error> {
    match found {
        Ok(found) => found.ok_or(Error::NotFound),
        Err(blobs::Error::TooLarge { limit }) => Err(Error::TooLarge(sentence!(
            "api.version_too_large",
            mib = limit / (1024 * 1024)
        ))),
        Err(error) => Err(Error::unavailable(error)),
    }
}

fn file(source: &SourceKey, object: &Object) -> endpoint::Result {
    let note = SourceNote::from_metadata(&object.head.metadata);
    let name = note.map_or_else(String::new, |note| note.file_name);
    let disposition = attachment(&name, &format!("{}.md", source.slug));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(content_type(&object.bytes)),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&disposition)?,
        ),
        (header::ETAG, HeaderValue::from_str(&object.head.etag)?),
    ];
    let mut response = Response::new(Body::Binary(object.bytes.to_vec()));
    response.headers_mut().extend(headers);
    Ok(response)
}

/// UTF-16 has a byte order mark, or it is none that is taken.
fn content_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "text/markdown; charset=utf-16",
        _ => "text/markdown; charset=utf-8",
    }
}

/// `Content-Disposition` (RFC 6266) for a file of this name, which may be anything. Of a path the last name counts;
/// where none is left, `instead` does. Clients that don't know `filename*` get the name in ASCII.
fn attachment(name: &str, instead: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let last: String = last.chars().filter(|c| !c.is_control()).collect();
    let name = match last.as_str() {
        "" | "." | ".." => instead,
        last => last,
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " !#$&()+,-.=@[]^_{}~'".contains(c);
    let ascii: String = name
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    if ascii == name {
        return format!("attachment; filename=\"{name}\"");
    }
    let encoded = utf8_percent_encode(name, ENCODED);
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_and_can_say_nothing_else() {
        for (name, header) in [
            ("README.md", r#"attachment; filename="README.md""#),
            (
                "My notes (2).md",
                r#"attachment; filename="My notes (2).md""#,
            ),
            (
                "Größe.md",
                r#"attachment; filename="Gr__e.md"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.md"#,
            ),
            (
                "日本.md",
                r#"attachment; filename="__.md"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.md"#,
            ),
            (
                "a\".md\"; x=\"y",
                r#"attachment; filename="a_.md__ x=_y"; filename*=UTF-8''a%22.md%22%3B%20x%3D%22y"#,
            ),
            (
                "a\r\nSet-Cookie: b.md",
                r#"attachment; filename="aSet-Cookie_ b.md"; filename*=UTF-8''aSet-Cookie%3A%20b.md"#,
            ),
            (
                "100%.md",
                r#"attachment; filename="100_.md"; filename*=UTF-8''100%25.md"#,
            ),
            ("../../etc/passwd", r#"attachment; filename="passwd""#),
            ("C:\\notes\\trip.md", r#"attachment; filename="trip.md""#),
            ("..", r#"attachment; filename="trip.md""#),
            ("a/", r#"attachment; filename="trip.md""#),
            ("\0\u{7f}", r#"attachment; filename="trip.md""#),
            ("", r#"attachment; filename="trip.md""#),
        ] {
            let disposition = attachment(name, "trip.md");
            assert_eq!(disposition, header, "{name:?}");
            assert!(HeaderValue::from_str(&disposition).is_ok() && disposition.is_ascii());
        }
    }

    #[test]
    fn the_encoding_is_said() {
        assert_eq!(
            content_type("# Größe".as_bytes()),
            "text/markdown; charset=utf-8"
        );
        assert_eq!(
            content_type(b"\xff\xfe#\0"),
            "text/markdown; charset=utf-16"
        );
        assert_eq!(
            content_type(b"\xfe\xff\0#"),
            "text/markdown; charset=utf-16"
        );
        assert_eq!(content_type(b""), "text/markdown; charset=utf-8");
    }
}
