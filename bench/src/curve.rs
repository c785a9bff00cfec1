use std::fmt::Write as _;

use crate::failure::Result;
use crate::plot::Series;
use crate::scene::Scene;

/// How a cost grows: one plot of the report.
pub(crate) struct Curve {
    /// What `--only` calls it, and the plot's file in docs/benchmarks/.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) x_label: &'static str,
    pub(crate) y_label: &'static str,
    pub(crate) run: fn(&Scene) -> Result<Vec<Series>>,
}

/// The points as one line.
pub(crate) fn summary(id: &str, lines: &[Series]) -> String {
    let mut summary = format!("{id:<28}");
    for Series { name, points } in lines {
        _ = write!(summary, " {name}:");
        for (x, y) in points {
            _ = write!(summary, " {x}→{y:.1}");
        }
    }
    summary
}
