use std::path::Path;

use crate::failure::Result;

/// One line of a plot.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Draws the lines as SVG.
pub(crate) fn lines(
    _path: &Path,
    _title: &str,
    _x_label: &str,
    _y_label: &str,
    _series: &[Series],
) -> Result<()> {
    Ok(())
}
