//! Letters that wait to be sent.

use std::fmt;

use blobs::layout::MailKey;
use blobs::{Blobs, Condition, Upload};
use serde::{Deserialize, Serialize};

use crate::Verdict;

/// Largest letter that is read, in bytes: a note of 2,000 characters fits with every name there is.
pub const MAX_LETTER_BYTES: usize = 64 * 1024;

/// A letter that waits: which, and for whom. What the account says is read when it is sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum Letter {
    /// The code of an invitation or a reset, as an administrator issued it. It lies in the outbox until it is sent: no
    /// other code could be the one on the slip.
    Invitation {
        member: String,
        code: String,
        /// The language of who invites: a member who was never here has none.
        language: String,
    },
    /// A code for who forgot the password; `send_mail` issues it. The address is as it was typed, and may be nobody's.
    ForgottenPassword { email: String, language: String },
    /// A code for the address that the member wants; `send_mail` issues it.
    NewAddress { member: String, language: String },
    /// That the account has another address, to the one before.
    AddressChanged {
        member: String,
        /// The one before.
        email: String,
        name: String,
        language: String,
        /// Unix seconds.
        changed_at: u64,
    },
    /// That a document is on the site for the first time.
    PageUp {
        member: String,
        slug: String,
        url: String,
    },
    /// What an editor decided about a document, and wrote of it.
    EditorNote {
        member: String,
        /// The document's title as the editor saw it.
        title: String,
        /// The editor's name.
        editor: String,
        verdict: Verdict,
        /// Plain text; empty where the editor wrote nothing.
        note: String,
    },
}

/// The kind of letter: what else is in it is a code, an address or somebody's words.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({})", self.kind())
    }
}

impl Letter {
    /// What the letter is called in logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "invitation",
            Self::ForgottenPassword { .. } => "forgotten_password",
            Self::NewAddress { .. } => "new_address",
            Self::AddressChanged { .. } => "address_changed",
            Self::PageUp { .. } => "page_up",
            Self::EditorNote { .. } => "editor_note",
        }
    }
}

/// Where letters wait: in the uploads bucket, if the site sends any.
#[derive(Debug, Clone)]
pub struct Outbox {
    uploads: Blobs,
    sends: bool,
}

impl Outbox {
    /// `sends` says whether the site sends letters at all: whether `MAIL_FROM` is set.
    pub fn new(uploads: Blobs, sends: bool) -> Self {
        Self { uploads, sends }
    }

    /// Opens the connection while Lambda starts a function.
    ///
    /// # Errors
    /// There is no such bucket.
    pub async fn ready(&self) -> anyhow::Result<()> {
        Ok(self.uploads.ready().await?)
    }

    /// Whether letters that are put here are sent.
    pub fn sends(&self) -> bool {
        self.sends
    }

    /// Puts a letter into the outbox. `false`: the site sends none, and nothing was put.
    ///
    /// # Errors
    /// The store failed. Whoever is told that something was done has to say so, or let the call be made again.
    pub async fn put(&self, letter: &Letter) -> anyhow::Result<bool> {
        if !self.sends {
            return Ok(false);
        }
        let id = base16ct::lower::encode_string(&rand::random::<[u8; 16]>());
        let upload = Upload {
            bytes: serde_json::to_vec(letter)?.into(),
            content_type: "application/json",
            ..Upload::default()
        };
        let key = MailKey::new(&id).key();
        self.uploads.put(&key, upload, Condition::Always).await?;
        Ok(true)
    }
}
