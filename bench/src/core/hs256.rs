//! HS256: from a token to its claims, and from a user to a token.

use countersign::jwt;

use crate::comparison::Measured;
use crate::core::floor::Floor;
use crate::core::{fixture, ours, peer};
use crate::failure::Result;
use crate::measure::nanoseconds;
use crate::scene::Scene;

/// Both read the clock, as a server does with each request.
pub(super) fn verify_beside_jsonwebtoken(scene: &Scene) -> Result<Measured> {
    let key = fixture::hs256()?;
    let token = fixture::access_token(&key)?;
    let ours = ours::Verifier::new(key.verifying_key());
    let theirs = peer::Verifier::hs256(fixture::SECRET);
    ours.verify(&token, fixture::now())?;
    theirs.verify(&token)?;
    super::moments(
        scene,
        |moment| nanoseconds(moment, || ours.verify(&token, fixture::now())),
        |moment| nanoseconds(moment, || theirs.verify(&token)),
    )
}

/// Neither reads the clock.
pub(super) fn verify_beside_floor(scene: &Scene) -> Result<Measured> {
    let key = fixture::hs256()?;
    let token = fixture::access_token(&key)?;
    let ours = ours::Verifier::new(key.verifying_key());
    let mut floor = Floor::hs256(fixture::SECRET);
    let now = fixture::now();
    ours.verify(&token, now)?;
    floor.verify(&token)?;
    super::moments(
        scene,
        |moment| nanoseconds(moment, || ours.verify(&token, now)),
        |moment| nanoseconds(moment, || floor.verify(&token).is_ok()),
    )
}

/// The same claims on both sides: ours as the authority has them, theirs as a struct.
pub(super) fn sign_beside_jsonwebtoken(scene: &Scene) -> Result<Measured> {
    let key = fixture::hs256()?;
    let claims = fixture::claims()?;
    let theirs = peer::Signer::hs256(fixture::SECRET);
    let their_claims = peer::AccessClaims::read(&claims.to_json())?;
    assert_eq!(fixture::signed(&claims, &key, None)?.len(), theirs.sign(&their_claims)?.len());
    super::moments(
        scene,
        |moment| nanoseconds(moment, || jwt::sign(&claims, &key, None)),
        |moment| nanoseconds(moment, || theirs.sign(&their_claims)),
    )
}

/// Both read the clock and draw 16 random bytes for the id.
pub(super) fn make_beside_jsonwebtoken(scene: &Scene) -> Result<Measured> {
    let ours = ours::Issuer::new(fixture::hs256()?);
    let theirs = peer::Signer::hs256(fixture::SECRET);
    let verifier = peer::Verifier::hs256(fixture::SECRET);
    verifier.verify(ours.make(fixture::now())?.expose())?;
    verifier.verify(&theirs.make("4711")?)?;
    super::moments(
        scene,
        |moment| nanoseconds(moment, || ours.make(fixture::now())),
        |moment| nanoseconds(moment, || theirs.make("4711")),
    )
}
