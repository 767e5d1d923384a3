//! Titles, as far as an upload has to know them: whether a file is the document that it would replace.

use blobs::layout::{OWN_PAGE, SourceKey, SourceNote};
use bytes::Bytes;
use frontmatter::{Context, slug};
use members::Member;

/// How much of a document is read for its title. A title stands at the top, and a conversion of a whole
/// document may need more memory than this function has.
const MAX_READ_BYTES: usize = 64 * 1024;

/// The title that publishing gives to a document, by its first 64 KiB. `None` where they can't be read,
/// as those of a longer file in UTF-16.
pub(crate) async fn of(
    member: &Member,
    source: &SourceKey,
    note: Option<&SourceNote>,
    bytes: &Bytes,
) -> Option<String> {
    let is_own_page = source.slug == OWN_PAGE;
    let context = Context {
        handle: member.handle.clone(),
        name: member.name.clone(),
        slug: if is_own_page { "" } else { &source.slug }.to_owned(),
        name_hint: Some(if is_own_page {
            member.name.clone()
        } else {
            note.map_or_else(
                || source.slug.clone(),
                |note| slug::called(&note.path, &note.file_name),
            )
        }),
        ..Context::default()
    };
    let beginning = bytes.slice(..end_of_beginning(bytes));
    let title = endpoint::blocking(move || {
        let output = frontmatter::convert(&beginning, &context).ok()?;
        output.meta["title"].as_str().map(str::to_owned)
    });
    if let Ok(title) = title.await {
        return title;
    }
    // The same bytes would have it again, and `rewrite_readme` tells their author.
    tracing::error!(
        member = source.member_id,
        slug = source.slug,
        "the converter panicked"
    );
    None
}

/// Where the last whole line ends that is read.
fn end_of_beginning(bytes: &[u8]) -> usize {
    let Some(beginning) = bytes.get(..MAX_READ_BYTES) else {
        return bytes.len();
    };
    memchr::memrchr(b'\n', beginning).map_or(0, |at| at + 1)
}
