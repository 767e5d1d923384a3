//! A member's account as it is stored.

use std::collections::BTreeMap;
use std::fmt;

use languages::{Language, Sentence, told};
use serde::Serialize;

use crate::admins::ROLE;
use crate::codes::{
    CODE_DIGEST, CODE_EXPIRES_AT, IssuedCode, RECOVERY_DIGEST, RECOVERY_EXPIRES_AT,
};
use crate::departures::GONE_SINCE;
use crate::error::Result;
use crate::item::{Item, Reader, boolean, number, string};
use crate::letters::{LANGUAGE, Letters, MAIL_OFF};
use crate::new_email::NewEmail;
use crate::pictures::{
    PICTURE, PICTURE_CHANGES, PICTURE_FILE, PICTURE_REJECTED, PICTURE_REJECTED_SAID,
    PICTURE_REMOVALS,
};
use crate::renames::{FORMER_HANDLES, FORMER_NAMES};
use crate::{Email, Role, name};

const LAST_LOGIN_AT: &str = "last_login_at";

/// A picture's renditions: edge length in pixels (`"512"`) to object key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture(pub BTreeMap<String, String>);

/// A member's account.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// UUIDv7; the token's `sub`.
    pub id: String,
    pub email: Email,
    pub name: String,
    /// `[a-z0-9-]`, unique: the member's name in URLs.
    pub handle: String,
    /// Handles that the member had before; they stay the member's, and nothing is published under them.
    pub former_handles: Vec<String>,
    /// Names that the member had before: links may still ask for them.
    pub former_names: Vec<String>,
    /// PHC string, or a hash imported from Werkzeug; `None` until a password is set.
    pub password_hash: Option<String>,
    pub role: Role,
    /// Raised whenever every older token must end; the token's `ver`.
    pub version: u64,
    pub disabled: bool,
    /// When the member was told to go, in Unix seconds, if `users remove` isn't through yet.
    pub going_since: Option<u64>,
    pub picture: Option<Picture>,
    /// What the file of that picture was called, where it is known: documents may name it.
    pub picture_file: Option<String>,
    /// Why the last picture was no picture for us; `None` after one that was.
    pub picture_rejected: Option<String>,
    /// The same by its key; `None` also where it was kept before sentences had keys.
    pub picture_rejected_said: Option<Sentence>,
    /// How often the picture, or what is said of it, was changed.
    pub picture_changes: u64,
    /// How often the picture was taken away.
    pub picture_removals: u64,
    /// The code that sets a password, if one was issued and not used; it may have run out.
    pub code: Option<IssuedCode>,
    /// The code of a forgotten password, if one was issued and not used; it may have run out.
    pub recovery: Option<IssuedCode>,
    /// The address that the member wants in the place of this one, until a code proves that it is theirs.
    pub new_email: Option<NewEmail>,
    /// Which letters the member gets.
    pub letters: Letters,
    /// What the member's browser spoke at the last login; `None` before there was one.
    pub language: Option<Language>,
    /// Unix seconds.
    pub created_at: u64,
    /// Unix seconds of the first login on the last day (in UTC) with one.
    pub last_login_at: Option<u64>,
}

/// An account, as a request's bearer.
pub type Member = Account;

/// What a new account starts with.
#[derive(Clone)]
pub struct NewMember {
    pub id: String,
    pub email: Email,
    pub name: String,
    pub handle: String,
    pub password_hash: Option<String>,
    pub role: Role,
    /// Unix seconds.
    pub created_at: u64,
}

/// The id only: addresses and hashes don't belong into logs.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The public half of an account, as `login` and `me` answer it.
#[derive(Debug, Serialize)]
pub struct PublicMember<'a> {
    pub handle: &'a str,
    pub name: &'a str,
    pub role: Role,
    /// Edge length to absolute URL.
    pub picture: Option<BTreeMap<&'a str, String>>,
}

impl Account {
    /// What the picture and all that replaces it have in common, until it is taken away.
    pub fn picture_line(&self) -> String {
        format!("picture#{}", self.picture_removals)
    }

    /// The sentence of [`Account::picture_rejected`] in a language.
    pub fn picture_rejected_in(&self, language: Language) -> Option<String> {
        let reason = self.picture_rejected.as_deref()?;
        Some(told(reason, self.picture_rejected_said.as_ref(), language))
    }

    /// What the API shows of the account; pictures are under `public_url`.
    pub fn public(&self, public_url: &str) -> PublicMember<'_> {
        PublicMember {
            handle: &self.handle,
            name: &self.name,
            role: self.role,
            picture: self
                .picture
                .as_ref()
                .map(|picture| picture.urls(public_url)),
        }
    }

    /// The member's handle, and those of before.
    pub fn handles(&self) -> impl Iterator<Item = &String> {
        [&self.handle].into_iter().chain(&self.former_handles)
    }

    /// The member's name, and those of before.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        [&self.name].into_iter().chain(&self.former_names)
    }

    /// Whether the member had another handle or name when `other` was read.
    pub fn is_renamed(&self, other: &Self) -> bool {
        self.handle != other.handle || self.name != other.name
    }

    /// Whether the member was told to go: nothing of theirs is written any more.
    pub fn is_going(&self) -> bool {
        self.going_since.is_some()
    }

    /// The codes that set the account's password, whether or not they still run.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &IssuedCode> {
        self.code.iter().chain(&self.recovery)
    }

    pub(crate) fn from_item(item: &Item) -> Result<Self> {
        let read = Reader {
            item,
            name: "ACCOUNT",
        };
        Ok(Self {
            id: read.string("id")?.to_owned(),
            email: Email::parse(read.string("email")?).map_err(|_| read.damaged("email"))?,
            name: name::seen(read.string("name")?),
            handle: read.string("handle")?.to_owned(),
            former_handles: read.strings(FORMER_HANDLES),
            former_names: read.strings(FORMER_NAMES),
            password_hash: read.optional_string("password_hash").map(str::to_owned),
            role: match read.optional_string(ROLE) {
                Some(role) => role.parse().map_err(|_| read.damaged(ROLE))?,
                None => Role::default(),
            },
            version: read.number("version")?,
            disabled: read.boolean("disabled")?,
            going_since: item
                .contains_key(GONE_SINCE)
                .then(|| read.number(GONE_SINCE))
                .transpose()?,
            picture: read.optional_map(PICTURE).map(Picture),
            picture_file: read
                .optional_string(PICTURE_FILE)
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
            picture_rejected: read.optional_string(PICTURE_REJECTED).map(str::to_owned),
            // A version before sentences had keys writes the text alone: what another text left behind isn't said of it.
            picture_rejected_said: read
                .optional_string(PICTURE_REJECTED_SAID)
                .and_then(|said| serde_json::from_str::<Sentence>(said).ok())
                .filter(|said| {
                    read.optional_string(PICTURE_REJECTED) == Some(said.to_string().as_str())
                }),
            picture_changes: counted(&read, PICTURE_CHANGES)?,
            picture_removals: counted(&read, PICTURE_REMOVALS)?,
            code: issued(&read, CODE_DIGEST, CODE_EXPIRES_AT)?,
            recovery: issued(&read, RECOVERY_DIGEST, RECOVERY_EXPIRES_AT)?,
            new_email: NewEmail::read(&read)?,
            letters: Letters::without(&read.strings(MAIL_OFF)),
            language: read
                .optional_string(LANGUAGE)
                .and_then(|code| code.parse().ok()),
            created_at: read.number("created_at")?,
            last_login_at: item
                .contains_key(LAST_LOGIN_AT)
                .then(|| read.number(LAST_LOGIN_AT))
                .transpose()?,
        })
    }
}

/// A count that is kept once it isn't zero.
fn counted(read: &Reader<'_>, attribute: &'static str) -> Result<u64> {
    if read.item.contains_key(attribute) {
        read.number(attribute)
    } else {
        Ok(0)
    }
}

/// The code in two attributes, where there is one.
pub(crate) fn issued(
    read: &Reader<'_>,
    digest: &str,
    expires_at: &'static str,
) -> Result<Option<IssuedCode>> {
    let Some(digest) = read.optional_string(digest) else {
        return Ok(None);
    };
    Ok(Some(IssuedCode {
        digest: digest.to_owned(),
        expires_at: read.number(expires_at)?,
    }))
}

impl Picture {
    /// Edge length to absolute URL.
    pub fn urls(&self, public_url: &str) -> BTreeMap<&str, String> {
        self.0
            .iter()
            .map(|(size, key)| (size.as_str(), format!("{public_url}/{key}")))
            .collect()
    }
}

impl NewMember {
    pub(crate) fn into_item(self) -> Item {
        let mut item = Item::from([
            ("id".to_owned(), string(self.id)),
            ("email".to_owned(), string(self.email.as_str())),
            ("name".to_owned(), string(self.name)),
            ("handle".to_owned(), string(self.handle)),
            ("version".to_owned(), number(1)),
            ("disabled".to_owned(), boolean(false)),
            ("created_at".to_owned(), number(self.created_at)),
        ]);
        if self.role != Role::default() {
            item.insert(ROLE.to_owned(), string(self.role.as_str()));
        }
        if let Some(hash) = self.password_hash {
            item.insert("password_hash".to_owned(), string(hash));
        }
        item
    }
}
