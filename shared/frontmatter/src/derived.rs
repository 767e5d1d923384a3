//! What can be counted or read off the cleaned body (2.10).

use serde::Serialize;

use crate::document::Document;

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

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tasks {
    pub(crate) total: usize,
    pub(crate) done: usize,
    /// `YYYY-MM-DD`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_done: Option<String>,
}

/// Derives from the cleaned body; `file_stem` may carry a language (`README.zh-CN`) and
/// `badges` (image URLs taken out of the body) may name the licence.
pub(crate) fn derive(
    cleaned: &Document<'_>,
    file_stem: Option<&str>,
    badges: &[crate::clean::Badge],
) -> Derived {
    let _ = (cleaned, file_stem, badges);
    Derived::default()
}
