//! The core beside jsonwebtoken, and beside the raw operations that nobody can do without.

pub(crate) mod fixture;
pub(crate) mod floor;
mod hs256;
mod http;
pub(crate) mod instructions;
pub(crate) mod ours;
pub(crate) mod passwords;
pub(crate) mod peer;
mod public;

use std::time::Duration;

use crate::comparison::{Comparison, Measured, Target, Unit};
use crate::core::fixture::Pair;
use crate::failure::Result;
use crate::measure::alternate;
use crate::scene::Scene;

/// In the order of the table.
pub(crate) fn comparisons() -> Vec<Comparison> {
    let nanoseconds = |id, what, against, target, measure| Comparison {
        id,
        what,
        against,
        unit: Unit::Nanoseconds,
        target,
        quick: true,
        measure,
    };
    vec![
        nanoseconds(
            "verify-hs256",
            "verify an HS256 access token, as SimpleJWT makes them, to its claims",
            "jsonwebtoken, to a Map",
            Target::AtLeast(3.5),
            hs256::verify_beside_jsonwebtoken,
        ),
        nanoseconds(
            "verify-hs256-floor",
            "the same",
            "one HMAC, base64, borrowed serde_json",
            Target::AtMost(1.1),
            hs256::verify_beside_floor,
        ),
        nanoseconds(
            "verify-rs256-seen",
            "verify an RS256 token (2048 bits) seen before",
            "jsonwebtoken",
            Target::AtLeast(40.0),
            |scene| public::seen_before(scene, &Pair::rs256()?),
        ),
        nanoseconds(
            "verify-es256-seen",
            "verify an ES256 token seen before",
            "jsonwebtoken",
            Target::AtLeast(40.0),
            |scene| public::seen_before(scene, &Pair::es256()?),
        ),
        nanoseconds(
            "verify-eddsa-seen",
            "verify an EdDSA token (Ed25519) seen before",
            "jsonwebtoken",
            Target::AtLeast(40.0),
            |scene| public::seen_before(scene, &Pair::eddsa()?),
        ),
        nanoseconds(
            "verify-rs256-new",
            "verify an RS256 token for the first time",
            "the signature alone, aws-lc",
            Target::AtMost(1.1),
            |scene| public::first_time(scene, &Pair::rs256()?),
        ),
        nanoseconds(
            "verify-es256-new",
            "verify an ES256 token for the first time",
            "the signature alone, aws-lc",
            Target::AtMost(1.1),
            |scene| public::first_time(scene, &Pair::es256()?),
        ),
        nanoseconds(
            "verify-eddsa-new",
            "verify an EdDSA token for the first time",
            "the signature alone, aws-lc",
            Target::AtMost(1.1),
            |scene| public::first_time(scene, &Pair::eddsa()?),
        ),
        nanoseconds(
            "sign-hs256",
            "sign an HS256 access token's claims",
            "jsonwebtoken, the same claims from a struct",
            Target::AtLeast(2.0),
            hs256::sign_beside_jsonwebtoken,
        ),
        nanoseconds(
            "make-hs256",
            "make an HS256 access token: a new id, `exp` and `iat`, the user's id, signed",
            "the same around jsonwebtoken",
            Target::AtLeast(1.0),
            hs256::make_beside_jsonwebtoken,
        ),
        Comparison {
            id: "verify-http-in-process",
            what: "POST verify over loopback, 16 connections, in the process that asks",
            against: "a bare axum JSON echo",
            unit: Unit::RequestsPerSecond,
            target: Target::AtLeast(0.9),
            quick: true,
            measure: http::verify_beside_echo,
        },
        Comparison {
            id: "pbkdf2-16-waiting",
            what: "PBKDF2, an iteration of one of 16 waiting logins, 1 000 000 iterations each",
            against: "aws-lc's PBKDF2 on as many threads",
            unit: Unit::Nanoseconds,
            target: Target::AtLeast(2.0),
            quick: false,
            measure: passwords::sixteen_waiting,
        },
    ]
}

/// Ours and theirs in turn, for a moment each and often: what disturbs the one disturbs the other.
fn moments(
    scene: &Scene,
    mut ours: impl FnMut(Duration) -> f64,
    mut theirs: impl FnMut(Duration) -> f64,
) -> Result<Measured> {
    let moment = scene.turn() / MOMENTS;
    let rounds = scene.rounds() * MOMENTS as usize;
    in_turn(rounds, || Ok(ours(moment)), || Ok(theirs(moment)))
}

fn in_turn(
    rounds: usize,
    mut ours: impl FnMut() -> Result<f64>,
    mut theirs: impl FnMut() -> Result<f64>,
) -> Result<Measured> {
    let mut samples = alternate(rounds, &mut [&mut ours, &mut theirs])?.into_iter();
    let (ours, theirs) = (samples.next().unwrap_or_default(), samples.next().unwrap_or_default());
    Ok(Measured { ours, theirs })
}

/// Of a turn.
const MOMENTS: u32 = 10;
