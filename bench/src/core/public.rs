//! RS256, ES256 and `EdDSA`: a token that was seen before, and one that never was.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::comparison::Measured;
use crate::core::fixture::{self, Pair};
use crate::core::{ours, peer};
use crate::failure::{Failure, Result};
use crate::measure::{Stopwatch, nanoseconds};
use crate::scene::Scene;

/// One token again and again; both read the clock.
pub(super) fn seen_before(scene: &Scene, key: &Pair) -> Result<Measured> {
    let token = fixture::access_token(&key.ours)?;
    let ours = ours::Verifier::new(key.ours.verifying_key());
    let theirs = peer::Verifier::new(key.theirs.clone());
    ours.verify(&token, fixture::now())?;
    theirs.verify(&token)?;
    super::moments(
        scene,
        |moment| nanoseconds(moment, || ours.verify(&token, fixture::now())),
        |moment| nanoseconds(moment, || theirs.verify(&token)),
    )
}

/// Many tokens, each once, with a verifier that has seen none: all that there is to verifying a token, beside its
/// signature alone, split off and decoded beforehand, with a prepared key.
pub(super) fn first_time(scene: &Scene, key: &Pair) -> Result<Measured> {
    let tokens: Vec<String> = (0..TOKENS).map(|_| fixture::access_token(&key.ours)).collect::<Result<_>>()?;
    let signatures: Vec<_> = tokens.iter().map(|token| signature(token)).collect::<Result<_>>()?;
    let now = fixture::now();
    super::in_turn(
        scene.rounds(),
        || {
            let ours = ours::Verifier::new(key.ours.verifying_key());
            each(&tokens, |token| ours.verify(token, now).map(drop))
        },
        || {
            each(&signatures, |(message, signature)| {
                key.raw.verify_sig(message.as_bytes(), signature).map_err(Failure::from)
            })
        },
    )
}

/// How many nanoseconds it takes for one of them, each had once.
fn each<T>(all: &[T], mut operation: impl FnMut(&T) -> Result<()>) -> Result<f64> {
    let watch = Stopwatch::start();
    all.iter().try_for_each(&mut operation)?;
    let elapsed = watch.elapsed();
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    Ok(elapsed.as_secs_f64() * 1e9 / all.len() as f64)
}

/// What is signed, and the signature.
fn signature(token: &str) -> Result<(&str, Vec<u8>)> {
    let (message, signature) = token.rsplit_once('.').ok_or_else(|| Failure::new("no signature"))?;
    Ok((message, URL_SAFE_NO_PAD.decode(signature)?))
}

/// As many as are signed in a second or two.
const TOKENS: usize = 2_000;
