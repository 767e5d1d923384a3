//! DynamoDB: accounts, throttles and publish reports, in one table.
//!
//! | pk | sk | holds |
//! |---|---|---|
//! | `EMAIL#<address>` | `ACCOUNT` | the account; the key is the claim on the address |
//! | `MEMBER#<id>` | `MEMBER` | the address the member's account is under, the handle, how often the member was renamed, and as of which `#watched` no document was withdrawn; once the member goes, the tombstone |
//! | `HANDLE#<handle>` | `HANDLE` | the claim on the handle |
//! | `ADMINS#SITE` | `ADMINS` | the ids of administrators who can sign in |
//! | `AUDIT#SITE` | `<Unix milliseconds>-<random>` | what an administrator or editor did; expires |
//! | `IMPORTS#SITE` | `<Unix milliseconds>-<random>-<number>` | members of an import that isn't finished, and until when it may take |
//! | `NOTICES#<id>` | `<Unix milliseconds>-<random>` | what was done to the member's account, until they put it away; expires |
//! | `DEPARTURES#SITE` | `<id>` | that a member left and not everything of theirs is erased yet |
//! | `MEMBER#<id>` | `README#<slug>` | the publish report of one README |
//! | `MEMBER#<id>` | `NAME#<name>#<slug>` | that a published README of the member has that name |
//! | `MEMBER#<id>` | `FILE#<file id>` | what became of one file |
//! | `MOVED#<id>` | `<slug>` | which of the member's documents had that address, and where it is |
//! | `USAGE#<id>` | `USAGE`, `FILES` | how many READMEs and files the member has at most, and their bytes |
//! | `LINK#<name>` | `<id>#<slug>` | that a README has a link to a document or member of that name |
//! | `MANIFEST#07`, `CHANGED#07` | see `published` | what is published, and what changed |
//! | `CHANGES#SITE`, `REBUILD#SITE` | `CHANGES`, `REBUILD` | when what is published changed, and what was done about it |
//! | `DUE#SITE` | `<Unix seconds>#<id>#<slug>` | that a README comes out by itself then |
//! | `REVIEW#<id>` | `<slug>`, `#trusted`, `#watched` | what an editor decided of a document, that one of the member's was approved, and by which decision one was last withdrawn or given back |
//! | `WITHDRAWN#SITE` | `<id>#<slug>` | that an editor took a document off the site |
//! | `WAITING#SITE` | `<Unix milliseconds>#<id>#<slug>` | since when a README waits for an editor |
//! | `BUILT#07` | `<handle>/<slug>` | which version of an entry a build has read, and when |
//! | `REFUSED#07` | `<handle>/<slug>` | which version of an entry the site's own schema refused, and why |
//! | `CODE#<digest>` | `CODE` | the address whose account a code is of; expires |
//! | `GUESSED#<digest>`, `SOURCE#<address>` | `THROTTLE` | failed guesses; expires |
//! | `PREVIEWS#<digest>` | `THROTTLE` | previews of a member within a minute; expires |
//! | `LETTERS#<digest>` | `THROTTLE` | letters that were asked for to an address, from a source or by a member; expires |
//! | `TOLD#<id>` | `<slug>` | that the member was told that this document is on the site |
//!
//! The account lives under its address, so that a login reads one item and there is one copy of
//! everything that decides it. The three items of a member are written in one transaction.

mod account;
mod accounts;
mod acts;
mod addresses;
mod admins;
mod built;
mod codes;
mod departures;
mod directory;
mod email;
mod error;
mod files;
mod imports;
mod item;
mod letters;
mod links;
mod listing;
mod look;
mod name;
mod named;
mod new_email;
mod notices;
mod pages;
mod pictures;
mod published;
mod renames;
mod reports;
mod review;
mod role;
mod schedule;
mod site;
mod source;
mod table;
mod throttle;
mod transaction;
mod usage;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_types::SdkConfig;

pub use account::{Account, Member, NewMember, Picture, PublicMember};
pub use accounts::Created;
pub use acts::{ACT_SECONDS, Act, Acts, Deed, Who};
pub use addresses::{Address, AddressChange, Left, MOST_FORMER, MOST_PARTS, Part, Segment};
pub use built::{Built, Refused};
pub use codes::{CODE_TTL_SECONDS, IssuedCode, RECOVERY_TTL_SECONDS};
pub use departures::{Departed, Standing, TOMBSTONE_SECONDS};
pub use directory::Directory;
pub use email::{Email, InvalidEmail};
pub use error::{Error, Result};
pub use files::{File, FileState};
pub use imports::{Abandoned, Import};
pub use letters::Letters;
pub use links::Referrer;
pub use listing::{AccountsPage, MOST_OF_A_PAGE};
pub use look::{Known, Look, Stands};
pub use name::{InvalidName, MAX_NAME, is_hidden, parse_name};
pub use named::Named;
pub use new_email::{NEW_EMAIL_TTL_SECONDS, NewEmail};
pub use notices::Notice;
pub use pictures::Seen;
pub use published::{
    Change, Changed, Document, Heads, Place, SHARDS, SeenAddress, SeenMember, Shard, ShardHead,
    Shown, Unsettled, Whole,
};
pub use renames::Renamed;
pub use reports::{Kept, Report, State, Summary};
pub use review::{Decided, Decision, DecisionMove, Edition, Review, Ruling, Submission, Waiting};
pub use role::{InvalidRole, Role};
pub use site::{Changes, Rebuild};
pub use source::Source;
pub use table::{create_table, describe_table};
pub use throttle::{
    Admission, Guess, LETTERS_SECONDS, MOST_LETTERS, MOST_LETTERS_ASKED, MOST_PREVIEWS,
    PREVIEWS_SECONDS, Target,
};
pub use usage::{Count, Counted, Usage};

/// The members table.
#[derive(Debug, Clone)]
pub struct Members {
    client: Client,
    table: String,
    /// What is written beside each change of an account: [`Members::noting`].
    act: Option<Box<Act>>,
    /// Whether everybody may see who the members are: [`Members::with_directory`].
    directory: Directory,
    /// Right guesses that count the next ones.
    kept: throttle::Kept,
}

impl Members {
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self {
            client: Client::new(config),
            table: table.to_owned(),
            act: None,
            directory: Directory::Off,
            kept: throttle::Kept::default(),
        }
    }

    /// Opens the connection, and finds out whether there is such a table. A store that is down is
    /// logged and no error: it may be back before the first request.
    ///
    /// # Errors
    /// [`Error::NoTable`].
    pub async fn ready(&self) -> Result<()> {
        // A key that every reader of accounts may ask for, and that no address has.
        let asked = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(item::key("EMAIL#", "READY")))
            .send();
        match Box::pin(asked).await {
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetItemError::is_resource_not_found_exception) =>
            {
                Err(Error::NoTable {
                    table: self.table.clone(),
                })
            }
            Err(error) => {
                let error = Error::store("GetItem")(error);
                tracing::warn!(%error, "started without the members table");
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }
}
