//! A call, and where its result goes.

use std::pin::pin;

use futures_channel::oneshot;
use futures_util::future::{self, Either};

use crate::entropy::Entropy;
use crate::password::hasher::Derive;
use crate::password::{PasswordHashers, Verification};
use crate::secret::{Password, StoredPassword};

/// A call, and where its result goes.
pub(super) enum Job {
    Burn(Password, oneshot::Sender<()>),
    Make(Password, oneshot::Sender<StoredPassword>),
    Verify(Password, StoredPassword, oneshot::Sender<Verification>),
}

impl Job {
    /// Whether nobody waits for the result.
    pub(super) fn is_abandoned(&self) -> bool {
        match self {
            Self::Burn(_, reply) => reply.is_canceled(),
            Self::Make(_, reply) => reply.is_canceled(),
            Self::Verify(_, _, reply) => reply.is_canceled(),
        }
    }

    /// Whether it begins with what can be computed beside others; if not, it needs a thread for itself.
    pub(super) fn begins_beside_others(&self, hashers: &PasswordHashers) -> bool {
        match self {
            Self::Burn(..) | Self::Make(..) => hashers.makes_beside_others(),
            Self::Verify(_, stored, _) => hashers.verifies_beside_others(stored),
        }
    }

    /// Does the job, unless its caller leaves meanwhile.
    pub(super) async fn run(self, hashers: &PasswordHashers, entropy: &dyn Entropy, place: &impl Derive) {
        match self {
            Self::Burn(password, reply) => {
                answer(reply, async move { hashers.burn_at(place, &password, entropy).await }).await;
            }
            Self::Make(password, reply) => {
                answer(reply, async move { hashers.make_at(place, &password, entropy).await }).await;
            }
            Self::Verify(password, stored, reply) => {
                let verifying = async move { hashers.verify_at(place, &password, &stored, entropy).await };
                answer(reply, verifying).await;
            }
        }
    }
}

/// Sends the result, by when what it was computed from is wiped. A caller who left in the last moment does not
/// take it, which is no error.
async fn answer<T>(mut reply: oneshot::Sender<T>, computing: impl Future<Output = T>) {
    let result = match future::select(pin!(reply.cancellation()), Box::pin(computing)).await {
        Either::Left(((), _)) => return,
        Either::Right((result, _)) => result,
    };
    let _ = reply.send(result);
}
