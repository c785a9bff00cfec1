//! From a request to its answer: first the token, then the service.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use countersign::authority::Identity;
use http::request::Parts;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::auth::layer::Demand;
use crate::auth::{Auth, AuthBody, AuthRejection, Decision, Presented};

pin_project! {
    /// The answer of a service that is guarded by an [`AuthLayer`](super::AuthLayer).
    pub struct AuthFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        state: State<S, B>,
    }
}

pin_project! {
    #[project = StateNow]
    enum State<S, B>
    where
        S: Service<Request<B>>,
    {
        /// The authority decides.
        Deciding { decision: Decision, waiting: Option<Waiting<S, B>> },
        /// The service answers.
        LetIn { #[pin] answer: S::Future },
        /// Nobody is let in.
        Refused { rejection: Option<AuthRejection> },
    }
}

/// A request, and the service that it is for, until it is let in.
pub(super) struct Waiting<S, B> {
    pub(super) auth: Auth,
    pub(super) demand: Demand,
    pub(super) service: S,
    pub(super) head: Parts,
    pub(super) body: B,
}

impl<S: Service<Request<B>>, B> Waiting<S, B> {
    /// Who sends the request is known, and be it nobody: that is who counts further in, whoever was found further out.
    fn go_on(mut self) -> State<S, B> {
        let identity = self.auth.proof(&self.head).map(|proof| proof.identity.clone());
        match identity {
            Some(identity) => drop(self.head.extensions.insert(identity)),
            None if self.demand == Demand::Required => return refused(self.auth.anonymous(&self.head)),
            None => drop(self.head.extensions.remove::<Identity>()),
        }
        State::LetIn { answer: self.service.call(Request::from_parts(self.head, self.body)) }
    }
}

impl<S: Service<Request<B>>, B> AuthFuture<S, B> {
    pub(super) fn of(waiting: Waiting<S, B>) -> Self {
        let state = match waiting.auth.presented(&waiting.head) {
            Ok(Presented::Known(_) | Presented::Nothing) => waiting.go_on(),
            Ok(Presented::Token(decision)) => State::Deciding { decision, waiting: Some(waiting) },
            Err(rejection) => refused(rejection),
        };
        Self { state }
    }
}

impl<S, B, R> Future for AuthFuture<S, B>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Output = Result<Response<AuthBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateNow::Deciding { decision, waiting } => {
                    let decision = ready!(decision.as_mut().poll(cx));
                    let Some(mut waiting) = waiting.take() else { panic!("{POLLED_TWICE}") };
                    match decision {
                        Ok(proof) => {
                            waiting.auth.remember(&mut waiting.head, proof);
                            waiting.go_on()
                        }
                        Err(failure) => refused(waiting.auth.refused(&waiting.head, failure)),
                    }
                }
                StateNow::LetIn { answer } => {
                    return answer.poll(cx).map_ok(|response| response.map(AuthBody::of_service));
                }
                StateNow::Refused { rejection } => {
                    let Some(rejection) = rejection.take() else { panic!("{POLLED_TWICE}") };
                    return Poll::Ready(Ok(rejection.into_inner().map(AuthBody::of_refusal)));
                }
            };
            state.set(next);
        }
    }
}

fn refused<S: Service<Request<B>>, B>(rejection: AuthRejection) -> State<S, B> {
    State::Refused { rejection: Some(rejection) }
}

const POLLED_TWICE: &str = "a future was polled after it was ready";
