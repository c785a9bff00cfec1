//! Lines in an SVG that reads well on light and on dark pages: no script, no font from elsewhere, the same bytes for the
//! same points.

mod axis;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::failure::{Result, While};
use crate::plot::axis::Axis;

/// One line of a plot.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

impl Series {
    /// A line without points yet.
    pub(crate) fn of(name: &str) -> Self {
        Self { name: name.to_owned(), points: Vec::new() }
    }
}

/// Draws the lines as SVG. The x axis is logarithmic where the points are two decades apart or more; the y axis begins
/// at zero, so that what looks twice as high costs twice as much.
pub(crate) fn lines(path: &Path, title: &str, x_label: &str, y_label: &str, series: &[Series]) -> Result<()> {
    fs::write(path, draw(title, x_label, y_label, series)).during(path.display())
}

fn draw(title: &str, x_label: &str, y_label: &str, series: &[Series]) -> String {
    let points = || series.iter().flat_map(|line| &line.points);
    let x = Axis::across(points().map(|(x, _)| *x), LEFT, RIGHT);
    let y = Axis::from_zero(points().map(|(_, y)| *y), BOTTOM, TOP);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n\
         <title>{0}</title>\n{STYLE}\n<rect class=\"page\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"8\"/>\n\
         <text class=\"title\" x=\"24\" y=\"30\">{0}</text>\n\
         <text x=\"24\" y=\"52\">{1}</text>\n\
         <text class=\"end\" x=\"{RIGHT:.0}\" y=\"{2}\">{3}</text>\n",
        escaped(title),
        escaped(y_label),
        HEIGHT - 14,
        escaped(x_label),
    );
    for (value, at) in y.labels() {
        let _ = writeln!(
            svg,
            "<path class=\"grid\" d=\"M{LEFT:.0} {at:.1}H{RIGHT:.0}\"/><text class=\"end\" x=\"{:.0}\" y=\"{:.1}\">{value}</text>",
            LEFT - 8.0,
            at + 4.0
        );
    }
    for (value, at) in x.labels() {
        let _ = writeln!(
            svg,
            "<path class=\"grid\" d=\"M{at:.1} {BOTTOM:.0}v5\"/><text class=\"middle\" x=\"{at:.1}\" y=\"{:.0}\">{value}</text>",
            BOTTOM + 20.0
        );
    }
    let heights: Vec<f64> =
        series.iter().map(|line| line.points.last().map_or(BOTTOM, |(_, last)| y.place(*last))).collect();
    // The first comes last, so that it lies on the others.
    for ((number, line), name_at) in series.iter().enumerate().zip(apart(&heights)).rev() {
        let class = number % COLOURS;
        let places: Vec<_> = line.points.iter().map(|(px, py)| (x.place(*px), y.place(*py))).collect();
        let path: Vec<_> = places.iter().map(|(px, py)| format!("{px:.1} {py:.1}")).collect();
        let _ = writeln!(svg, "<path class=\"line c{class}\" d=\"M{}\"/>", path.join("L"));
        for (px, py) in places {
            let _ = writeln!(svg, "<circle class=\"c{class}\" cx=\"{px:.1}\" cy=\"{py:.1}\" r=\"3.5\"/>");
        }
        for (row, part) in wrapped(&line.name).iter().enumerate() {
            let at = name_at + 4.0 + LINE_HEIGHT * f64::from(u8::try_from(row).unwrap_or(u8::MAX));
            let _ = writeln!(
                svg,
                "<text class=\"name c{class}\" x=\"{:.0}\" y=\"{at:.1}\">{}</text>",
                RIGHT + 14.0,
                escaped(part)
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// The heights, moved so far that names beside them do not touch; each keeps its place in the order.
fn apart(heights: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by(|a, b| heights[*a].total_cmp(&heights[*b]));
    let mut moved = heights.to_vec();
    for pair in order.windows(2) {
        moved[pair[1]] = moved[pair[1]].max(moved[pair[0]] + NAME_GAP);
    }
    // What was pushed below the plot pushes the ones above back up.
    let mut most = BOTTOM;
    for number in order.into_iter().rev() {
        moved[number] = moved[number].min(most);
        most = moved[number] - NAME_GAP;
    }
    moved
}

/// A name in lines that fit beside the plot.
fn wrapped(name: &str) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in name.split(' ') {
        match rows.last_mut() {
            Some(row) if row.len() + word.len() < LETTERS => {
                row.push(' ');
                row.push_str(word);
            }
            _ => rows.push(word.to_owned()),
        }
    }
    rows
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

const WIDTH: u32 = 780;
const HEIGHT: u32 = 380;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 570.0;
const TOP: f64 = 74.0;
const BOTTOM: f64 = 320.0;
const LINE_HEIGHT: f64 = 16.0;
/// Two lines and a little.
const NAME_GAP: f64 = 38.0;
const LETTERS: usize = 22;
const COLOURS: usize = 4;

/// Okabe's and Ito's colours, which people tell apart who see fewer of them. The page is the plot's own, so that it can be
/// read on any.
const STYLE: &str = "<style>
text{font:13px system-ui,sans-serif;fill:#57606a}.title{font-size:16px;font-weight:600;fill:#1f2328}
.end{text-anchor:end}.middle{text-anchor:middle}.name{font-weight:600}.page{fill:#fff}.grid{stroke:#d0d7de;fill:none}
.line{stroke-width:2.5;stroke-linejoin:round}
.c0{fill:#0072b2}.c1{fill:#d55e00}.c2{fill:#009e73}.c3{fill:#aa4499}
.line.c0{stroke:#0072b2}.line.c1{stroke:#d55e00}.line.c2{stroke:#009e73}.line.c3{stroke:#aa4499}
@media (prefers-color-scheme:dark){
text{fill:#9198a1}.title{fill:#f0f6fc}.page{fill:#0d1117}.grid{stroke:#3d444d}
.c0{fill:#56b4e9}.c1{fill:#ff9d5c}.c2{fill:#2ecc9a}.c3{fill:#dd88cc}
.line.c0{stroke:#56b4e9}.line.c1{stroke:#ff9d5c}.line.c2{stroke:#2ecc9a}.line.c3{stroke:#dd88cc}
}
.line{fill:none}
</style>";

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, points: &[(f64, f64)]) -> Series {
        Series { name: name.to_owned(), points: points.to_vec() }
    }

    #[test]
    fn names_beside_the_lines_do_not_touch() {
        let moved = apart(&[300.0, 310.0, 100.0]);
        assert_eq!(moved, [BOTTOM - NAME_GAP, BOTTOM, 100.0]);
    }

    #[test]
    fn a_plot_is_the_same_bytes_again_and_one_point_is_enough() {
        let series = [line("a < b", &[(1.0, 2.0)]), line("none", &[])];
        let svg = draw("t", "x", "y", &series);
        assert_eq!(svg, draw("t", "x", "y", &series));
        assert!(svg.contains("a &lt; b") && !svg.contains("NaN") && !svg.contains("inf"));
    }
}
