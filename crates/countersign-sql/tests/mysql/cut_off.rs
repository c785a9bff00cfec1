//! A network that is cut in the middle of a transaction: neither side hears of the other, and neither is told.

use std::time::Duration;

use countersign::secret::PlainToken;
use countersign::store::{Claim, StoreErrorKind, TokenLedger};
use countersign_sql::{Database, Limits, UserTable};
use sqlx::Executor;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::Place;
use crate::place::server;
use crate::suite::{NOW, token, told};

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_is_not_heard_of_ends_on_both_sides() {
    let place = Place::migrated().await;
    let network = Network::start().await;
    let limits = Limits { statement_timeout: Duration::from_secs(2), ..Limits::default() };
    let url = place.url().replace(&format!(":{}/", server().get_port()), &format!(":{}/", network.port));
    let far = Database::connect_with(&url, &UserTable::default(), &limits.into()).await.unwrap();
    let text = PlainToken::new("token");
    let mut other = place.raw().await;
    other.execute("LOCK TABLES token_blacklist_blacklistedtoken READ").await.unwrap();
    let claiming = {
        let text = text.clone();
        tokio::spawn(async move { far.blacklist(&token("a", &text, None), NOW).await })
    };
    let waits = format!(
        "SELECT 1 FROM information_schema.processlist WHERE db = '{}' AND state LIKE 'Waiting for table%'",
        place.name()
    );
    while place.rows(&waits).await.is_empty() {
        assert!(!claiming.is_finished(), "it waits");
    }
    network.is_cut.send_replace(true);
    other.execute("UNLOCK TABLES").await.unwrap();

    // The claim is written and never committed. Who comes next waits for its end, and not longer than a statement may take.
    let near = place.connect().await;
    assert_eq!(near.blacklist(&token("a", &text, None), NOW).await.unwrap(), Claim::Won);
    let error = claiming.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(told(&error).contains("not heard of for 3s"), "{}", told(&error));
}

/// The way to the server, which can be cut.
struct Network {
    port: u16,
    is_cut: watch::Sender<bool>,
}

impl Network {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let is_cut = watch::Sender::new(false);
        let cut = is_cut.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, cut.clone()));
            }
        });
        Self { port, is_cut }
    }
}

/// Both ends stay open, as nobody tells them.
async fn carry(mut client: TcpStream, mut cut: watch::Receiver<bool>) {
    let mut database = TcpStream::connect(("127.0.0.1", server().get_port())).await.unwrap();
    let is_cut = async { cut.wait_for(|is_cut| *is_cut).await.map(drop) };
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut database) => {}
        _ = is_cut => std::future::pending().await,
    }
}
