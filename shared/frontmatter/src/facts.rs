//! What can be counted or read off the cleaned body (2.10).

mod count;
mod cover;
pub(crate) mod language;
mod license;
mod reading;

use crate::record::{Badge, Derived};
use crate::words;

use count::Count;
use language::{of_prose, suffix_language};
use license::badge_license;
use reading::Reading;

pub(crate) use reading::read;

/// Reading speed: words, and characters of scripts without spaces, in a minute.
const WORDS_PER_MINUTE: usize = 200;
const IDEOGRAPHS_PER_MINUTE: usize = 500;

/// Derives from what was read; `file_stem` may carry a language (`README.zh-CN`) and
/// `badges` (image URLs taken out of the body) may name the licence.
pub(crate) fn derive(reading: Reading, file_stem: Option<&str>, badges: &[Badge]) -> Derived {
    let Reading {
        mut derived,
        license,
        plain,
        sentences,
        ..
    } = reading;
    let count = Count::of(&plain);
    let (ideographs, others) = (count.ideographs, count.words);
    derived.words = ideographs + others;
    // Both in parts of a minute's share of the other, so that whole numbers do.
    let share = others * IDEOGRAPHS_PER_MINUTE + ideographs * WORDS_PER_MINUTE;
    derived.reading_minutes = share
        .div_ceil(WORDS_PER_MINUTE * IDEOGRAPHS_PER_MINUTE)
        .max(1);
    derived.license = badges
        .iter()
        .find_map(|badge| badge_license(&badge.image))
        .or_else(|| license.found(&plain));
    derived.lang = file_stem
        .and_then(suffix_language)
        .or_else(|| count.language().map(str::to_owned))
        .or_else(|| of_prose(&sentences).map(str::to_owned));
    let rtl_language = derived
        .lang
        .as_deref()
        .and_then(|lang| lang.split('-').next())
        .is_some_and(|lang| words::RTL_LANGUAGE.fits(lang));
    derived.dir = (rtl_language || count.is_mostly_rtl()).then_some("rtl");
    derived
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::Document;

    fn of(text: &str) -> Derived {
        derive(read(&Document::parse(text)), None, &[])
    }

    #[test]
    fn headings_words_and_languages() {
        let derived = of(
            "## A b\n\n## A b\n\nWord it's two-fold 日本 `code x`\n\n```Rust,ignore\nnot words\n```\n\n```mermaid\n```\n",
        );
        assert_eq!(
            derived
                .headings
                .iter()
                .map(|heading| heading.id.as_str())
                .collect::<Vec<_>>(),
            ["a-b", "a-b-1"]
        );
        assert_eq!(derived.words, 4 + 3 + 2 + 2);
        assert_eq!(derived.code_languages, ["rust"]);
        assert_eq!(derived.features, ["mermaid"]);
    }

    #[test]
    fn an_address_without_a_host_is_no_picture() {
        for address in [
            "http://\u{2028}",
            "http://\u{feff}",
            "https://",
            "https://a b/c.png",
        ] {
            assert_eq!(
                of(&format!("<img src=\"{address}\">\n")).image,
                None,
                "{address:?}"
            );
        }
    }

    #[test]
    fn tasks_with_every_status() {
        let tasks = of("- [x] a ✅ 2025-07-10\n- [X] b ✅\u{fe0f} 2025-08-01\n- [ ] c 📅 2025-09-01\n- [-] d\n- [/] e\n- [x] f ✅ 2025-99-99\n").tasks.unwrap();
        assert_eq!(
            (tasks.total, tasks.done, tasks.last_done.as_deref()),
            (5, 3, Some("2025-08-01"))
        );
        assert!(of("- a\n- [link](x)\n").tasks.is_none());
    }

    #[test]
    fn languages_and_directions() {
        for (stem, lang) in [
            ("README.zh-CN", Some("zh-CN")),
            ("README-ja", Some("ja")),
            ("HOWTO-fa_IR", Some("fa-IR")),
            ("README.pt-br", Some("pt-BR")),
            ("notes-it", None),
            ("README", None),
            ("docs__README.hebrew", Some("he")),
        ] {
            assert_eq!(suffix_language(stem).as_deref(), lang, "{stem}");
        }
        assert_eq!(of("これは日本語です").lang.as_deref(), Some("ja"));
        assert_eq!(of("这是中文").lang.as_deref(), Some("zh"));
        assert_eq!(
            (of("مرحبا بالعالم").lang, of("مرحبا بالعالم").dir),
            (None, Some("rtl"))
        );
        assert_eq!(of("Hello 日").lang, None);
    }

    #[test]
    fn licences() {
        assert_eq!(
            of("## License\n\nUnder the MIT License.\n")
                .license
                .as_deref(),
            Some("MIT")
        );
        assert_eq!(
            of("## License\n\nApache License 2.0\n").license.as_deref(),
            Some("Apache-2.0")
        );
        assert_eq!(of("MIT is a school.\n").license, None);
        for (text, license) in [
            ("Under MIT-0.", "MIT-0"),
            (
                "MIT license or Apache 2.0, as you like.",
                "MIT OR Apache-2.0",
            ),
            (
                "Licensed under either of\n\n* Apache License, Version 2.0 ([LICENSE-APACHE](a) or there)\n* MIT license\n\nat your option.",
                "Apache-2.0 OR MIT",
            ),
            ("MIT for the code, CC-BY-4.0 for the texts.", "MIT"),
        ] {
            let found = of(&format!("## License\n\n{text}\n")).license;
            assert_eq!(found.as_deref(), Some(license), "{text}");
        }
        let listed = "- [x](y) ![l](https://img.shields.io/badge/license-MPL--2.0-green)\n";
        assert_eq!(of(listed).license, None);
        let badge = "Text.\n\n![l](https://img.shields.io/badge/license-MPL--2.0-green)\n";
        assert_eq!(of(badge).license.as_deref(), Some("MPL-2.0"));
        let badge = "![l](https://img.shields.io/badge/license-MIT%20OR%20Apache--2.0-blue)\n";
        assert_eq!(of(badge).license.as_deref(), Some("MIT OR Apache-2.0"));
    }

    #[test]
    fn links_and_images() {
        let derived = of(
            "[a](https://e.com) [b](/x/) [a](https://e.com) ![p](https://e.com/p.png)\n\n<img src=\"https://e.com/q.png\">\n",
        );
        let derived_image = of(
            "![Become a sponsor](https://e.com/s.png) ![x](https://avatars1.githubusercontent.com/u/1) ![p](https://e.com/p.png)\n",
        );
        assert_eq!(
            derived_image.image.map(|(url, _)| url).as_deref(),
            Some("https://e.com/p.png")
        );
        for thanks in [
            "[![A](https://a.com/a.png)](https://a.com/?utm_medium=sponsorship)\n\n",
            "<a href=\"https://patreon.com/x\"><img src=\"https://a.com/a.png\"></a>\n\n",
            "![Acme](https://a.com/assets/thanks/acme.svg)\n\n",
            "## :heart: Sponsors\n\n![Acme](https://a.com/acme.svg)\n\n## More\n\n",
            "![Build Status](https://a.com/b.svg)\n\n",
            "![Itch](https://a.com/images/badge-color.svg)\n\n",
        ] {
            let image = of(&format!("{thanks}![p](https://e.com/p.png)\n")).image;
            assert_eq!(
                image.map(|(url, _)| url).as_deref(),
                Some("https://e.com/p.png")
            );
        }
        assert_eq!(derived.external_links, ["https://e.com"]);
        assert_eq!(derived.internal_links, ["/x/"]);
        assert_eq!(
            derived.image,
            Some(("https://e.com/p.png".to_owned(), "p".to_owned()))
        );
    }
}
