//! The repository that an author names, and where its files are (2.9.9): every host has addresses of its own for a file's
//! page and for its bytes.

use crate::names;
use crate::yaml::Node;

/// A host of repositories.
struct Host {
    domain: &'static str,
    /// What npm writes before `:owner/name`.
    short: &'static str,
    /// Address of a file's bytes, and of the page that shows it. `{}` stands for the repository, then for the commit.
    raw: &'static str,
    page: &'static str,
    /// The newest commit, as addresses have it.
    head: &'static str,
    /// What stands between the repository and the commit in the address of a folder or a file.
    views: &'static [&'static str],
    /// Whether a repository may stand in groups within groups.
    has_groups: bool,
}

const HOSTS: [Host; 4] = [
    Host {
        domain: "github.com",
        short: "github",
        raw: "https://raw.githubusercontent.com/{}/{}/",
        page: "https://github.com/{}/blob/{}/",
        head: "HEAD",
        views: &["tree", "blob", "raw"],
        has_groups: false,
    },
    Host {
        domain: "gitlab.com",
        short: "gitlab",
        raw: "https://gitlab.com/{}/-/raw/{}/",
        page: "https://gitlab.com/{}/-/blob/{}/",
        head: "HEAD",
        views: &["-/tree", "-/blob", "-/raw"],
        has_groups: true,
    },
    Host {
        domain: "codeberg.org",
        short: "codeberg",
        raw: "https://codeberg.org/{}/raw/{}/",
        page: "https://codeberg.org/{}/src/{}/",
        head: "commit/HEAD",
        views: &["src", "raw"],
        has_groups: false,
    },
    Host {
        domain: "bitbucket.org",
        short: "bitbucket",
        raw: "https://bitbucket.org/{}/raw/{}/",
        page: "https://bitbucket.org/{}/src/{}/",
        head: "HEAD",
        views: &["src", "raw"],
        has_groups: false,
    },
];

/// Views that show a file, and no folder.
const FILE_VIEWS: [&str; 4] = ["blob", "raw", "-/blob", "-/raw"];
/// What Codeberg puts before the name of a commit.
const KINDS: [&str; 3] = ["branch", "commit", "tag"];

/// Where the files of a document are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repository {
    raw: String,
    page: String,
    /// The folder in which the document stands; empty for the topmost one.
    directory: String,
}

impl Repository {
    /// A text, or a map with `url` and perhaps `directory`, as npm has it.
    pub(crate) fn read(value: &Node) -> Option<Self> {
        let Node::Map(_) = value else {
            return Self::of(value.text()?);
        };
        let repository = Self::of(value.get("url").and_then(Node::text)?)?;
        match value.get("directory").and_then(Node::text) {
            Some(directory) => Some(Self {
                directory: parts(directory)?.join("/"),
                ..repository
            }),
            None => Some(repository),
        }
    }

    /// `owner/name`, or an address in any of its spellings.
    fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("git+").unwrap_or(text);
        let (text, part) = text.split_once('#').unwrap_or((text, ""));
        let text = text.split('?').next().unwrap_or_default();
        // In the address of a page it is a part of that page.
        let is_page = text.starts_with("http") && text.strip_suffix(".git").is_none();
        let (host, path) = located(text)?;
        let path = path.trim_matches('/');
        let address = host.split(path).unwrap_or(Address {
            repository: path,
            view: "",
            rest: "",
        });
        let repository = address.repository.trim_end_matches('/');
        let repository = repository.strip_suffix(".git").unwrap_or(repository);
        let owners = parts(repository)?;
        let is_repository = owners.len() == 2 || owners.len() > 2 && host.has_groups;
        if !is_repository
            || owners
                .iter()
                .any(|name| name.starts_with('.') || name.contains(' '))
        {
            return None;
        }
        let mut rest = parts(address.rest)?;
        let has_kind = rest.first().is_some_and(|kind| KINDS.contains(kind));
        let length = if host.head.contains('/') && has_kind {
            2
        } else {
            1
        };
        let behind = rest.split_off(length.min(rest.len()));
        let mut directory = behind;
        let is_document = |name: &&str| names::without_markdown_ending(name).is_some();
        if FILE_VIEWS.contains(&address.view) || directory.last().is_some_and(is_document) {
            directory.pop();
        }
        let named = if is_page || part.is_empty() {
            rest.join("/")
        } else {
            part.to_owned()
        };
        let commit = match parts(&named)?.as_slice() {
            [] => host.head.to_owned(),
            [name] if host.head.contains('/') => format!("branch/{name}"),
            parts => parts.join("/"),
        };
        let repository = owners.join("/");
        let filled = |template: &str| {
            template
                .replacen("{}", &repository, 1)
                .replacen("{}", &commit, 1)
        };
        Some(Self {
            raw: filled(host.raw),
            page: filled(host.page),
            directory: directory.join("/"),
        })
    }

    /// A relative path of the document, as a path from the topmost folder.
    pub(crate) fn path(&self, relative: &str) -> String {
        if relative.starts_with(['/', '\\']) || self.directory.is_empty() {
            return relative.to_owned();
        }
        format!("{}/{relative}", self.directory)
    }

    /// Where the bytes of a file are.
    pub(crate) fn raw(&self, path: &str) -> String {
        format!("{}{path}", self.raw)
    }

    /// The page that shows a file.
    pub(crate) fn page(&self, path: &str) -> String {
        format!("{}{path}", self.page)
    }
}

/// An address within a host.
struct Address<'a> {
    repository: &'a str,
    view: &'static str,
    rest: &'a str,
}

impl Host {
    /// An address that names a commit, at the view before it.
    fn split<'a>(&self, path: &'a str) -> Option<Address<'a>> {
        self.views.iter().find_map(|view| {
            let (repository, rest) = path.split_once(&format!("/{view}/"))?;
            let is_repository = self.has_groups || repository.matches('/').count() == 1;
            is_repository.then_some(Address {
                repository,
                view,
                rest,
            })
        })
    }
}

/// The host of an address, and what stands behind it.
fn located(text: &str) -> Option<(&'static Host, &str)> {
    if let Some((short, path)) = text.split_once(':')
        && !path.starts_with("//")
        && let Some(host) = HOSTS.iter().find(|host| host.short == short)
    {
        return Some((host, path));
    }
    let (has_scheme, address) = match text.split_once("://") {
        Some(("https" | "http" | "ssh" | "git", address)) => (true, address),
        Some(_) => return None,
        None => (false, text),
    };
    let (domain, path) = address.split_once(['/', ':'])?;
    // The port of `ssh://git@github.com:22/owner/name`.
    let has_port = has_scheme && address.contains(&format!("{domain}:"));
    let path = path.trim_start_matches(|c: char| has_port && c.is_ascii_digit());
    let domain = domain.rsplit('@').next().unwrap_or(domain);
    let domain = domain.strip_prefix("www.").unwrap_or(domain);
    let host = HOSTS
        .iter()
        .find(|host| host.domain.eq_ignore_ascii_case(domain));
    match host {
        Some(host) => Some((host, path)),
        // GitHub's own way: `owner/name`.
        None if !has_scheme && !address.contains(':') => HOSTS.first().map(|host| (host, text)),
        None => None,
    }
}

/// The parts of a path; `None` where one leads elsewhere.
fn parts(path: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    let is_part = |part: &&str| {
        let is_character =
            |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '+' | '@' | ' ');
        *part != ".." && part.chars().all(is_character)
    };
    parts.iter().all(is_part).then_some(parts)
}

/// The address of a file's bytes, for that of the page that shows it: a page is no picture.
pub(crate) fn bytes_of(url: &str) -> Option<String> {
    let address = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    let address = address.strip_prefix("www.").unwrap_or(address);
    let (host, path) = HOSTS
        .iter()
        .find_map(|host| Some((host, address.strip_prefix(host.domain)?.strip_prefix('/')?)))?;
    let path = path.split(['?', '#']).next()?;
    let Address {
        repository,
        view,
        rest,
    } = host.split(path)?;
    let (commit, file) = rest.split_once('/')?;
    let is_bytes = view == "tree" || view.ends_with("raw") && host.domain != "github.com";
    let raw = host
        .raw
        .replacen("{}", repository, 1)
        .replacen("{}", commit, 1);
    (!is_bytes && !file.is_empty() && !commit.is_empty()).then(|| raw + file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &Node) -> Option<(String, String)> {
        let repository = Repository::read(value)?;
        let path = repository.path("a.png");
        Some((repository.raw(&path), repository.page(&path)))
    }

    #[test]
    fn repositories_in_every_spelling() {
        let raw = "https://raw.githubusercontent.com/club/tools/";
        let page = "https://github.com/club/tools/blob/";
        for (text, path) in [
            ("club/tools", "HEAD/a.png"),
            (" github:club/tools ", "HEAD/a.png"),
            ("github.com/club/tools", "HEAD/a.png"),
            ("https://github.com/club/tools.git", "HEAD/a.png"),
            ("http://www.github.com/club/tools/", "HEAD/a.png"),
            (
                "https://github.com/club/tools?tab=readme-ov-file",
                "HEAD/a.png",
            ),
            ("git@github.com:club/tools.git", "HEAD/a.png"),
            ("git+ssh://git@github.com/club/tools.git", "HEAD/a.png"),
            ("ssh://git@github.com:22/club/tools", "HEAD/a.png"),
            ("git://github.com/club/tools.git#main", "main/a.png"),
            ("git+https://github.com/club/tools.git", "HEAD/a.png"),
            (
                "https://github.com/club/tools/tree/main/packages/lamp",
                "main/packages/lamp/a.png",
            ),
            (
                "https://github.com/club/tools/blob/v1/docs/README.md",
                "v1/docs/a.png",
            ),
            ("https://github.com/club/tools/tree/main", "main/a.png"),
            ("https://github.com/club/tools#readme", "HEAD/a.png"),
            ("club/tools#dev", "dev/a.png"),
        ] {
            let expected = (format!("{raw}{path}"), format!("{page}{path}"));
            assert_eq!(of(&Node::string(text)), Some(expected), "{text}");
        }
    }

    #[test]
    fn hosts_have_addresses_of_their_own() {
        for (text, raw, page) in [
            (
                "https://gitlab.com/club/robots/arm.git",
                "https://gitlab.com/club/robots/arm/-/raw/HEAD/a.png",
                "https://gitlab.com/club/robots/arm/-/blob/HEAD/a.png",
            ),
            (
                "https://gitlab.com/club/arm/-/tree/main/docs",
                "https://gitlab.com/club/arm/-/raw/main/docs/a.png",
                "https://gitlab.com/club/arm/-/blob/main/docs/a.png",
            ),
            (
                "git@codeberg.org:club/arm.git",
                "https://codeberg.org/club/arm/raw/commit/HEAD/a.png",
                "https://codeberg.org/club/arm/src/commit/HEAD/a.png",
            ),
            (
                "https://codeberg.org/club/arm/src/branch/main/docs",
                "https://codeberg.org/club/arm/raw/branch/main/docs/a.png",
                "https://codeberg.org/club/arm/src/branch/main/docs/a.png",
            ),
            (
                "bitbucket:club/arm",
                "https://bitbucket.org/club/arm/raw/HEAD/a.png",
                "https://bitbucket.org/club/arm/src/HEAD/a.png",
            ),
        ] {
            let expected = (raw.to_owned(), page.to_owned());
            assert_eq!(of(&Node::string(text)), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_map_has_an_address_and_perhaps_a_directory() {
        let map = |directory: &str| {
            Node::Map(vec![
                ("type".to_owned(), Node::string("git")),
                (
                    "url".to_owned(),
                    Node::string("git+https://github.com/club/tools.git"),
                ),
                ("directory".to_owned(), Node::string(directory)),
            ])
        };
        let repository = Repository::read(&map("./packages/lamp/")).unwrap();
        assert_eq!(repository.path("a.png"), "packages/lamp/a.png");
        assert_eq!(repository.path("/a.png"), "/a.png");
        assert_eq!(Repository::read(&map("../..")), None);
    }

    #[test]
    fn an_owner_may_begin_with_digits() {
        for text in [
            "https://github.com/3b1b/arm",
            "ssh://git@github.com:22/3b1b/arm",
            "git@github.com:3b1b/arm",
        ] {
            let (raw, _) = of(&Node::string(text)).unwrap();
            assert_eq!(raw, "https://raw.githubusercontent.com/3b1b/arm/HEAD/a.png");
        }
    }

    #[test]
    fn what_is_no_repository() {
        for text in [
            "",
            "tools",
            "club/tools/more",
            "https://club.example/tools",
            "https://github.com/club",
            "../tools",
            "club/..",
            "javascript:club/tools",
            "https://github.com.evil.example/a/b",
            "a@b:c/d",
            "https://github.com/club/to\"ols",
            "ftp://github.com/club/tools",
        ] {
            assert_eq!(of(&Node::string(text)), None, "{text}");
        }
    }

    #[test]
    fn the_bytes_of_files_that_pages_show() {
        for (url, expected) in [
            (
                "https://github.com/o/r/blob/main/a/b.png?raw=true",
                Some("https://raw.githubusercontent.com/o/r/main/a/b.png"),
            ),
            (
                "https://github.com/o/r/raw/main/b.png",
                Some("https://raw.githubusercontent.com/o/r/main/b.png"),
            ),
            (
                "https://gitlab.com/g/o/r/-/blob/main/b.png",
                Some("https://gitlab.com/g/o/r/-/raw/main/b.png"),
            ),
            (
                "https://codeberg.org/o/r/src/branch/main/b.png",
                Some("https://codeberg.org/o/r/raw/branch/main/b.png"),
            ),
            ("https://gitlab.com/g/r/-/raw/main/b.png", None),
            ("https://codeberg.org/o/r/raw/branch/main/b.png", None),
            ("https://github.com/o/r/releases/download/v1/b.png", None),
            ("https://github.com/o/r/tree/main/b.png", None),
            ("https://example.org/o/r/blob/main/b.png", None),
        ] {
            assert_eq!(bytes_of(url).as_deref(), expected, "{url}");
        }
    }
}
