//! Which of a folder's other files go with its documents, and what is said of the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read};

use blobs::layout::base_name;
use futures::{StreamExt as _, stream};
use sha2::{Digest as _, Sha256};

use super::files::Local;
use super::folder::{self, Attachment, LeftOut};
use super::kinds::{self, Kind, Unsent};

/// Files that are read side by side.
const AT_ONCE: usize = 4;
/// Read at a time of each.
const READ_BYTES: usize = 256 * 1024;

/// What goes with the documents, and the rest.
pub(super) struct Attached {
    pub(super) locals: Vec<Local>,
    pub(super) rest: Rest,
}

/// Files that aren't sent.
#[derive(Default)]
pub(super) struct Rest {
    /// Those of kinds that aren't sent though notes show them.
    pub(super) unsent: Vec<OfKind>,
    /// How many could be sent, and aren't shown.
    pub(super) unshown: usize,
    /// How many are neither of a kind that is sent nor shown.
    pub(super) others: usize,
    /// How many symbolic links there are.
    pub(super) links: usize,
    /// Folders that can't be read.
    pub(super) left_out: Vec<LeftOut>,
}

/// Files of a kind that isn't sent.
pub(super) struct OfKind {
    pub(super) kind: &'static Unsent,
    pub(super) number: usize,
    /// The path of one of them.
    pub(super) example: String,
}

impl Attached {
    /// Sorts a folder's files: those at the places `named` are shown by notes, and with `all` every one is taken for that. A file has
    /// at most `max_bytes`.
    pub(super) async fn of(
        files: Vec<Attachment>,
        named: &BTreeSet<usize>,
        all: bool,
        max_bytes: u64,
    ) -> Self {
        let mut rest = Rest::default();
        let mut taken = Vec::new();
        let mut unsent: BTreeMap<&str, (usize, String)> = BTreeMap::new();
        for (number, file) in files.into_iter().enumerate() {
            let is_wanted = all || named.contains(&number);
            match Kind::of(base_name(&file.path)) {
                Kind::Sent(content_type) if is_wanted => taken.push((file, content_type)),
                Kind::Sent(_) => rest.unshown += 1,
                Kind::Unsent(kind) if is_wanted => {
                    let [name, _] = kind.names;
                    unsent.entry(name).or_insert((0, file.path)).0 += 1;
                }
                Kind::Unsent(_) => rest.others += 1,
            }
        }
        let told = kinds::unsent().filter_map(|kind| {
            let [name, _] = kind.names;
            let (number, example) = unsent.remove(name)?;
            Some(OfKind {
                kind,
                number,
                example,
            })
        });
        rest.unsent = told.collect();
        let locals = taken
            .into_iter()
            .map(|(attachment, content_type)| async move {
                let digest = digest_of(&attachment, max_bytes).await;
                Local {
                    attachment,
                    content_type,
                    digest,
                }
            });
        Self {
            locals: stream::iter(locals).buffered(AT_ONCE).collect().await,
            rest,
        }
    }
}

async fn digest_of(attachment: &Attachment, max_bytes: u64) -> Result<String, String> {
    if let Some(fault) = &attachment.fault {
        return Err(fault.clone());
    }
    match attachment.size {
        0 => return Err("it is empty".to_owned()),
        size if size > max_bytes => return Err(folder::too_large(max_bytes)),
        _ => {}
    }
    let file = attachment.file.clone();
    let reading = tokio::task::spawn_blocking(move || {
        // One that grows is too large when it is sent.
        let opened = folder::open(&file)?.take(max_bytes);
        digest(opened).map_err(|error| folder::unreadable(&error))
    });
    reading.await.map_err(|error| error.to_string())?
}

fn digest(opened: impl Read) -> std::io::Result<String> {
    let mut file = BufReader::with_capacity(READ_BYTES, opened);
    let mut hash = Sha256::new();
    loop {
        let read = file.fill_buf()?;
        if read.is_empty() {
            return Ok(base16ct::lower::encode_string(&hash.finalize()));
        }
        hash.update(read);
        let number = read.len();
        file.consume(number);
    }
}
