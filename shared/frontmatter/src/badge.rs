//! Which pictures are badges (2.5).

use crate::words;

/// Whether a picture's address is that of a badge service.
pub(crate) fn is_badge(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    let contains_in_order = |first: &str, second: &str| {
        url.find(first)
            .and_then(|at| url.get(at..))
            .is_some_and(|rest| rest.contains(second))
    };
    words::BADGE.fits(&url)
        || contains_in_order("dev.azure.com", "_apis")
        || contains_in_order("discord", "/api")
}

/// Whether a badge is no ornament but says where somebody is reached.
pub(crate) fn is_contact(image: &str, href: &str) -> bool {
    words::STATIC_BADGE.fits(&image.to_ascii_lowercase())
        && words::CONTACT.fits(&href.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{is_badge, is_contact};

    #[test]
    fn badges_and_pictures() {
        for url in [
            "https://img.shields.io/npm/v/app.svg",
            "https://x.org/badges/y",
            "https://github.com/o/r/actions/workflows/ci.yml/badge.svg",
            "https://dev.azure.com/x/_apis/build/status",
            "https://discord.com/api/guilds/1/widget.png",
        ] {
            assert!(is_badge(url), "{url}");
        }
        for url in [
            "logo.svg",
            "https://e.com/badger.png",
            "media/screenshot.png",
        ] {
            assert!(!is_badge(url), "{url}");
        }
    }

    #[test]
    fn contacts_are_no_ornaments() {
        for href in [
            "https://www.linkedin.com/in/ada/",
            "mailto:ada@example.org",
            "https://t.me/ada",
        ] {
            assert!(
                is_contact("https://img.shields.io/badge/Ada-blue", href),
                "{href}"
            );
            assert!(
                !is_contact("https://img.shields.io/npm/v/a", href),
                "{href}"
            );
        }
        assert!(!is_contact(
            "https://img.shields.io/badge/MIT-blue",
            "https://e.org/LICENSE"
        ));
    }
}
