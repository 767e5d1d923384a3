//! What a cleaned body had, as the frontmatter records it (2.10).

use serde::{Deserialize, Serialize};

/// Most badges that are recorded (2.10).
pub(crate) const MAX_BADGES: usize = 50;

/// Most wikilinks that are recorded (2.10).
pub(crate) const MAX_WIKI_LINKS: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WikiLink {
    pub(crate) target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) heading: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    pub(crate) embed: bool,
    pub(crate) resolved: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Badge {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) alt: Option<String>,
    pub(crate) image: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) href: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Callout {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<String>,
    /// `+` or `-`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fold: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// 1-based line in the emitted body
    pub(crate) line: usize,
}

impl Badge {
    /// Whether its addresses are such that a site may show and follow them.
    pub(crate) fn is_on_the_web(&self) -> bool {
        let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        is_web(&self.image) && self.href.as_deref().is_none_or(is_web)
    }
}

/// Facts about the cleaned body, emitted under `derived` or used to fill fields.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Derived {
    pub(crate) words: usize,
    pub(crate) reading_minutes: usize,
    pub(crate) headings: Vec<Heading>,
    pub(crate) external_links: Vec<String>,
    pub(crate) internal_links: Vec<String>,
    pub(crate) code_languages: Vec<String>,
    pub(crate) tasks: Option<Tasks>,
    pub(crate) features: Vec<&'static str>,
    /// SPDX id, for the field `license`.
    pub(crate) license: Option<String>,
    /// BCP 47, for the field `lang`.
    pub(crate) lang: Option<String>,
    /// `rtl`, for the field `dir`.
    pub(crate) dir: Option<&'static str>,
    /// First body image that is no badge: absolute URL and alt text, for `image` and `imageAlt`.
    pub(crate) image: Option<(String, String)>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Heading {
    pub(crate) depth: u8,
    pub(crate) id: String,
    pub(crate) text: String,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tasks {
    pub(crate) total: usize,
    pub(crate) done: usize,
    /// `YYYY-MM-DD`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_done: Option<String>,
}
