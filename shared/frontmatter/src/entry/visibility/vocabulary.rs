//! The keys that say who may see a document.

use std::sync::LazyLock;

use crate::words::{ByName, by_name};

/// What a key's value has to be for a document to be hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// `true`; what is neither true nor false is unclear.
    Yes,
    /// `true`; all else has another meaning.
    YesOnly,
    /// `true`, and then until its date, where it has one; all else has another meaning.
    Schedule,
    /// `false`; what is neither is unclear.
    No,
    /// `false`; all else has another meaning.
    NoOnly,
    /// `false`; a date or a year says when, and a publisher's name or an address where.
    NoOrDate,
    /// One of [`HIDDEN`](crate::words::HIDDEN); what isn't all of [`PUBLIC`](crate::words::PUBLIC) either is unclear.
    Audience,
    /// One of [`HIDDEN`](crate::words::HIDDEN); all else has another meaning.
    Word,
    /// Anything at all: nobody may see it without knowing that.
    Secret,
    /// Hugo's map of what is built and listed.
    Build,
}

/// The keys in lower case, with letters and digits alone: `dg-publish` is `dgpublish`.
pub(crate) const KEYS: [(&str, Rule); 10] = [
    (
        "borrador brouillon confidential delisted dgdraft dghidden dgprivate donotpublish donotshare dontpublish \
         dontshare draft drafting entwurf hidden hideme isconfidential isdraft ishidden ishide isinternal isprivate \
         issecret isunlisted nopublish noshare notforpublication notpublic notpublished private saveasdraft \
         unlisted unpublish unpublished",
        Rule::Yes,
    ),
    (
        "deleted dghide disabled eleventyexcludefromcollections embargo encrypt encrypted exclude \
         excludefromcollections hide hidepage hidepost ignore internal loginrequired membersonly noindex personal \
         privado privat privatenote privatepage privatepost protected requirelogin requiresauth requireslogin \
         restricted secret skip trashed wip",
        Rule::YesOnly,
    ),
    ("schedule", Rule::Schedule),
    (
        "dgpublish islisted ispublic ispublished isvisible public publishable readytopublish share",
        Rule::No,
    ),
    (
        "enabled listed live online permalink publicaccess publiclyvisible render routable shared url visible",
        Rule::NoOnly,
    ),
    ("publish published released", Rule::NoOrDate),
    (
        "access accesslevel poststatus privacy publishingstatus publishstate publishstatus readpermission \
         sharedwith sharewith visibility visibleto",
        Rule::Audience,
    ),
    (
        "audience classification confidentiality contentstatus documentstatus pagestatus permission permissions \
         publicationstate publicationstatus robots sensitivity sharing stage state status workflow workflowstate",
        Rule::Word,
    ),
    (
        "dgpassphrase pagepassword passcode passphrase passwd password passwort postpassword",
        Rule::Secret,
    ),
    ("build", Rule::Build),
];

static BY_KEY: LazyLock<ByName<Rule>> = LazyLock::new(|| by_name(KEYS));

/// What the value of a key has to be, if the key says who may see a document.
pub(super) fn rule(key: &str) -> Option<Rule> {
    BY_KEY.get(key).copied()
}
