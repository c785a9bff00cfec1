//! How often a story is told, and the figures that docs/reliability.md has from it.

use std::time::Duration;

/// `COUNTERSIGN_ROUNDS`: how many races for a token there are; the faults are as many in proportion. 1000 for the figures of
/// docs/reliability.md, and 40 where nothing is said, which is a minute.
pub(crate) fn rounds() -> usize {
    std::env::var("COUNTERSIGN_ROUNDS").map_or(40, |rounds| rounds.parse().unwrap())
}

/// How long it took, each time, until everybody was served again.
#[derive(Debug, Default)]
pub(crate) struct Recoveries(Vec<Duration>);

impl Recoveries {
    /// Adds one, which must be within [`RECOVERED`].
    #[track_caller]
    pub(crate) fn add(&mut self, took: Duration) {
        assert!(took <= RECOVERED, "everybody is served again after {took:?} only");
        self.0.push(took);
    }

    /// Prints the median and the maximum.
    pub(crate) fn tell(mut self, what: &str) {
        self.0.sort_unstable();
        let millis = |place: usize| self.0[place].as_millis();
        let (median, longest) = (millis((self.0.len() - 1) / 2), millis(self.0.len() - 1));
        tell(&format!(
            "{what}: {} times, served again after {median} ms, at most {longest} ms",
            self.0.len()
        ));
    }
}

/// Prints a line for whoever runs this with `--nocapture`.
#[expect(clippy::print_stderr, reason = "docs/reliability.md gives these figures")]
pub(crate) fn tell(figures: &str) {
    eprintln!("{figures}");
}

/// Within this everybody is served again after the fault itself is over. The stories allow the database two seconds
/// for a connection and one for a statement; the rest is for a machine that is busy with other tests.
pub(crate) const RECOVERED: Duration = Duration::from_secs(10);
