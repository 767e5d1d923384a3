//! This machine: what builds Masthead, and the local stack.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;

use auth::token::StoredKeys;
use url::Url;

use super::finding::{DATA, Finding, NEEDS};
use crate::publish::server::{Call, Server, parse_url};

/// The oldest Rust that builds Masthead: `rust-version` of the workspace.
const RUST: &str = env!("CARGO_PKG_RUST_VERSION");
/// A disk with less room than this, in bytes, is soon full.
const LITTLE_ROOM: u64 = 1024 * 1024 * 1024;
/// With less than this, in bytes, nothing is stored any more before long.
const NO_ROOM: u64 = 64 * 1024 * 1024;

/// What was found, and the address of the Masthead that runs here.
pub(super) struct Here {
    pub(super) found: Vec<Finding>,
    pub(super) url: Option<Url>,
}

pub(super) async fn look(port: u16, data: &Path) -> Here {
    let (ports, url) = ports(port).await;
    let mut found = vec![rust(), ports];
    found.extend(folder(data));
    found.extend(room(data));
    Here { found, url }
}

fn rust() -> Finding {
    let remedy = format!("install Rust {RUST} or later from https://rustup.rs");
    let Ok(output) = Command::new("rustc").arg("--version").output() else {
        let said = "there is no `rustc` on the PATH, which builds and deploys Masthead";
        return Finding::warning("rust", said, remedy, NEEDS);
    };
    judge_rust(&String::from_utf8_lossy(&output.stdout), remedy)
}

/// Judges what `rustc --version` says, such as `rustc 1.95.0 (59807616e 2026-04-14)`.
fn judge_rust(said: &str, remedy: String) -> Finding {
    let said = said.trim();
    let version = said.split_whitespace().nth(1).and_then(numbers);
    match (version, numbers(RUST)) {
        (Some(version), Some(oldest)) if version >= oldest => Finding::ok("rust", said),
        (Some(_), Some(_)) => Finding::wrong(
            "rust",
            format!("{said} is older than {RUST}"),
            remedy,
            NEEDS,
        ),
        _ => Finding::warning(
            "rust",
            format!("`rustc --version` says “{said}”"),
            remedy,
            NEEDS,
        ),
    }
}

/// Major and minor version.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split(['.', '-']).map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// The ports that `masthead dev` takes.
async fn ports(port: u16) -> (Finding, Option<Url>) {
    let all: Vec<u16> = (port..=port.saturating_add(2)).collect();
    let taken: Vec<u16> = all
        .into_iter()
        .filter(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_err())
        .collect();
    if taken.is_empty() {
        let said = format!("{port} and the next two are free: no `masthead dev` runs on them");
        return (Finding::ok("ports", said), None);
    }
    if let Some(url) = masthead_on(port).await {
        let said = format!("Masthead answers on {port}");
        return (Finding::ok("ports", said), Some(url));
    }
    let taken: Vec<String> = taken.iter().map(ToString::to_string).collect();
    let finding = Finding::wrong(
        "ports",
        format!("something else has {}", taken.join(" and ")),
        "end it, or take others with `masthead dev --port PORT`",
        DATA,
    );
    (finding, None)
}

/// The address of the Masthead on this port, if it is one.
async fn masthead_on(port: u16) -> Option<Url> {
    let url = parse_url(&format!("http://localhost:{port}")).ok()?;
    let server = Server::new(url.clone()).ok()?;
    let (status, _, body) = server
        .exchange(&Call::get("/api/site", None), &[])
        .await
        .ok()?;
    let answer: serde_json::Value = serde_json::from_slice(&body).ok()?;
    (status.is_success() && answer["site"]["limits"].is_object()).then_some(url)
}

/// The data folder and the keys in it. A look makes nothing.
fn folder(data: &Path) -> Vec<Finding> {
    let name = data.display();
    let metadata = match std::fs::metadata(data) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let said = format!("there is no {name} yet; `masthead dev` makes it");
            return vec![Finding::ok("data", said)];
        }
        Err(error) => {
            let said = format!("{name} can't be looked at: {error}");
            let remedy = "make it yours, or name another with --data";
            return vec![Finding::wrong("data", said, remedy, DATA)];
        }
    };
    if !metadata.is_dir() {
        let remedy = "name a folder with --data";
        return vec![Finding::wrong(
            "data",
            format!("{name} is no folder"),
            remedy,
            DATA,
        )];
    }
    let mut found = Vec::new();
    if is_open_to_others(&metadata) {
        found.push(Finding::warning(
            "data",
            format!("others on this machine may look into {name}, which holds keys and members"),
            format!("`chmod 700 {name}`, or start `masthead dev`, which does it"),
            DATA,
        ));
    } else {
        found.push(Finding::ok("data", format!("{name} is its owner's alone")));
    }
    let keys = local::kept_jwt_keys(data).map(|text| text.map(|text| StoredKeys::parse(&text)));
    let damaged = match keys {
        Ok(None | Some(Ok(_))) => return found,
        Ok(Some(Err(cause))) => format!("the signing keys in {name} are damaged: {cause:#}"),
        Err(cause) => format!("the signing keys in {name} can't be read: {cause:#}"),
    };
    let remedy =
        "bring the folder back from a copy; `masthead dev --reset` starts over without the members";
    found.push(Finding::wrong("keys", damaged, remedy, DATA));
    found
}

#[cfg(unix)]
fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

/// How much room the disk of the data folder has, or that of the folder it will be in.
#[cfg(unix)]
fn room(data: &Path) -> Option<Finding> {
    let there = data.ancestors().find(|folder| folder.exists());
    let there = there.unwrap_or_else(|| Path::new("."));
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(judge_room(disk.f_bavail.saturating_mul(disk.f_frsize)))
}

#[cfg(not(unix))]
fn room(_: &Path) -> Option<Finding> {
    None
}

#[cfg_attr(
    not(unix),
    allow(dead_code, reason = "nothing says there how much room there is")
)]
fn judge_room(bytes: u64) -> Finding {
    let said = format!("{} MiB are free", bytes / (1024 * 1024));
    let remedy = "make room, or put the data on another disk with --data";
    match bytes {
        LITTLE_ROOM.. => Finding::ok("disk", said),
        NO_ROOM.. => Finding::warning("disk", said, remedy, DATA),
        _ => Finding::wrong("disk", said, remedy, DATA),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn an_old_rust_is_told() {
        for (said, verdict) in [
            ("rustc 1.95.0 (59807616e 2026-04-14)", Verdict::Ok),
            ("rustc 2.0.0-nightly (x)", Verdict::Ok),
            ("rustc 1.94.1 (x)", Verdict::Wrong),
            ("\u{1b}[2J", Verdict::Warning),
            ("", Verdict::Warning),
        ] {
            assert_eq!(judge_rust(said, String::new()).verdict, verdict, "{said}");
        }
    }

    #[test]
    fn a_disk_that_gets_full_is_told() {
        assert_eq!(judge_room(u64::MAX).verdict, Verdict::Ok);
        assert_eq!(judge_room(LITTLE_ROOM - 1).verdict, Verdict::Warning);
        assert_eq!(judge_room(NO_ROOM - 1).verdict, Verdict::Wrong);
        assert_eq!(judge_room(0).verdict, Verdict::Wrong);
    }

    #[test]
    fn a_folder_is_judged_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        assert_eq!(folder_verdicts(&data), [Verdict::Ok]);
        assert!(!data.exists(), "a look makes nothing");
        std::fs::write(&data, "").unwrap();
        assert_eq!(folder_verdicts(&data), [Verdict::Wrong]);
        std::fs::remove_file(&data).unwrap();
        local::jwt_keys(&data).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |mode| std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&data, mode(0o755)).unwrap();
            assert_eq!(folder_verdicts(&data), [Verdict::Warning]);
            std::fs::set_permissions(&data, mode(0o700)).unwrap();
        }
        assert_eq!(folder_verdicts(&data), [Verdict::Ok]);
        let keys = data.join("jwt_keys.json");
        assert!(keys.exists());
        std::fs::write(keys, "{").unwrap();
        assert_eq!(folder_verdicts(&data), [Verdict::Ok, Verdict::Wrong]);
    }

    fn folder_verdicts(data: &Path) -> Vec<Verdict> {
        folder(data).iter().map(|found| found.verdict).collect()
    }

    #[tokio::test]
    async fn a_port_that_something_else_has_is_told() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        // It takes the call, and hangs up.
        let hanging_up = std::thread::spawn(move || drop(listener.accept().unwrap()));
        let (finding, url) = ports(port).await;
        assert_eq!((finding.verdict, url), (Verdict::Wrong, None));
        hanging_up.join().unwrap();
    }
}
