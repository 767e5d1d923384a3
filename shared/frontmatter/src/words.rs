//! The words by which a document tells what its parts are: headings, sentences, pictures and licences.
//!
//! A topic stands here once, with its words and where they stand in a text that is about it. Elsewhere are tables whose
//! rows say more than a word: the author's keys in the order in which they count (`entry::fields`), the keys that say who may
//! see a page (`entry::visibility::vocabulary`), licences with their ids (`facts::license::spdx`), and what formats
//! know: HTML's names, endings of files, marks of plug-ins, months with their numbers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Names of a table, each with what its row says.
pub(crate) type ByName<T> = HashMap<&'static str, T, BuildHasherDefault<Fnv>>;

/// FNV-1a, which suits short names. Those of a table are ours: nobody can choose many that collide.
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Each name with what its row says, of rows that begin with several names.
pub(crate) fn by_name<T: Copy>(rows: impl IntoIterator<Item = (&'static str, T)>) -> ByName<T> {
    let names = |(names, row): (&'static str, T)| {
        names.split_ascii_whitespace().map(move |name| (name, row))
    };
    rows.into_iter().flat_map(names).collect()
}

/// Where a word stands in a text that is about the word's topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    /// The text is the word.
    Whole,
    Prefix,
    Suffix,
    /// Anywhere, within longer words as well.
    Part,
}

impl At {
    fn fits(self, words: &[&str], text: &str) -> bool {
        let is_any = |fits: fn(&str, &str) -> bool| words.iter().any(|word| fits(text, word));
        match self {
            Self::Whole => words.binary_search(&text).is_ok(),
            Self::Prefix => is_any(|text, word| text.starts_with(word)),
            Self::Suffix => is_any(|text, word| text.ends_with(word)),
            Self::Part => is_any(|text, word| text.contains(word)),
        }
    }
}

/// What some words are about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Topic(&'static [(At, &'static [&'static str])]);

impl Topic {
    /// Whether a text, in lower case, is about this.
    pub(crate) fn fits(self, text: &str) -> bool {
        self.0.iter().any(|(at, words)| at.fits(words, text))
    }

    /// What stands behind each of the words that the text begins with.
    pub(crate) fn behind(self, text: &str) -> impl Iterator<Item = &str> {
        self.words().filter_map(|word| text.strip_prefix(word))
    }

    pub(crate) fn words(self) -> impl Iterator<Item = &'static str> {
        self.0.iter().flat_map(|(_, words)| words.iter().copied())
    }
}

macro_rules! topics {
    ($($(#[$doc:meta])* $topic:ident: $($at:ident [$($word:literal),* $(,)?])+;)*) => {
        $($(#[$doc])* pub(crate) const $topic: Topic = Topic(&[$((At::$at, &[$($word),*])),+]);)*

        #[cfg(test)]
        const ALL: &[(&str, Topic)] = &[$((stringify!($topic), $topic)),*];
    };
}

topics! {
    // Headings.

    /// Headings that name a part of any document, and not the document.
    GENERIC_HEADING:
        Whole [
            "about", "announcement", "backers", "changelog", "contents", "contributing", "contributors",
            "description", "disclaimer", "docs", "documentation", "einführung", "einleitung", "examples",
            "features", "getting started", "giriş", "giới thiệu", "important", "instalación", "instalação",
            "install", "installation", "installing", "intro", "introducción", "introduction", "introduzione",
            "introdução", "kurulum", "license", "news", "notice", "overview", "quick start", "quickstart", "readme",
            "release notes", "setup", "sponsors", "supporters", "table of contents", "toc", "updates", "usage",
            "welcome", "what's new", "введение", "установка", "はじめに", "介绍", "使用", "使用方法", "前言",
            "启动步骤", "安装", "概要", "概述", "目录", "目次", "简介", "소개",
        ]
        Prefix ["contributing ", "latest news", "latest updates", "license "]
        Suffix [" and license", " sponsors"];

    /// A first heading that is about the document, and not its name.
    QUESTION: Prefix ["about ", "what is", "what's", "why "];

    /// Sections that say how to use something, or by whom it is, and not what it is.
    SECTION_OF_USE: Prefix [
        "acknowledg", "activa", "aktivierung", "backers", "build", "changelog", "citation", "citing", "compil", "config", "contribut",
        "credit", "dependenc", "deploy", "how to build", "how to install", "how to run", "how to use", "important",
        "instala", "install", "kullanım", "kurulum", "latest", "licence", "license", "news", "notice",
        "prerequisite", "release", "requirement", "running", "set up", "setup", "sponsor", "support", "testing",
        "todo", "update", "usage", "what's new", "использование", "установка", "インストール", "コントリ",
        "ライセンス", "使い方", "使用", "安装", "快速开始", "许可", "贡献", "라이선스", "사용", "설치",
    ];

    /// Sections about those who gave something.
    SECTION_OF_THANKS:
        Whole ["support"]
        Prefix [
            "backers", "contributors", "donat", "partners", "special thanks", "sponsor", "support me", "support my",
            "support the", "support us", "supported by", "supporters", "thanks",
        ];

    // Sentences and paragraphs.

    /// First words of a sentence that names nothing.
    POINTER: Whole [
        "he", "her", "here", "his", "i", "it", "my", "our", "she", "that", "there", "these", "this", "what",
        "which", "your",
    ];

    /// What stands between a name and what it names, in some of the languages of READMEs.
    COPULA: Prefix ["- ", "are ", "es ", "est ", "is ", "ist ", "jest ", "è ", "é ", "это ", "– ", "— ", "は", "是"];

    /// Words whose full stop ends no sentence before a small letter.
    ABBREVIATION: Whole [
        "approx", "bzw", "ca", "cf", "d.h", "e.g", "engl", "etc", "i.e", "incl", "p.ej", "resp", "vs", "z.b",
    ];

    /// A paragraph that asks for something.
    APPEAL: Part [
        "become a", "buy me", "consider support", "donat", "follow me on", "give a star", "give it a star",
        "give us a star", "hiring", "ko-fi", "liberapay", "looking for maintainers", "looking for new maintainers",
        "merch", "open collective", "patreon", "please consider following", "special thanks", "sponsor",
        "star this repo", "support me", "support this", "support us", "t-shirt", "thanks everyone",
        "thanks to everyone",
    ];

    /// A paragraph that asks for something, or says what to do and not what the document is about.
    INSTRUCTION: Prefix [
        "e.g", "first, ", "make sure ", "please cite", "please ensure", "please export", "please install",
        "please make", "please note", "see file", "this will install", "tl,dr", "tl;dr", "tldr:", "to build th",
        "to clone", "to install", "to run th", "to update", "todo:", "you can clone", "you can download",
        "you can install",
    ];

    /// A paragraph that says when, or by whom.
    BYLINE: Prefix [
        "by ", "created by", "developed by", "last updated", "made by", "maintained by", "published on",
        "released on", "written by", "作者",
    ];

    /// A sentence that says what is in a repository, though most of it may be a link.
    CONTENTS: Prefix ["official ", "this is a ", "this is an ", "this is the ", "this repo ", "this repository "];

    /// How a sentence begins whose subject is the document; it may say that this is [`ENDED`].
    ENDED_SUBJECT: Prefix [
        "it is ", "this action", "this app", "this crate", "this docker", "this extension", "this image", "this is ",
        "this library", "this module", "this package", "this plugin", "this project", "this repo", "this role",
        "this tool",
    ];

    /// What is said of something that is kept up no more.
    ENDED: Part [
        "been archived", "been deprecated", "effectively unmaintained", "is archived", "is deprecated",
        "is not maintained", "is obsolete", "is unmaintained", "longer be maintained", "maintenance mode",
        "no longer maintained",
    ];

    /// No description begins with this, link or not.
    INVITATION: Prefix ["check out"];

    /// A sentence that leads elsewhere, where it has a link.
    DIRECTION: Prefix [
        "for documentation", "for more ", "for the ", "go to ", "head over", "join ", "looking for ", "read more",
        "read the ", "see ", "visit ", "you may also ", "you might ",
    ];

    /// Words of such a sentence, wherever it begins.
    REFERRAL: Part ["check out", "please check", "please read", "please refer", "please see", "please visit"];

    /// A line that leads to translations.
    TRANSLATED: Part ["other languages", "read this in", "他の言語", "其他语言"];

    /// A quote that is a note and no tagline; a paragraph that is a note, where a colon or a date follows.
    NOTE: Prefix ["[!", "caution", "cover image", "important", "note", "tip", "warning", "注意", "说明"];

    /// A paragraph that is a note, where a colon or a date follows.
    ASIDE: Prefix ["disclaimer", "notice", "update"];

    /// A paragraph that is a note only where a colon follows: these begin other words and sentences, too.
    LABEL: Prefix [
        "achtung", "atención", "atenção", "attention", "avertissement", "aviso", "dikkat", "hinweis", "new", "nota",
        "notiz", "status", "внимание", "примечание",
    ];

    /// What a line says of a document by a label: when, where and by whom.
    DETAIL: Whole [
        "aliases", "anwesend", "asistentes", "attendees", "auteur", "auteurs", "author", "authors", "autor",
        "autoren", "autores", "categories", "category", "contact", "controls", "created", "created at", "created on",
        "date", "date created", "datum", "due", "etiquetas", "fecha", "keyboard shortcuts", "keys", "keywords",
        "kontakt", "last edited", "lieu", "location", "lugar", "maintainer", "maintainers", "mots-clés", "ort",
        "owner", "participants", "place", "present", "présents", "published", "related", "schlagwörter", "shortcuts",
        "source", "tag", "tags", "teilnehmer", "time", "topics", "updated", "version", "website", "when", "where",
        "автор", "дата",
    ];

    /// A sentence that says that its subject isn't done yet, or is no longer valid.
    UNFINISHED: Part [
        "has moved to", "in arbeit", "is a draft", "is out of date", "is outdated", "under active development",
        "under construction", "under development", "under heavy development", "work in progress",
    ];

    /// A sentence about keys.
    KEY_HELP: Prefix [
        "alt+", "arrow keys", "cmd+", "command+", "ctrl ", "ctrl+", "ctrl-", "shift+", "strg+", "use the arrow keys",
        "wasd to ",
    ];

    /// What one does with a key.
    KEY_PRESS: Prefix ["appuyez ", "drücke ", "hit ", "presiona ", "press ", "pulsa ", "tap ", "use "];

    /// Names of keys, and what stands behind them.
    KEY: Part [
        "alt+", "any key", "arrow key", "cmd+", "ctrl+", "ctrl-", "enter to ", "esc to ", "escape to ", "shift+",
        "space to ", "spacebar", "strg+", "⇧", "⌘",
    ];

    /// Commands by which a text is mathematics, in TeX.
    TEX: Part [
        "\\alpha", "\\begin{", "\\beta", "\\cdot", "\\delta", "\\epsilon", "\\frac", "\\gamma", "\\infty",
        "\\lambda", "\\left(", "\\mathbb", "\\mathbf", "\\mathcal", "\\mathrm", "\\omega", "\\partial", "\\prod",
        "\\sigma", "\\sqrt", "\\sum_", "\\text{", "\\theta", "\\times",
    ];

    /// The first word of a date.
    MONTH: Prefix ["apr", "aug", "dec", "feb", "jan", "jul", "jun", "mar", "may", "nov", "oct", "sep"];

    /// What only one site generator understands: a shortcode, a tag of its templates, an admonition, an attribute list.
    TEMPLATE: Prefix ["!!! ", "??? ", "{%", "{:", "{{"];

    // Pictures: their texts, and addresses of them and of links around them.

    /// Words that say what a picture is, not what it is of.
    PICTURE_WORD: Whole [
        "banner", "cover", "demo", "header", "icon", "image", "logo", "logotype", "mascot", "picture", "preview",
        "screenshot", "svg", "typing", "website", "wordmark",
    ];

    /// Alt texts that name nothing.
    GENERIC_ALT: Whole [
        "banner", "build", "demo", "image", "img", "license", "logo", "master", "npm", "preview", "screenshot",
        "status", "version",
    ];

    /// Alt texts that say nothing of their picture.
    EMPTY_ALT: Whole ["alt", "alt text", "image", "img", "photo", "picture"];

    /// Alt texts of badges.
    BADGE_ALT: Part ["build status", "coverage status"];

    /// Badges whose text their author has chosen.
    STATIC_BADGE: Part ["badgen.net/badge/", "shields.io/badge/", "shields.io/static/"];

    /// Where people are reached, of whom a README says so by a badge.
    CONTACT:
        Prefix ["mailto:", "sms:", "tel:"]
        Part [
            ".facebook.com/", ".instagram.com/", ".linkedin.com/", ".tiktok.com/", ".twitch.tv/", ".youtube.com/",
            "//bsky.app/profile/", "//dev.to/", "//facebook.com/", "//instagram.com/",
            "//linkedin.com/", "//m.me/", "//medium.com/@", "//orcid.org/", "//stackoverflow.com/users/", "//t.me/",
            "//twitter.com/", "//wa.me/", "//x.com/", "//youtube.com/",
        ];

    /// Addresses of badges.
    BADGE:
        Suffix ["/badge"]
        Part [
            "-badge.", "/badge.", "/badge/", "/badge?", "/badges.", "/badges/", "/badges?", "/shields/",
            "/status.svg", "?status.svg", "actions/workflows", "appveyor", "badge-color.svg", "badge.fury.io",
            "badge.svg", "badgen.net", "bestpractices", "builds.sr.ht", "bundlephobia", "circleci",
            "classroom.github.com/assets/", "codeclimate",
            "codecov", "coveralls", "dcbadge.", "deepsource", "dependabot", "devins-badges", "elpa.gnu.org/",
            "fossa", "gh-card.dev", "github.io/sb/", "gitpod", "gitter.im", "hellogithub.com/v1/widgets",
            "hits.seeyoufarm", "huggingface.co/datasets/huggingface/badges", "i.creativecommons.org",
            "img.shields.io", "isitmaintained", "komarev.com", "licensebuttons.net", "licenses.dev/b/",
            "melpa.org/packages/", "mybinder.org/badge", "opencollective", "openxlab", "packagephobia", "pepy.tech",
            "producthunt", "readme-typing-svg", "repobeats.axiom.co", "repology", "rultor.com/b/", "shields.io/",
            "snyk", "sonarcloud", "star-history", "travis-ci", "trendshift", "vercel.com/button", "visitor-badge",
            "way2muchnoise.eu", "yunohost.org/integration",
        ];

    /// Addresses and texts of pictures that ask for something, or thank somebody.
    PICTURE_APPEAL: Part [
        "buymeacoffee", "contributor", "donat", "flattr", "ko-fi", "patreon", "paypal", "sponsor",
    ];

    /// Addresses of a button, of a person's portrait, or of a picture of those who paid.
    BUTTON: Part [
        "//avatars", "/button", "/thanks/", "activity-graph", "contrib.rocks", "deploy-button", "github-profile-",
        "github-readme-", "install-with-", "open_in_", "qrcode", "skillicons.dev", "stand-with-ukraine",
        "standwithukraine", "streak-stats",
    ];

    /// Alt texts that are left of a picture only to say that there was one.
    LOST_ALT: Whole [
        "alt", "alt text", "banner", "cover", "diagram", "figure", "gif", "icon", "image", "img", "jpeg", "jpg", "logo",
        "photo", "picture", "png", "screenshot", "svg", "webp",
    ];

    /// How programs name the files of pictures.
    LOST_NAME: Prefix ["img_", "pasted image ", "screen shot ", "screenshot 20", "screenshot_20", "unbenannt", "untitled"];

    /// How names of files of pictures end.
    LOST_FILE: Suffix [".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"];

    /// Names in double brackets that are code: attributes of C++, and arrays of tables in TOML.
    CODE_BRACKETS:
        Whole [
            "assume", "bench", "bin", "carries_dependency", "deprecated", "example", "fallthrough", "likely",
            "maybe_unused", "no_unique_address", "nodiscard", "noreturn", "package", "test", "unlikely",
        ]
        Prefix ["clang::", "deprecated(", "gnu::", "msvc::", "nodiscard("];

    /// Ends of hosts. None of them ends the names of files, as those of Moldova and Poland do.
    HOST: Suffix [
        ".at", ".be", ".ca", ".ch", ".co", ".com", ".cz", ".de", ".dev", ".dk", ".edu", ".es", ".eu", ".fi", ".fr",
        ".gg", ".gov", ".info", ".io", ".it", ".jp", ".me", ".net", ".nl", ".no", ".org", ".pt", ".se", ".tv", ".uk",
    ];

    /// Ends of hosts that are such without a path behind them.
    HOST_ALONE: Suffix [".com", ".net", ".org"];

    // Licences. Their names are in `facts::license::spdx`, each with its SPDX id.

    /// Words for a licence, in the languages of READMEs.
    LICENSE: Whole [
        "giấy phép", "licence", "licences", "licencia", "licenciamento", "licencing", "licencja", "licens",
        "license", "licenses", "licensing", "licentie", "licenza", "licença", "lisans", "lisensi", "lizenz",
        "лицензии", "лицензия", "ліцензія", "רישוי", "רישיון", "ترخيص", "رخصة", "لایسنس", "مجوز", "ライセンス",
        "开源协议", "授权", "授權", "許可", "许可", "라이선스", "라이센스",
    ];

    /// Headings about the licence that have no word for one.
    COPYRIGHT: Whole ["copyright", "copyrights"];

    /// A heading about other licences than that of the document.
    LICENSE_OF_OTHERS: Part ["3rd", "dependenc", "key", "libraries", "third"];

    /// Addresses of badges about the licence.
    LICENSE_BADGE: Part ["licence", "license"];

    /// Addresses of licences, and of pages about them.
    LICENSE_PAGE: Part [
        "apache.org/licenses", "choosealicense.com/", "creativecommons.org/", "gnu.org/", "mozilla.org/",
        "opensource.org/", "spdx.org/", "unlicense.org",
    ];

    /// A document that is dedicated to the public.
    PUBLIC_DOMAIN: Part ["domaine public", "public domain"];

    /// Words between the name of a licence and its version.
    LICENSE_FILLER: Whole ["licence", "license", "licenses", "org", "v", "ver", "version"];

    /// What a sentence says of its subject before it names a licence.
    LICENSED: Part ["available under", "distributed under", "licensed under", "published under", "released under"];

    /// A sentence whose subject is the document.
    LICENSED_SUBJECT: Prefix [
        "all code", "code is", "licensed under", "released under", "source code is", "the code", "the project",
        "the software", "the source", "this app", "this code", "this collection", "this extension", "this library",
        "this module", "this package", "this plugin", "this program", "this project", "this repo", "this software",
        "this source", "this template", "this theme", "this tool", "this work",
    ];

    /// A sentence about what is not the document's own, unless it is [`OWN`].
    OF_OTHERS: Part [
        "[insert", "[insér", "adapted from", "based on", "borrow", "bundle", "choose a licen", "depend",
        "derived from", "font", "icon", "include ", "includes", "third", "vendor", "votre choix", "your choice",
        "含まれ",
    ];

    /// A sentence that is about the document, whatever else it says.
    OWN: Part ["the code in", "this project", "this repo", "this software"];

    /// A sentence about a part of the document, unless it is [`OF_WHOLE`].
    OF_PART: Part [
        "artwork", "assets", "content", "dataset", "design files", "docs", "documentation", "hardware", "image",
        "logo", "media", "photo", "schematic", "texts",
    ];

    /// A sentence about the code, whatever else it says.
    OF_WHOLE: Part ["code", "software"];

    // Languages, as BCP 47 has them.

    /// Languages in the names of files.
    LANGUAGE: Whole [
        "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "he", "hi", "hr",
        "hu", "id", "it", "ja", "ko", "lt", "lv", "nb", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv",
        "ta", "th", "tr", "uk", "ur", "uz", "vi", "zh",
    ];

    /// Languages that are written from right to left.
    RTL_LANGUAGE: Whole ["ar", "fa", "he", "ps", "ur", "yi"];

    // Who may see a document: the maps that keys of it stand in, and the words of their values.

    /// Maps in which tools keep such keys: Hugo's `params` and `cascade`, Zola's `extra`, `dg` of Obsidian's gardens.
    KEY_MAP: Whole [
        "article", "attributes", "blog", "cascade", "config", "custom", "data", "dendron", "dg", "digitalgarden",
        "doc", "document", "eleventy", "extra", "fields", "foam", "frontmatter", "ghost", "hexo", "hugo", "jekyll",
        "logseq", "meta", "metadata", "notion", "obsidian", "options", "page", "params", "post", "properties",
        "props", "publish", "publishing", "quartz", "settings", "site", "vars", "vuepress", "web", "wordpress",
        "wp", "yaml", "zola",
    ];

    /// Words for what is not for the public.
    HIDDEN: Whole [
        "archived", "borrador", "brouillon", "closed", "confidential", "deleted", "disabled", "draft", "drafting",
        "drafts", "embargo", "embargoed", "entwurf", "family", "friends", "future", "geheim", "hidden", "hide",
        "inactive", "intern", "internal", "invisible", "limited", "me", "members", "never", "nobody", "noindex",
        "non", "none", "nonpublic", "not", "offlimits", "offline", "owner", "paid", "password", "pending",
        "personal", "privado", "privat", "private", "privé", "protected", "removed", "restricted", "scheduled",
        "secret", "self", "skip", "subscribers", "team", "trash", "trashed", "unlist", "unlisted", "unpublish",
        "unpublished", "unreleased", "vertraulich", "wip", "withdrawn", "withheld",
    ];

    /// Those of [`HIDDEN`] that hide a document as a word of its state, which has many other words.
    HIDDEN_STATE: Whole [
        "borrador", "brouillon", "confidential", "draft", "drafting", "drafts", "embargoed", "entwurf", "future",
        "geheim", "hidden", "hide", "internal", "noindex", "nonpublic", "pending", "privado", "privat", "private",
        "privé", "scheduled", "secret", "skip", "trash", "trashed", "unlisted", "unpublish", "unpublished",
        "vertraulich", "wip", "withheld",
    ];

    /// Words for what is for everybody.
    PUBLIC: Whole [
        "all", "any", "anybody", "anyone", "editable", "everybody", "everyone", "free", "freely", "global", "guest",
        "guests", "internet", "live", "locked", "open", "openaccess", "public", "publish", "published", "read",
        "readable", "readonly", "visible", "web", "website", "world",
    ];

    /// Words beside those of [`PUBLIC`] that leave them what they are: `read only`, `open to the public`.
    PUBLIC_FILLER: Whole [
        "access", "and", "domain", "for", "in", "indexed", "listed", "on", "only", "or", "searchable", "site",
        "the", "to", "with", "write",
    ];

    /// Words for a draft that is none any more, or never was one: `draft: final`.
    SETTLED: Whole [
        "complete", "completed", "done", "final", "finalized", "finished", "never", "no", "nobody", "none",
        "public", "published", "ready", "released",
    ];

    /// Words of what is undecided, so that no name is made of them: `published: Not Yet`.
    UNSURE: Whole [
        "be", "decided", "determined", "later", "maybe", "never", "no", "not", "one", "pending", "perhaps",
        "possibly", "preparation", "progress", "review", "someday", "sometime", "soon", "tba", "tbc", "tbd", "todo",
        "unclear", "unknown", "unsure", "when", "yet",
    ];

    /// Where things are shared or published that are no page: `share: [twitter]`, `publish: npm`.
    SERVICE: Whole [
        "amazon", "apple", "bluesky", "bsky", "buymeacoffee", "cargo", "copy", "crates", "cratesio", "devto",
        "docker", "dockerhub", "email", "facebook", "github", "gitlab", "hackernews", "hashnode", "homebrew",
        "instagram", "io", "jsr", "kindle", "line", "link", "linkedin", "mail", "mastodon", "maven", "medium",
        "npm", "npmjs", "nuget", "org", "packagist", "pinterest", "pocket", "print", "pypi", "reddit", "rss",
        "rubygems", "signal", "substack", "telegram", "threads", "tumblr", "twitter", "vercel", "vk", "wechat",
        "weibo", "whatsapp", "x", "youtube",
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted_and_in_lower_case() {
        for (name, Topic(rows)) in ALL {
            assert!(rows.is_sorted_by(|one, next| one.0 < next.0), "{name}");
            for (at, words) in *rows {
                assert!(words.is_sorted_by(|one, next| one < next), "{name} {at:?}");
                let mut cased = words.iter().filter(|word| word.to_lowercase() != **word);
                assert_eq!(cased.next(), None, "{name}");
            }
        }
    }

    #[test]
    fn no_word_is_hidden_by_another_of_its_topic() {
        for (name, Topic(rows)) in ALL {
            let words = || {
                let row =
                    |(at, words): &'static (At, &[_])| words.iter().map(move |word| (*at, *word));
                rows.iter().flat_map(row)
            };
            for one in words() {
                let hides = |other: &(At, &str)| *other != one && hides(one, *other);
                assert_eq!(words().find(hides), None, "{name}: hidden by {one:?}");
            }
        }
    }

    /// Whether all texts that fit the second fit the first.
    fn hides((at, word): (At, &str), (other_at, other): (At, &str)) -> bool {
        let covers = match at {
            At::Whole => other_at == At::Whole,
            At::Prefix | At::Suffix => other_at == At::Whole || other_at == at,
            At::Part => true,
        };
        covers && at.fits(&[word], other)
    }

    #[test]
    fn words_stand_where_their_topic_has_them() {
        for (topic, text, expected) in [
            (GENERIC_HEADING, "usage", true),
            (GENERIC_HEADING, "usage of axes", false),
            (GENERIC_HEADING, "license of axes", true),
            (GENERIC_HEADING, "our sponsors", true),
            (BADGE, "https://e.example/badge", true),
            (BADGE, "https://e.example/badge-of-honour.png", false),
            (BADGE, "https://img.shields.io/x", true),
        ] {
            assert_eq!(topic.fits(text), expected, "{text}");
        }
        let behind: Vec<&str> = NOTE.behind("note: well").collect();
        assert_eq!(behind, [": well"]);
    }
}
