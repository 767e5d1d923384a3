//! How figures grow with members: the exponent of a power law between two sizes, and the most that it may be.

/// Above it, something costs each member more the more there are.
pub(crate) const MOST: f64 = 1.05;
/// Above it, a figure that is to be the same at each size isn't.
pub(crate) const MOST_OF_A_CONSTANT: f64 = 0.05;

/// A figure at each size.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) name: String,
    /// Members and the figure, smallest first.
    pub(crate) at: Vec<(f64, f64)>,
    /// The largest exponent that it may have.
    pub(crate) most: f64,
}

/// The exponent by which a figure grows from one size to another.
pub(crate) fn exponent((from, small): (f64, f64), (to, large): (f64, f64)) -> f64 {
    (large / small).ln() / (to / from).ln()
}

impl Figure {
    pub(crate) fn exponents(&self) -> Vec<f64> {
        let pairs = self.at.windows(2);
        pairs.map(|pair| exponent(pair[0], pair[1])).collect()
    }

    /// What is wrong with how it grows.
    pub(crate) fn complaint(&self) -> Option<String> {
        let most = self.exponents().into_iter().fold(f64::MIN, f64::max);
        // A figure that is 0 somewhere has no exponent.
        (most.is_nan() || most > self.most).then(|| {
            let at = self
                .at
                .iter()
                .map(|(members, figure)| format!("{figure:.1} at {members}"));
            let at = at.collect::<Vec<_>>().join(", ");
            format!(
                "{} grows with the power {most:.2} of the members, above {:.2}: {at}",
                self.name, self.most
            )
        })
    }
}

#[test]
fn exponents_are_those_of_power_laws() {
    let of = |figure: fn(f64) -> f64| exponent((20.0, figure(20.0)), (2000.0, figure(2000.0)));
    assert!((of(|members| 3.0 * members) - 1.0).abs() < 1e-9);
    assert!((of(|members| members * members) - 2.0).abs() < 1e-9);
    assert!(of(|_| 7.0).abs() < 1e-9);
}

#[test]
fn what_grows_too_fast_is_told_and_what_does_not_is_not() {
    let figure = |most, at: &[f64]| Figure {
        name: "a look".to_owned(),
        at: [20.0, 200.0, 2000.0]
            .into_iter()
            .zip(at.iter().copied())
            .collect(),
        most,
    };
    assert_eq!(figure(MOST, &[1.0, 10.0, 100.0]).complaint(), None);
    assert_eq!(
        figure(MOST_OF_A_CONSTANT, &[16.0, 16.0, 17.0]).complaint(),
        None
    );
    // One step that is too steep is enough, whatever the others are.
    let told = figure(MOST_OF_A_CONSTANT, &[9.0, 3.0, 6.0])
        .complaint()
        .unwrap();
    assert!(
        told.starts_with("a look grows with the power 0.30"),
        "{told}"
    );
    assert!(figure(MOST, &[1.0, 100.0, 1000.0]).complaint().is_some());
    assert!(figure(MOST, &[0.0, 0.0, 1.0]).complaint().is_some());
}
