//! The body of a guarded service's answers.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use pin_project_lite::pin_project;

pin_project! {
    /// The body of an answer: the service's own, as it is, or what somebody is told who was not let in.
    pub struct AuthBody<B> {
        #[pin]
        whose: Whose<B>,
    }
}

pin_project! {
    #[project = WhoseBody]
    enum Whose<B> {
        Refusal { #[pin] body: Full<Bytes> },
        Service { #[pin] body: B },
    }
}

impl<B> AuthBody<B> {
    pub(super) fn of_refusal(bytes: Bytes) -> Self {
        Self { whose: Whose::Refusal { body: Full::new(bytes) } }
    }

    pub(super) fn of_service(body: B) -> Self {
        Self { whose: Whose::Service { body } }
    }
}

impl<B: Body<Data = Bytes>> Body for AuthBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().whose.project() {
            WhoseBody::Refusal { body } => {
                body.poll_frame(cx).map(|frame| frame.map(|frame| frame.map_err(|never| match never {})))
            }
            WhoseBody::Service { body } => body.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.whose {
            Whose::Refusal { body } => body.is_end_stream(),
            Whose::Service { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.whose {
            Whose::Refusal { body } => body.size_hint(),
            Whose::Service { body } => body.size_hint(),
        }
    }
}
