//! How the cost of the core grows.

mod claims;
mod keys;
mod logins;

use crate::curve::Curve;

/// In the order of the report.
pub(crate) fn curves() -> Vec<Curve> {
    vec![
        Curve {
            id: "growth-claims",
            title: "Verifying an HS256 token by the number of its claims",
            x_label: "claims",
            y_label: "ns",
            run: claims::number,
        },
        Curve {
            id: "growth-token",
            title: "Verifying an HS256 token by its length",
            x_label: "bytes",
            y_label: "ns",
            run: claims::length,
        },
        Curve {
            id: "growth-keys",
            title: "Verifying an EdDSA token seen before by the number of keys",
            x_label: "keys in the set",
            y_label: "ns",
            run: keys::number,
        },
        Curve {
            id: "growth-logins",
            title: "Hashing a password by the number of logins that wait",
            x_label: "logins at once",
            y_label: "ns of a thread for an iteration of a login",
            run: logins::waiting,
        },
    ]
}
