//! One session, two servers that rotate its tokens: ours and Django's.

use countersign::authority::{Authority, Failure, Refusal, Rotation, Rules};
use countersign::clock::{Clock, Span, SystemClock};
use countersign::jwt::{TokenError, Unverified};
use countersign::key::{Algorithm, SigningKey};
use countersign::secret::{PlainToken, SigningSecret};
use countersign::store::{SessionRules, Sessions};
use countersign::user::UserKey;
use countersign_sql::Database;
use serde_json::Value;

use super::django::{Django, SECRET_KEY, hashing_pool, migrate, models};
use crate::Place;

struct Servers<'a> {
    django: Django<'a>,
    database: Database,
}

impl Servers<'_> {
    /// Django's answer to a step, a token or nothing.
    fn django(&self, step: &str, argument: &str) -> Option<PlainToken> {
        match self.said(step, argument) {
            Value::String(token) => Some(PlainToken::new(token)),
            _ => None,
        }
    }

    fn said(&self, step: &str, argument: &str) -> Value {
        let said = self.django.python(&["rotate.py", step, argument], "blacklist rotation");
        serde_json::from_str(&said).unwrap()
    }

    async fn ours(&self, token: &PlainToken) -> Result<PlainToken, Refusal> {
        self.ours_after(Span::from_mins(1), token).await
    }

    /// Without any grace everything that was consumed was consumed long ago.
    async fn ours_later(&self, token: &PlainToken) -> Result<PlainToken, Refusal> {
        self.ours_after(Span::ZERO, token).await
    }

    async fn ours_after(&self, reuse_grace: Span, token: &PlainToken) -> Result<PlainToken, Refusal> {
        let mut rules = Rules::default();
        rules.ledger = true;
        rules.rotation = Rotation::OnWithBlacklist;
        rules.sessions = Some(SessionRules { reuse_grace, lifetime: None, idle: None });
        let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(SECRET_KEY)).unwrap();
        let ours = Authority::builder(self.database.clone(), key, hashing_pool()).rules(rules).build();
        match ours.unwrap().refresh(token).await {
            Ok(refreshed) => Ok(refreshed.refresh.unwrap()),
            Err(Failure::Refused(refusal)) => Err(refusal),
            Err(Failure::Undecided(error)) => panic!("{error}"),
        }
    }

    async fn users_sessions(&self, user: &UserKey) -> usize {
        self.database.sessions_of(user, SystemClock.now()).await.unwrap().len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_whichever_server_rotates_its_tokens() {
    for (model, users) in &models()[..2] {
        let place = Place::empty().await;
        let django = Django::on(&place, model);
        django.manage(&["migrate"], "blacklist");
        migrate(&place, users).await;
        let database = Database::connect(&place.url(), users).await.unwrap();
        the_story(&Servers { django, database }).await;
    }
}

async fn the_story(servers: &Servers<'_>) {
    let blacklisted = Err(Refusal::Token(TokenError::Blacklisted));
    // Django logs in, we rotate, Django does, and we again: one session all the time.
    let first = servers.django("log-in", "ada@example.org").unwrap();
    let second = servers.ours(&first).await.unwrap();
    assert_eq!(claim(&second, "sid"), claim(&first, "jti"));
    let third = servers.django("rotate", second.expose()).unwrap();
    assert_eq!(claim(&third, "sid"), claim(&first, "jti"), "Django copies it");
    let fourth = servers.ours(&third).await.unwrap();
    let user = user(&servers.database).await;
    let sessions = servers.database.sessions_of(&user, SystemClock.now()).await.unwrap();
    assert_eq!((&*sessions[0].id, sessions[0].generation), (&*claim(&first, "jti"), 2));
    assert_eq!(servers.django("rotate", third.expose()), None);
    assert_eq!(servers.ours(&third).await, Ok(fourth.clone()), "the answer was lost");

    // What Django consumed just now may have been presented twice by its owner; later that is a thief's.
    let fifth = servers.django("rotate", fourth.expose()).unwrap();
    assert_eq!(servers.ours(&fourth).await, blacklisted);
    assert_eq!(servers.users_sessions(&user).await, 1);
    assert_eq!(servers.ours_later(&fourth).await, blacklisted);
    assert_eq!(servers.users_sessions(&user).await, 0);
    assert_eq!(servers.ours(&fifth).await, blacklisted);
    assert_eq!(servers.django("rotate", fifth.expose()), None, "and Django knows");

    // A logout at Django's.
    let begun = servers.ours(&servers.django("log-in", "ada@example.org").unwrap()).await.unwrap();
    assert_eq!(servers.said("log-out", begun.expose()), true);
    assert_eq!(servers.ours(&begun).await, blacklisted);

    // Whatever we revoke is revoked for Django, in a session or not.
    let alone = servers.django("log-in", "ada@example.org").unwrap();
    let ours = servers.ours(&servers.django("log-in", "ada@example.org").unwrap()).await.unwrap();
    let revoked = servers.database.revoke_everything_of(&user, None, SystemClock.now()).await.unwrap();
    assert_eq!(revoked.tokens, 2);
    for token in [&alone, &ours] {
        assert_eq!(servers.django("rotate", token.expose()), None);
        assert_eq!(servers.ours(token).await, blacklisted);
    }

    // A user whom Django deletes leaves nothing that stands in the way.
    servers.ours(&servers.django("log-in", "ada@example.org").unwrap()).await.unwrap();
    servers.django.python(
        &["-c", "import django; django.setup(); from django.contrib.auth import get_user_model as u; u().objects.all().delete()"],
        "blacklist",
    );
}

async fn user(database: &Database) -> UserKey {
    use countersign::store::{UserLookup, Users};

    database.find(UserLookup::Username("ada@example.org")).await.unwrap().unwrap().key
}

fn claim(token: &PlainToken, name: &str) -> String {
    let claims = Unverified::parse(token.expose()).unwrap().claims_without_verification().unwrap();
    claims.text(name).unwrap().unwrap().into_owned()
}
