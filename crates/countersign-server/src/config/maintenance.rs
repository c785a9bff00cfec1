//! `[maintenance]`: the management commands that the servers run by themselves.

use std::time::Duration;

use super::section::Section;

/// How often each command is run, by one of all servers; `None` leaves it to whoever runs the command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MaintenanceConfig {
    /// `flushexpiredtokens_every`.
    pub(crate) flush_expired_tokens: Option<Duration>,
    /// `cleartokens_every`.
    pub(crate) clear_tokens: Option<Duration>,
}

impl MaintenanceConfig {
    pub(super) fn read(settings: &mut Section<'_>) -> Self {
        let mut maintenance = Self::default();
        settings.set_as("flushexpiredtokens_every", &mut maintenance.flush_expired_tokens, Some);
        settings.set_as("cleartokens_every", &mut maintenance.clear_tokens, Some);
        maintenance
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fault, read};
    use super::*;

    #[test]
    fn nothing_is_deleted_unasked() {
        assert_eq!(read("").maintenance, MaintenanceConfig::default());
        let asked =
            read("[maintenance]\nflushexpiredtokens_every = '1h'\ncleartokens_every = '1d'").maintenance;
        assert_eq!(asked.flush_expired_tokens, Some(Duration::from_hours(1)));
        assert_eq!(asked.clear_tokens, Some(Duration::from_hours(24)));
        assert!(fault("[maintenance]\ncleartokens_every = 0").contains("must be longer than no time"));
    }
}
