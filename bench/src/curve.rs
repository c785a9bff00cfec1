use std::fmt::Write as _;

use crate::failure::Result;
use crate::plot::Series;
use crate::report;
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

/// The points as a table in Markdown, a row for each x.
pub(crate) fn table(curve: &Curve, lines: &[Series]) -> String {
    let mut places: Vec<f64> = lines.iter().flat_map(|line| line.points.iter().map(|(x, _)| *x)).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let mut table = format!("| {} ", curve.x_label);
    for line in lines {
        let _ = write!(table, "| {}, {} ", line.name, curve.y_label);
    }
    let _ = writeln!(table, "|\n|{}", "---|".repeat(lines.len() + 1));
    for place in places {
        let _ = write!(table, "| {place} ");
        for line in lines {
            let there = line.points.iter().find(|(x, _)| *x == place);
            let value = there.map_or_else(|| "–".to_owned(), |(_, y)| report::digits(*y));
            let _ = write!(table, "| {value} ");
        }
        table.push_str("|\n");
    }
    table
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_row_for_each_x_and_a_dash_where_nothing_was_measured() {
        let curve = Curve { id: "", title: "", x_label: "keys", y_label: "ns", run: |_| Ok(Vec::new()) };
        let line =
            |name: &str, points: &[(f64, f64)]| Series { name: name.to_owned(), points: points.to_vec() };
        let lines = [line("a", &[(1.0, 2.0), (10.0, 123.4)]), line("b", &[(10.0, 45.67)])];
        assert_eq!(
            table(&curve, &lines),
            "| keys | a, ns | b, ns |\n|---|---|---|\n| 1 | 2.00 | – |\n| 10 | 123 | 45.7 |\n"
        );
    }
}
