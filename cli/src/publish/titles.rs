//! Which documents the server would refuse, since one of another title has their address.

use blobs::layout::OWN_PAGE;
use frontmatter::names::fold;
use frontmatter::{Context, Source, slug};

use super::folder;
use super::plan::{Action, Plan, Remote, Step};

/// How much of a document the server reads for its title.
const MAX_READ_BYTES: usize = 64 * 1024;

/// Refuses what the server would refuse, before it is sent: what may not take the place of a document of another title, as far as
/// both titles are known here. The server has the last word on the rest. A document has at most `max_bytes`.
pub(super) async fn refuse_others(plan: &mut Plan, remotes: &[Remote], max_bytes: u64) {
    for step in &mut plan.steps {
        let replaces = matches!(step.action, Action::Changed | Action::Moved);
        if step.may_replace || !replaces {
            continue;
        }
        let remote = remotes.iter().find(|remote| remote.slug == step.slug);
        let Some(older) = remote.and_then(|remote| remote.title.as_ref()) else {
            continue;
        };
        let of_step = step.clone();
        let newer = tokio::task::spawn_blocking(move || title(&of_step, max_bytes));
        // A note on which the converter fails is refused by the server in its own words.
        let Ok(Some(newer)) = newer.await else {
            continue;
        };
        if fold(&newer) != fold(older) {
            step.action = Action::Refused(format!(
                "“{older}” has its address, and it is “{newer}”. Rename the file, or say --replace"
            ));
        }
    }
}

/// The title that publishing gives to a document, unless that depends on whose it is.
fn title(step: &Step, max_bytes: u64) -> Option<String> {
    let document = &step.document;
    let mut note = folder::read_again(&document.file, max_bytes, &document.digest).ok()?;
    if note.len() > MAX_READ_BYTES {
        note.truncate(MAX_READ_BYTES);
        let end = note.iter().rposition(|byte| *byte == b'\n')?;
        note.truncate(end + 1);
    }
    let is_own_page = step.slug == OWN_PAGE;
    let context = Context {
        slug: if is_own_page { "" } else { &step.slug }.to_owned(),
        name_hint: (!is_own_page).then(|| slug::called(&document.id.path, &document.id.file_name)),
        ..Context::default()
    };
    let output = frontmatter::convert(&note, &context).ok()?;
    let field = output
        .fields
        .into_iter()
        .find(|field| field.key == "title")?;
    let is_theirs = matches!(field.source, Source::Member | Source::Default);
    if is_theirs || (is_own_page && field.source == Source::FileName) {
        return None;
    }
    Some(field.value.as_str()?.to_owned())
}
