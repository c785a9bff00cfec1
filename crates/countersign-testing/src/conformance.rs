//! What every store must keep: the rules of [`countersign::store`], one function a rule.
//!
//! A store's own tests give [`suite`] a way to make a fresh, empty store; each rule gets one of its own.

mod refresh_tokens;
mod revocation;
mod sessions;

use std::fmt::Debug;
use std::future::Future;
use std::num::NonZeroU32;
use std::sync::Arc;

use countersign::clock::{Span, Timestamp};
use countersign::secret::{PlainToken, StoredPassword};
use countersign::store::{
    Claim, FlushCursor, Flushed, Holder, OutstandingToken, RefreshTokens, Sessions, StoreErrorKind,
    TokenLedger, UserIdClaim, UserLookup, Users,
};
use countersign::user::{FieldValue, User, UserKey};
use tokio::task::JoinSet;

/// A store under test, and what the suite must do to it from outside.
pub trait StoreFixture: Send + Sync + 'static {
    /// The store.
    type Store: Users + TokenLedger + RefreshTokens + Sessions;

    /// The store under test.
    fn store(&self) -> &Self::Store;

    /// Adds an active user with the stored password [`PASSWORD`].
    fn add_user(&self, username: &str) -> impl Future<Output = UserKey>;

    /// Whether the store takes one name for the other: letter by letter, unless its database compares texts by rules of
    /// its own, which are Django's there too.
    fn is_same_name(&self, name: &str, other: &str) -> bool {
        name == other
    }

    /// Sets the email address.
    fn set_email(&self, user: &UserKey, email: &str) -> impl Future<Output = ()>;

    /// Sets `is_active` to false.
    fn deactivate(&self, user: &UserKey) -> impl Future<Output = ()>;

    /// Deletes a user, as Django's `delete()` does: what is in the ledger stays, as nobody's, and long-running
    /// refresh tokens go too.
    fn remove_user(&self, user: &UserKey) -> impl Future<Output = ()>;

    /// `last_login` as it is stored.
    fn last_login(&self, user: &UserKey) -> impl Future<Output = Option<Timestamp>>;

    /// Every outstanding token, in any order.
    fn outstanding(&self) -> impl Future<Output = Vec<LedgerRow>>;

    /// Every long-running refresh token, in any order.
    fn refresh_tokens(&self) -> impl Future<Output = Vec<RefreshTokenRow>>;
}

/// A long-running refresh token as the fixture found it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RefreshTokenRow {
    /// The token.
    pub token: String,
    /// The user's primary key as Python writes it.
    pub user: String,
    /// When it was made, or took the place of another.
    pub created_at: Timestamp,
    /// Since when it is good no more.
    pub revoked_at: Option<Timestamp>,
}

/// An outstanding token as the fixture found it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LedgerRow {
    /// The token's id.
    pub jti: String,
    /// The token itself.
    pub token: String,
    /// The user's primary key as Python writes it.
    pub user: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its `exp`.
    pub expires_at: Timestamp,
    /// Since when it is on the blacklist.
    pub blacklisted_at: Option<Timestamp>,
}

/// The stored password of the users that a fixture adds.
pub const PASSWORD: &str = "pbkdf2_sha256$1$salt$hash";

/// Runs every rule, each on a store of its own.
///
/// # Panics
///
/// When the store breaks a rule.
pub async fn suite<F, Fresh>(fresh: impl Fn() -> Fresh)
where
    F: StoreFixture,
    Fresh: Future<Output = F>,
{
    users_are_found_by_their_exact_name(fresh().await).await;
    users_are_found_by_key_whatever_way_the_claim_spells_it(fresh().await).await;
    values_that_no_column_holds_find_nobody(fresh().await).await;
    an_unknown_column_is_an_error(fresh().await).await;
    a_user_is_found_as_stored(fresh().await).await;
    active_users_are_found_by_email_whatever_its_case(fresh().await).await;
    what_means_something_in_a_pattern_is_a_letter_of_an_email(fresh().await).await;
    a_password_is_replaced_only_while_it_is_the_old_one(fresh().await).await;
    of_many_new_passwords_one_wins(Arc::new(fresh().await)).await;
    a_login_is_recorded(fresh().await).await;
    recording_twice_leaves_the_first(fresh().await).await;
    a_blacklisted_token_is_outstanding_too(fresh().await).await;
    of_many_blacklisters_one_wins(Arc::new(fresh().await)).await;
    a_rotation_is_both_or_neither(fresh().await).await;
    a_taken_successor_undoes_the_rotation(fresh().await).await;
    of_many_rotations_one_wins(Arc::new(fresh().await)).await;
    tokens_of_deleted_users_are_nobodys(fresh().await).await;
    a_blacklisted_token_is_told_before_its_user(fresh().await).await;
    expired_tokens_go_in_batches(fresh().await).await;
    a_flush_that_ends_on_a_whole_batch_is_over_with_the_next(fresh().await).await;
    refresh_tokens::a_refresh_token_is_found_as_it_was_kept(fresh().await).await;
    refresh_tokens::a_replaced_token_is_gone_and_the_next_has_its_row(fresh().await).await;
    refresh_tokens::of_many_replacements_one_wins(Arc::new(fresh().await)).await;
    refresh_tokens::of_many_revokers_one_wins(Arc::new(fresh().await)).await;
    refresh_tokens::a_revoked_token_is_there_and_not_live(fresh().await).await;
    refresh_tokens::tokens_go_with_their_users(fresh().await).await;
    refresh_tokens::revoked_and_old_ones_go_in_batches(fresh().await).await;
    revocation::all_of_a_user_is_blacklisted_and_nothing_else(fresh().await).await;
    revocation::no_successor_survives(Arc::new(fresh().await)).await;
    revocation::all_refresh_tokens_of_a_user_are_revoked(fresh().await).await;
    sessions::suite(fresh).await;
}

async fn users_are_found_by_their_exact_name(fixture: impl StoreFixture) {
    let key = fixture.add_user("alice").await;
    fixture.add_user("bob").await;
    let found = by_name(&fixture, "alice").await.expect("alice is there");
    assert_eq!((found.key, &*found.username), (key, "alice"));
    for other in ["Alice", "ALICE", "alice ", "alic", "", "alice\0", "a%", "' OR 1=1 --"] {
        let is_found = by_name(&fixture, other).await.is_some();
        assert_eq!(is_found, fixture.is_same_name("alice", other), "{other:?}");
    }
}

async fn users_are_found_by_key_whatever_way_the_claim_spells_it(fixture: impl StoreFixture) {
    let key = fixture.add_user("alice").await;
    fixture.add_user("bob").await;
    let spellings = match &key {
        UserKey::Int(int) => vec![UserIdClaim::Int(*int), UserIdClaim::Text(int.to_string().into())],
        UserKey::Text(text) => vec![UserIdClaim::Text(text.into())],
        UserKey::Uuid(uuid) => vec![
            UserIdClaim::Text(uuid.hyphenated().to_string().into()),
            UserIdClaim::Text(uuid.simple().to_string().into()),
            UserIdClaim::Text(uuid.simple().to_string().to_uppercase().into()),
        ],
    };
    for value in spellings {
        for column in ["pk", "id"] {
            let by = UserLookup::Field { column, value: value.clone() };
            let found = ok(fixture.store().find(by).await).expect("alice is there");
            assert_eq!(found.key, key, "{column} {value:?}");
        }
    }
    let by = UserLookup::Field { column: "username", value: UserIdClaim::Text("alice".into()) };
    assert_eq!(ok(fixture.store().find(by).await).map(|user| user.key), Some(key));
    let key = fixture.add_user("42").await;
    let by = UserLookup::Field { column: "username", value: UserIdClaim::Int(42) };
    assert_eq!(ok(fixture.store().find(by).await).map(|user| user.key), Some(key));
}

async fn values_that_no_column_holds_find_nobody(fixture: impl StoreFixture) {
    fixture.add_user("alice").await;
    let texts =
        ["", "alice", "99999999999999999999", "1.0", "1e0", "0x1", "null", "None", "\0", "1; DROP TABLE x"];
    let texts = texts.map(|text| UserIdClaim::Text(text.into()));
    let others = [UserIdClaim::Null, UserIdClaim::Int(0), UserIdClaim::Int(-1), UserIdClaim::Int(i64::MAX)];
    for value in texts.into_iter().chain(others) {
        let by = UserLookup::Field { column: "pk", value: value.clone() };
        assert!(ok(fixture.store().find(by).await).is_none(), "{value:?} is nobody's key");
    }
    let by = UserLookup::Field { column: "username", value: UserIdClaim::Null };
    assert!(ok(fixture.store().find(by).await).is_none());
}

async fn an_unknown_column_is_an_error(fixture: impl StoreFixture) {
    fixture.add_user("alice").await;
    let by = UserLookup::Field { column: "no_such_column", value: UserIdClaim::Int(1) };
    let error = fixture.store().find(by).await.expect_err("there is no such column");
    assert_eq!(error.kind(), StoreErrorKind::Inconsistent);
}

async fn a_user_is_found_as_stored(fixture: impl StoreFixture) {
    let key = fixture.add_user("alice").await;
    let user = by_name(&fixture, "alice").await.expect("alice is there");
    assert!(user.is_active);
    assert_eq!(user.password.expose(), PASSWORD);
    assert_eq!(user.fields.get("username"), Some(&FieldValue::Text("alice".to_owned())));
    assert_eq!(user.fields.get("password"), None, "the password is no field");
    fixture.deactivate(&key).await;
    assert!(!by_name(&fixture, "alice").await.expect("alice is there still").is_active);
    fixture.remove_user(&key).await;
    assert!(by_name(&fixture, "alice").await.is_none());
}

async fn active_users_are_found_by_email_whatever_its_case(fixture: impl StoreFixture) {
    let mut keys = Vec::new();
    for (name, email) in [
        ("alice", Some("Alice@Example.org")),
        ("bob", Some("bob@example.org")),
        ("carol", Some("alice@example.org")),
        ("dave", None),
        ("erin", Some("")),
    ] {
        let key = fixture.add_user(name).await;
        if let Some(email) = email {
            fixture.set_email(&key, email).await;
        }
        keys.push(key);
    }
    let found = by_email(&fixture, "aLICE@eXAMPLE.ORG", 10).await;
    assert_eq!(found, [("alice", "Alice@Example.org"), ("carol", "alice@example.org")].map(owned));
    assert_eq!(by_email(&fixture, "alice@example.org", 1).await.len(), 1, "no more than asked for");
    for other in ["alice@example.or", "alice@example.orgs", " alice@example.org", "None", "NULL", "alice"] {
        assert_eq!(by_email(&fixture, other, 10).await, [], "{other:?}");
    }
    fixture.deactivate(&keys[0]).await;
    assert_eq!(
        by_email(&fixture, "alice@example.org", 1).await,
        [owned(("carol", "alice@example.org"))],
        "who is not active takes nobody's place"
    );
}

async fn what_means_something_in_a_pattern_is_a_letter_of_an_email(fixture: impl StoreFixture) {
    for (number, email) in EMAILS.iter().enumerate() {
        let key = fixture.add_user(&format!("user-{number}")).await;
        fixture.set_email(&key, email).await;
    }
    for (number, email) in EMAILS.iter().enumerate() {
        let name = format!("user-{number}");
        assert_eq!(by_email(&fixture, email, 10).await, [(name, (*email).to_owned())]);
    }
    for pattern in ["%", "%@example.org", "a_@example.org", "a\\", "' OR 1=1 --", "[a]%", "\0"] {
        assert_eq!(by_email(&fixture, pattern, 10).await, [], "{pattern:?}");
    }
}

async fn a_password_is_replaced_only_while_it_is_the_old_one(fixture: impl StoreFixture) {
    let key = fixture.add_user("alice").await;
    fixture.add_user("bob").await;
    let [old, new, other] = [PASSWORD, "argon2$new", "argon2$other"].map(StoredPassword::new);
    let store = fixture.store();
    assert!(ok(store.replace_password(&key, &old, &new).await));
    assert!(!ok(store.replace_password(&key, &old, &other).await), "it is no longer the old one");
    assert_eq!(by_name(&fixture, "alice").await.map(|user| user.password), Some(new.clone()));
    assert_eq!(by_name(&fixture, "bob").await.map(|user| user.password), Some(old), "bob's is untouched");
    fixture.remove_user(&key).await;
    assert!(!ok(store.replace_password(&key, &new, &other).await));
}

async fn of_many_new_passwords_one_wins<F: StoreFixture>(fixture: Arc<F>) {
    let key = fixture.add_user("alice").await;
    let claims = at_once(&fixture, move |fixture: Arc<F>, number| {
        let key = key.clone();
        async move {
            let (old, new) =
                (StoredPassword::new(PASSWORD), StoredPassword::new(format!("md5$salt${number}")));
            let replaced = ok(fixture.store().replace_password(&key, &old, &new).await);
            if replaced { Claim::Won } else { Claim::Lost }
        }
    });
    assert_eq!(winners(&claims.await), 1);
}

async fn a_login_is_recorded(fixture: impl StoreFixture) {
    let key = fixture.add_user("alice").await;
    assert_eq!(fixture.last_login(&key).await, None);
    for at in [NOW + Span::from_micros(42), NOW + Span::from_secs(60)] {
        ok(fixture.store().record_login(&key, at).await);
        assert_eq!(fixture.last_login(&key).await, Some(at));
        assert_eq!(by_name(&fixture, "alice").await.and_then(|user| user.last_login), Some(at));
    }
    fixture.remove_user(&key).await;
    ok(fixture.store().record_login(&key, NOW).await);
}

async fn recording_twice_leaves_the_first(fixture: impl StoreFixture) {
    let key = fixture.add_user("alice").await;
    let (first, second) = (PlainToken::new("first"), PlainToken::new("second"));
    ok(fixture.store().record(&outstanding("one", &first, Some(&key))).await);
    let mut again = outstanding("one", &second, None);
    again.expires_at = NOW;
    ok(fixture.store().record(&again).await);
    ok(fixture.store().record(&outstanding("nobody's", &second, None)).await);
    assert!(!ok(fixture.store().is_blacklisted("one").await));
    let mut rows = fixture.outstanding().await;
    rows.sort();
    let row = |jti: &str, token: &str, user: Option<&UserKey>| LedgerRow {
        jti: jti.to_owned(),
        token: token.to_owned(),
        user: user.map(UserKey::to_string),
        created_at: NOW,
        expires_at: TOMORROW,
        blacklisted_at: None,
    };
    assert_eq!(rows, [row("nobody's", "second", None), row("one", "first", Some(&key))]);
}

async fn a_blacklisted_token_is_outstanding_too(fixture: impl StoreFixture) {
    let key = fixture.add_user("alice").await;
    let text = PlainToken::new("token");
    let store = fixture.store();
    assert!(!ok(store.is_blacklisted("new").await));
    ok(store.record(&outstanding("known", &text, Some(&key))).await);
    let at = NOW + Span::from_micros(1);
    for jti in ["new", "known"] {
        let token = outstanding(jti, &text, Some(&key));
        assert_eq!(ok(store.blacklist(&token, at).await), Claim::Won, "{jti}");
        assert_eq!(ok(store.blacklist(&token, TOMORROW).await), Claim::Lost, "{jti}");
        assert!(ok(store.is_blacklisted(jti).await));
    }
    assert!(!ok(store.is_blacklisted("KNOWN").await));
    let rows = fixture.outstanding().await;
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.blacklisted_at == Some(at)), "the first time stays");
}

async fn of_many_blacklisters_one_wins<F: StoreFixture>(fixture: Arc<F>) {
    let key = fixture.add_user("alice").await;
    let claims = at_once(&fixture, move |fixture: Arc<F>, _| {
        let key = key.clone();
        async move {
            let text = PlainToken::new("token");
            ok(fixture.store().blacklist(&outstanding("one", &text, Some(&key)), NOW).await)
        }
    });
    assert_eq!(winners(&claims.await), 1);
    let rows = fixture.outstanding().await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].blacklisted_at, Some(NOW));
}

async fn a_rotation_is_both_or_neither(fixture: impl StoreFixture) {
    let key = fixture.add_user("alice").await;
    let text = PlainToken::new("token");
    let token = |jti| outstanding(jti, &text, Some(&key));
    let store = fixture.store();
    assert_eq!(ok(store.rotate(&token("a"), &token("b"), NOW).await), Claim::Won);
    assert_eq!(ok(store.rotate(&token("a"), &token("c"), TOMORROW).await), Claim::Lost);
    assert_eq!(ok(store.rotate(&token("b"), &token("d"), NOW).await), Claim::Won);
    assert_eq!(ok(store.blacklist(&token("d"), NOW).await), Claim::Won);
    assert_eq!(ok(store.rotate(&token("d"), &token("e"), NOW).await), Claim::Lost, "it was logged out");
    let mut rows = fixture.outstanding().await;
    rows.sort();
    let rows: Vec<_> = rows.iter().map(|row| (&*row.jti, row.blacklisted_at)).collect();
    assert_eq!(rows, [("a", Some(NOW)), ("b", Some(NOW)), ("d", Some(NOW))]);
}

async fn a_taken_successor_undoes_the_rotation(fixture: impl StoreFixture) {
    let text = PlainToken::new("token");
    let token = |jti| outstanding(jti, &text, None);
    let store = fixture.store();
    ok(store.record(&token("taken")).await);
    let error = store.rotate(&token("a"), &token("taken"), NOW).await.expect_err("two tokens have one id");
    assert_eq!(error.kind(), StoreErrorKind::Inconsistent);
    assert!(!ok(store.is_blacklisted("a").await));
    assert_eq!(fixture.outstanding().await.len(), 1);
    assert_eq!(ok(store.rotate(&token("a"), &token("b"), NOW).await), Claim::Won, "nothing is left open");
}

async fn of_many_rotations_one_wins<F: StoreFixture>(fixture: Arc<F>) {
    let key = fixture.add_user("alice").await;
    let claims = at_once(&fixture, move |fixture: Arc<F>, number| {
        let key = key.clone();
        async move {
            let text = PlainToken::new("token");
            let successor = format!("successor-{number}");
            let presented = outstanding("presented", &text, Some(&key));
            ok(fixture.store().rotate(&presented, &outstanding(&successor, &text, Some(&key)), NOW).await)
        }
    });
    assert_eq!(winners(&claims.await), 1);
    let (presented, successors): (Vec<_>, Vec<_>) =
        fixture.outstanding().await.into_iter().partition(|row| row.jti == "presented");
    assert_eq!((presented.len(), successors.len()), (1, 1), "{successors:?}");
    assert_eq!((presented[0].blacklisted_at, successors[0].blacklisted_at), (Some(NOW), None));
}

async fn tokens_of_deleted_users_are_nobodys(fixture: impl StoreFixture) {
    let (alice, bob) = (fixture.add_user("alice").await, fixture.add_user("bob").await);
    let text = PlainToken::new("token");
    let store = fixture.store();
    ok(store.record(&outstanding("before", &text, Some(&alice))).await);
    fixture.remove_user(&alice).await;
    ok(store.record(&outstanding("recorded", &text, Some(&alice))).await);
    let blacklisted = store.blacklist(&outstanding("blacklisted", &text, Some(&alice)), NOW).await;
    assert_eq!(ok(blacklisted), Claim::Won);
    let (presented, successor) =
        (outstanding("presented", &text, Some(&alice)), outstanding("successor", &text, Some(&alice)));
    assert_eq!(ok(store.rotate(&presented, &successor, NOW).await), Claim::Won);
    ok(store.record(&outstanding("bob's", &text, Some(&bob))).await);
    let owned: Vec<_> = fixture.outstanding().await.into_iter().filter(|row| row.user.is_some()).collect();
    assert_eq!(owned.len(), 1);
    assert_eq!((&*owned[0].jti, &owned[0].user), ("bob's", &Some(bob.to_string())));
}

async fn expired_tokens_go_in_batches(fixture: impl StoreFixture) {
    let text = PlainToken::new("token");
    let store = fixture.store();
    for number in 0..7 {
        let jti = format!("expired-{number}");
        let mut token = outstanding(&jti, &text, None);
        token.expires_at = NOW - Span::from_micros(number);
        if number % 2 == 0 {
            assert_eq!(ok(store.blacklist(&token, NOW).await), Claim::Won);
        } else {
            ok(store.record(&token).await);
        }
    }
    for (jti, left) in [("soon", 1), ("later", 1_000_000)] {
        let mut token = outstanding(jti, &text, None);
        token.expires_at = NOW + Span::from_micros(left);
        assert_eq!(ok(store.blacklist(&token, NOW).await), Claim::Won);
    }
    let three = NonZeroU32::new(3).expect("three is not zero");
    let mut from = FlushCursor::default();
    for expected in [3, 3, 1] {
        let flushed = ok(store.flush_expired(NOW, from, three).await);
        assert_eq!(flushed.tokens, expected);
        assert_eq!(flushed.next.is_some(), expected == 3, "there may be more behind a whole batch");
        from = flushed.next.unwrap_or_default();
    }
    let nothing = Flushed { tokens: 0, next: None };
    assert_eq!(ok(store.flush_expired(NOW, FlushCursor::default(), three).await), nothing);
    let mut left = fixture.outstanding().await;
    left.sort();
    assert_eq!(left.iter().map(|row| &*row.jti).collect::<Vec<_>>(), ["later", "soon"]);
    assert!(ok(store.is_blacklisted("soon").await));
    assert!(!ok(store.is_blacklisted("expired-0").await));
}

/// A batch that is full may have been the last one.
async fn a_flush_that_ends_on_a_whole_batch_is_over_with_the_next(fixture: impl StoreFixture) {
    let text = PlainToken::new("token");
    let store = fixture.store();
    for jti in ["one", "two"] {
        let expired = OutstandingToken { expires_at: NOW, ..outstanding(jti, &text, None) };
        ok(store.record(&expired).await);
    }
    let two = NonZeroU32::new(2).expect("two is not zero");
    let first = ok(store.flush_expired(NOW, FlushCursor::default(), two).await);
    assert_eq!(first.tokens, 2);
    let next = first.next.expect("nobody has looked behind it");
    assert_eq!(ok(store.flush_expired(NOW, next, two).await), Flushed { tokens: 0, next: None });
}

/// One answer to two questions, and the same one that they give one after the other.
async fn a_blacklisted_token_is_told_before_its_user(fixture: impl StoreFixture) {
    let key = fixture.add_user("alice").await;
    let text = PlainToken::new("token");
    let store = fixture.store();
    ok(store.record(&outstanding("good", &text, Some(&key))).await);
    assert_eq!(ok(store.blacklist(&outstanding("bad", &text, Some(&key)), NOW).await), Claim::Won);
    let alice = || UserLookup::Field { column: "pk", value: UserIdClaim::from(&key) };
    for jti in ["good", "never seen", "", "BAD", "bad\0"] {
        match ok(store.find_unless_blacklisted(alice(), jti).await) {
            Holder::Known(user) => assert_eq!((user.key, &*user.username), (key.clone(), "alice"), "{jti:?}"),
            other => panic!("{jti:?}: {other:?}"),
        }
        let nobody = ok(store.find_unless_blacklisted(UserLookup::Username("nobody"), jti).await);
        assert!(matches!(nobody, Holder::Unknown), "{jti:?}: {nobody:?}");
    }
    for value in ["alice", "99999999999999999999", "\0", ""] {
        let by = UserLookup::Field { column: "pk", value: UserIdClaim::Text(value.into()) };
        assert!(matches!(ok(store.find_unless_blacklisted(by.clone(), "good").await), Holder::Unknown));
        assert!(matches!(ok(store.find_unless_blacklisted(by, "bad").await), Holder::Blacklisted));
    }
    let unknown = UserLookup::Field { column: "no_such_column", value: UserIdClaim::Int(1) };
    assert!(matches!(ok(store.find_unless_blacklisted(unknown.clone(), "bad").await), Holder::Blacklisted));
    let error = store.find_unless_blacklisted(unknown, "good").await.expect_err("there is no such column");
    assert_eq!(error.kind(), StoreErrorKind::Inconsistent);
    for by in [alice(), UserLookup::Username("alice"), UserLookup::Username("nobody")] {
        assert!(matches!(ok(store.find_unless_blacklisted(by, "bad").await), Holder::Blacklisted));
    }
    fixture.remove_user(&key).await;
    assert!(matches!(ok(store.find_unless_blacklisted(alice(), "good").await), Holder::Unknown));
    assert!(matches!(ok(store.find_unless_blacklisted(alice(), "bad").await), Holder::Blacklisted));
}

async fn by_name(fixture: &impl StoreFixture, name: &str) -> Option<User> {
    ok(fixture.store().find(UserLookup::Username(name)).await)
}

/// Names and emails as stored, in the order of the names.
async fn by_email(fixture: &impl StoreFixture, email: &str, limit: u32) -> Vec<(String, String)> {
    let limit = NonZeroU32::new(limit).expect("the limit is not zero");
    let found = ok(fixture.store().find_active_by_email(email, limit).await).into_iter();
    let mut found: Vec<_> = found.map(|user| (user.username, user.email.unwrap_or_default())).collect();
    found.sort();
    found
}

fn owned((name, email): (&str, &str)) -> (String, String) {
    (name.to_owned(), email.to_owned())
}

/// Fifty at once.
async fn at_once<F, Task>(fixture: &Arc<F>, task: impl Fn(Arc<F>, usize) -> Task) -> Vec<Claim>
where
    Task: Future<Output = Claim> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for number in 0..50 {
        tasks.spawn(task(fixture.clone(), number));
    }
    tasks.join_all().await
}

fn winners(claims: &[Claim]) -> usize {
    claims.iter().filter(|claim| **claim == Claim::Won).count()
}

fn outstanding<'a>(jti: &'a str, token: &'a PlainToken, user: Option<&'a UserKey>) -> OutstandingToken<'a> {
    OutstandingToken { jti, token, user, created_at: NOW, expires_at: TOMORROW }
}

#[track_caller]
fn ok<T, E: Debug>(result: Result<T, E>) -> T {
    result.expect("the store answers")
}

const EMAILS: [&str; 6] = [
    "a%@example.org",
    "a_@example.or",
    "ab@example.org",
    "a\\b@example.org",
    "a'b@example.org",
    "a[b]@example.org",
];
const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);
const TOMORROW: Timestamp = Timestamp::from_secs(1_767_312_000);
