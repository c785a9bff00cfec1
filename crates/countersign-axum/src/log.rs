//! What the client is not told.

use countersign::authority::Failure;
use countersign::error::Causes;

/// Logs why a request was not granted.
pub(crate) fn log_failure(failure: &Failure) {
    match failure {
        Failure::Refused(refusal) => tracing::info!(%refusal, "a request was refused"),
        Failure::Undecided(error) => {
            tracing::error!(error = %Causes(error), "a request could not be decided");
        }
    }
}
