//! How often a use case goes to the server and back. Nothing costs more, so the numbers stand here, and in docs/scaling.md.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign::authority::{Authority, Credentials, Rotation, Rules};
use countersign::clock::{ManualClock, Span};
use countersign::entropy::SystemEntropy;
use countersign::key::{Algorithm, SigningKey};
use countersign::password::{Hasher, HashingPool, PasswordHashers, PoolSize};
use countersign::secret::{Password, PlainToken, SigningSecret};
use countersign::store::{FlushCursor, SessionRules, TokenLedger};
use countersign::token::TokenKind;
use countersign_sql::{Database, Limits, NewUser};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use crate::Place;
use crate::place::server;
use crate::suite::{NOW, tables};

#[tokio::test(flavor = "multi_thread")]
async fn each_use_case_takes_so_many_round_trips_and_no_more() {
    let place = House::new().await;
    let plain = place.authority(|_| {});
    let ledger = place.authority(|rules| rules.ledger = true);
    let rotating =
        place.authority(|rules| (rules.ledger, rules.rotation) = (true, Rotation::OnWithBlacklist));
    let sliding =
        place.authority(|rules| (rules.ledger, rules.auth_tokens) = (true, vec![TokenKind::Sliding]));
    let sessions = place.authority(|rules| {
        (rules.ledger, rules.rotation) = (true, Rotation::OnWithBlacklist);
        let session = SessionRules { reuse_grace: Span::from_secs(10), lifetime: None, idle: None };
        rules.sessions = Some(session);
    });
    let stamping = place.authority(|rules| (rules.ledger, rules.update_last_login) = (true, true));

    let access = plain.obtain_pair(&ada()).await.unwrap().access;
    let lasting = ledger.obtain_pair(&ada()).await.unwrap().refresh;
    let moving = sliding.obtain_sliding(&ada()).await.unwrap().token;
    let fresh = async |authority: &Authority<Database>| authority.obtain_pair(&ada()).await.unwrap().refresh;
    let nothing = async || ();
    let mut counted = Vec::new();
    let mut count = |what, trips| counted.push((what, trips));

    let authenticate = async |()| drop(plain.authenticate(&access).await.unwrap());
    count("authenticate", place.trips(nothing, authenticate).await);
    let authenticate = async |()| drop(sliding.authenticate(&moving).await.unwrap());
    count("authenticate, sliding, blacklist", place.trips(nothing, authenticate).await);
    let verify = async |()| ledger.verify(&lasting).await.unwrap();
    count("verify", place.trips(nothing, verify).await);
    let refresh = async |()| drop(plain.refresh(&lasting).await.unwrap());
    count("refresh", place.trips(nothing, refresh).await);
    let refresh = async |()| drop(ledger.refresh(&lasting).await.unwrap());
    count("refresh, blacklist", place.trips(nothing, refresh).await);
    let refresh = async |()| drop(sliding.refresh_sliding(&moving).await.unwrap());
    count("refresh, sliding, blacklist", place.trips(nothing, refresh).await);
    let rotate = async |token: PlainToken| drop(rotating.refresh(&token).await.unwrap());
    count("refresh, rotation and blacklist", place.trips(async || fresh(&rotating).await, rotate).await);
    let advance = async |token: PlainToken| drop(sessions.refresh(&token).await.unwrap());
    count("refresh, reuse_detection", place.trips(async || fresh(&sessions).await, advance).await);
    let log_out = async |token: PlainToken| ledger.blacklist(&token).await.unwrap();
    count("blacklist", place.trips(async || fresh(&ledger).await, log_out).await);
    let log_in = async |()| drop(plain.obtain_pair(&ada()).await.unwrap());
    count("login", place.trips(nothing, log_in).await);
    let log_in = async |()| drop(ledger.obtain_pair(&ada()).await.unwrap());
    count("login, blacklist", place.trips(nothing, log_in).await);
    let log_in = async |()| drop(stamping.obtain_pair(&ada()).await.unwrap());
    count("login, blacklist, last_login", place.trips(nothing, log_in).await);
    let log_in = async |()| drop(sessions.obtain_pair(&ada()).await.unwrap());
    count("login, reuse_detection", place.trips(nothing, log_in).await);
    let flush = async |()| {
        let flushed = place.database.flush_expired(NOW, FlushCursor::default(), NonZeroU32::MIN).await;
        assert_eq!(flushed.unwrap().next, None);
    };
    count("flushexpiredtokens, the last batch", place.trips(nothing, flush).await);

    assert_eq!(
        counted,
        [
            ("authenticate", 1),
            ("authenticate, sliding, blacklist", 2),
            ("verify", 0),
            ("refresh", 1),
            ("refresh, blacklist", 1),
            ("refresh, sliding, blacklist", 1),
            ("refresh, rotation and blacklist", 2),
            ("refresh, reuse_detection", 2),
            ("blacklist", 2),
            ("login", 1),
            ("login, blacklist", 2),
            ("login, blacklist, last_login", 3),
            ("login, reuse_detection", 2),
            // One is for the sessions.
            ("flushexpiredtokens, the last batch", 2),
        ]
    );
}

/// A database with one connection, on the way to which everything is counted.
struct House {
    _place: Place,
    database: Database,
    answers: Arc<AtomicUsize>,
}

impl House {
    async fn new() -> Self {
        let place = Place::migrated().await;
        let (port, answers) = toll().await;
        let url = place.url().replace(&format!(":{}/", server().get_port()), &format!(":{port}/"));
        let limits = Limits { max_connections: NonZeroU32::MIN, ..Limits::default() };
        let database = Database::connect_with(
            &format!("{url}?sslmode=disable"),
            tables(&countersign_sql::UserTable::default()),
            &limits.into(),
        )
        .await
        .unwrap();
        let user = NewUser {
            username: "ada".to_owned(),
            email: None,
            password: hashers().make(&Password::new("pw"), &SystemEntropy),
            is_staff: false,
            is_superuser: false,
            extra: Vec::new(),
        };
        database.create_user(&user, NOW, &SystemEntropy).await.unwrap();
        Self { _place: place, database, answers }
    }

    fn authority(&self, change: impl FnOnce(&mut Rules)) -> Authority<Database> {
        let mut rules = Rules::default();
        change(&mut rules);
        let key = SigningKey::load(
            Algorithm::Hs256,
            &SigningSecret::new("a secret of at least 32 bytes, for tests"),
        );
        let size = PoolSize { threads: NonZeroUsize::MIN, waiting_per_thread: NonZeroUsize::MIN };
        let pool = HashingPool::start(Arc::new(hashers()), Arc::new(SystemEntropy), size).unwrap();
        Authority::builder(self.database.clone(), key.unwrap(), pool)
            .rules(rules)
            .clock(Arc::new(ManualClock::at(NOW)))
            .build()
            .unwrap()
    }

    /// How often `work` waits for the server, the second time: the first time statements are prepared.
    async fn trips<T>(&self, given: impl AsyncFn() -> T, work: impl AsyncFn(T)) -> usize {
        work(given().await).await;
        let given = given().await;
        self.database.ping().await.unwrap();
        let before = self.answers.load(Ordering::SeqCst);
        work(given).await;
        // There is one connection: what is done on it before it is lent again is done by then.
        self.database.ping().await.unwrap();
        self.answers.load(Ordering::SeqCst) - before - 1
    }
}

fn ada() -> Credentials {
    Credentials { username: "ada".to_owned(), password: Password::new("pw") }
}

fn hashers() -> PasswordHashers {
    PasswordHashers::new(vec![Hasher::Md5]).unwrap()
}

/// A way to the server, and how often it said that it is ready for the next question (`ReadyForQuery`): once a round trip.
async fn toll() -> (u16, Arc<AtomicUsize>) {
    let answers = Arc::new(AtomicUsize::new(0));
    let (listener, counted) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), Arc::clone(&answers));
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let database = TcpStream::connect(("127.0.0.1", server().get_port())).await.unwrap();
            let ((mut asked, answered), (from, mut to)) = (client.into_split(), database.into_split());
            tokio::spawn(async move { copy(&mut asked, &mut to).await });
            tokio::spawn(carry(from, answered, Arc::clone(&counted)));
        }
    });
    (port, answers)
}

/// Every message of the server is a letter, its length, and so many bytes less four.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, answers: Arc<AtomicUsize>) {
    while let Ok(letter) = from.read_u8().await {
        let length = from.read_u32().await.unwrap();
        let mut body = vec![0; usize::try_from(length).unwrap() - 4];
        from.read_exact(&mut body).await.unwrap();
        if letter == b'Z' {
            answers.fetch_add(1, Ordering::SeqCst);
        }
        let message = [&[letter][..], &length.to_be_bytes(), &body].concat();
        if to.write_all(&message).await.is_err() {
            return;
        }
    }
}
