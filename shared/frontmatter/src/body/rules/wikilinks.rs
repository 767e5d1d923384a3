//! Obsidian's links and embeds: `[[target#heading|alias]]`, `![[file|size]]` (2.9.2).

use std::ops::Range;

use super::links::remove;
use crate::body::media::{AUDIO, IMAGES, Medium, Size, VIDEO, picture, text_and_size};
use crate::body::notes::{self, Folders};
use crate::body::options::CleanOptions;
use crate::body::targets::{Kind, Target, resolve};
use crate::diagnostics::{Code, Warnings};
use crate::markdown::Document;
use crate::markdown::edits::Splice;
use crate::markdown::html::serialise;
use crate::markdown::places::escape;
use crate::markdown::text::Run;
use crate::markdown::url;
use crate::markdown::wikilink::{self, Wikilink};
use crate::prose::is_lost_with_its_picture;
use crate::record::WikiLink;
use crate::slugger;
use crate::words;

/// A link as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) range: Range<usize>,
    embed: bool,
    /// Without `.md`.
    target: String,
    headings: Vec<String>,
    alias: Option<String>,
}

/// The wikilinks in a run of text. `certainly`: but those that are code, unless something else speaks of Obsidian.
pub(crate) fn find(source: &str, run: &Run, certainly: bool) -> Vec<Written> {
    if run.in_link {
        return Vec::new();
    }
    let text = source.get(run.range.clone()).unwrap_or_default();
    let links = wikilink::all(text).into_iter();
    let links = links.filter(|(_, link)| !(certainly && is_code(link.inside)));
    let at = run.range.start;
    links
        .filter_map(|(range, link)| parse(link, at + range.start..at + range.end))
        .collect()
}

/// Whether what stands in double brackets is code: a condition of a shell, an attribute, an array of tables.
fn is_code(inside: &str) -> bool {
    inside.starts_with([' ', '\t', '-', '!', '$'])
        || words::CODE_BRACKETS.fits(&inside.to_ascii_lowercase())
}

fn parse(link: Wikilink<'_>, range: Range<usize>) -> Option<Written> {
    let (name, alias) = link.parts();
    let mut parts = name.split('#').map(str::trim);
    let target = parts.next().unwrap_or_default();
    let headings: Vec<String> = parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    if (target.is_empty() && headings.is_empty()) || target.contains('^') {
        return None;
    }
    let target = target.strip_suffix(".md").unwrap_or(target);
    let alias = alias
        .map(|alias| alias.replace("\\|", "|").trim().to_owned())
        .filter(|alias| !alias.is_empty());
    Some(Written {
        range,
        embed: link.embed,
        target: target.to_owned(),
        headings,
        alias,
    })
}

/// What the wikilinks of a document ask for, as written but without `.md`.
pub(crate) fn targets_of(document: &Document<'_>, is_obsidian: bool) -> Vec<String> {
    if !document.has("[[") {
        return Vec::new();
    }
    let written = document
        .runs()
        .iter()
        .flat_map(|run| find(document.source, run, !is_obsidian));
    written.map(|written| written.target).collect()
}

/// Replaces the wikilinks of a document and records them.
pub(crate) fn rewrite(
    document: &Document<'_>,
    is_obsidian: bool,
    options: &CleanOptions<'_>,
    splice: &mut Splice,
    warnings: &mut Warnings,
) -> Vec<(usize, WikiLink)> {
    let mut links = Vec::new();
    if !document.has("[[") {
        return links;
    }
    for run in document.runs() {
        for written in find(document.source, run, !is_obsidian) {
            let (text, resolved) = written.markdown(options, run, warnings);
            if !resolved {
                let source = document
                    .source
                    .get(written.range.clone())
                    .unwrap_or_default();
                let code = if written.media().is_some() {
                    Code::MissingAsset
                } else {
                    Code::UnresolvedLink
                };
                warnings.add(code, written.range.start, source);
            }
            if written.is_lost(resolved) {
                remove(document.source, &written.range, splice);
            } else {
                splice.replace(written.range.clone(), text);
            }
            links.push((
                written.range.start,
                WikiLink {
                    heading: written.headings.last().cloned(),
                    text: written.alias,
                    target: written.target,
                    embed: written.embed,
                    resolved,
                },
            ));
        }
    }
    links
}

impl Written {
    /// What an embed shows; `None` where it embeds a note.
    fn media(&self) -> Option<Medium> {
        let (stem, extension) = self.target.rsplit_once('.')?;
        let extension = extension.to_ascii_lowercase();
        let is_extension = !stem.is_empty()
            && (1..=8).contains(&extension.len())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && extension.bytes().any(|byte| byte.is_ascii_alphabetic());
        if IMAGES.contains(&extension.as_str()) {
            Some(Medium::Image)
        } else if AUDIO.contains(&extension.as_str()) {
            Some(Medium::Audio)
        } else if VIDEO.contains(&extension.as_str()) {
            Some(Medium::Video)
        } else {
            (is_extension
                && (self.embed || matches!(extension.as_str(), "pdf" | "canvas" | "base")))
            .then_some(Medium::File)
        }
    }

    /// Whether it shows a picture that isn't there, and nothing but its name is left of it.
    fn is_lost(&self, resolved: bool) -> bool {
        !resolved
            && self.embed
            && self.media() == Some(Medium::Image)
            && is_lost_with_its_picture(&self.alt_and_size().0)
    }

    /// What is shown: the alias, else "Note > Heading", else the heading or the target.
    fn display(&self) -> String {
        match (&self.alias, self.headings.last()) {
            (Some(alias), _) => alias.clone(),
            (None, Some(heading)) if self.target.is_empty() => heading.clone(),
            (None, Some(heading)) if self.media().is_none() => {
                format!("{} > {heading}", self.target)
            }
            (None, _) => self.target.clone(),
        }
    }

    /// The Markdown that stands for the link, and whether it leads anywhere.
    fn markdown(
        &self,
        options: &CleanOptions<'_>,
        run: &Run,
        warnings: &mut Warnings,
    ) -> (String, bool) {
        let shown = escape(&self.display(), run.in_table);
        let medium = self.media();
        match medium {
            Some(medium) if self.embed => return self.embed(medium, options, run, warnings),
            Some(_) => {
                return match self.file_url(Kind::Download, options, warnings, true) {
                    Some(url) => (format!("[{shown}]({})", url::write(&url)), true),
                    None => (shown, false),
                };
            }
            None => {}
        }
        let anchor = self.anchor();
        let url = if self.target.is_empty() {
            Some(anchor)
        } else {
            notes::document(&self.target, Folders::MayDiffer, options)
                .map(|id| format!("{}{id}/{anchor}", notes::link_base(options)))
        };
        match url {
            Some(url) => (format!("[{shown}]({})", url::write(&url)), true),
            None => (shown, false),
        }
    }

    fn anchor(&self) -> String {
        match self.headings.last() {
            None => String::new(),
            Some(heading) => match heading.strip_prefix('^') {
                Some(id) => format!("#block-{id}"),
                None => format!("#{}", slugger::slug(heading)),
            },
        }
    }

    /// The absolute address of the file, with what follows `#` where the caller wants it.
    fn file_url(
        &self,
        kind: Kind,
        options: &CleanOptions<'_>,
        warnings: &mut Warnings,
        with_fragment: bool,
    ) -> Option<String> {
        // A name may hold what has a meaning in a URL.
        let path = self.target.replace('%', "%25").replace('?', "%3F");
        let url = match resolve(&path, kind, options) {
            Target::Keep => path,
            Target::Rewrite { url, clamped } => {
                if clamped {
                    warnings.add(Code::PathEscape, self.range.start, &self.target);
                }
                url
            }
            Target::Missing | Target::Unsafe => return None,
        };
        match self.headings.last() {
            Some(fragment) if with_fragment => Some(crate::markdown::percent::normalise(&format!(
                "{url}#{fragment}"
            ))),
            _ => Some(url),
        }
    }

    fn embed(
        &self,
        medium: Medium,
        options: &CleanOptions<'_>,
        run: &Run,
        warnings: &mut Warnings,
    ) -> (String, bool) {
        let (alt, size) = self.alt_and_size();
        let shown = escape(&alt, run.in_table);
        if medium == Medium::File {
            let url = self.file_url(Kind::Download, options, warnings, true);
            let shown = escape(&self.display(), run.in_table);
            return match url {
                Some(url) => (format!("[{shown}]({})", url::write(&url)), true),
                None => (shown, false),
            };
        }
        let Some(url) = self.file_url(Kind::Image, options, warnings, false) else {
            return (shown, false);
        };
        let source = serialise::escape_value(&url);
        let html = match (medium, size) {
            (Medium::Audio, _) => format!("<audio controls src=\"{source}\"></audio>"),
            (Medium::Video, _) => format!("<video controls src=\"{source}\"></video>"),
            (_, Some(size)) => picture(&url, &alt, size),
            (_, None) => format!("![{shown}]({})", url::write(&url)),
        };
        (html, true)
    }

    /// `|W`, `|WxH`, `|alt` or `|alt|W` behind an image: its text and its size in pixels.
    fn alt_and_size(&self) -> (String, Option<Size>) {
        let name = self.target.rsplit('/').next().unwrap_or_default();
        let stem = name
            .rsplit_once('.')
            .map_or(name, |(stem, _)| stem)
            .to_owned();
        let Some(alias) = &self.alias else {
            return (stem, None);
        };
        match text_and_size(alias) {
            ("", size @ Some(_)) => (stem, size),
            (text, size) => (text.to_owned(), size),
        }
    }
}
