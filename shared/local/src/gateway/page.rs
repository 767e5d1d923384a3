//! The page at `/`: sign in, upload, watch the report; and at `/join`: set a password by a code.

use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY};
use hyper::{Method, StatusCode};

use super::answer::{Answer, text};

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

const fn sentences(path: &'static str, content: &'static str) -> File {
    File {
        path,
        content_type: "application/json",
        content,
    }
}

/// What the page of this machine says beyond that of a club: marks in `index.html`, and what stands there instead.
const LOCAL: [(&str, &str); 2] = [
    ("<!-- edition -->", "<p>Local edition</p>"),
    (
        "<!-- hint -->",
        "<p class=\"hint\">The demo member’s address and password are in the terminal that runs <code>masthead dev</code>.</p>",
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
    script("/files.js", include_str!("../../page/files.js")),
    script("/folder.js", include_str!("../../page/folder.js")),
    script("/gather.js", include_str!("../../page/gather.js")),
    script("/join.js", include_str!("../../page/join.js")),
    script("/missing.js", include_str!("../../page/missing.js")),
    script("/picture.js", include_str!("../../page/picture.js")),
    script("/report.js", include_str!("../../page/report.js")),
    script("/schedule.js", include_str!("../../page/schedule.js")),
    script("/send.js", include_str!("../../page/send.js")),
    // What the page and the npm package have in common.
    script(
        "/languages/say.js",
        include_str!("../../../../astro/src/languages/say.js"),
    ),
    sentences(
        "/languages/en.json",
        include_str!("../../../../languages/en.json"),
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
    let file = FILES.iter().find(|file| file.path == path)?;
    if ![Method::GET, Method::HEAD].contains(method) {
        return None;
    }
    let content = LOCAL
        .iter()
        .fold(file.content.to_owned(), |page, (mark, local)| {
            page.replace(mark, local)
        });
    let mut response = text(StatusCode::OK, file.content_type, content);
    let Sources { public_url, s3_url } = sources;
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; \
         img-src 'self' {public_url} blob: https:; connect-src 'self' {s3_url}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
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
    use super::{FILES, LOCAL};

    /// What is in the folders is what an administrator copies to the content bucket.
    #[test]
    fn only_this_machine_s_page_speaks_of_this_machine() {
        for file in FILES {
            for local in ["Local edition", "masthead dev", "terminal", "demo"] {
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
    fn every_module_of_the_folder_is_served() {
        for file in FILES
            .iter()
            .filter(|file| file.path.starts_with("/folder/"))
        {
            for name in file.content.split("from './").skip(1) {
                let name = name.split('\'').next().unwrap();
                let path = format!("/folder/{name}");
                assert!(
                    FILES.iter().any(|other| other.path == path),
                    "{} names {path}",
                    file.path
                );
            }
        }
    }
}
