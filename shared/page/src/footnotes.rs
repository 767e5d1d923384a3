//! Footnotes: numbered as they are first referred to, and shown at the end.

use std::collections::{HashMap, VecDeque};

use satteri_pulldown_cmark::Event;

/// What was read of a document's footnotes.
#[derive(Default)]
pub(crate) struct Footnotes<'a> {
    /// By label, what its definition holds.
    definitions: HashMap<String, VecDeque<Event<'a>>>,
    /// By label, its number, and how often it was referred to.
    numbers: HashMap<String, (usize, usize)>,
    /// Labels in the order of their numbers.
    order: Vec<String>,
}

/// A reference to a footnote, which is shown as its number.
pub(crate) struct Reference {
    pub(crate) number: usize,
    /// Of several to one footnote: which this is, from 1 on.
    pub(crate) which: usize,
}

impl Reference {
    /// The id of the reference, to which the footnote leads back.
    pub(crate) fn id(&self) -> String {
        match self.which {
            1 => format!("user-content-fnref-{}", self.number),
            which => format!("user-content-fnref-{}-{which}", self.number),
        }
    }
}

/// The id of a footnote.
pub(crate) fn id(number: usize) -> String {
    format!("user-content-fn-{number}")
}

impl<'a> Footnotes<'a> {
    /// Keeps a definition for the end. Of two with one label the first counts.
    pub(crate) fn define(&mut self, label: &str, events: VecDeque<Event<'a>>) {
        self.definitions
            .entry(label.to_lowercase())
            .or_insert(events);
    }

    /// Counts a reference.
    pub(crate) fn refer(&mut self, label: &str) -> Reference {
        let label = label.to_lowercase();
        let next = self.order.len() + 1;
        let (number, times) = self.numbers.entry(label.clone()).or_insert((next, 0));
        *times += 1;
        if *number == next {
            self.order.push(label);
        }
        Reference {
            number: *number,
            which: *times,
        }
    }

    /// What the footnote of this number holds; `None` where no reference has it, or nothing is defined for that.
    pub(crate) fn take(&mut self, number: usize) -> Option<VecDeque<Event<'a>>> {
        let label = self.order.get(number - 1)?;
        Some(self.definitions.remove(label).unwrap_or_default())
    }

    /// The references to a footnote, in their order.
    pub(crate) fn references(&self, number: usize) -> impl Iterator<Item = Reference> {
        let label = self.order.get(number - 1);
        let known = label.and_then(|label| self.numbers.get(label));
        let times = known.map_or(0, |(_, times)| *times);
        (1..=times).map(move |which| Reference { number, which })
    }
}
