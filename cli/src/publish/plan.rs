//! What is to be done, told from the files of the folder, what the server has, and what was published from here before. A
//! pure function: nothing is read or sent.

use std::collections::{BTreeMap, BTreeSet};

use frontmatter::slug;

use super::folder::{Document, Id, LeftOut};

/// How many further slugs are tried for a document whose own is another's.
const MAX_NUMBER: usize = 99;

/// A document that the server has.
#[derive(Debug, Clone)]
pub(super) struct Remote {
    pub(super) slug: String,
    /// The slugs that it had before.
    pub(super) former_slugs: Vec<String>,
    /// `None` where another program stored it.
    pub(super) id: Option<Id>,
    pub(super) sha256: Option<String>,
    /// Why the version that is there was rejected.
    pub(super) rejected: Option<String>,
    pub(super) processing: bool,
    /// `None` while it isn't known.
    pub(super) title: Option<String>,
}

/// A document that was published from this folder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Published {
    #[serde(flatten)]
    pub(super) id: Id,
    pub(super) slug: String,
    /// SHA-256 of what was sent, in hexadecimal: several while it isn't known which of them arrived, and none where that wasn't noted.
    #[serde(default)]
    pub(super) digests: Vec<String>,
}

impl Published {
    /// Whether the server has a document of this folder and name at the address, whatever is in it.
    fn is_at(&self, remote: &Remote) -> bool {
        self.slug == remote.slug && Some(&self.id) == remote.id.as_ref()
    }

    /// Notes where the document is by now, which somebody gave another address on the server.
    pub(super) fn follow(&mut self, remotes: &[Remote]) {
        if remotes.iter().any(|remote| remote.slug == self.slug) {
            return;
        }
        let had_it = |remote: &&Remote| {
            remote.former_slugs.contains(&self.slug) && Some(&self.id) == remote.id.as_ref()
        };
        if let Some(now) = remotes.iter().find(had_it) {
            self.slug.clone_from(&now.slug);
        }
    }

    /// Whether the server has it as it was sent.
    pub(super) fn is(&self, remote: &Remote) -> bool {
        let now = remote.sha256.as_ref();
        self.is_at(remote) && now.is_some_and(|now| self.digests.contains(now))
    }
}

/// What becomes of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    New,
    Changed,
    /// It has another folder than it had on the server, and stays at its address.
    Moved,
    /// It is there; with the reason where it was rejected.
    Unchanged(Option<String>),
    /// It can't be sent, and why.
    Refused(String),
}

/// One document with what becomes of it.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) document: Document,
    pub(super) action: Action,
    pub(super) slug: String,
    /// Whether the server would make another slug by itself.
    pub(super) names_slug: bool,
    /// What has the slug that the server would make.
    pub(super) instead_of: Option<String>,
    /// Whether it may take the place of a document of another title: not where that was sent some other way.
    pub(super) may_replace: bool,
}

impl Step {
    pub(super) fn is_sent(&self) -> bool {
        matches!(self.action, Action::New | Action::Changed | Action::Moved)
    }

    pub(super) fn is_refused(&self) -> bool {
        matches!(self.action, Action::Refused(_) | Action::Unchanged(Some(_)))
    }
}

#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// What was published from here, is still on the server and not in the folder any more.
    pub(super) gone: Vec<Published>,
    /// What was published from here and is not in the folder any more, and on the server isn't as it was sent, or may not be: it stays.
    pub(super) altered: Vec<Published>,
    /// How many other documents the server has.
    pub(super) others: usize,
    /// Addresses of all documents of the folder that the server has.
    pub(super) claimed: BTreeSet<String>,
    /// Slugs of unchanged documents whose reports are not there yet.
    pub(super) waiting: Vec<String>,
}

/// Decides. With `prune`, what is gone makes room for others; what lies in a folder that is left out isn't gone.
pub(super) fn plan(
    documents: Vec<Document>,
    remotes: &[Remote],
    published: &[Published],
    left_out: &[LeftOut],
    prune: bool,
) -> Plan {
    let found: BTreeSet<Id> = documents.iter().map(|it| it.id.clone()).collect();
    let is_here =
        |id: &Id| found.contains(id) || left_out.iter().any(|it| it.holds(&id.to_string()));
    let was_sent = |remote: &Remote| published.iter().any(|it| it.is_at(remote));
    // The addresses that are taken, and by what.
    let mut taken: BTreeMap<String, String> = remotes
        .iter()
        .map(|remote| {
            let by = remote.id.as_ref().map_or_else(
                || "a document of another program".to_owned(),
                ToString::to_string,
            );
            (remote.slug.clone(), by)
        })
        .collect();
    let mut claimed: BTreeSet<String> = BTreeSet::new();
    let mut seen: BTreeSet<Id> = BTreeSet::new();

    let mut steps: Vec<Step> = Vec::new();
    for document in documents {
        let own = slug::in_folder(&document.id.path, &document.id.file_name, None);
        let is_second = !seen.insert(document.id.clone());
        let remote = known(&document, &own, remotes, &was_sent);
        let moved = || moved(&document, &own, remotes, &is_here);
        let (action, remote) = match (&document.digest, remote) {
            (Err(reason), remote) => (Action::Refused(reason.clone()), remote),
            _ if is_second => (
                Action::Refused(
                    "another file has the same name, composed of other characters".to_owned(),
                ),
                None,
            ),
            (Ok(digest), Some(remote)) if remote.sha256.as_ref() == Some(digest) => {
                (Action::Unchanged(remote.rejected.clone()), Some(remote))
            }
            (Ok(_), Some(remote)) => (Action::Changed, Some(remote)),
            (Ok(_), None) => match moved() {
                Some(remote) if !claimed.contains(&remote.slug) => (Action::Moved, Some(remote)),
                _ => (Action::New, None),
            },
        };
        let slug = remote.map_or_else(|| own.clone(), |remote| remote.slug.clone());
        if remote.is_some() {
            claimed.insert(slug.clone());
        }
        let is_same = remote
            .zip(document.digest.as_ref().ok())
            .is_some_and(|(remote, digest)| remote.sha256.as_ref() == Some(digest));
        steps.push(Step {
            // An address that another folder's document had is named, so that it is taken over.
            names_slug: slug != own || action == Action::Moved,
            may_replace: is_same || remote.is_some_and(was_sent),
            document,
            action,
            slug,
            instead_of: None,
        });
    }

    let away = published
        .iter()
        .filter(|it| !is_here(&it.id) && !claimed.contains(&it.slug))
        .filter(|it| remotes.iter().any(|remote| it.is_at(remote)))
        .cloned();
    let (gone, altered): (Vec<Published>, Vec<Published>) =
        away.partition(|it| remotes.iter().any(|remote| it.is(remote)));
    if prune {
        for it in &gone {
            taken.remove(&it.slug);
        }
    }
    for step in &mut steps {
        if step.action == Action::New {
            address(step, &taken);
            taken.insert(step.slug.clone(), step.document.id.to_string());
        }
    }
    let is_gone = |remote: &Remote| gone.iter().chain(&altered).any(|it| it.slug == remote.slug);
    let others = remotes
        .iter()
        .filter(|remote| !claimed.contains(&remote.slug) && !is_gone(remote));
    let is_unchanged = |step: &&Step| matches!(step.action, Action::Unchanged(_));
    let is_processing = |slug: &String| remotes.iter().any(|it| it.slug == *slug && it.processing);
    let unchanged = steps.iter().filter(is_unchanged);
    Plan {
        others: others.count(),
        waiting: unchanged
            .map(|step| step.slug.clone())
            .filter(is_processing)
            .collect(),
        steps,
        gone,
        altered,
        claimed,
    }
}

/// The server's document that has the same folder and name: of several that which was published from here, or which has its own
/// address, or had it. Browsers tell no folder: what one of them sent to an address that was chosen may be another project's README, and is this
/// one only where it is the same to the byte.
fn known<'a>(
    document: &Document,
    own: &str,
    remotes: &'a [Remote],
    was_sent: &impl Fn(&Remote) -> bool,
) -> Option<&'a Remote> {
    let is_it = |remote: &&Remote| {
        let is_sure = remote.slug == own
            || remote.former_slugs.iter().any(|former| former == own)
            || !document.id.path.is_empty()
            || was_sent(remote)
            || remote.sha256.as_ref() == document.digest.as_ref().ok();
        remote.id.as_ref() == Some(&document.id) && is_sure
    };
    let same = remotes.iter().filter(is_it);
    same.max_by_key(|remote| (was_sent(remote), remote.slug == own))
}

/// The server's document that this one was before it was moved here, or before folders were told: of the same name and
/// address, and not in the folder where it lay.
fn moved<'a>(
    document: &Document,
    own: &str,
    remotes: &'a [Remote],
    is_here: &impl Fn(&Id) -> bool,
) -> Option<&'a Remote> {
    let is_it = |remote: &&Remote| {
        let id = remote.id.as_ref();
        remote.slug == own
            && id.is_some_and(|id| id.file_name == document.id.file_name && !is_here(id))
    };
    remotes.iter().find(is_it)
}

/// Gives a new document an address that is free: its own, else one with the names of its folders, else one with a number.
fn address(step: &mut Step, taken: &BTreeMap<String, String>) {
    step.instead_of = taken.get(&step.slug).cloned();
    if step.instead_of.is_none() {
        return;
    }
    let id = &step.document.id;
    let called = slug::called(&id.path, &id.file_name);
    let mut folders: Vec<&str> = id.path.split('/').filter(|it| !it.is_empty()).collect();
    if slug::is_own_page(&id.file_name) {
        // It is called as the last of them already.
        folders.pop();
    }
    let with_folders = (0..folders.len()).rev().map(|from| {
        let names = folders.get(from..).unwrap_or_default();
        format!("{} {called}", names.join(" "))
    });
    let numbered = (2..=MAX_NUMBER).map(|number| format!("{called} {number}"));
    let free = with_folders
        .chain(numbered)
        .map(|name| slug::for_upload("", Some(&name)))
        .find(|slug| !taken.contains_key(slug));
    match free {
        Some(slug) => {
            step.slug = slug;
            step.names_slug = true;
        }
        None => {
            step.action = Action::Refused(
                "too many documents have the same address; rename the file".to_owned(),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(path: &str, name: &str, text: &str) -> Document {
        Document {
            file: std::path::PathBuf::new(),
            id: Id::new(path, name),
            digest: Ok(text.to_owned()),
        }
    }

    fn remote(slug: &str, path: &str, name: &str, text: &str) -> Remote {
        Remote {
            slug: slug.to_owned(),
            former_slugs: Vec::new(),
            id: Some(Id::new(path, name)),
            sha256: Some(text.to_owned()),
            rejected: None,
            processing: false,
            title: None,
        }
    }

    fn published(slug: &str, path: &str, name: &str) -> Published {
        Published {
            id: Id::new(path, name),
            slug: slug.to_owned(),
            digests: vec!["1".to_owned()],
        }
    }

    /// Each step as `folder/name: action slug`, with a `!` where the slug is named and a `?` where another title stays.
    fn shown(plan: &Plan) -> Vec<String> {
        let steps = plan.steps.iter();
        let shown = steps.map(|step| {
            let action = match &step.action {
                Action::New => "new",
                Action::Changed => "changed",
                Action::Moved => "moved",
                Action::Unchanged(None) => "unchanged",
                Action::Unchanged(Some(_)) => "rejected",
                Action::Refused(_) => "refused",
            };
            let named = if step.names_slug { "!" } else { "" };
            let careful = if step.is_sent() && !step.may_replace {
                "?"
            } else {
                ""
            };
            format!(
                "{}: {action} {}{named}{careful}",
                step.document.id, step.slug
            )
        });
        shown.collect()
    }

    #[test]
    fn a_first_run_sends_all_and_a_second_nothing() {
        let documents = vec![
            local("", "README.md", "1"),
            local("notes/robots", "README.md", "2"),
            local("notes", "Ko\u{308}ln ✅.md", "3"),
        ];
        let first = plan(documents.clone(), &[], &[], &[], false);
        assert_eq!(
            shown(&first),
            [
                "README.md: new readme?",
                "notes/robots/README.md: new robots?",
                "notes/K\u{f6}ln ✅.md: new koln-white-check-mark?"
            ]
        );
        let there = [
            remote("readme", "", "README.md", "1"),
            remote("robots", "notes/robots", "README.md", "2"),
            remote("koln-white-check-mark", "notes", "K\u{f6}ln ✅.md", "3"),
        ];
        let second = plan(documents.clone(), &there, &[], &[], true);
        assert!(second.steps.iter().all(|step| !step.is_sent()));
        assert!(second.gone.is_empty() && second.others == 0);
        let mut edited = documents;
        edited[1].digest = Ok("4".to_owned());
        let sent = [published("robots", "notes/robots", "README.md")];
        let third = plan(edited, &there, &sent, &[], false);
        assert_eq!(
            shown(&third)[1],
            "notes/robots/README.md: changed robots",
            "what was published from here may have another title"
        );
    }

    #[test]
    fn two_documents_of_one_slug_have_two_addresses() {
        let documents = vec![
            local("", "notes.md", "0"),
            local("a", "README.md", "1"),
            local("b", "a.md", "2"),
            local("c", "notes.md", "3"),
            local("one/docs", "README.md", "4"),
            local("two/docs", "README.md", "5"),
            local("two/docs", "index.md", "6"),
        ];
        let first = plan(documents.clone(), &[], &[], &[], false);
        assert_eq!(
            shown(&first),
            [
                "notes.md: new notes?",
                "a/README.md: new a?",
                "b/a.md: new b-a!?",
                "c/notes.md: new c-notes!?",
                "one/docs/README.md: new docs?",
                "two/docs/README.md: new two-docs!?",
                "two/docs/index.md: new docs-2!?",
            ]
        );
        assert_eq!(first.steps[2].instead_of.as_deref(), Some("a/README.md"));
        // They keep them, whoever comes and goes.
        let there: Vec<Remote> = first
            .steps
            .iter()
            .map(|step| {
                let id = &step.document.id;
                let text = step.document.digest.as_ref().unwrap();
                remote(&step.slug, &id.path, &id.file_name, text)
            })
            .collect();
        let again = plan(documents[2..].to_vec(), &there, &[], &[], true);
        assert!(again.steps.iter().all(|step| !step.is_sent()));
        assert_eq!(again.others, 2, "what others sent is left alone");
    }

    #[test]
    fn a_document_that_got_another_address_on_the_server_is_known_there() {
        let mut renamed = remote("journey", "", "trip.md", "1");
        renamed.former_slugs = vec!["trip".to_owned()];
        let there = [renamed, remote("other", "", "other.md", "1")];
        for text in ["1", "2"] {
            // As it is known by what was noted, and on a machine that knows nothing.
            let mut noted = published("trip", "", "trip.md");
            noted.follow(&there);
            assert_eq!(noted.slug, "journey");
            for noted in [vec![noted.clone()], Vec::new()] {
                let documents = vec![local("", "trip.md", text)];
                let plan = plan(documents, &there, &noted, &[], true);
                let action = if text == "1" { "unchanged" } else { "changed" };
                let step = shown(&plan).remove(0);
                assert!(
                    step.starts_with(&format!("trip.md: {action} journey!")),
                    "{step}"
                );
                assert!(plan.gone.is_empty() && plan.altered.is_empty());
            }
            // Out of the folder it goes from where it is.
            let plan = plan(Vec::new(), &there, &[noted], &[], true);
            assert_eq!(plan.gone.len(), 1);
            assert_eq!(plan.gone[0].slug, "journey");
        }
        // Where another document has the address by now, that is not followed away from.
        let mut noted = published("other", "", "other.md");
        noted.follow(&there);
        assert_eq!(noted.slug, "other");
    }

    #[test]
    fn a_document_that_was_moved_keeps_its_address() {
        let there = [remote("trip", "old", "trip.md", "1")];
        let sent = [published("trip", "old", "trip.md")];
        let moved = vec![local("new", "trip.md", "2")];
        assert_eq!(
            shown(&plan(moved.clone(), &there, &sent, &[], true)),
            ["new/trip.md: moved trip!"]
        );
        assert!(
            plan(moved.clone(), &there, &sent, &[], true)
                .gone
                .is_empty()
        );
        // Sent some other way it is one by its title alone, which the server knows.
        assert_eq!(
            shown(&plan(moved.clone(), &there, &[], &[], true)),
            ["new/trip.md: moved trip!?"]
        );
        // Where the old one is there, too, it is another document.
        let both = vec![local("old", "trip.md", "1"), moved[0].clone()];
        assert_eq!(
            shown(&plan(both, &there, &sent, &[], true)),
            ["old/trip.md: unchanged trip", "new/trip.md: new new-trip!?"]
        );
    }

    #[test]
    fn another_project_s_readme_is_not_the_member_s_own_page() {
        let there = [remote("chess-clock", "", "README.md", "1")];
        let own = vec![local("", "README.md", "2")];
        assert_eq!(
            shown(&plan(own, &there, &[], &[], false)),
            ["README.md: new readme?"]
        );
        let same = vec![local("", "README.md", "1")];
        assert_eq!(
            shown(&plan(same, &there, &[], &[], false)),
            ["README.md: unchanged chess-clock!"]
        );
    }

    #[test]
    fn only_what_was_published_from_here_is_gone() {
        let there = [
            remote("mine", "", "mine.md", "1"),
            remote("other", "", "other.md", "2"),
            // Somebody sent another file to the address since.
            remote("taken", "", "else.md", "3"),
            remote("large", "", "large.md", "4"),
            // Somebody edited it since.
            remote("edited", "", "edited.md", "5"),
            remote("by-old", "", "by-old.md", "1"),
        ];
        let mut undigested = published("by-old", "", "by-old.md");
        undigested.digests.clear();
        let sent = [
            published("mine", "", "mine.md"),
            published("edited", "", "edited.md"),
            undigested.clone(),
            published("taken", "", "taken.md"),
            published("never", "", "never.md"),
            published("large", "", "large.md"),
        ];
        let mut large = local("", "large.md", "");
        large.digest = Err("it is larger than 1 MiB".to_owned());
        let plan = plan(vec![large], &there, &sent, &[], true);
        assert_eq!(plan.gone, [published("mine", "", "mine.md")]);
        let altered = [published("edited", "", "edited.md"), undigested];
        assert_eq!(plan.altered, altered);
        assert_eq!(plan.others, 2);
    }

    #[test]
    fn what_is_in_a_folder_that_can_t_be_read_is_neither_gone_nor_moved() {
        let there = [
            remote("deep", "locked/in", "deep.md", "1"),
            remote("trip", "locked", "trip.md", "1"),
            remote("away", "", "away.md", "1"),
        ];
        let sent = [
            published("deep", "locked/in", "deep.md"),
            published("trip", "locked", "trip.md"),
            published("away", "", "away.md"),
        ];
        let left_out = [LeftOut {
            path: "locked".to_owned(),
            reason: "it can't be read".to_owned(),
        }];
        let documents = vec![local("new", "trip.md", "2")];
        let plan = plan(documents, &there, &sent, &left_out, true);
        assert_eq!(shown(&plan), ["new/trip.md: new new-trip!?"]);
        assert_eq!(plan.gone, [published("away", "", "away.md")]);
    }

    #[test]
    fn what_goes_makes_room() {
        let there = [remote("notes", "", "notes.md", "1")];
        let sent = [published("notes", "", "notes.md")];
        let documents = vec![local("notes", "README.md", "2")];
        let kept = plan(documents.clone(), &there, &sent, &[], false);
        assert_eq!(shown(&kept), ["notes/README.md: new notes-2!?"]);
        let pruned = plan(documents, &there, &sent, &[], true);
        assert_eq!(shown(&pruned), ["notes/README.md: new notes?"]);
    }

    #[test]
    fn what_can_t_be_told_apart_or_was_rejected_is_told() {
        let twice = vec![local("", "ü.md", "1"), local("", "u\u{308}.md", "2")];
        assert_eq!(
            shown(&plan(twice, &[], &[], &[], false)),
            ["ü.md: new u?", "ü.md: refused u"]
        );
        let mut bad = remote("a", "", "a.md", "1");
        bad.rejected = Some("It nests too deeply.".to_owned());
        let again = plan(vec![local("", "a.md", "1")], &[bad], &[], &[], false);
        assert_eq!(shown(&again), ["a.md: rejected a"]);
    }
}
