//! The texts that a body becomes on its way, kept as long as what is read of any of them.

use std::cell::OnceCell;

/// Texts of which none goes before the others.
#[derive(Debug, Default)]
pub(crate) struct Bodies(OnceCell<Box<(String, Bodies)>>);

impl Bodies {
    pub(crate) fn keep(&self, text: String) -> &str {
        let mut place = self;
        while let Some(taken) = place.0.get() {
            place = &taken.1;
        }
        &place.0.get_or_init(|| Box::new((text, Self::default()))).0
    }
}

impl Drop for Bodies {
    /// One after the other: there may be more than a stack holds.
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut kept) = next {
            next = kept.1.0.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Bodies;

    #[test]
    fn texts_stay_however_many_there_are() {
        let bodies = Bodies::default();
        let first = bodies.keep("a".to_owned());
        let last = (0..2000)
            .map(|number| bodies.keep(number.to_string()))
            .last();
        assert_eq!((first, last), ("a", Some("1999")));
    }
}
