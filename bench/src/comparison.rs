use std::fmt;

use crate::failure::Result;
use crate::measure::{self, Samples};
use crate::scene::Scene;

/// One row of the table: what is compared with what, and how far apart they shall be.
#[derive(Clone, Copy)]
pub(crate) struct Comparison {
    /// What `--only` calls it, in the plural of nothing: `verify-hs256`.
    pub(crate) id: &'static str,
    /// What of ours.
    pub(crate) what: &'static str,
    /// With whom; "–" where a bound is absolute.
    pub(crate) against: &'static str,
    pub(crate) unit: Unit,
    pub(crate) target: Target,
    /// Whether `--quick` runs it: needs no Django, no PostgreSQL, no release build of the server.
    pub(crate) quick: bool,
    pub(crate) measure: Measure,
}

pub(crate) type Measure = fn(&Scene) -> Result<Measured>;

/// What a comparison found: the samples of both, taken in turn.
pub(crate) struct Measured {
    pub(crate) ours: Samples,
    /// Empty where a bound is absolute.
    pub(crate) theirs: Samples,
}

/// What one sample is. The report writes numbers with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unit {
    Megabytes,
    Milliseconds,
    Nanoseconds,
    RequestsPerSecond,
    Seconds,
}

/// How ours shall compare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// So many times as fast as theirs, at least.
    AtLeast(f64),
    /// So much of their time or memory, at most.
    AtMost(f64),
    /// So much of the unit itself, at most; there is nobody to compare with.
    Within(f64),
}

/// A comparison that was run.
pub(crate) struct Outcome {
    pub(crate) comparison: Comparison,
    pub(crate) ours: f64,
    pub(crate) theirs: Option<f64>,
    /// What [`Target`] is about: the median of the ratios, pair by pair.
    pub(crate) ratio: f64,
    /// How far apart the middle half of the ratios is, as a share of their median.
    pub(crate) spread: f64,
}

impl Comparison {
    pub(crate) fn run(self, scene: &Scene) -> Result<Outcome> {
        let measured = (self.measure)(scene)?;
        let ratios: Samples = match self.target {
            Target::Within(_) => measured.ours.clone(),
            _ => measured
                .ours
                .iter()
                .zip(&measured.theirs)
                .map(|(ours, theirs)| self.ratio(*ours, *theirs))
                .collect(),
        };
        Ok(Outcome {
            ours: measure::median(&measured.ours),
            theirs: (!measured.theirs.is_empty()).then(|| measure::median(&measured.theirs)),
            ratio: measure::median(&ratios),
            spread: measure::spread(&ratios),
            comparison: self,
        })
    }

    /// How many times as fast, or what share of the time or memory.
    fn ratio(&self, ours: f64, theirs: f64) -> f64 {
        match (self.target, self.unit) {
            (Target::AtLeast(_), Unit::RequestsPerSecond) => ours / theirs,
            (Target::AtLeast(_), _) | (_, Unit::RequestsPerSecond) => theirs / ours,
            _ => ours / theirs,
        }
    }
}

impl Target {
    pub(crate) fn is_reached(self, ratio: f64) -> bool {
        match self {
            Self::AtLeast(bound) => ratio >= bound,
            Self::AtMost(bound) | Self::Within(bound) => ratio <= bound,
        }
    }

    /// Whether `now` is worse than `before` by more than this share of it.
    pub(crate) fn is_loss(self, before: f64, now: f64, share: f64) -> bool {
        match self {
            Self::AtLeast(_) => now < before * (1.0 - share),
            Self::AtMost(_) | Self::Within(_) => now > before * (1.0 + share),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Megabytes => "MB",
            Self::Milliseconds => "ms",
            Self::Nanoseconds => "ns",
            Self::RequestsPerSecond => "/s",
            Self::Seconds => "s",
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Comparison { id, unit, target, .. } = &self.comparison;
        let reached = if target.is_reached(self.ratio) { "reached" } else { "NOT reached" };
        let (words, bound) = match target {
            Target::AtLeast(bound) => ("at least", bound),
            Target::AtMost(bound) | Target::Within(bound) => ("at most", bound),
        };
        write!(f, "{id:<28} ours {:.4} {unit}", self.ours)?;
        if let Some(theirs) = self.theirs {
            write!(f, ", theirs {theirs:.4} {unit}")?;
        }
        write!(f, ", ratio {:.3} ±{:.0}% ({words} {bound}: {reached})", self.ratio, self.spread * 50.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn comparison(unit: Unit, target: Target) -> Comparison {
        Comparison {
            id: "a",
            what: "",
            against: "",
            unit,
            target,
            quick: false,
            measure: |_| Ok(Measured { ours: Vec::new(), theirs: Vec::new() }),
        }
    }

    #[test]
    fn half_the_time_is_twice_as_fast_and_half_the_cost() {
        assert_eq!(comparison(Unit::Seconds, Target::AtLeast(1.0)).ratio(1.0, 2.0), 2.0);
        assert_eq!(comparison(Unit::Seconds, Target::AtMost(1.0)).ratio(1.0, 2.0), 0.5);
    }

    #[test]
    fn twice_the_requests_are_twice_as_fast_and_half_the_cost() {
        assert_eq!(comparison(Unit::RequestsPerSecond, Target::AtLeast(1.0)).ratio(2.0, 1.0), 2.0);
        assert_eq!(comparison(Unit::RequestsPerSecond, Target::AtMost(1.0)).ratio(2.0, 1.0), 0.5);
    }

    #[test]
    fn a_loss_is_what_is_slower_or_dearer_by_more_than_the_share() {
        assert!(Target::AtLeast(3.0).is_loss(4.0, 2.9, 0.25));
        assert!(!Target::AtLeast(3.0).is_loss(4.0, 3.1, 0.25));
        assert!(Target::AtMost(1.1).is_loss(1.0, 1.3, 0.25));
        assert!(!Target::AtMost(1.1).is_loss(1.0, 1.2, 0.25));
    }
}
