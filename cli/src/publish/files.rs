//! What is to be done about pictures and PDFs, told from those of the folder that notes show, what the server has, and what was sent from
//! here before. A pure function: nothing is read or sent.

use std::collections::BTreeSet;

use super::folder::{Attachment, LeftOut};

/// A file of the folder that belongs to what is published.
#[derive(Debug, Clone)]
pub(super) struct Local {
    pub(super) attachment: Attachment,
    /// As what it is announced; what it is, the server sees.
    pub(super) content_type: &'static str,
    /// SHA-256 of what is in it, in hexadecimal; or why it can't be sent, as the end of a sentence.
    pub(super) digest: Result<String, String>,
}

/// A file that the server has.
#[derive(Debug, Clone)]
pub(super) struct Remote {
    pub(super) id: String,
    pub(super) path: String,
    /// Bytes.
    pub(super) size: u64,
    /// `None` until the server has looked at it.
    pub(super) sha256: Option<String>,
    pub(super) processing: bool,
    /// Why the version that is there was rejected.
    pub(super) rejected: Option<String>,
    /// Slugs of the documents that show it.
    pub(super) shown_by: Vec<String>,
}

/// A file that was sent from this folder, as it was then.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Sent {
    pub(super) path: String,
    pub(super) sha256: String,
}

impl Sent {
    /// Whether this is what the server has, as far as it knows.
    fn is(&self, remote: &Remote) -> bool {
        self.path == remote.path && remote.sha256.as_ref() == Some(&self.sha256)
    }
}

/// A file that the server didn't take for what is in it, as it was then.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Denied {
    #[serde(flatten)]
    pub(super) file: Sent,
    /// The server's words.
    pub(super) reason: String,
}

/// What becomes of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    New,
    Changed,
    /// It was sent by a run that was cut short, and the server is still at it.
    Awaited,
    /// It is there; with the reason where it was rejected.
    Unchanged(Option<String>),
    /// It was sent before as it is now, and not taken; and why.
    Denied(String),
    /// It can't be sent, and why.
    Refused(String),
}

impl Action {
    pub(super) fn is_refused(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Denied(_))
    }
}

/// One file with what becomes of it.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) local: Local,
    pub(super) action: Action,
}

impl Step {
    pub(super) fn is_sent(&self) -> bool {
        matches!(self.action, Action::New | Action::Changed)
    }

    pub(super) fn is_refused(&self) -> bool {
        self.action.is_refused() || matches!(self.action, Action::Unchanged(Some(_)))
    }

    pub(super) fn path(&self) -> &str {
        &self.local.attachment.path
    }
}

#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// What was sent from here, is still on the server and not in the folder any more.
    pub(super) gone: Vec<Remote>,
    /// How many files, and bytes, the server will have once all is done that is planned.
    pub(super) will_be: (u64, u64),
}

/// What a plan of files is made of.
pub(super) struct Given<'a> {
    pub(super) remotes: &'a [Remote],
    /// What was sent from this folder.
    pub(super) sent: &'a [Sent],
    /// What the server didn't take of it.
    pub(super) denied: &'a [Denied],
    /// Paths of all files in the folder, those that no note shows among them.
    pub(super) here: &'a BTreeSet<String>,
    /// Folders of which nobody knows what is in them.
    pub(super) left_out: &'a [LeftOut],
    /// Addresses on the server that are those of documents in the folder.
    pub(super) own_slugs: &'a BTreeSet<String>,
    /// Whether what is gone will be deleted.
    pub(super) prune: bool,
    /// Whether files may be replaced that documents from elsewhere show.
    pub(super) replace: bool,
}

pub(super) fn plan(locals: Vec<Local>, given: &Given<'_>) -> Plan {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut files = given.remotes.len() as u64;
    let mut bytes: u64 = given.remotes.iter().map(|remote| remote.size).sum();
    let mut steps = Vec::new();
    for local in locals {
        let path = &local.attachment.path;
        let remote = given.remotes.iter().find(|remote| remote.path == *path);
        let is_second = !seen.insert(path.clone());
        let action = match &local.digest {
            Err(reason) => Action::Refused(reason.clone()),
            Ok(_) if is_second => Action::Refused(
                "another file has the same name, composed of other characters".to_owned(),
            ),
            Ok(digest) => of_file(&local.attachment, digest, remote, given),
        };
        if matches!(action, Action::New | Action::Changed) {
            let before = remote.map_or(0, |remote| remote.size);
            files += u64::from(action == Action::New);
            bytes = bytes.saturating_sub(before) + local.attachment.size;
        }
        steps.push(Step { local, action });
    }
    let is_gone = |remote: &&Remote| {
        let is_here = given.here.contains(&remote.path)
            || given.left_out.iter().any(|it| it.holds(&remote.path));
        !is_here && given.sent.iter().any(|sent| sent.is(remote))
    };
    let gone: Vec<Remote> = given.remotes.iter().filter(is_gone).cloned().collect();
    if given.prune {
        files = files.saturating_sub(gone.len() as u64);
        bytes = bytes.saturating_sub(gone.iter().map(|remote| remote.size).sum());
    }
    Plan {
        steps,
        gone,
        will_be: (files, bytes),
    }
}

fn of_file(file: &Attachment, digest: &str, remote: Option<&Remote>, given: &Given<'_>) -> Action {
    if let Some(remote) = remote
        && remote.sha256.as_deref() == Some(digest)
    {
        return Action::Unchanged(remote.rejected.clone());
    }
    let is_it = |denied: &&Denied| denied.file.path == file.path && denied.file.sha256 == digest;
    if let Some(denied) = given.denied.iter().find(is_it) {
        return Action::Denied(denied.reason.clone());
    }
    let Some(remote) = remote else {
        return Action::New;
    };
    let mut earlier = given.sent.iter().filter(|sent| sent.path == file.path);
    // Until the server has looked at a file it is known by its size and by the note that it was sent.
    let is_awaited = remote.processing
        && remote.sha256.is_none()
        && remote.size == file.size
        && earlier.clone().any(|sent| sent.sha256 == digest);
    if is_awaited {
        return Action::Awaited;
    }
    if given.replace || earlier.any(|sent| sent.is(remote)) {
        return Action::Changed;
    }
    // Another folder of the member may have another file of this path.
    let foreign = remote.shown_by.iter();
    let foreign: Vec<&str> = foreign
        .filter(|slug| !given.own_slugs.contains(*slug))
        .map(String::as_str)
        .collect();
    if foreign.is_empty() {
        return Action::Changed;
    }
    Action::Refused(format!(
        "another file has this path, and is shown by {}, which isn't from here; rename this one, or say --replace",
        foreign.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(path: &str, text: &str) -> Local {
        Local {
            attachment: Attachment {
                file: std::path::PathBuf::new(),
                path: path.to_owned(),
                size: text.len() as u64,
                fault: None,
            },
            content_type: "image/png",
            digest: Ok(text.to_owned()),
        }
    }

    fn remote(path: &str, text: &str, shown_by: &[&str]) -> Remote {
        Remote {
            id: format!("id of {path}"),
            path: path.to_owned(),
            size: text.len() as u64,
            sha256: Some(text.to_owned()),
            processing: false,
            rejected: None,
            shown_by: shown_by.iter().map(|&slug| slug.to_owned()).collect(),
        }
    }

    fn sent(path: &str, text: &str) -> Sent {
        Sent {
            path: path.to_owned(),
            sha256: text.to_owned(),
        }
    }

    /// The plan of `locals`, in whose folder `robots` is a document, and `others` are further files.
    fn planned(locals: &[Local], others: &[&str], remotes: &[Remote], sent: &[Sent]) -> Plan {
        let paths = locals.iter().map(|local| local.attachment.path.clone());
        let others = others.iter().map(|&path| path.to_owned());
        plan(
            locals.to_vec(),
            &Given {
                remotes,
                sent,
                denied: &[Denied {
                    file: super::tests::sent("heic.jpg", "1"),
                    reason: "It is no picture.".to_owned(),
                }],
                here: &paths.chain(others).collect(),
                left_out: &[LeftOut {
                    path: "locked".to_owned(),
                    reason: "it can't be read".to_owned(),
                }],
                own_slugs: &["robots".to_owned()].into(),
                prune: false,
                replace: false,
            },
        )
    }

    fn actions(plan: &Plan) -> Vec<&'static str> {
        let steps = plan.steps.iter();
        let actions = steps.map(|step| match step.action {
            Action::New => "new",
            Action::Changed => "changed",
            Action::Awaited => "awaited",
            Action::Unchanged(None) => "unchanged",
            Action::Unchanged(Some(_)) => "rejected",
            Action::Denied(_) => "denied",
            Action::Refused(_) => "refused",
        });
        actions.collect()
    }

    #[test]
    fn only_what_changed_is_sent() {
        let locals = [local("a.png", "1"), local("img/b.png", "2222")];
        let first = planned(&locals, &[], &[], &[]);
        assert_eq!(actions(&first), ["new", "new"]);
        assert_eq!(first.will_be, (2, 5));
        let mut there = [remote("a.png", "1", &[]), remote("img/b.png", "222", &[])];
        let second = planned(&locals, &[], &there, &[]);
        assert_eq!(actions(&second), ["unchanged", "changed"]);
        assert_eq!(second.will_be, (2, 5));
        there[0].rejected = Some("It is no picture.".to_owned());
        let third = planned(&locals, &[], &there, &[]);
        assert_eq!(actions(&third), ["rejected", "changed"]);
    }

    #[test]
    fn what_was_not_taken_is_sent_again_once_it_is_another() {
        let locals = [local("heic.jpg", "1"), local("other.jpg", "1")];
        let there = [remote("heic.jpg", "before", &[])];
        for there in [&[][..], &there] {
            let plan = planned(&locals, &[], there, &[]);
            assert_eq!(actions(&plan), ["denied", "new"]);
            assert!(plan.steps[0].is_refused() && !plan.steps[0].is_sent());
        }
        let edited = [local("heic.jpg", "2")];
        assert_eq!(actions(&planned(&edited, &[], &[], &[])), ["new"]);
        // It was taken all the same, as from another machine.
        let taken = [remote("heic.jpg", "1", &[])];
        assert_eq!(
            actions(&planned(&locals[..1], &[], &taken, &[])),
            ["unchanged"]
        );
    }

    #[test]
    fn what_a_run_that_was_cut_short_sent_is_awaited() {
        let locals = [local("a.png", "1")];
        let mut there = remote("a.png", "1", &[]);
        (there.sha256, there.processing) = (None, true);
        let there = [there];
        let noted = [sent("a.png", "1")];
        assert_eq!(actions(&planned(&locals, &[], &there, &noted)), ["awaited"]);
        // Nobody noted that it was sent, or another one was.
        for noted in [&[][..], &[sent("a.png", "2")]] {
            assert_eq!(actions(&planned(&locals, &[], &there, noted)), ["changed"]);
        }
    }

    #[test]
    fn what_documents_from_elsewhere_show_is_left_to_them() {
        let locals = [local("logo.png", "1")];
        let own = [remote("logo.png", "2", &["robots"])];
        assert_eq!(actions(&planned(&locals, &[], &own, &[])), ["changed"]);
        let foreign = [remote("logo.png", "2", &["films", "robots"])];
        let refused = planned(&locals, &[], &foreign, &[]);
        let Action::Refused(reason) = &refused.steps[0].action else {
            panic!("{refused:?}");
        };
        assert!(reason.contains("shown by films, which"), "{reason}");
        // What is there came from here.
        let noted = [sent("logo.png", "2")];
        assert_eq!(
            actions(&planned(&locals, &[], &foreign, &noted)),
            ["changed"]
        );
    }

    #[test]
    fn only_what_was_sent_from_here_as_it_is_is_gone() {
        let there = [
            remote("mine.png", "1", &["robots"]),
            remote("unshown.png", "2", &[]),
            remote("by-hand.png", "3", &[]),
            remote("replaced-by-hand.png", "4", &[]),
            remote("locked/in.png", "5", &[]),
        ];
        let noted = [
            sent("mine.png", "1"),
            sent("unshown.png", "2"),
            sent("replaced-by-hand.png", "before"),
            sent("never.png", "5"),
            sent("locked/in.png", "5"),
        ];
        let plan = planned(&[], &["unshown.png"], &there, &noted);
        let gone: Vec<_> = plan.gone.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(gone, ["mine.png"]);
    }

    #[test]
    fn what_can_t_be_told_apart_or_sent_is_told() {
        let mut large = local("c.pdf", "3");
        large.digest = Err("it is larger than 25 MiB".to_owned());
        let locals = [local("a.png", "1"), local("a.png", "2"), large];
        let plan = planned(&locals, &[], &[], &[]);
        assert_eq!(actions(&plan), ["new", "refused", "refused"]);
    }
}
