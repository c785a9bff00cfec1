//! The three mutations: what they ask the authority, and in which order.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::dynamic::ResolverContext;
use async_graphql::{Error, Name};
use countersign::authority::{Authority, Credentials, Failure, Grant};
use countersign::dialect::graphql_jwt::{Answer, GraphqlError, Mutation};
use countersign::secret::{Password, PlainToken};
use countersign::store::{RefreshTokens, Store};

use crate::graphql::arguments::Argument;
use crate::graphql::document::place;
use crate::log::log_failure;

/// What the mutations of one request share.
///
/// - Two selections of one response key are one field, and executed once (GraphQL §6.3.2): a refresh token must not be
///   used up twice.
/// - None of the fields may be null, so the first that fails ends the request.
pub(super) struct Turns {
    absent: HashSet<Name>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    done: HashMap<String, Done>,
    failed: Option<Answer>,
}

/// What a mutation gave.
#[derive(Clone)]
pub(super) enum Done {
    Granted(Arc<Grant>),
    Revoked,
    Verified { exp: i32, iat: i32 },
}

/// Why a mutation gave nothing.
enum Denied {
    Failed(Mutation, Failure),
    Said(&'static str),
}

impl Turns {
    /// No turn has been taken; `absent` are the variables without a value.
    pub(super) fn new(absent: HashSet<Name>) -> Self {
        Self { absent, state: Mutex::default() }
    }

    /// The answer to a request one of whose mutations failed.
    pub(super) fn failed(&self) -> Option<Answer> {
        self.state().failed.take()
    }

    /// Takes the turn of the field that is being resolved.
    async fn take(
        &self,
        context: &ResolverContext<'_>,
        turn: impl Future<Output = Result<Done, Denied>>,
    ) -> Result<Done, Error> {
        let key = context.item.node.response_key().node.to_string();
        let over = {
            let state = self.state();
            match state.done.get(&key) {
                Some(done) => return Ok(done.clone()),
                None => state.failed.is_some(),
            }
        };
        if over {
            return Err(Error::new("an earlier mutation failed"));
        }
        match turn.await {
            Ok(done) => {
                self.state().done.insert(key, done.clone());
                Ok(done)
            }
            Err(denied) => {
                let errors = |message: &str| {
                    Answer::Errors(vec![GraphqlError {
                        message: message.to_owned(),
                        locations: vec![place(context.item.pos)],
                        path: vec![key],
                    }])
                };
                let answer = match denied {
                    Denied::Said(message) => errors(message),
                    Denied::Failed(mutation, failure) => {
                        log_failure(&failure);
                        match failure {
                            Failure::Refused(refusal) => errors(mutation.message(&refusal)),
                            Failure::Undecided(error) => Answer::Undecided(error),
                        }
                    }
                };
                self.state().failed = Some(answer);
                Err(Error::new("this mutation failed"))
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `requestToken`: a login, or a renewal wherever a refresh token is given, even `null`.
pub(super) async fn request_token<S>(
    context: ResolverContext<'_>,
    authority: Authority<S>,
    username_argument: Arc<str>,
) -> Result<Done, Error>
where
    S: Store + RefreshTokens,
{
    let turns = context.data::<Arc<Turns>>()?;
    let argument = |name: &str| Argument::read(&context, name, &turns.absent);
    let (username, password) = (argument(&username_argument), argument("password"));
    let refresh_token = argument("refreshToken");
    let turn = async {
        let (mutation, decision) = if refresh_token != Argument::Unset {
            let presented = PlainToken::new(refresh_token.into_text());
            (Mutation::Renew, authority.renew(&presented).await)
        } else if username == Argument::Unset || password == Argument::Unset {
            return Err(Denied::Said(Mutation::INVALID_ARGUMENTS));
        } else {
            let password = Password::new(password.into_text());
            let credentials = Credentials { username: username.into_text(), password };
            (Mutation::Request, authority.issue(&credentials).await)
        };
        let grant = decision.map_err(|failure| Denied::Failed(mutation, failure))?;
        Ok(Done::Granted(Arc::new(grant)))
    };
    turns.take(&context, turn).await
}

/// `revokeToken`: a long-running refresh token shall be good no more.
pub(super) async fn revoke_token<S>(
    context: ResolverContext<'_>,
    authority: Authority<S>,
) -> Result<Done, Error>
where
    S: Store + RefreshTokens,
{
    let turns = context.data::<Arc<Turns>>()?;
    let token = PlainToken::new(Argument::read(&context, "token", &turns.absent).into_text());
    let turn = async {
        let decision = authority.revoke(&token).await;
        decision.map_err(|failure| Denied::Failed(Mutation::Revoke, failure))?;
        Ok(Done::Revoked)
    };
    turns.take(&context, turn).await
}

/// `verifyToken`: from when until when a token is good.
pub(super) async fn verify_token<S>(
    context: ResolverContext<'_>,
    authority: Authority<S>,
) -> Result<Done, Error>
where
    S: Store + RefreshTokens,
{
    let turns = context.data::<Arc<Turns>>()?;
    let token = PlainToken::new(Argument::read(&context, "token", &turns.absent).into_text());
    let turn = async {
        let decision = authority.inspect(&token).await;
        let token = decision.map_err(|failure| Denied::Failed(Mutation::Verify, failure))?;
        let (exp, iat) = Mutation::payload(&token).map_err(Denied::Said)?;
        Ok(Done::Verified { exp, iat })
    };
    turns.take(&context, turn).await
}
