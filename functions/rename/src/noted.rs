//! What is remembered of the addresses between which a document moves.

use blobs::layout::KEPT_DAYS;
use endpoint::{Error, sentence};
use members::{Address, AddressChange, Left, MOST_FORMER, MOST_PARTS, Part};

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;
/// Most documents that are known to have left one address.
const MOST_LEFT: usize = 500;

/// A document's way from one address to another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Move<'a> {
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    /// The document's newest version under its former address.
    pub(crate) version: &'a str,
    /// The newest version under the other address that was there before: a deleted document's.
    pub(crate) buried: Option<&'a str>,
    /// Whether an earlier try noted the move with an older version of the document.
    pub(crate) continues: bool,
    /// Whether the former address leads on to the document: nobody had to approve it before it was public.
    pub(crate) leads: bool,
    /// Unix seconds.
    pub(crate) at: u64,
}

impl Move<'_> {
    /// Whether this very move is remembered of the new address.
    pub(crate) fn is_noted(&self, to: &Address) -> bool {
        let mut parts = to.parts.iter();
        parts.any(|part| part.slug == self.from && part.version == self.version)
    }

    /// What is to be remembered of both addresses.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is more than is remembered.
    pub(crate) fn change(&self, from: &Address, to: &Address) -> Result<[AddressChange; 2], Error> {
        let is_late = |at: u64| at + KEPT_DAYS * SECONDS_OF_A_DAY < self.at;
        let left = |version: &str| Left {
            version: version.to_owned(),
            at: self.at,
        };
        let part = |slug: &str, version: &str, deleted| Part {
            slug: slug.to_owned(),
            version: version.to_owned(),
            at: self.at,
            deleted,
        };
        let mut after_from = Address {
            moved_to: Some(self.to.to_owned()),
            left: from.left.clone(),
            ..Address::default()
        };
        let mut after_to = Address {
            left: to.left.clone(),
            ..Address::default()
        };
        if self.continues {
            // What was stored under the former address while the document went: the move ends with that version.
            after_from.left.pop();
            after_to = to.clone();
            if let Some(first) = after_to.parts.first_mut() {
                self.version.clone_into(&mut first.version);
            }
            after_from.left.push(left(self.version));
        } else {
            let buried = self.buried.filter(|buried| !to.has_left(buried));
            after_from.left.push(left(self.version));
            after_to.left.extend(buried.map(left));
            after_to.parts.push(part(self.from, self.version, false));
            after_to.parts.extend(from.parts.iter().cloned());
            after_to
                .parts
                .extend(buried.map(|version| part(self.to, version, true)));
            after_to.parts.extend(to.parts.iter().cloned());
            let former = to.former.iter().chain(&from.former);
            let newest = self.leads.then_some(self.from);
            for slug in former.map(String::as_str).chain(newest) {
                after_to.former.retain(|known| known != slug);
                if slug != self.to {
                    after_to.former.push(slug.to_owned());
                }
            }
            let too_many = after_to.former.len().saturating_sub(MOST_FORMER);
            after_to.former.drain(..too_many);
        }
        if after_to.parts.len() > MOST_PARTS {
            after_to.parts.retain(|part| !is_late(part.at));
        }
        for left in [&mut after_from.left, &mut after_to.left] {
            if left.len() > MOST_LEFT {
                left.retain(|left| !is_late(left.at));
            }
        }
        let most_left = after_from.left.len().max(after_to.left.len());
        if after_to.parts.len() > MOST_PARTS || most_left > MOST_LEFT {
            return Err(Error::Conflict(sentence!(
                "api.rename_too_often",
                addresses = MOST_PARTS,
                days = KEPT_DAYS
            )));
        }
        Ok([
            AddressChange {
                slug: self.from.to_owned(),
                before: from.clone(),
                after: after_from,
            },
            AddressChange {
                slug: self.to.to_owned(),
                before: to.clone(),
                after: after_to,
            },
        ])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// What is remembered after each of `moves`: from, to, version, and what was buried there.
    fn after(moves: &[(&str, &str, &str, Option<&str>)]) -> BTreeMap<String, Address> {
        let mut known: BTreeMap<String, Address> = BTreeMap::new();
        for (at, &(from, to, version, buried)) in (1..).zip(moves) {
            let one = Move {
                from,
                to,
                version,
                buried,
                continues: false,
                leads: true,
                at,
            };
            let of = |slug: &str| known.get(slug).cloned().unwrap_or_default();
            let changes = one.change(&of(from), &of(to)).unwrap();
            for change in changes {
                known.insert(change.slug, change.after);
            }
        }
        known
    }

    fn parts(address: &Address) -> Vec<(&str, &str)> {
        let parts = address.parts.iter();
        parts
            .map(|part| (part.slug.as_str(), part.version.as_str()))
            .collect()
    }

    #[test]
    fn a_chain_is_one_history_and_leads_to_its_end() {
        let known = after(&[("a", "b", "a1", None), ("b", "c", "b1", None)]);
        assert_eq!(parts(&known["c"]), [("b", "b1"), ("a", "a1")]);
        assert_eq!(known["c"].former, ["a", "b"]);
        assert_eq!(known["b"].moved_to.as_deref(), Some("c"));
        assert!(known["b"].parts.is_empty() && known["b"].former.is_empty());
    }

    #[test]
    fn who_comes_back_ends_the_way_and_keeps_the_history() {
        let known = after(&[("a", "b", "a1", None), ("b", "a", "b1", Some("a1"))]);
        assert_eq!(known["a"].moved_to, None);
        assert_eq!(known["a"].former, ["b"]);
        assert_eq!(parts(&known["a"]), [("b", "b1"), ("a", "a1")]);
        assert_eq!(known["a"].below().unwrap().version, "a1");
    }

    #[test]
    fn of_two_documents_that_left_one_address_each_keeps_its_own_versions() {
        let known = after(&[("a", "b", "a1", None), ("a", "c", "a2", None)]);
        let a = &known["a"];
        assert_eq!(a.moved_to.as_deref(), Some("c"));
        assert_eq!(a.below_part("a1"), None);
        assert_eq!(a.below_part("a2").unwrap().version, "a1");
        assert_eq!(parts(&known["b"]), [("a", "a1")]);
        assert_eq!(parts(&known["c"]), [("a", "a2")]);
    }

    #[test]
    fn what_was_deleted_at_an_address_comes_last() {
        let known = after(&[("a", "b", "a1", Some("b1"))]);
        assert_eq!(parts(&known["b"]), [("a", "a1"), ("b", "b1")]);
        assert!(known["b"].parts[1].deleted);
        assert_eq!(known["b"].below().unwrap().version, "b1");
    }

    #[test]
    fn a_version_that_comes_while_the_document_goes_is_its_newest() {
        let known = after(&[("a", "b", "a1", None)]);
        let late = Move {
            from: "a",
            to: "b",
            version: "a2",
            buried: None,
            continues: true,
            leads: true,
            at: 2,
        };
        let changes = late.change(&known["a"], &known["b"]).unwrap();
        assert_eq!(parts(&changes[1].after), [("a", "a2")]);
        assert_eq!(changes[0].after.left.len(), 1);
        // Another document on the same way is another one.
        let known = after(&[("a", "b", "a1", None), ("a", "b", "a2", Some("b1"))]);
        let wanted = [("a", "a2"), ("b", "b1"), ("a", "a1")];
        assert_eq!(parts(&known["b"]), wanted);
        assert_eq!(known["a"].left.len(), 2);
    }

    #[test]
    fn an_address_that_nobody_approved_leads_nowhere() {
        let known = after(&[("a", "b", "a1", None)]);
        let hidden = Move {
            from: "b",
            to: "c",
            version: "b1",
            buried: None,
            continues: false,
            leads: false,
            at: 2,
        };
        let [from, to] = hidden.change(&known["b"], &Address::default()).unwrap();
        assert_eq!(to.after.former, ["a"]);
        // Its versions are the document's all the same.
        assert_eq!(parts(&to.after), [("b", "b1"), ("a", "a1")]);
        assert_eq!(from.after.moved_to.as_deref(), Some("c"));
    }

    #[test]
    fn what_is_remembered_is_bounded_and_said_so() {
        let mut here = Address::default();
        let mut refused = None;
        for number in 0..100 {
            let (from, to) = (format!("s{number}"), format!("s{}", number + 1));
            let one = Move {
                from: &from,
                to: &to,
                version: &from,
                buried: None,
                continues: false,
                leads: true,
                at: 1_000_000_000,
            };
            match one.change(&here, &Address::default()) {
                Ok([_, change]) => here = change.after,
                Err(error) => {
                    refused = Some((number, error.to_string()));
                    break;
                }
            }
        }
        let (number, sentence) = refused.unwrap();
        assert_eq!((number, here.former.len()), (MOST_PARTS, MOST_FORMER));
        assert!(sentence.contains("90 days"), "{sentence}");
        // Once versions of then are gone, there is room again.
        let later = Move {
            from: "x",
            to: "y",
            version: "v",
            buried: None,
            continues: false,
            leads: true,
            at: 1_000_000_000 + 91 * SECONDS_OF_A_DAY,
        };
        assert!(later.change(&here, &Address::default()).is_ok());
    }
}
