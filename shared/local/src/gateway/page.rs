//! The page at `/`: sign in, upload, watch the report; and at `/join`: set a password by a code.

use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY};
use hyper::{Method, StatusCode};

use super::answer::{Answer, text};

/// The document of the frame that previews are shown in. The mark `{site}` in it is the public address, which the page of a
/// club puts there itself: it knows its own.
const FRAME: &str = "/desk/frame.html";

/// The style of that document, by its digest.
const FRAME_STYLE: &str = "'sha256-l4ozKgXGD79/hXKnL2JVIQ/Qb/oeaDMcgss7cwUY1qg='";

#[derive(Clone, Copy)]
struct File {
    path: &'static str,
    content_type: &'static str,
    content: &'static str,
}

const fn script(path: &'static str, content: &'static str) -> File {
    File {
        path,
        content_type: "text/javascript; charset=utf-8",
        content,
    }
}

/// A language's sentences, as `languages/` has them.
fn sentences(path: &str) -> Option<File> {
    let code = path.strip_prefix("/languages/")?.strip_suffix(".json")?;
    let (_, content) = languages::FILES.iter().find(|(of, _)| *of == code)?;
    Some(File {
        path: "/languages/",
        content_type: "application/json",
        content,
    })
}

/// What the page of this machine says beyond that of a club: marks in `index.html`, and what stands there instead.
const LOCAL: [(&str, &str); 2] = [
    (
        "<!-- edition -->",
        "<p data-t=\"page.local_edition\">Local edition</p>",
    ),
    (
        "<!-- hint -->",
        "<p class=\"hint\" data-t=\"page.local_hint\">The demo member’s address and password are in the terminal that runs “masthead dev”.</p>",
    ),
];

const FILES: &[File] = &[
    File {
        path: "/",
        content_type: "text/html; charset=utf-8",
        content: include_str!("../../page/index.html"),
    },
    // The link of an invitation or a reset; the page reads the code behind its `#`.
    File {
        path: "/join",
        content_type: "text/html; charset=utf-8",
        content: include_str!("../../page/index.html"),
    },
    File {
        path: "/style.css",
        content_type: "text/css; charset=utf-8",
        content: include_str!("../../page/style.css"),
    },
    File {
        path: "/favicon.svg",
        content_type: "image/svg+xml",
        content: include_str!("../../page/favicon.svg"),
    },
    script("/account.js", include_str!("../../page/account.js")),
    script("/app.js", include_str!("../../page/app.js")),
    script("/client.js", include_str!("../../page/client.js")),
    script("/desk.js", include_str!("../../page/desk.js")),
    script("/dom.js", include_str!("../../page/dom.js")),
    script("/editor.js", include_str!("../../page/editor.js")),
    script("/files.js", include_str!("../../page/files.js")),
    script("/folder.js", include_str!("../../page/folder.js")),
    script("/forgot.js", include_str!("../../page/forgot.js")),
    script("/gather.js", include_str!("../../page/gather.js")),
    script("/history.js", include_str!("../../page/history.js")),
    script("/join.js", include_str!("../../page/join.js")),
    script("/language.js", include_str!("../../page/language.js")),
    script("/letters.js", include_str!("../../page/letters.js")),
    script("/listed.js", include_str!("../../page/listed.js")),
    script("/missing.js", include_str!("../../page/missing.js")),
    script("/office.js", include_str!("../../page/office.js")),
    script("/picture.js", include_str!("../../page/picture.js")),
    script("/rename.js", include_str!("../../page/rename.js")),
    script("/report.js", include_str!("../../page/report.js")),
    script("/schedule.js", include_str!("../../page/schedule.js")),
    script("/send.js", include_str!("../../page/send.js")),
    // What the page and the npm package have in common.
    script(
        "/languages/amounts.js",
        include_str!("../../../../astro/src/languages/amounts.js"),
    ),
    script(
        "/languages/say.js",
        include_str!("../../../../astro/src/languages/say.js"),
    ),
    script(
        "/languages/translate.js",
        include_str!("../../../../astro/src/languages/translate.js"),
    ),
    script(
        "/report/draw.js",
        include_str!("../../../../astro/src/report/draw.js"),
    ),
    script(
        "/folder/belongs.js",
        include_str!("../../../../astro/src/folder/belongs.js"),
    ),
    script(
        "/folder/changed.js",
        include_str!("../../../../astro/src/folder/changed.js"),
    ),
    script(
        "/folder/gather.js",
        include_str!("../../../../astro/src/folder/gather.js"),
    ),
    script(
        "/folder/missing.js",
        include_str!("../../../../astro/src/folder/missing.js"),
    ),
    script(
        "/folder/paths.js",
        include_str!("../../../../astro/src/folder/paths.js"),
    ),
    script(
        "/folder/plan.js",
        include_str!("../../../../astro/src/folder/plan.js"),
    ),
    script(
        "/folder/queue.js",
        include_str!("../../../../astro/src/folder/queue.js"),
    ),
    script(
        "/folder/scale.js",
        include_str!("../../../../astro/src/folder/scale.js"),
    ),
    script(
        "/folder/send.js",
        include_str!("../../../../astro/src/folder/send.js"),
    ),
    script(
        "/folder/sizes.js",
        include_str!("../../../../astro/src/folder/sizes.js"),
    ),
    script(
        "/folder/sort.js",
        include_str!("../../../../astro/src/folder/sort.js"),
    ),
    script(
        "/folder/zip.js",
        include_str!("../../../../astro/src/folder/zip.js"),
    ),
    script(
        "/history/ask.js",
        include_str!("../../../../astro/src/history/ask.js"),
    ),
    script(
        "/history/changes.js",
        include_str!("../../../../astro/src/history/changes.js"),
    ),
    script(
        "/history/deleted.js",
        include_str!("../../../../astro/src/history/deleted.js"),
    ),
    script(
        "/history/keep.js",
        include_str!("../../../../astro/src/history/keep.js"),
    ),
    script(
        "/history/make.js",
        include_str!("../../../../astro/src/history/make.js"),
    ),
    script(
        "/history/name.js",
        include_str!("../../../../astro/src/history/name.js"),
    ),
    script(
        "/history/rows.js",
        include_str!("../../../../astro/src/history/rows.js"),
    ),
    script(
        "/history/say.js",
        include_str!("../../../../astro/src/history/say.js"),
    ),
    script(
        "/history/versions.js",
        include_str!("../../../../astro/src/history/versions.js"),
    ),
    // The editor, which the page and the npm package have in common.
    File {
        path: "/desk/editor.css",
        content_type: "text/css; charset=utf-8",
        content: include_str!("../../../../astro/src/desk/editor.css"),
    },
    File {
        path: FRAME,
        content_type: "text/html; charset=utf-8",
        content: include_str!("../../../page/src/frame.html"),
    },
    script(
        "/desk/address.js",
        include_str!("../../../../astro/src/desk/address.js"),
    ),
    script(
        "/desk/dom.js",
        include_str!("../../../../astro/src/desk/dom.js"),
    ),
    script(
        "/desk/drafts.js",
        include_str!("../../../../astro/src/desk/drafts.js"),
    ),
    script(
        "/desk/editor.js",
        include_str!("../../../../astro/src/desk/editor.js"),
    ),
    script(
        "/desk/field.js",
        include_str!("../../../../astro/src/desk/field.js"),
    ),
    script(
        "/desk/frame.js",
        include_str!("../../../../astro/src/desk/frame.js"),
    ),
    script(
        "/desk/gallery.js",
        include_str!("../../../../astro/src/desk/gallery.js"),
    ),
    script(
        "/desk/keeper.js",
        include_str!("../../../../astro/src/desk/keeper.js"),
    ),
    script(
        "/desk/leave.js",
        include_str!("../../../../astro/src/desk/leave.js"),
    ),
    script(
        "/desk/looks.js",
        include_str!("../../../../astro/src/desk/looks.js"),
    ),
    script(
        "/desk/marks.js",
        include_str!("../../../../astro/src/desk/marks.js"),
    ),
    script(
        "/desk/pictures.js",
        include_str!("../../../../astro/src/desk/pictures.js"),
    ),
    script(
        "/desk/preview.js",
        include_str!("../../../../astro/src/desk/preview.js"),
    ),
    script(
        "/desk/publish.js",
        include_str!("../../../../astro/src/desk/publish.js"),
    ),
    script(
        "/desk/result.js",
        include_str!("../../../../astro/src/desk/result.js"),
    ),
    script(
        "/desk/text.js",
        include_str!("../../../../astro/src/desk/text.js"),
    ),
    script(
        "/desk/tools.js",
        include_str!("../../../../astro/src/desk/tools.js"),
    ),
    // The office, for administrators and editors, which the page and the npm package have in common.
    File {
        path: "/office/office.css",
        content_type: "text/css; charset=utf-8",
        content: include_str!("../../../../astro/src/office/office.css"),
    },
    script(
        "/office/acts.js",
        include_str!("../../../../astro/src/office/acts.js"),
    ),
    script(
        "/office/checklist.js",
        include_str!("../../../../astro/src/office/checklist.js"),
    ),
    script(
        "/office/document.js",
        include_str!("../../../../astro/src/office/document.js"),
    ),
    script(
        "/office/form.js",
        include_str!("../../../../astro/src/office/form.js"),
    ),
    script(
        "/office/invite.js",
        include_str!("../../../../astro/src/office/invite.js"),
    ),
    script(
        "/office/list.js",
        include_str!("../../../../astro/src/office/list.js"),
    ),
    script(
        "/office/members.js",
        include_str!("../../../../astro/src/office/members.js"),
    ),
    script(
        "/office/notices.js",
        include_str!("../../../../astro/src/office/notices.js"),
    ),
    script(
        "/office/paged.js",
        include_str!("../../../../astro/src/office/paged.js"),
    ),
    script(
        "/office/person.js",
        include_str!("../../../../astro/src/office/person.js"),
    ),
    script(
        "/office/posting.js",
        include_str!("../../../../astro/src/office/posting.js"),
    ),
    script(
        "/office/review.js",
        include_str!("../../../../astro/src/office/review.js"),
    ),
    script(
        "/office/roster.js",
        include_str!("../../../../astro/src/office/roster.js"),
    ),
    script(
        "/office/slips.js",
        include_str!("../../../../astro/src/office/slips.js"),
    ),
    script(
        "/office/states.js",
        include_str!("../../../../astro/src/office/states.js"),
    ),
    script(
        "/office/steps.js",
        include_str!("../../../../astro/src/office/steps.js"),
    ),
    script(
        "/office/words.js",
        include_str!("../../../../astro/src/office/words.js"),
    ),
];

/// Where the page may reach beside the origin it was loaded from.
#[derive(Debug, Clone)]
pub(crate) struct Sources {
    /// The API under the name that its answers use, for pictures.
    pub(crate) public_url: String,
    /// The S3 port, for files that are put there directly.
    pub(crate) s3_url: String,
}

/// The page's file at `path`.
pub(super) fn answer(method: &Method, path: &str, sources: &Sources) -> Option<Answer> {
    let file = FILES.iter().find(|file| file.path == path).copied();
    let file = file.or_else(|| sentences(path))?;
    if ![Method::GET, Method::HEAD].contains(method) {
        return None;
    }
    let content = LOCAL
        .iter()
        .fold(file.content.to_owned(), |page, (mark, local)| {
            page.replace(mark, local)
        });
    let Sources { public_url, s3_url } = sources;
    let content = match file.path {
        FRAME => content.replace("{site}", public_url),
        _ => content,
    };
    let mut response = text(StatusCode::OK, file.content_type, content);
    // The frame's document is made by the page and held by the page's policy, too: its one style is named there.
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' {FRAME_STYLE}; \
         img-src 'self' {public_url} blob: data: https:; connect-src 'self' {s3_url}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // Another version of the program may serve the next visit.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::{FILES, FRAME, FRAME_STYLE, LOCAL, sentences};

    /// What is in the folders is what an administrator copies to the content bucket.
    #[test]
    fn only_this_machine_s_page_speaks_of_this_machine() {
        // What the sentences say is shown where an element asks for it.
        for file in FILES {
            for local in ["local_", "masthead dev", "terminal", "demo"] {
                assert!(!file.content.contains(local), "{}: {local}", file.path);
            }
        }
        let page = FILES.first().unwrap().content;
        for (mark, _) in LOCAL {
            assert_eq!(page.matches(mark).count(), 1, "{mark}");
        }
    }

    #[test]
    fn every_file_that_the_page_names_is_served() {
        let mut named = 0;
        for file in FILES {
            for word in file.content.split('"') {
                let is_file = [".js", ".css", ".svg"]
                    .iter()
                    .any(|end| word.ends_with(end));
                if word.starts_with('/') && is_file {
                    named += 1;
                    assert!(
                        FILES.iter().any(|other| other.path == word),
                        "{} names {word}",
                        file.path
                    );
                }
            }
        }
        assert!(named >= FILES.len() - 2, "the page names {named} files");
    }

    #[test]
    fn every_language_is_served() {
        for (code, content) in languages::FILES {
            let file = sentences(&format!("/languages/{code}.json")).unwrap();
            assert_eq!(file.content, content);
        }
        assert!(sentences("/languages/xx.json").is_none());
    }

    #[test]
    fn every_module_that_a_shared_one_imports_is_served() {
        for file in FILES {
            let folder = file.path.rsplit_once('/').unwrap().0;
            for name in file.content.split("from '").skip(1) {
                let name = name.split('\'').next().unwrap();
                let path = match name.strip_prefix("../") {
                    Some(from_top) => format!("/{from_top}"),
                    None => format!("{folder}/{}", name.trim_start_matches("./")),
                };
                assert!(
                    FILES.iter().any(|other| other.path == path),
                    "{} names {path}",
                    file.path
                );
            }
        }
    }

    /// What the dialog before a deletion promises is what the store keeps.
    #[test]
    fn the_page_promises_what_the_store_keeps() {
        let file = FILES.iter().find(|file| file.path == "/history/keep.js");
        let days = format!("KEPT_DAYS = {};", blobs::layout::KEPT_DAYS);
        assert!(file.unwrap().content.contains(&days), "{days}");
    }

    #[test]
    fn the_page_allows_the_style_of_a_preview_s_frame() {
        let frame = FILES.iter().find(|file| file.path == FRAME).unwrap();
        let policy = format!("style-src {FRAME_STYLE};");
        assert!(frame.content.contains(&policy), "{}", frame.content);
        let template = include_str!("../../../../template.yaml");
        let clubs = format!("style-src 'self' {FRAME_STYLE};");
        assert!(template.contains(&clubs), "{clubs}");
    }
}
