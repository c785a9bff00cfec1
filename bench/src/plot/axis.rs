//! Where numbers stand on a page.

/// From values to places on the page.
pub(super) struct Axis {
    ticks: Vec<f64>,
    scale: Scale,
    /// The scaled ends, and where they stand.
    values: (f64, f64),
    places: (f64, f64),
}

#[derive(Clone, Copy, PartialEq)]
enum Scale {
    Linear,
    /// Zero, which has no logarithm, stands one decade before this, the least of the others.
    Logarithmic {
        least: f64,
    },
}

impl Scale {
    fn of(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Logarithmic { least } if value <= 0.0 => least.log10() - 1.0,
            Self::Logarithmic { .. } => value.log10(),
        }
    }
}

impl Axis {
    /// From the least to the most, with a tick at each value there is.
    pub(super) fn across(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let mut ticks: Vec<f64> = values.collect();
        ticks.sort_by(f64::total_cmp);
        ticks.dedup();
        let most = ticks.last().copied().unwrap_or(1.0);
        let least = ticks.iter().copied().find(|value| *value > 0.0).unwrap_or(1.0);
        let scale = if most >= 100.0 * least { Scale::Logarithmic { least } } else { Scale::Linear };
        let left = scale.of(ticks.first().copied().unwrap_or(0.0));
        let right = scale.of(most);
        let right = if right > left { right } else { left + 1.0 };
        Self { ticks, scale, values: (left, right), places: (from, to) }
    }

    /// From zero to the round number above the most, in four to eight steps.
    pub(super) fn from_zero(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let most = values.fold(0.0, f64::max).max(f64::MIN_POSITIVE);
        let decade = 10_f64.powf(most.log10().floor());
        let steps = [0.2, 0.25, 0.5, 1.0, 2.0].map(|step| step * decade);
        let step = steps.into_iter().find(|step| most / step <= 6.0).unwrap_or(2.0 * decade);
        let count = (most / step).ceil();
        let mut ticks = vec![0.0];
        while ticks.len() <= MOST_TICKS && ticks[ticks.len() - 1] < (count - 0.5) * step {
            ticks.push(ticks[ticks.len() - 1] + step);
        }
        Self { ticks, scale: Scale::Linear, values: (0.0, count * step), places: (from, to) }
    }

    pub(super) fn place(&self, value: f64) -> f64 {
        let (first, last) = self.values;
        let share = (self.scale.of(value) - first) / (last - first);
        self.places.0 + share * (self.places.1 - self.places.0)
    }

    /// Numbers for people and where they stand, without those that would stand on the one before.
    pub(super) fn labels(&self) -> Vec<(String, f64)> {
        let most = self.ticks.last().copied().unwrap_or_default();
        let mut shown: Vec<(String, f64)> = Vec::new();
        for tick in &self.ticks {
            let place = self.place(*tick);
            if shown.last().is_none_or(|(_, last)| (place - last).abs() >= LEAST_GAP) {
                shown.push((short(*tick, most), place));
            }
        }
        shown
    }
}

/// A number as people read it beside others up to the most: 0.25, 9000; 9 k where there is 10 k, too.
fn short(value: f64, most: f64) -> String {
    let (value, unit) = match value {
        _ if value >= 1e6 => (value / 1e6, " M"),
        _ if value >= 1e3 && most >= 10e3 => (value / 1e3, " k"),
        _ => (value, ""),
    };
    let digits = format!("{value:.2}");
    format!("{}{unit}", digits.trim_end_matches('0').trim_end_matches('.'))
}

const LEAST_GAP: f64 = 30.0;
const MOST_TICKS: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_decades_are_drawn_in_logarithms_with_zero_before_them() {
        let near = Axis::across([5.0, 100.0].into_iter(), 0.0, 100.0);
        assert!(near.scale == Scale::Linear);
        let far = Axis::across([0.0, 1.0, 10.0, 100.0].into_iter(), 0.0, 300.0);
        let places: Vec<f64> = [0.0, 1.0, 10.0, 100.0].iter().map(|value| far.place(*value)).collect();
        assert_eq!(places, [0.0, 100.0, 200.0, 300.0]);
    }

    #[test]
    fn the_y_axis_has_round_steps_from_zero() {
        let labels = |most: f64| {
            let axis = Axis::from_zero([most].into_iter(), 300.0, 0.0);
            axis.labels().into_iter().map(|(label, _)| label).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(labels(1_900.0), "0 500 1000 1500 2000");
        assert_eq!(labels(131.0), "0 25 50 75 100 125 150");
        assert_eq!(labels(0.9), "0 0.2 0.4 0.6 0.8 1");
    }

    #[test]
    fn thousands_are_written_as_such_where_there_are_many() {
        assert_eq!(short(5_000.0, 8_000.0), "5000");
        assert_eq!(short(5_000.0, 20_000.0), "5 k");
        assert_eq!(short(2_500_000.0, 2_500_000.0), "2.5 M");
        assert_eq!(short(0.0, 20_000.0), "0");
    }
}
