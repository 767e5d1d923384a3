//! Which picture shows what the page is about (2.10).

use crate::badge::is_badge;
use crate::prose::collapse;
use crate::words;

/// Longest address of a picture that a page is shown by, in bytes; some programs take no more.
const MAX_ADDRESS_BYTES: usize = 2048;

/// A picture of the body.
pub(super) struct Candidate<'a> {
    pub(super) url: &'a str,
    pub(super) alt: &'a str,
    /// Where the links around it lead, in Markdown and in HTML.
    pub(super) links: [Option<&'a str>; 2],
    /// Whether it stands in a section that thanks somebody.
    pub(super) is_thanking: bool,
}

const PLAIN: Candidate<'_> = Candidate {
    url: "https://e.example/a.png",
    alt: "",
    links: [None, None],
    is_thanking: false,
};

/// A name, what a picture is that the rule refuses, and a picture that this rule alone refuses.
type Refusal = (&'static str, fn(&Candidate<'_>) -> bool, Candidate<'static>);

const REFUSALS: [Refusal; 7] = [
    (
        "thanks",
        |it| it.is_thanking,
        Candidate {
            is_thanking: true,
            ..PLAIN
        },
    ),
    (
        "badge",
        |it| is_badge(it.url),
        Candidate {
            url: "https://img.shields.io/a",
            ..PLAIN
        },
    ),
    (
        "appeal",
        is_appeal,
        Candidate {
            alt: "Sponsor us",
            ..PLAIN
        },
    ),
    (
        "state",
        is_state,
        Candidate {
            alt: "Build status",
            ..PLAIN
        },
    ),
    (
        "button",
        is_button,
        Candidate {
            url: "https://e.example/qrcode.png",
            ..PLAIN
        },
    ),
    (
        "link",
        leads_elsewhere,
        Candidate {
            links: [Some("https://paypal.com/a"), None],
            ..PLAIN
        },
    ),
    (
        "address",
        |it| !is_absolute(it.url) || it.url.len() > MAX_ADDRESS_BYTES,
        Candidate {
            url: "a.png",
            ..PLAIN
        },
    ),
];

impl Candidate<'_> {
    pub(super) fn shows_the_subject(&self) -> bool {
        !REFUSALS.iter().any(|(_, refuses, _)| refuses(self))
    }
}

fn is_appeal(it: &Candidate<'_>) -> bool {
    words::PICTURE_APPEAL.fits(&it.url.to_ascii_lowercase())
        || words::PICTURE_APPEAL.fits(&it.alt.to_lowercase())
}

fn is_state(it: &Candidate<'_>) -> bool {
    words::BADGE_ALT.fits(&it.alt.to_lowercase())
}

/// A button, a portrait, a picture of those who paid.
fn is_button(it: &Candidate<'_>) -> bool {
    words::BUTTON.fits(&it.url.to_ascii_lowercase())
}

fn leads_elsewhere(it: &Candidate<'_>) -> bool {
    let mut links = it.links.into_iter().flatten().map(str::to_ascii_lowercase);
    links.any(|link| words::PICTURE_APPEAL.fits(&link) || words::BUTTON.fits(&link))
}

/// Whether a later reading takes the address for the same one.
fn is_absolute(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && collapse(url) == url
        && url::Url::parse(url).is_ok_and(|url| url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_is_of_one_rule() {
        assert!(PLAIN.shows_the_subject());
        for (name, _, example) in REFUSALS {
            let refusing = REFUSALS.iter().filter(|(_, refuses, _)| refuses(&example));
            let names: Vec<&str> = refusing.map(|(name, ..)| *name).collect();
            assert_eq!(names, [name]);
        }
    }
}
