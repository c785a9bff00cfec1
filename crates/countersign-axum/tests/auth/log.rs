//! What a client is not told is told to the log.

use std::fmt::Write;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get as on_get;
use countersign::user::User;
use countersign_axum::{AuthLayer, Authenticated};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::house::{ask, get, house};

/// Keeps the lines of this crate.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(Level, String)>>>);

impl Log {
    fn take(&self) -> Vec<(Level, String)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("countersign_axum")
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().unwrap().push((*event.metadata().level(), line.0));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

#[tokio::test]
async fn a_refusal_is_logged_once_with_its_cause_and_without_the_token() {
    let house = house();
    let bearer = house.bearer().await;
    let auth = house.auth();
    let app =
        Router::new().route("/", on_get(async |_: Authenticated<User>| "let in")).with_state(auth.clone());
    let apps = [app.clone(), app.layer(AuthLayer::required(auth))];
    let log = Log::default();
    let _logging = tracing::subscriber::set_default(log.clone());

    for app in &apps {
        ask(app, get("/", &[("authorization", &bearer)])).await;
        ask(app, get("/", &[])).await;
        assert_eq!(log.take(), [], "nothing to tell of whoever is let in, nor of nobody");

        ask(app, get("/", &[("authorization", "Bearer forged")])).await;
        let lines = log.take();
        let [(Level::INFO, line)] = &*lines else { panic!("{lines:?}") };
        assert!(line.contains("a request was refused") && !line.contains("forged"), "{line}");

        house.store.is_down.store(true, Ordering::Relaxed);
        ask(app, get("/", &[("authorization", &bearer)])).await;
        house.store.is_down.store(false, Ordering::Relaxed);
        let lines = log.take();
        let [(Level::ERROR, line)] = &*lines else { panic!("{lines:?}") };
        assert!(line.contains("the disk is full of secrets"), "{line}");
        assert!(!line.contains(&bearer[7..]), "{line}");
    }
}
