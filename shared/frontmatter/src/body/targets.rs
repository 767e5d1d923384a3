//! Where a destination leads: kept, made absolute, or refused (2.9.9).

use std::borrow::Cow;

use super::notes::{entry, file};
use super::options::CleanOptions;
use crate::markdown::percent;
use crate::repository::bytes_of;
use crate::words;

/// Largest `data:` image, in bytes of its URL.
const MAX_DATA_IMAGE_BYTES: usize = 32 * 1024;

/// Schemes of links that other programs open, and that run nothing in a page.
const APP_SCHEMES: [&str; 17] = [
    "ftp", "geo", "irc", "ircs", "magnet", "mailto", "matrix", "news", "sftp", "sip", "sips",
    "sms", "smsto", "tel", "webcal", "webcals", "xmpp",
];

/// What a destination is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Link,
    Image,
    /// Sound and moving pictures, and the sources of a `<picture>`.
    Media,
    /// A file that is led to, and never a document of the member's.
    Download,
}

/// What becomes of a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Keep,
    Rewrite {
        url: String,
        /// Whether `..` led above the root and was cut.
        clamped: bool,
    },
    /// A relative path under which nothing is known.
    Missing,
    /// A scheme that could run a script or read a file.
    Unsafe,
}

/// Decides about a destination, given with references and escapes decoded.
pub(crate) fn resolve(written: &str, kind: Kind, options: &CleanOptions<'_>) -> Target {
    if let Some(address) = options.context.address_of_file(written) {
        return file_by_address(written, &address, kind, options);
    }
    if is_kept(written, kind, options) {
        return Target::Keep;
    }
    let is_control = |character: &char| matches!(character, '\0'..='\x1f' | '\x7f'..='\u{9f}');
    let url: Cow<'_, str> = if written.chars().any(|character| is_control(&character)) {
        written.chars().filter(|c| !is_control(c)).collect()
    } else {
        written.into()
    };
    let url = url.trim_matches(' ');
    let decided = match scheme(url) {
        Some((scheme, rest)) => with_scheme(url, &scheme, rest, kind),
        None if is_protocol_relative(url) => protocol_relative(url, kind),
        None if kind == Kind::Link && begins_with_host(url) => {
            rewrite(&percent::normalise(&format!("https://{url}")))
        }
        None => relative(url, kind, options),
    };
    match decided {
        Target::Rewrite { url, .. } if url == written => Target::Keep,
        decided => decided,
    }
}

/// The address of a member's file, as a document has it that was published before.
fn file_by_address(written: &str, address: &str, kind: Kind, options: &CleanOptions<'_>) -> Target {
    let end = address.find(['?', '#']).unwrap_or(address.len());
    let (address, suffix) = address.split_at_checked(end).unwrap_or((address, ""));
    let now = options.context.notes.files.at(address);
    let Some(now) = now.filter(|now| fits(now, kind)) else {
        return Target::Missing;
    };
    let url = match kind {
        Kind::Link => format!("{now}{suffix}"),
        Kind::Image | Kind::Media | Kind::Download => now.to_owned(),
    };
    if url == written {
        return Target::Keep;
    }
    rewrite(&percent::normalise(&url))
}

/// Whether a file of the member's can be what a destination is for: of a document that is downloaded no browser makes a
/// picture.
fn fits(url: &str, kind: Kind) -> bool {
    matches!(kind, Kind::Link | Kind::Download) || !url.to_ascii_lowercase().ends_with(".pdf")
}

/// Most links and pictures, and nothing to do for them: the answer of what follows, without its
/// many strings.
fn is_kept(written: &str, kind: Kind, options: &CleanOptions<'_>) -> bool {
    if !percent::is_normal(written) {
        return false;
    }
    let host = written
        .strip_prefix("https://")
        .or_else(|| written.strip_prefix("http://"));
    match (host, kind) {
        (Some(host), _) => {
            host.starts_with(|first: char| first.is_ascii_alphanumeric())
                && (kind == Kind::Link || bytes_of(written).is_none())
        }
        (None, Kind::Link) => written.starts_with('#') && !leads_to_removed(written, options),
        (None, Kind::Image | Kind::Media | Kind::Download) => false,
    }
}

/// The scheme in lower case and what follows its colon. White space and invisible characters
/// before and inside are skipped, as the strangest reader would.
fn scheme(url: &str) -> Option<(String, &str)> {
    let colon = url.find([':', '/', '?', '#', '\\'])?;
    let rest = url.get(colon..)?.strip_prefix(':')?;
    let name: String = url
        .get(..colon)?
        .chars()
        .filter(|character| !character.is_whitespace() && !is_invisible(*character))
        .collect::<String>()
        .to_ascii_lowercase();
    let is_scheme = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    is_scheme.then_some((name, rest))
}

/// Whether an address is one of the web that lacks its scheme: `www.e.example`, `e.com`, or a host and a path.
fn begins_with_host(url: &str) -> bool {
    let (host, path) = url.split_at(url.find(['/', '?', '#']).unwrap_or(url.len()));
    let host = host.to_ascii_lowercase();
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_host = host.contains('.') && host.split('.').all(is_name);
    is_host
        && (host.starts_with("www.")
            || (words::HOST_ALONE.fits(&host) || words::HOST.fits(&host) && path.starts_with('/')))
}

fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}'
    )
}

fn with_scheme(url: &str, scheme: &str, rest: &str, kind: Kind) -> Target {
    match scheme {
        "http" | "https" => {
            let host = rest.trim_start_matches(['/', '\\']);
            if host.is_empty() {
                return Target::Unsafe;
            }
            let absolute = format!("{scheme}://{host}");
            let absolute = match kind {
                Kind::Link => absolute,
                Kind::Image | Kind::Media | Kind::Download => {
                    bytes_of(&absolute).unwrap_or(absolute)
                }
            };
            rewrite(&percent::normalise(&absolute))
        }
        _ if kind == Kind::Link && APP_SCHEMES.binary_search(&scheme).is_ok() => {
            rewrite(&percent::normalise(&format!("{scheme}:{rest}")))
        }
        "data" if kind == Kind::Image && is_small_data_image(url) => Target::Keep,
        _ => Target::Unsafe,
    }
}

fn rewrite(url: &str) -> Target {
    Target::Rewrite {
        url: url.to_owned(),
        clamped: false,
    }
}

fn is_small_data_image(url: &str) -> bool {
    let payload = ["png", "jpeg", "gif", "webp"]
        .iter()
        .find_map(|format| url.strip_prefix(&format!("data:image/{format};base64,")));
    url.len() <= MAX_DATA_IMAGE_BYTES
        && payload.is_some_and(|payload| {
            payload
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
        })
}

fn is_protocol_relative(url: &str) -> bool {
    let mut bytes = url.bytes();
    matches!(
        (bytes.next(), bytes.next()),
        (Some(b'/' | b'\\'), Some(b'/' | b'\\'))
    )
}

/// `//host/path`: browsers know the scheme, Astro takes it for a file.
fn protocol_relative(url: &str, kind: Kind) -> Target {
    let host = url.trim_start_matches(['/', '\\']);
    match kind {
        _ if host.is_empty() => Target::Missing,
        Kind::Link if !url.contains('\\') => rewrite(&percent::normalise(url)),
        _ => rewrite(&percent::normalise(&format!("https://{host}"))),
    }
}

fn relative(url: &str, kind: Kind, options: &CleanOptions<'_>) -> Target {
    let (path, suffix) = match url.find(['?', '#']) {
        Some(at) => url.split_at_checked(at).unwrap_or((url, "")),
        None => (url, ""),
    };
    if path.is_empty() {
        return match kind {
            Kind::Link if leads_to_removed(suffix, options) => rewrite("#top"),
            Kind::Link if !suffix.starts_with('?') => rewrite(&percent::normalise(url)),
            _ => Target::Missing,
        };
    }
    let written = path;
    let (path, clamped) = normal_path(written);
    if path.is_empty() {
        return Target::Missing;
    }
    // A document is found wherever its folder is: uploads have none.
    if kind == Kind::Link
        && let Some(url) = entry((url, written), &path, suffix, options)
    {
        return rewrite(&percent::normalise(&url));
    }
    let (from_folder, clamped) = match options.context.folder.as_str() {
        "" => (path.clone(), clamped),
        _ if written.starts_with(['/', '\\']) => (path.clone(), clamped),
        folder => normal_path(&format!("{folder}/{written}")),
    };
    let known = file(&path, &from_folder, options).filter(|file| fits(file, kind));
    let known = known.map(|file| match kind {
        Kind::Link => format!("{file}{suffix}"),
        Kind::Image | Kind::Media | Kind::Download => file,
    });
    let (known, clamped) = match (known, options.repository) {
        (None, Some(repository)) => {
            let (path, clamped) = normal_path(&repository.path(written));
            let url = match kind {
                Kind::Link => repository.page(&path),
                Kind::Image | Kind::Media | Kind::Download => repository.raw(&path),
            };
            (Some(url + suffix), clamped)
        }
        (None, None) if kind != Kind::Link => {
            let base = asset_base(options);
            (base.map(|base| format!("{base}{path}{suffix}")), clamped)
        }
        (known, _) => (known, clamped),
    };
    match known {
        Some(url) => Target::Rewrite {
            url: percent::normalise(&url),
            clamped,
        },
        None => Target::Missing,
    }
}

/// Whether a link leads to the heading that was taken for the title.
fn leads_to_removed(suffix: &str, options: &CleanOptions<'_>) -> bool {
    suffix.strip_prefix('#').is_some_and(|id| {
        let id = percent_encoding::percent_decode_str(id).decode_utf8_lossy();
        options.removed_ids.iter().any(|removed| *removed == id)
    })
}

/// A path without `.`, `..`, empty segments and backslashes, and whether `..` left the root.
fn normal_path(path: &str) -> (String, bool) {
    let mut segments: Vec<&str> = Vec::new();
    let mut clamped = false;
    for segment in path.split(['/', '\\']) {
        let decoded: Cow<'_, str> = if segment.contains('%') {
            segment.replace("%2e", ".").replace("%2E", ".").into()
        } else {
            segment.into()
        };
        match decoded.as_ref() {
            "" | "." => {}
            ".." => clamped |= segments.pop().is_none(),
            _ => segments.push(segment),
        }
    }
    (segments.join("/"), clamped)
}

/// Where the caller says that relative files exist.
fn asset_base(options: &CleanOptions<'_>) -> Option<String> {
    let base = options.context.asset_base.clone()?;
    let is_absolute = base.starts_with("https://") || base.starts_with("http://");
    is_absolute.then(|| {
        if base.ends_with('/') {
            base
        } else {
            format!("{base}/")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Context, NoteDocument, NoteMember, Notes};
    use crate::repository::Repository;
    use crate::yaml::Node;

    fn context() -> Context {
        let document = |path: &str, title: &str, id: &str| NoteDocument {
            path: path.into(),
            title: title.into(),
            aliases: vec!["Alias".into(), format!("{id}-was")],
            entry_id: id.into(),
        };
        Context {
            asset_base: Some("https://cdn.example.org/u/d/".into()),
            link_base: "/".into(),
            notes: Notes {
                documents: vec![
                    document("deep/er/guide", "The Guide", "jane/er-guide"),
                    document("guide", "A Guide", "jane/guide"),
                ],
                files: [
                    ("pics/Logo.png", "https://cdn.example.org/logo"),
                    ("other/deep/logo.png", "https://cdn.example.org/deep"),
                    ("notes/img/arm.png", "https://cdn.example.org/notes-arm"),
                    ("img/arm.png", "https://cdn.example.org/top-arm"),
                    ("Plan.pdf", "https://cdn.example.org/plan.pdf"),
                    ("Case/one.png", "https://cdn.example.org/Case-one"),
                    ("case/One.png", "https://cdn.example.org/case-One"),
                ]
                .map(|(path, url)| (path.to_owned(), url.to_owned()))
                .into_iter()
                .collect(),
                members: vec![NoteMember {
                    handle: "joe".into(),
                    name: "Joe Bloggs".into(),
                }],
            },
            ..Context::default()
        }
    }

    fn options<'a>(context: &'a Context, repository: Option<&'a Repository>) -> CleanOptions<'a> {
        CleanOptions {
            context,
            repository,
            obsidian_keys: false,
            hard_breaks: true,
            emitted_before: false,
            title_removal: &[],
            removed_ids: &[],
        }
    }

    fn outcome(url: &str, kind: Kind, repository: Option<&str>) -> String {
        let context = context();
        let repository =
            repository.and_then(|repository| Repository::read(&Node::string(repository)));
        match resolve(url, kind, &options(&context, repository.as_ref())) {
            Target::Keep => "keep".into(),
            Target::Rewrite {
                url,
                clamped: false,
            } => url,
            Target::Rewrite { url, clamped: true } => format!("clamped {url}"),
            Target::Missing => "missing".into(),
            Target::Unsafe => "unsafe".into(),
        }
    }

    #[test]
    fn links_keep_lead_to_entries_or_are_refused() {
        for (url, expected) in [
            ("https://e.com/x", "keep"),
            ("HTTPS:\\\\e.com", "https://e.com"),
            ("//e.com/x", "keep"),
            ("\\\\e.com/x", "https://e.com/x"),
            ("mailto:a@b.c", "keep"),
            ("webcal://e.org/c.ics", "keep"),
            ("SMS:+491234", "sms:+491234"),
            ("geo:52.5,13.4", "keep"),
            ("obsidian://open?vault=Club", "unsafe"),
            ("vscode:extension/a", "unsafe"),
            ("slack://a", "unsafe"),
            ("#part", "keep"),
            ("", "keep"),
            ("guide.md#part", "/jane/guide/#part"),
            ("./GUIDE.markdown", "/jane/guide/"),
            ("/jane/guide/#part", "keep"),
            ("../guide.md", "/jane/guide/"),
            // Addresses that the document had.
            ("/jane/guide-was/#part", "/jane/guide/#part"),
            ("/jane/guide-was?x", "/jane/guide/?x"),
            ("/jane/guide-was", "/jane/guide/"),
            ("/jane/guide-was/more/", "missing"),
            ("/Alias/", "missing"),
            ("Notes/guide.md?x#Part%20One", "/jane/guide/?x#part-one"),
            ("guide.md#Part%20One#Sub%20Two", "/jane/guide/#sub-two"),
            ("guide.md#%5Eab-1", "/jane/guide/#block-ab-1"),
            ("docs/README.md", "missing"),
            ("/joe/", "keep"),
            ("other.md", "missing"),
            ("/etc/passwd", "missing"),
            ("?q", "missing"),
            ("javascript:alert(1)", "unsafe"),
            ("  jAvA\tscript\n:alert(1)", "unsafe"),
            ("java\u{200b}script:alert(1)", "unsafe"),
            ("\u{1}javascript:alert(1)", "unsafe"),
            ("data:text/html,x", "unsafe"),
            ("data:image/png;base64,AAAA", "unsafe"),
            ("file:///etc/passwd", "unsafe"),
            ("C:\\x", "unsafe"),
        ] {
            assert_eq!(outcome(url, Kind::Link, None), expected, "{url:?}");
        }
    }

    #[test]
    fn no_image_stays_relative() {
        for (url, expected) in [
            ("https://e.com/100%.png", "https://e.com/100%25.png"),
            ("https:e.png", "https://e.png"),
            ("a b.png", "https://cdn.example.org/u/d/a%20b.png"),
            (
                "/a/./b.png?raw=true",
                "https://cdn.example.org/u/d/a/b.png?raw=true",
            ),
            ("../../x.png", "clamped https://cdn.example.org/u/d/x.png"),
            ("%2e%2E/x.png", "clamped https://cdn.example.org/u/d/x.png"),
            ("..\\x.png", "clamped https://cdn.example.org/u/d/x.png"),
            ("//e.com/x.png", "https://e.com/x.png"),
            ("img/logo.PNG", "https://cdn.example.org/logo"),
            ("#x", "missing"),
            ("", "missing"),
            ("https://", "unsafe"),
            ("mailto:x", "unsafe"),
            ("data:image/png;base64,AAAA", "keep"),
            ("data:image/svg+xml;base64,AAAA", "unsafe"),
            ("data:image/png;base64,A\"B", "unsafe"),
            (
                "https://github.com/o/r/blob/main/a/b.png?raw=true",
                "https://raw.githubusercontent.com/o/r/main/a/b.png",
            ),
        ] {
            assert_eq!(outcome(url, Kind::Image, None), expected, "{url:?}");
        }
    }

    /// Where `url` leads in a document in `folder`.
    fn from_folder(folder: &str, url: &str, kind: Kind) -> String {
        let context = Context {
            folder: folder.to_owned(),
            asset_base: None,
            ..context()
        };
        let options = CleanOptions {
            context: &context,
            repository: None,
            obsidian_keys: false,
            hard_breaks: true,
            emitted_before: false,
            title_removal: &[],
            removed_ids: &[],
        };
        match resolve(url, kind, &options) {
            Target::Rewrite { url, clamped } => {
                let url = url.trim_start_matches("https://cdn.example.org/");
                format!("{url}{}", if clamped { " clamped" } else { "" })
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn files_are_found_from_the_folder_the_top_and_by_name() {
        for (folder, url, expected) in [
            ("", "img/arm.png", "top-arm"),
            ("notes", "img/arm.png", "notes-arm"),
            ("notes", "./img/ARM.png", "notes-arm"),
            ("notes", "../img/arm.png", "top-arm"),
            ("notes/sub", "../img/arm.png", "notes-arm"),
            ("notes", "/img/arm.png", "top-arm"),
            ("notes", "/notes/img/arm.png", "notes-arm"),
            ("other", "arm.png", "top-arm"),
            ("other", "elsewhere/arm.png", "top-arm"),
            ("", "logo.png", "logo"),
            ("", "deep/logo.png", "deep"),
            ("notes", "../../img/arm.png", "top-arm clamped"),
            ("notes", "missing.png", "Missing"),
        ] {
            assert_eq!(
                from_folder(folder, url, Kind::Image),
                expected,
                "{folder} {url}"
            );
        }
        // Two that differ in their case alone are told apart by those who write them so.
        for (folder, url, expected) in [
            ("", "Case/one.png", "Case-one"),
            ("", "case/One.png", "case-One"),
            ("Case", "one.png", "Case-one"),
            ("case", "./One.png", "case-One"),
        ] {
            assert_eq!(
                from_folder(folder, url, Kind::Image),
                expected,
                "{folder} {url}"
            );
        }
        let link = from_folder("notes", "../Plan.pdf#page=2", Kind::Link);
        assert_eq!(link, "plan.pdf#page=2");
    }

    /// What a document that was published shows of the member's files leads to what they are now, or to nothing.
    #[test]
    fn an_address_of_the_members_own_file_leads_to_what_it_is_now() {
        let mut context = context();
        context.files_base = "https://m.example/files/".to_owned();
        let files = std::mem::take(&mut context.notes.files);
        context.notes.files = files.with_addresses(
            [
                ("1-9x9.webp", "2-8x8.webp"),
                ("2-8x8.webp", "2-8x8.webp"),
                ("3.pdf", "4.pdf"),
            ]
            .map(|(was, is)| {
                (
                    format!("https://m.example/files/jo/{was}"),
                    format!("https://m.example/files/jo/{is}"),
                )
            }),
        );
        let options = options(&context, None);
        for (written, kind, expected) in [
            ("1-9x9.webp", Kind::Image, Some("2-8x8.webp")),
            ("3.pdf#page=2", Kind::Link, Some("4.pdf#page=2")),
            ("2-8x8.webp", Kind::Image, Some("")),
            ("5-1x1.webp", Kind::Image, None),
            ("../../etc", Kind::Link, None),
            ("3.pdf", Kind::Image, None),
        ] {
            let target = resolve(
                &format!("https://m.example/files/jo/{written}"),
                kind,
                &options,
            );
            let expected = match expected {
                None => Target::Missing,
                Some("") => Target::Keep,
                Some(name) => rewrite(&format!("https://m.example/files/jo/{name}")),
            };
            assert_eq!(target, expected, "{written}");
        }
        for other in ["https:", "http:", "HTTP:", ""] {
            let other = format!("{other}//M.example/files/jo/1-9x9.webp?v=1");
            let now = rewrite("https://m.example/files/jo/2-8x8.webp");
            assert_eq!(resolve(&other, Kind::Image, &options), now);
        }
        let of_somebody = "https://m.example/files/ann/1-9x9.webp";
        assert_eq!(resolve(of_somebody, Kind::Image, &options), Target::Missing);
        let elsewhere = "https://m.example/content/files/jo/1-9x9.webp";
        assert_eq!(resolve(elsewhere, Kind::Image, &options), Target::Keep);
        let by_name = Context {
            files_base: "https://cdn.example.org/".to_owned(),
            ..self::context()
        };
        let led = "https://cdn.example.org/logo";
        assert_eq!(
            resolve(led, Kind::Image, &super::tests::options(&by_name, None)),
            Target::Keep,
            "a link that was led there before is read again"
        );
    }

    #[test]
    fn a_repository_has_the_files() {
        assert_eq!(
            outcome("a.png", Kind::Image, Some("o/r")),
            "https://raw.githubusercontent.com/o/r/HEAD/a.png"
        );
        assert_eq!(
            outcome("docs/a.rs#L1", Kind::Link, Some("o/r")),
            "https://github.com/o/r/blob/HEAD/docs/a.rs#L1"
        );
    }
}
