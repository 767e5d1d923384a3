//! Marks by which Astro and Vite know their own work (2.1.2): in a document they are words like any others.
//!
//! Astro takes a string that begins with `__ASTRO_IMAGE_` for a picture beside the project, and replaces
//! `__ASTRO_IMAGE_="…"` in pages; Vite replaces `__VITE_ASSET__…__` and Astro `__ASTRO_ASSET_IMAGE__…__` and
//! `@@ASTRO-LINKS@@` in all that it bundles, documents included, and fails where it finds no such file.

use std::borrow::Cow;

/// How the marks begin, each with the character behind which it is broken.
pub(crate) const MARKS: [&str; 3] = ["__ASTRO_", "__VITE_", "@@ASTRO"];

/// Stands inside a mark: nobody sees it, and no line breaks there.
pub(crate) const WORD_JOINER: char = '\u{2060}';

/// The text with a word joiner behind the first character of every mark, which people read as before.
pub(crate) fn broken(text: Cow<'_, str>) -> Cow<'_, str> {
    // Each begins with its first sign twice.
    let bytes = text.as_bytes();
    let may_begin = |at: usize| bytes.get(at) == bytes.get(at + 1);
    if !memchr::memchr2_iter(b'_', b'@', bytes).any(may_begin) {
        return text;
    }
    MARKS.iter().fold(text, |text, mark| {
        if memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_none() {
            return text;
        }
        let (first, rest) = mark.split_at(1);
        Cow::Owned(text.replace(mark, &format!("{first}{WORD_JOINER}{rest}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Context, convert};

    #[test]
    fn no_mark_comes_out_however_it_is_written() {
        for source in [
            "---\ntitle: __ASTRO_IMAGE_../../secret.png\ntags: [\"__ASTRO_IMAGE_/etc/x.png\", \"\\x5f_ASTRO_IMAGE_y\"]\n\"__ASTRO_IMAGE_k\": {\"\\u005f_VITE_ASSET__a__\": 1}\n---\n\n# A\n",
            "# __ASTRO_IMAGE_../a.png\n\ntext `__ASTRO_IMAGE_=\"x\"` __VITE_ASSET__abc__\n",
            "# &#95;_ASTRO_IMAGE_../a.png\n\n## \\_\\_ASTRO_IMAGE_b\n\n&#95;&#x5f;ASTRO_IMAGE_=\"x\"\n",
            "```\n@@ASTRO-LINKS@@ __ASTRO_ASSET_IMAGE__a__\n```\n",
            "![__ASTRO_IMAGE_](https://e.example/__ASTRO_IMAGE_)\n\n<a title='__ASTRO_IMAGE_=\"x\"'>a</a>\n",
        ] {
            let output = convert(source.as_bytes(), &Context::default()).unwrap();
            let file = String::from_utf8(output.bytes.clone()).unwrap();
            let meta = output.meta.to_string();
            let body = crate::markdown::html::entities::references(&file).replace('\\', "");
            for mark in MARKS {
                assert!(!body.contains(mark), "{mark} in {body}");
                assert!(!meta.contains(mark), "{mark} in {meta}");
            }
            assert!(file.contains("ASTRO") || file.contains("VITE"));
            let again = convert(&output.bytes, &Context::default()).unwrap();
            assert_eq!(String::from_utf8(again.bytes).unwrap(), file);
        }
    }
}
