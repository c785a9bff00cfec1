//! More keys: a provider that rotates them, or one for each tenant.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::authority::{Keys, RemoteKeys, RemoteKeysError};
use countersign::key::{Algorithm, JwkSet, VerifyingKey};
use countersign::secret::PlainToken;
use futures_util::future::BoxFuture;
use serde_json::json;

use crate::core::fixture::{self, Pair};
use crate::failure::{Failure, Result};
use crate::measure::{alternate, median, nanoseconds};
use crate::plot::Series;
use crate::scene::Scene;

/// The token is of the last key of the set, by its `kid`.
pub(super) fn number(scene: &Scene) -> Result<Vec<Series>> {
    let mut lines = ["Countersign: the token", "Countersign: finding the key"].map(Series::of);
    for number in [1, 2, 5, 10, 20, 50, 100] {
        let pairs = (0..number).map(|_| Pair::eddsa()).collect::<Result<Vec<_>>>()?;
        let set = set(&pairs)?;
        let kid = kid(number - 1);
        let token =
            PlainToken::new(fixture::signed(&fixture::claims()?, &pairs[number - 1].ours, Some(&kid))?);
        let keys = Keys::remote(None, Arc::new(Published(set.clone())));
        let validation = fixture::policy().validation;
        let now = fixture::now();
        at_once(keys.verify(&token, &validation, now))??;
        let samples = alternate(
            scene.rounds(),
            &mut [
                &mut || {
                    let verify = || at_once(keys.verify(&token, &validation, now)).is_ok_and(|it| it.is_ok());
                    Ok(nanoseconds(scene.turn() / 5, verify))
                },
                &mut || Ok(nanoseconds(scene.turn() / 5, || set.get(&kid).is_some())),
            ],
        )?;
        for (line, samples) in lines.iter_mut().zip(&samples) {
            #[expect(clippy::cast_precision_loss, reason = "a hundred")]
            line.points.push((number as f64, median(samples)));
        }
    }
    Ok(lines.into())
}

/// Keys that have been fetched, as the server has them from a JWKS URL until they are too old.
struct Published(JwkSet);

impl RemoteKeys for Published {
    fn find<'a>(&'a self, kid: &'a str) -> BoxFuture<'a, Result<Option<VerifyingKey>, RemoteKeysError>> {
        Box::pin(async move { Ok(self.0.get(kid).cloned()) })
    }
}

/// The public halves as a provider publishes them (RFC 8037).
fn set(pairs: &[Pair]) -> Result<JwkSet> {
    let members = pairs.iter().enumerate().map(|(number, pair)| {
        let x = URL_SAFE_NO_PAD.encode(&pair.public);
        json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": kid(number), "x": x })
    });
    let set = json!({ "keys": members.collect::<Vec<_>>() });
    Ok(JwkSet::parse(set.to_string().as_bytes(), Algorithm::EdDsa)?)
}

fn kid(number: usize) -> String {
    format!("key-{number:04}")
}

/// What has nothing to wait for.
fn at_once<F: Future>(future: F) -> Result<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => Err(Failure::new("a key that is there was waited for")),
    }
}
