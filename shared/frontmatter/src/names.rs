//! Names by which documents are found, and those that a document's links ask for.

use std::borrow::Cow;

use crate::context::{Context, base_name};
use crate::markdown::html::entities;
use crate::markdown::html::srcset::candidates;
use crate::markdown::html::steps::blocks;
use crate::markdown::html::tokens::{self, TokenKind, tokens, whole_token};
use crate::markdown::{Document, Event, Tag};

pub use crate::context::fold;

/// Most names that one document may ask for.
const MAX_REFERENCES: usize = 100;

/// Longest of them, in bytes; a file's name has 255 at most.
const MAX_NAME_BYTES: usize = 512;

/// Most names of files that one document may ask for.
const MAX_FILES: usize = 300;

/// Longest name of a file, in bytes, and longest ending of one.
const MAX_FILE_NAME_BYTES: usize = 255;
const MAX_ENDING_BYTES: usize = 8;

/// Names, folded, by which everybody's links lead to their own page.
pub(crate) const OWN_PAGE: [&str; 2] = ["readme", "index"];

/// The names that `targets`, which are authors and wikilinks, and relative links to Markdown files ask for, folded,
/// without folders and endings, whether or not there is a document of that name.
pub(crate) fn references(
    document: &Document<'_>,
    targets: impl Iterator<Item = String>,
    context: &Context,
) -> Vec<String> {
    let handle = context.handle.as_str();
    let relative = document.events.iter().filter_map(|(event, _)| match event {
        Event::Start(Tag::Link { dest_url, .. }) => relative(dest_url),
        _ => None,
    });
    let relative = relative.map(|target| (target, context.folder.as_str()));
    let targets = targets.map(|target| (target, ""));
    // A link of the site's own may be to the page of anybody's document.
    let pages = document.events.iter().filter_map(|(event, _)| match event {
        Event::Start(Tag::Link { dest_url, .. }) => page(dest_url, context),
        _ => None,
    });
    let mut references: Vec<String> = Vec::new();
    for (target, folder) in targets.chain(relative) {
        let target = target.strip_suffix(".md").unwrap_or(&target);
        let of_folder = folder_of_readme(target, folder);
        let name = target.rsplit('/').next().unwrap_or_default();
        let name = of_folder.as_deref().unwrap_or(name);
        // What has a folder may be the address of anybody's document.
        let address = is_address(target).then_some(target);
        for name in address.into_iter().chain([name]).map(fold) {
            let is_own_page = !handle.is_empty() && OWN_PAGE.contains(&name.as_str());
            let name = if is_own_page { handle.to_owned() } else { name };
            let fits = (1..=MAX_NAME_BYTES).contains(&name.len());
            if fits && !references.contains(&name) {
                references.push(name);
            }
        }
        if references.len() >= MAX_REFERENCES {
            break;
        }
    }
    for page in pages {
        if references.len() >= MAX_REFERENCES {
            break;
        }
        if !references.iter().any(|known| known == page) {
            references.push(page.to_owned());
        }
    }
    references
}

/// The address of a document, `handle/slug`, to whose page a link leads.
fn page<'a>(url: &'a str, context: &Context) -> Option<&'a str> {
    let base = match context.link_base.as_str() {
        "" => "/",
        base => base,
    };
    let path = without_suffix(url).strip_prefix(base)?;
    let address = path.strip_suffix('/').unwrap_or(path);
    (address.len() <= MAX_NAME_BYTES && is_address(address)).then_some(address)
}

/// The names of files that the pictures, links and elements of a document ask for, and `targets`: wikilinks
/// and what the frontmatter names. Folded, without folders, whether or not there is a file of that name. And the
/// addresses among them of files of the member's.
pub(crate) fn files(
    document: &Document<'_>,
    targets: impl Iterator<Item = String>,
    context: &Context,
) -> (Vec<String>, Vec<String>) {
    let mut names = FileNames {
        context,
        names: Vec::new(),
        addresses: Vec::new(),
    };
    for target in targets {
        if !names.add_served(&target) {
            names.add(&target);
        }
    }
    let (mut links, mut pictures) = (Vec::new(), Vec::new());
    if document.has("[") || document.has("<") {
        for (event, _) in &document.events {
            match event {
                Event::Start(Tag::Image { dest_url, .. }) => pictures.push(dest_url),
                Event::Start(Tag::Link { dest_url, .. }) => links.push(dest_url),
                Event::InlineHtml(html) => {
                    if let Some(TokenKind::Open(tag)) = whole_token(html) {
                        names.add_tag(&tag);
                    }
                }
                _ => {}
            }
        }
        for block in blocks(document) {
            for token in tokens(&block.text) {
                if let TokenKind::Open(tag) = &token.kind {
                    names.add_tag(tag);
                }
            }
        }
    }
    // Pictures first, should there be more than can be asked for.
    for url in pictures.into_iter().chain(links) {
        names.add_address(url);
    }
    (names.names, names.addresses)
}

/// Names of files and addresses of them, each once.
struct FileNames<'a> {
    context: &'a Context,
    names: Vec<String>,
    addresses: Vec<String>,
}

impl FileNames<'_> {
    fn add_tag(&mut self, tag: &tokens::Tag<'_>) {
        for attribute in &tag.attributes {
            let value = attribute.value.as_deref().unwrap_or_default();
            match attribute.name.as_ref() {
                "src" | "href" | "poster" => self.add_address(&entities::references(value)),
                "srcset" => {
                    for (url, _) in candidates(&entities::references(value)) {
                        self.add_address(url);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether it is the address of a member's file, which is noted then.
    fn add_served(&mut self, written: &str) -> bool {
        let Some(address) = self.context.address_of_file(without_suffix(written)) else {
            return false;
        };
        if self.addresses.len() < MAX_FILES && !self.addresses.contains(&address) {
            self.addresses.push(address);
        }
        true
    }

    /// The file that a relative address leads to, or a member's file by its address on the server.
    fn add_address(&mut self, url: &str) {
        let path = without_suffix(url);
        let is_of_the_web = path.starts_with("//") || path.contains(':');
        if is_of_the_web {
            self.add_served(url);
        } else {
            self.add(&percent_encoding::percent_decode_str(path).decode_utf8_lossy());
        }
    }

    /// The file at a path, as it is written.
    fn add(&mut self, path: &str) {
        let name = base_name(path.rsplit('\\').next().unwrap_or_default());
        let has_ending = name.rsplit_once('.').is_some_and(|(stem, ending)| {
            !stem.is_empty()
                && (1..=MAX_ENDING_BYTES).contains(&ending.len())
                && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        let is_file = has_ending && without_markdown_ending(name).is_none();
        if !is_file || name.len() > MAX_FILE_NAME_BYTES || self.names.len() >= MAX_FILES {
            return;
        }
        let name = fold(name);
        if !self.names.contains(&name) {
            self.names.push(name);
        }
    }
}

/// An address up to what follows `?` or `#`.
fn without_suffix(url: &str) -> &str {
    let end = memchr::memchr2(b'?', b'#', url.as_bytes()).unwrap_or(url.len());
    url.get(..end).unwrap_or_default()
}

/// The name of the folder whose document a README is, that a link names by its path, without its ending and led on from
/// `folder`. `None`: it is no README, or the one at the top, which is the member's own page.
pub(crate) fn folder_of_readme(path: &str, folder: &str) -> Option<String> {
    const SEPARATORS: [char; 2] = ['/', '\\'];
    let (folders, name) = path.rsplit_once(SEPARATORS).unwrap_or(("", path));
    if !OWN_PAGE.contains(&fold(name).as_str()) {
        return None;
    }
    let from_top = path.starts_with(SEPARATORS);
    let start = if from_top { "" } else { folder };
    let mut names: Vec<&str> = start.split('/').filter(|name| !name.is_empty()).collect();
    for name in folders.split(SEPARATORS) {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    names.last().map(|name| (*name).to_owned())
}

/// Whether a name has the form of a document's address, `handle/slug`.
pub fn is_address(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    name.split_once('/')
        .is_some_and(|(handle, slug)| is_part(handle) && is_part(slug))
}

/// The path of a Markdown file without its ending; `None` where it has another.
pub(crate) fn without_markdown_ending(path: &str) -> Option<&str> {
    [".md", ".markdown"].into_iter().find_map(|ending| {
        let (stem, found) = path.split_at_checked(path.len().checked_sub(ending.len())?)?;
        found.eq_ignore_ascii_case(ending).then_some(stem)
    })
}

/// The path of a relative link to a Markdown file, without its ending; of one to a folder, that of the folder's README.
fn relative(url: &str) -> Option<String> {
    let path = without_suffix(url);
    let stem = without_markdown_ending(path)
        .map(Cow::from)
        .or_else(|| readme_in(path).map(Cow::from))?;
    (!stem.contains(':') && !stem.starts_with("//")).then(|| {
        percent_encoding::percent_decode_str(&stem)
            .decode_utf8_lossy()
            .into_owned()
    })
}

/// The path of the README in a folder that a link leads to, without its ending. One from the site's top leads to a page.
pub(crate) fn readme_in(path: &str) -> Option<String> {
    (path.ends_with('/') && !path.starts_with('/')).then(|| format!("{path}README"))
}

/// Hexadecimal digits that an export puts behind the name of a page.
const EXPORT_ID_DIGITS: usize = 32;

/// A name without the id that an export puts behind it: `Field Report 1f2e3d4c5b6a79880123456789abcdef`.
pub(crate) fn without_export_id(name: &str) -> &str {
    let end = name.len().saturating_sub(EXPORT_ID_DIGITS);
    let Some((before, id)) = name.split_at_checked(end) else {
        return name;
    };
    let is_id = id.len() == EXPORT_ID_DIGITS
        && id
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    let named = before.trim_end_matches([' ', '-', '_']);
    if is_id && !named.is_empty() && named.len() < before.len() {
        named
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_exports_are_no_part_of_a_name() {
        let id = "1f2e3d4c5b6a79880123456789abcdef";
        assert_eq!(
            without_export_id(&format!("Field Report {id}")),
            "Field Report"
        );
        assert_eq!(
            without_export_id(&format!("Field-Report-{id}")),
            "Field-Report"
        );
        for name in [
            id.to_owned(),
            format!("a{id}"),
            "Field Report 1f2e".to_owned(),
            format!("é {id}0"),
        ] {
            assert_eq!(without_export_id(&name), name);
        }
    }

    #[test]
    fn links_to_pages_of_the_site_ask_for_documents_by_their_address() {
        let text = "[a](/jo/trip/#x) [b](/ann/notes) [c](/jo/) [d](/jo/trip) [e](/a/b/c/) [f](//jo/trip) \
                    [g](https://e.example/jo/x/) [h](/JO/x/) [i](/docs/jo/trip/) ![j](/jo/picture/) `[k](/jo/code/)`\n";
        let document = Document::parse(text);
        let of = |link_base: &str| {
            let context = Context {
                link_base: link_base.to_owned(),
                ..Context::default()
            };
            references(&document, std::iter::empty(), &context)
        };
        assert_eq!(of("/"), ["jo/trip", "ann/notes"]);
        assert_eq!(of(""), ["jo/trip", "ann/notes"]);
        assert_eq!(of("/docs/"), ["jo/trip"]);
    }

    #[test]
    fn pictures_and_links_ask_for_files() {
        let document = Document::parse(concat!(
            "![a](img/Arm%20B.png?x) [b](../docs/plan.PDF#page=2) [c](https://e.example/x.png) [d](other.md)\n",
            "![e][ref] <img src=\"./a&amp;b.gif\"> [f](no-ending) [g](#x) [h](//e.example/y.png)\n\n",
            "<picture>\n<source srcset=\"x.webp 1x,\n big/y.webp 2x\">\n<img\nsrc=z.jpg></picture>\n\n",
            "`![k](code.png)`\n\n[ref]: Ko\u{308}ln.jpg\n\n[own](//M.example/files/jo/4.pdf#page=2)\n",
        ));
        let targets = [
            "Vault/cover.JPG",
            "note",
            "a\\b.png",
            "https://m.example/files/jo/1-2x3.webp",
        ]
        .map(str::to_owned);
        let context = Context {
            files_base: "https://m.example/files/".to_owned(),
            ..Context::default()
        };
        let (mut found, addresses) = files(&document, targets.into_iter(), &context);
        found.sort();
        assert_eq!(
            addresses,
            [
                "https://m.example/files/jo/1-2x3.webp",
                "https://m.example/files/jo/4.pdf"
            ]
        );
        assert_eq!(
            found,
            [
                "a&b.gif",
                "arm b.png",
                "b.png",
                "cover.jpg",
                "k\u{f6}ln.jpg",
                "plan.pdf",
                "x.webp",
                "y.webp",
                "z.jpg"
            ]
        );
    }

    #[test]
    fn links_ask_for_names() {
        let document = Document::parse(
            "[a](notes/My%20Trip.md#x) [b](OTHER.MARKDOWN) [c](https://e.example/x.md) [d](x.txt) [e](my%20trip.md)\n\n`[f](g.md)`\n",
        );
        let targets = ["Ann", "Folder/K\u{f6}ln", "Ko\u{308}ln", "My trip"].map(str::to_owned);
        assert_eq!(
            references(&document, targets.into_iter(), &Context::default()),
            ["ann", "k\u{f6}ln", "my trip", "other"]
        );
        let context = Context {
            handle: "jo".to_owned(),
            folder: "clubs/chess".to_owned(),
            ..Context::default()
        };
        let document = Document::parse(
            "[a](../Go/README.md) [b](readme.md) [c](../../Index.md) [d](Open%20games/#x) [e](/about/) [f](https://e.example/)\n",
        );
        let targets = ["trips/README".to_owned()];
        assert_eq!(
            references(&document, targets.into_iter(), &context),
            ["trips", "go", "chess", "jo", "open games"]
        );
    }

    #[test]
    fn a_readme_in_a_folder_is_called_as_the_folder() {
        for (path, folder, expected) in [
            ("robots/README", "", Some("robots")),
            ("./a/../b/readme", "", Some("b")),
            ("README", "clubs/chess", Some("chess")),
            ("../README", "clubs/chess", Some("clubs")),
            ("../../README", "clubs/chess", None),
            ("/go/index", "clubs/chess", Some("go")),
            ("README", "", None),
            ("robots/arm", "", None),
        ] {
            let found = folder_of_readme(path, folder);
            assert_eq!(found.as_deref(), expected, "{path} in {folder}");
        }
    }
}
