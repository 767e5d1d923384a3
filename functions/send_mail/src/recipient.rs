//! Whom a letter concerns by now, and what it says to them.

use std::time::Duration;

use auth::Code;
use endpoint::Language;
use mail::{Club, Letter, Message, Verdict, compose};
use members::{Account, Email, IssuedCode, NEW_EMAIL_TTL_SECONDS};

use crate::State;

/// How long the word that an address was changed waits for the change, in seconds: no request takes as long.
const CHANGE_SECONDS: u64 = 2 * 60;

/// How often the account is looked at before the message is handed back, and how long lies in between.
const LOOKS: usize = 5;
const BETWEEN_LOOKS: Duration = Duration::from_millis(300);

/// Who gets a letter.
pub(crate) struct Recipient {
    pub(crate) email: Email,
    language: Language,
    name: String,
    text: Text,
}

/// What differs from letter to letter.
enum Text {
    Invitation { code: Code, expires_at: u64 },
    ForgottenPassword { code: Code },
    NewAddress { code: Code },
    AddressChanged { changed_at: u64 },
    PageUp { title: String, url: String },
    EditorNote(Word),
}

/// An editor's word about a document.
struct Word {
    title: String,
    editor: String,
    verdict: Verdict,
    note: String,
}

impl Recipient {
    /// Reads the account that a letter concerns, and issues the code that it brings. `None`: nobody is to get it.
    pub(crate) async fn find(state: &State, letter: &Letter) -> anyhow::Result<Option<Self>> {
        match letter {
            Letter::Invitation {
                member,
                code,
                language,
            } => {
                let found = state.active(member).await?.zip(Code::parse(code));
                let Some((account, code)) = found else {
                    return Ok(None);
                };
                // Another code was issued since, or this one used.
                let digest = code.digest();
                let held = account.code.clone().filter(|held| held.digest == digest);
                Ok(held.map(|held| {
                    let expires_at = held.expires_at;
                    Self::of(&account, language, Text::Invitation { code, expires_at })
                }))
            }
            Letter::ForgottenPassword { email, language } => {
                forgotten(state, email, language).await
            }
            Letter::NewAddress { member, language } => new_address(state, member, language).await,
            Letter::AddressChanged {
                member,
                email,
                name,
                language,
                changed_at,
            } => {
                let email = Email::parse(email)?;
                if !has_changed(state, member, &email).await? {
                    let is_under_way =
                        state.clock.unix_seconds() < changed_at.saturating_add(CHANGE_SECONDS);
                    anyhow::ensure!(!is_under_way, "an address is still being changed");
                    return Ok(None);
                }
                // Whatever became of the account since: who lost it has to hear of it.
                Ok(Some(Self {
                    email,
                    language: language.parse().unwrap_or_default(),
                    name: name.clone(),
                    text: Text::AddressChanged {
                        changed_at: *changed_at,
                    },
                }))
            }
            Letter::PageUp { member, slug, url } => {
                let account = state.active(member).await?;
                let Some(account) = account.filter(|account| account.letters.page_up) else {
                    return Ok(None);
                };
                let report = state.members.report(member, slug).await?;
                let Some(report) = report.filter(|report| report.live) else {
                    return Ok(None);
                };
                let title = members::Summary::of(&report).title;
                let text = Text::PageUp {
                    title: title.unwrap_or_else(|| slug.clone()),
                    url: url.clone(),
                };
                Ok(Some(Self::of(&account, "", text)))
            }
            Letter::EditorNote {
                member,
                title,
                editor,
                verdict,
                note,
            } => {
                let account = state.active(member).await?;
                let account = account.filter(|account| account.letters.editor_note);
                Ok(account.map(|account| {
                    let word = Word {
                        title: title.clone(),
                        editor: editor.clone(),
                        verdict: *verdict,
                        note: note.clone(),
                    };
                    Self::of(&account, "", Text::EditorNote(word))
                }))
            }
        }
    }

    /// In the member's own language, or else in `language`.
    fn of(account: &Account, language: &str, text: Text) -> Self {
        Self {
            email: account.email.clone(),
            language: account
                .language
                .unwrap_or_else(|| language.parse().unwrap_or_default()),
            name: account.name.clone(),
            text,
        }
    }

    /// The letter as a message.
    ///
    /// # Errors
    /// No letter can be sent to the address, or from that of the site.
    pub(crate) fn write(&self, club: &Club<'_>, now: u64, id: &str) -> anyhow::Result<Vec<u8>> {
        let name = self.name.as_str();
        let message = match &self.text {
            Text::Invitation { code, expires_at } => Message::Invitation {
                name,
                code,
                expires_at: *expires_at,
            },
            Text::ForgottenPassword { code } => Message::ForgottenPassword { name, code },
            Text::NewAddress { code } => Message::NewAddress { code },
            Text::AddressChanged { changed_at } => Message::AddressChanged {
                name,
                changed_at: *changed_at,
            },
            Text::PageUp { title, url } => Message::PageUp { name, title, url },
            Text::EditorNote(Word {
                title,
                editor,
                verdict,
                note,
            }) => Message::EditorNote {
                name,
                title,
                editor,
                verdict: *verdict,
                note,
            },
        };
        compose(club, &self.email, &message, self.language, now, id)
    }
}

impl State {
    /// The account of a member who may sign in.
    async fn active(&self, member_id: &str) -> anyhow::Result<Option<Account>> {
        let account = self.members.by_id(member_id).await?;
        Ok(account.filter(|account| !account.disabled))
    }
}

/// Whether a member's account has another address, or is gone: waits a moment for it, since the letter is put before the
/// change, and a message that comes again does so minutes later.
async fn has_changed(state: &State, member: &str, before: &Email) -> anyhow::Result<bool> {
    for _ in 0..LOOKS {
        let account = state.members.by_id(member).await?;
        if account.is_none_or(|account| account.email != *before) {
            return Ok(true);
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    Ok(false)
}

/// A member with a password gets a code. One without was invited, and their code is an administrator's to renew: it goes to
/// whom the administrator hands it, and an invitation that ran out, or that was meant for a mailbox that isn't theirs yet,
/// must not come back to life because somebody types the address.
async fn forgotten(
    state: &State,
    email: &str,
    language: &str,
) -> anyhow::Result<Option<Recipient>> {
    let Ok(email) = Email::parse(email) else {
        return Ok(None);
    };
    let Some(account) = state.members.by_email(&email).await? else {
        return Ok(None);
    };
    // Before a code is issued that no letter could bring.
    if mail::deliverable(&account.email).is_err() {
        return Ok(None);
    }
    let code = Code::new((state.random)());
    let issued = IssuedCode::of_recovery(code.digest(), state.clock.unix_seconds());
    let is_issued = state.members.issue_recovery(&account, &issued).await?;
    let text = Text::ForgottenPassword { code };
    Ok(is_issued.then(|| Recipient::of(&account, language, text)))
}

/// The address that a member wants gets a code, unless it is somebody's: that is told to nobody but by nothing coming.
async fn new_address(
    state: &State,
    member: &str,
    language: &str,
) -> anyhow::Result<Option<Recipient>> {
    let Some(account) = state.active(member).await? else {
        return Ok(None);
    };
    let Some(wanted) = account.new_email.as_ref().map(|new| new.email.clone()) else {
        return Ok(None);
    };
    if state.members.by_email(&wanted).await?.is_some() {
        return Ok(None);
    }
    let code = Code::new((state.random)());
    let issued = IssuedCode {
        digest: code.digest(),
        expires_at: state.clock.unix_seconds() + NEW_EMAIL_TTL_SECONDS,
    };
    let is_issued = state.members.issue_new_email(&account, &wanted, &issued);
    if !is_issued.await? {
        return Ok(None);
    }
    let text = Text::NewAddress { code };
    let mut recipient = Recipient::of(&account, language, text);
    recipient.email = wanted;
    Ok(Some(recipient))
}
