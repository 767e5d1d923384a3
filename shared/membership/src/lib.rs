//! The rules by which members are added, listed, changed and removed: one set of them, for the function `roster` and for
//! `masthead users`.
//!
//! What is refused is a [`Sentence`](languages::Sentence): the API says it in the language of who reads it, the command line
//! in English.

mod add;
mod administration;
pub mod cell;
pub mod handle;
mod import;
mod renamed;
pub mod roster;
pub mod search;
pub mod sheet;
mod slip;

pub use add::{Added, Wanted};
pub use administration::{Administration, Changed, Refused, Reset, may_have_code};
pub use import::{Done, Imported, NotImported, take_back_abandoned};
pub use renamed::tell_renamed;
pub use slip::{SiteShown, Slip, new_code};
