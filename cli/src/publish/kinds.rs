//! What becomes of a file that is no document, by its name's ending: what it is sent as, or what its owner can do. What it really is, the
//! server sees by its content.

/// Endings of what is sent, each with its content type.
const SENT: [(&str, &str); 10] = [
    ("apng", "image/png"),
    ("gif", "image/gif"),
    ("jfif", "image/jpeg"),
    ("jpe", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("webp", "image/webp"),
];

/// A kind of files that is not sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unsent {
    /// As `tests/folders.json` calls it.
    is: &'static str,
    /// In lower case.
    endings: &'static [&'static str],
    /// One of them, and several.
    pub(super) names: [&'static str; 2],
    /// What to do, as the end of a sentence.
    pub(super) advice: &'static str,
}

/// What is not sent; the last kind is everything else.
const UNSENT: [Unsent; 8] = [
    Unsent {
        is: "turned",
        endings: &["heic", "heics", "heif", "hif"],
        names: ["HEIC picture", "HEIC pictures"],
        advice: "export as JPEG, or send from a phone's or a Mac's browser, which makes JPEGs of them",
    },
    Unsent {
        is: "turned",
        endings: &[
            "avif", "bmp", "cr2", "dng", "ico", "jp2", "jxl", "nef", "psd", "tif", "tiff", "xcf",
        ],
        names: ["picture of another kind", "pictures of other kinds"],
        advice: "export as JPEG, PNG or WebP, and show that",
    },
    Unsent {
        is: "drawing",
        endings: &["drawio", "excalidraw", "svgz"],
        names: ["drawing", "drawings"],
        advice: "export as SVG or PNG, and show that",
    },
    Unsent {
        is: "recording",
        endings: &[
            "3gp", "aac", "avi", "flac", "m4a", "m4v", "mkv", "mov", "mp3", "mp4", "mpeg", "mpg",
            "oga", "ogg", "ogv", "opus", "wav", "webm", "wma", "wmv",
        ],
        names: ["sound or video", "sounds and videos"],
        advice: "put on a site that is made for that, and link to it",
    },
    Unsent {
        is: "office",
        endings: &[
            "doc", "docx", "key", "numbers", "odp", "ods", "odt", "pages", "ppt", "pptx", "rtf",
            "xls", "xlsx",
        ],
        names: ["office document", "office documents"],
        advice: "save as PDF, and link to that",
    },
    Unsent {
        is: "archive",
        endings: &["7z", "gz", "rar", "tar", "tgz", "zip"],
        names: ["archive", "archives"],
        advice: "unpack, or link to a place where people can get it",
    },
    Unsent {
        is: "text",
        endings: &["text", "txt"],
        names: ["text", "texts"],
        advice: "let its name end in “.md”, and it is a page",
    },
    Unsent {
        is: "unknown",
        endings: &[],
        names: ["other file", "other files"],
        advice: "link to a place where people can get it",
    },
];

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is sent, with this content type.
    Sent(&'static str),
    Unsent(&'static Unsent),
}

impl Kind {
    pub(super) fn of(file_name: &str) -> Self {
        let ending = file_name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let ending = ending.to_ascii_lowercase();
        if let Some((_, content_type)) = SENT.iter().find(|(known, _)| *known == ending) {
            return Self::Sent(content_type);
        }
        let [kinds @ .., other] = &UNSENT;
        let known = kinds.iter().find(|kind| kind.endings.contains(&&*ending));
        Self::Unsent(known.unwrap_or(other))
    }

    /// What `tests/folders.json` calls it.
    #[cfg(test)]
    pub(super) fn called(self) -> &'static str {
        match self {
            Self::Sent("application/pdf") => "document",
            Self::Sent(_) => "picture",
            Self::Unsent(kind) => kind.is,
        }
    }

    pub(super) fn is_picture(self) -> bool {
        matches!(self, Self::Sent(content_type) if content_type != "application/pdf")
    }
}

/// All kinds that are not sent, in the order in which they are told.
pub(super) fn unsent() -> impl Iterator<Item = &'static Unsent> {
    UNSENT.iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_decide_in_any_case() {
        for (name, content_type) in [
            ("a.JPG", "image/jpeg"),
            ("a.b.Jpeg", "image/jpeg"),
            ("IMG_1.heic.png", "image/png"),
            (".png", "image/png"),
            ("plan.PDF", "application/pdf"),
            ("logo.svg", "image/svg+xml"),
        ] {
            assert_eq!(Kind::of(name), Kind::Sent(content_type), "{name}");
        }
        for (name, kind) in [
            ("IMG_1.HEIC", "HEIC picture"),
            ("a.svgz", "drawing"),
            ("a.tiff", "picture of another kind"),
            ("a.MP4", "sound or video"),
            ("a.docx", "office document"),
            ("LICENSE", "other file"),
            ("png", "other file"),
            ("a.", "other file"),
        ] {
            assert!(
                matches!(Kind::of(name), Kind::Unsent(of) if of.names[0] == kind),
                "{name}"
            );
        }
    }

    #[test]
    fn no_ending_is_of_two_kinds() {
        let mut endings: Vec<&str> = SENT.iter().map(|(ending, _)| *ending).collect();
        endings.extend(UNSENT.iter().flat_map(|kind| kind.endings));
        let all = endings.len();
        endings.sort_unstable();
        endings.dedup();
        assert_eq!(endings.len(), all);
    }
}
