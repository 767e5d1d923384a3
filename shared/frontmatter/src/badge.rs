//! Which pictures are badges (2.5).

/// What the address of a badge contains.
const MARKS: [&str; 57] = [
    "builds.sr.ht",
    "licenses.dev/b/",
    "elpa.gnu.org/",
    "melpa.org/packages/",
    "way2muchnoise.eu",
    "devins-badges",
    "img.shields.io",
    "shields.io/",
    "badgen.net",
    "badge.fury.io",
    "badge.svg",
    "travis-ci",
    "circleci",
    "codecov",
    "coveralls",
    "opencollective",
    "repology",
    "snyk",
    "pepy.tech",
    "actions/workflows",
    "bestpractices",
    "gitpod",
    "vercel.com/button",
    "star-history",
    "fossa",
    "appveyor",
    "packagephobia",
    "trendshift",
    "producthunt",
    "bundlephobia",
    "deepsource",
    "sonarcloud",
    "codeclimate",
    "gitter.im",
    "dependabot",
    "isitmaintained",
    "visitor-badge",
    "komarev.com",
    "hits.seeyoufarm",
    "licensebuttons.net",
    "mybinder.org/badge",
    "-badge.",
    "dcbadge.",
    "i.creativecommons.org",
    "hellogithub.com/v1/widgets",
    "openxlab",
    "readme-typing-svg",
    "repobeats.axiom.co",
    "rultor.com/b/",
    "gh-card.dev",
    "/shields/",
    "/status.svg",
    "?status.svg",
    "badge-color.svg",
    "github.io/sb/",
    "yunohost.org/integration",
    "huggingface.co/datasets/huggingface/badges",
];
/// `/badge` or `/badges`, and what comes behind it.
const BADGE: [&str; 6] = [
    "/badge/", "/badge.", "/badge?", "/badges/", "/badges.", "/badges?",
];

/// Whether a picture's address is that of a badge service.
pub(crate) fn is_badge(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    let contains_in_order = |first: &str, second: &str| {
        url.find(first)
            .and_then(|at| url.get(at..))
            .is_some_and(|rest| rest.contains(second))
    };
    MARKS.iter().chain(&BADGE).any(|mark| url.contains(mark))
        || url.ends_with("/badge")
        || contains_in_order("dev.azure.com", "_apis")
        || contains_in_order("discord", "/api")
}

#[cfg(test)]
mod tests {
    use super::is_badge;

    #[test]
    fn badges_and_pictures() {
        for url in [
            "https://img.shields.io/npm/v/app.svg",
            "https://x.org/badges/y",
            "https://github.com/o/r/actions/workflows/ci.yml/badge.svg",
            "https://dev.azure.com/x/_apis/build/status",
            "https://discord.com/api/guilds/1/widget.png",
        ] {
            assert!(is_badge(url), "{url}");
        }
        for url in [
            "logo.svg",
            "https://e.com/badger.png",
            "media/screenshot.png",
        ] {
            assert!(!is_badge(url), "{url}");
        }
    }
}
