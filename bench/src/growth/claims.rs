//! Larger tokens: more claims, and longer ones.

use countersign::claims::Claims;

use crate::core::floor::Floor;
use crate::core::{fixture, ours, peer};
use crate::failure::Result;
use crate::measure::{alternate, median, nanoseconds};
use crate::plot::Series;
use crate::scene::Scene;

/// Claims of 25 bytes or so beside the five that SimpleJWT writes.
pub(super) fn number(scene: &Scene) -> Result<Vec<Series>> {
    curve(scene, &[5, 10, 25, 50, 75, 100], |claims, more| {
        for number in claims.iter().count()..more {
            claims.set(&format!("claim-{number}"), "a short value");
        }
    })
}

/// One claim beside the five that is as long as the token has to be.
pub(super) fn length(scene: &Scene) -> Result<Vec<Series>> {
    let key = fixture::hs256()?;
    let without = fixture::access_token(&key)?.len();
    curve(scene, &[without, 512, 1_024, 2_048, 4_096, 8_192], |claims, length| {
        // Four letters of base64 are three bytes; `,"note":""` are ten.
        if let Some(letters) = (length.saturating_sub(without) * 3 / 4).checked_sub(10) {
            claims.set("note", &"x".repeat(letters));
        }
    })
}

fn curve(scene: &Scene, sizes: &[usize], grow: impl Fn(&mut Claims, usize)) -> Result<Vec<Series>> {
    let key = fixture::hs256()?;
    let ours = ours::Verifier::new(key.verifying_key());
    let theirs = peer::Verifier::hs256(fixture::SECRET);
    let mut floor = Floor::hs256(fixture::SECRET);
    let mut lines = ["Countersign", "jsonwebtoken, to a Map", "HMAC, base64, borrowed JSON"].map(Series::of);
    for &size in sizes {
        let mut claims = fixture::claims()?;
        grow(&mut claims, size);
        let token = fixture::signed(&claims, &key, None)?;
        let now = fixture::now();
        theirs.verify(&token)?;
        ours.verify(&token, now)?;
        floor.verify(&token)?;
        let samples = alternate(
            scene.rounds(),
            &mut [
                &mut || Ok(nanoseconds(scene.turn() / 5, || ours.verify(&token, now))),
                &mut || Ok(nanoseconds(scene.turn() / 5, || theirs.verify(&token))),
                &mut || Ok(nanoseconds(scene.turn() / 5, || floor.verify(&token).is_ok())),
            ],
        )?;
        for (line, samples) in lines.iter_mut().zip(&samples) {
            #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
            line.points.push((size as f64, median(samples)));
        }
    }
    Ok(lines.into())
}
