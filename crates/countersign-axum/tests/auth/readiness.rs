//! Services that are not always ready: the layer keeps to what tower asks of it.

use std::convert::Infallible;
use std::future::{Ready, poll_fn, ready};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use axum::http::{Request, Response, StatusCode};
use countersign_axum::AuthLayer;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::{Layer, Service};

use crate::house::house;

/// Has room for some requests at once, and wants to be asked first.
struct Narrow {
    room: Arc<Semaphore>,
    place: Option<OwnedSemaphorePermit>,
}

impl Narrow {
    fn with_room(requests: usize) -> Self {
        Self { room: Arc::new(Semaphore::new(requests)), place: None }
    }
}

impl Clone for Narrow {
    /// A place is one service's alone.
    fn clone(&self) -> Self {
        Self { room: Arc::clone(&self.room), place: None }
    }
}

impl Service<Request<()>> for Narrow {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        if self.place.is_none() {
            self.place = Arc::clone(&self.room).try_acquire_owned().ok();
        }
        if self.place.is_some() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        let place = self.place.take();
        assert!(place.is_some(), "a service is called that is ready");
        ready(Ok(Response::new("served".to_owned())))
    }
}

fn request(header: Option<&str>) -> Request<()> {
    let request = Request::get("/");
    header
        .map(|header| ("authorization", header))
        .into_iter()
        .fold(request, |request, (name, value)| request.header(name, value))
        .body(())
        .unwrap()
}

#[tokio::test]
async fn the_service_that_was_ready_is_the_one_that_is_called() {
    let house = house();
    let bearer = house.bearer().await;
    let mut service = AuthLayer::required(house.auth()).layer(Narrow::with_room(1));
    for _ in 0..3 {
        poll_fn(|cx| service.poll_ready(cx)).await.unwrap();
        let answer = service.call(request(Some(&bearer))).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
    assert_eq!(house.lookups(), 3);
}

#[tokio::test]
async fn while_the_service_is_not_ready_the_layer_is_not_either() {
    let house = house();
    let mut service = AuthLayer::optional(house.auth()).layer(Narrow::with_room(0));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(service.poll_ready(&mut cx).is_pending());
}

#[tokio::test]
async fn whoever_is_refused_gives_the_place_back() {
    let house = house();
    let narrow = Narrow::with_room(1);
    let room = Arc::clone(&narrow.room);
    let mut service = AuthLayer::required(house.auth()).layer(narrow);
    for header in [None, Some("Bearer"), Some("Bearer forged")] {
        poll_fn(|cx| service.poll_ready(cx)).await.unwrap();
        assert_eq!(room.available_permits(), 0);
        let answer = service.call(request(header)).await.unwrap();
        assert_eq!((answer.status(), room.available_permits()), (StatusCode::UNAUTHORIZED, 1), "{header:?}");
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_gives_the_place_back() {
    let house = house();
    let bearer = house.bearer().await;
    let narrow = Narrow::with_room(1);
    let room = Arc::clone(&narrow.room);
    let mut service = AuthLayer::required(house.auth()).layer(narrow);
    poll_fn(|cx| service.poll_ready(cx)).await.unwrap();
    drop(service.call(request(Some(&bearer))));
    assert_eq!((room.available_permits(), house.lookups()), (1, 0));
}
