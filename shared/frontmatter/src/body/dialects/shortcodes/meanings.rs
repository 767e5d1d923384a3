//! What each shortcode means, by its name.

use super::tags::{Style, Tag};
use crate::body::dialects::callout;
use crate::body::dialects::videos;
use crate::hidden::verbatim;

/// Boxes whose kind is said behind their name.
const ANY_BOX: [&str; 9] = [
    "admonition",
    "alert",
    "aside",
    "callout",
    "hint",
    "message",
    "notice",
    "remark",
    "primary",
];

/// Whether a box may be of any kind.
pub(super) fn is_any_box(name: &str) -> bool {
    ANY_BOX.contains(&name)
}

/// The address of the page that a shortcode shows.
type Address = fn(&Tag<'_>) -> Option<String>;

#[derive(Debug, Clone, Copy)]
pub(super) enum Meaning {
    /// What it encloses is code.
    Code,
    /// What it encloses is no template.
    Raw,
    Picture,
    Page(Address),
    /// The path of a page, in the place of its address.
    Path,
    /// What it encloses is a callout.
    Boxed,
    /// What it encloses stays, below its title.
    Titled,
    /// What it encloses is the text of a link.
    Linked,
    /// What it encloses stays.
    Enclosed,
    /// It shows nothing that the document says.
    Nothing,
    /// What it shows isn't in the document; told.
    Gone,
}

impl PartialEq for Meaning {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// The names, each list with what these mean.
static NAMES: [(&[&str], Meaning); 18] = [
    (&verbatim::CODE, Meaning::Code),
    (&verbatim::RAW, Meaning::Raw),
    (
        &["figure", "image", "img", "picture", "resize_image"],
        Meaning::Picture,
    ),
    (
        &["youtube", "youtubeplayer", "youtube-lite"],
        Meaning::Page(|tag| at("https://www.youtube.com/watch?v=", tag)),
    ),
    (
        &["vimeo"],
        Meaning::Page(|tag| at("https://vimeo.com/", tag)),
    ),
    (
        &["bilibili"],
        Meaning::Page(|tag| at("https://www.bilibili.com/video/", tag)),
    ),
    (
        &["github", "repo"],
        Meaning::Page(|tag| at("https://github.com/", tag)),
    ),
    (
        &["instagram"],
        Meaning::Page(|tag| at("https://www.instagram.com/p/", tag)),
    ),
    (
        &["asciinema"],
        Meaning::Page(|tag| at("https://asciinema.org/a/", tag)),
    ),
    (&["gist"], Meaning::Page(gist)),
    (
        &["tweet", "twitter", "twitter_simple", "x"],
        Meaning::Page(post),
    ),
    (
        &[
            "embed",
            "iframe",
            "link-preview",
            "video",
            "audio",
            "pdf",
            "file",
        ],
        Meaning::Page(embed),
    ),
    (
        &["link", "post_url", "ref", "relref", "doc_url"],
        Meaning::Path,
    ),
    (
        &[
            "tab",
            "tabitem",
            "accordion",
            "accordion-item",
            "step",
            "card",
            "stepper-step",
            "updates",
        ],
        Meaning::Titled,
    ),
    (&["button", "a", "cta"], Meaning::Linked),
    (
        &[
            "accordiongroup",
            "cards",
            "center",
            "code",
            "column",
            "columns",
            "content",
            "content-ref",
            "div",
            "grid",
            "kbd",
            "lead",
            "left",
            "mark",
            "markdown",
            "right",
            "rawhtml",
            "row",
            "section",
            "stepper",
            "steps",
            "tabs",
        ],
        Meaning::Enclosed,
    ),
    (
        &[
            "toc",
            "more",
            "br",
            "clear",
            "pagebreak",
            "seo",
            "feed_meta",
            "include toc",
        ],
        Meaning::Nothing,
    ),
    (
        &[
            "include",
            "include_relative",
            "includes",
            "readfile",
            "param",
            "contributors",
            "children",
        ],
        Meaning::Gone,
    ),
];

/// What a tag means; `None` where nobody knows.
pub(super) fn meaning(tag: &Tag<'_>) -> Option<Meaning> {
    let name = tag.name.to_ascii_lowercase();
    let find = |name: &str| {
        let row = NAMES.iter().find(|(names, _)| names.contains(&name));
        row.map(|(_, meaning)| *meaning)
    };
    if name == "include" && tag.style == Style::Liquid {
        // Jekyll's includes are named as others name their shortcodes.
        let file = tag.nth(0).unwrap_or_default();
        let file = file.rsplit('/').next().unwrap_or_default();
        let file = file.split(['.', '-']).next().unwrap_or_default();
        let is_box = tag.named(&["content", "text", "message"]).is_some();
        return match find(file) {
            Some(meaning @ (Meaning::Picture | Meaning::Page(_)))
                if tag
                    .named(&["src", "image_path", "path", "url", "id"])
                    .is_some() =>
            {
                Some(meaning)
            }
            Some(Meaning::Nothing) => Some(Meaning::Nothing),
            _ if is_box => Some(Meaning::Boxed),
            _ => Some(Meaning::Gone),
        };
    }
    find(&name).or_else(|| callout::kind(&name).map(|_| Meaning::Boxed))
}

/// An id behind the beginning of an address.
fn at(start: &str, tag: &Tag<'_>) -> Option<String> {
    let id = tag
        .named(&["id", "videoId", "repo", "url"])
        .or_else(|| tag.nth(0))?;
    Some(if id.contains("://") {
        id.to_owned()
    } else {
        format!("{start}{id}")
    })
}

fn gist(tag: &Tag<'_>) -> Option<String> {
    let path = match (tag.nth(0)?, tag.nth(1)) {
        (user, Some(id)) => format!("{user}/{id}"),
        (path, None) => path.to_owned(),
    };
    Some(format!("https://gist.github.com/{path}"))
}

fn post(tag: &Tag<'_>) -> Option<String> {
    let id = tag.value(&["id"], 0)?;
    let user = tag.named(&["user"]).unwrap_or("i");
    Some(if id.contains("://") {
        id.to_owned()
    } else {
        format!("https://x.com/{user}/status/{id}")
    })
}

fn embed(tag: &Tag<'_>) -> Option<String> {
    let url = tag.named(&["url", "src", "href"]).or_else(|| tag.nth(0));
    if let (None | Some("video" | "video.html"), Some(id)) = (url, tag.named(&["id"])) {
        let host = match tag.named(&["provider"]) {
            Some("vimeo") => "https://vimeo.com/",
            _ => "https://www.youtube.com/watch?v=",
        };
        return Some(format!("{host}{id}"));
    }
    let url = url?;
    Some(videos::page(url).unwrap_or_else(|| url.to_owned()))
}
