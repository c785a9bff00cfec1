use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use countersign::authority::LoginEvent;
use countersign::clock::{ManualClock, Span};
use countersign::entropy::SeededEntropy;
use countersign::secret::StoredPassword;
use countersign::user::{Fields, User, UserKey};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::courier::{AT_ONCE, QUEUE};
use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_250_417);
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A receiver that answers as told, and 204 when it was told nothing more.
struct Receiver {
    answers: Mutex<VecDeque<Result<StatusCode, String>>>,
    attempts: watch::Sender<Vec<Attempt>>,
    held: watch::Sender<bool>,
}

impl Receiver {
    fn new(answers: impl IntoIterator<Item = Result<u16, &'static str>>) -> Arc<Self> {
        let answer = |answer: Result<u16, &str>| match answer {
            Ok(status) => Ok(StatusCode::from_u16(status).unwrap()),
            Err(error) => Err(error.to_owned()),
        };
        let answers = Mutex::new(answers.into_iter().map(answer).collect());
        Arc::new(Self { answers, attempts: watch::Sender::new(Vec::new()), held: watch::Sender::new(false) })
    }

    fn webhook(self: &Arc<Self>) -> Arc<Webhook> {
        Arc::new(Webhook {
            label: "https://example.com/logins".to_owned(),
            key: Some(key(&SigningSecret::new(SECRET)).unwrap()),
            timeout: Duration::from_secs(10),
            post: Box::new(Arc::clone(self)),
        })
    }

    fn attempts(&self) -> Vec<Attempt> {
        self.attempts.borrow().clone()
    }

    async fn seen(&self, attempts: usize) {
        self.attempts.subscribe().wait_for(|seen| seen.len() >= attempts).await.unwrap();
    }
}

impl Post for Arc<Receiver> {
    fn post(
        &self,
        attempt: Attempt,
    ) -> Pin<Box<dyn Future<Output = Result<StatusCode, String>> + Send + '_>> {
        self.attempts.send_modify(|attempts| attempts.push(attempt));
        Box::pin(async {
            self.held.subscribe().wait_for(|held| !held).await.unwrap();
            self.answers.lock().unwrap().pop_front().unwrap_or(Ok(StatusCode::NO_CONTENT))
        })
    }
}

fn courier() -> (Courier, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(NOW));
    (Courier::new(clock.clone(), Arc::new(SeededEntropy::new(1))), clock)
}

fn message(number: usize) -> Message {
    Message { id: format!("msg_{number}"), body: "{}".into() }
}

fn body(event: &LoginEvent<'_>, request_id: Option<&str>) -> Value {
    let message = Message::of_login(event, "simple_jwt", request_id, &SeededEntropy::new(1)).unwrap();
    assert!(message.id.starts_with("msg_") && message.id.len() == 36, "{}", message.id);
    serde_json::from_slice(&message.body).unwrap()
}

#[test]
fn a_message_says_who_and_when_and_no_secret() {
    let user = User {
        key: UserKey::Int(7),
        username: "ada".into(),
        password: StoredPassword::new("md5$salt$hunter2"),
        is_active: true,
        email: None,
        last_login: None,
        fields: Fields::default(),
    };
    assert_eq!(
        body(&LoginEvent::Succeeded { user: &user, at: NOW }, Some("r-1")),
        json!({
            "type": "login.succeeded",
            "timestamp": "2023-11-14T22:13:20.250417Z",
            "data": {"family": "simple_jwt", "user_id": 7, "username": "ada", "request_id": "r-1"},
        })
    );
    let endless = "é".repeat(100_000);
    let failed = body(&LoginEvent::Failed { username: &endless, at: NOW }, None);
    assert_eq!(failed["type"], "login.failed");
    assert_eq!(failed["data"], json!({"family": "simple_jwt", "username": "é".repeat(256)}));
}

/// The example of the libraries of Standard Webhooks.
#[test]
fn a_signature_is_that_of_standard_webhooks() {
    let webhook = Receiver::new([]).webhook();
    let message =
        Message { id: "msg_p5jXN8AQM9LWM0D4loKWxJek".into(), body: r#"{"test": 2432232314}"#.into() };
    let attempt = webhook.attempt(&message, Timestamp::from_secs(1_614_265_330)).unwrap();
    assert_eq!(attempt.timestamp, "1614265330");
    assert_eq!(attempt.signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
}

#[test]
fn only_the_web_is_told_and_with_a_good_secret() {
    let new = |url: &str, secret: Option<&str>| {
        let secret = secret.map(SigningSecret::new);
        Webhook::new(url, secret.as_ref(), Duration::from_secs(1))
    };
    let webhook = new("https://ann:hunter2@example.com/logins?key=hunter2#x", Some(SECRET)).unwrap();
    assert_eq!(format!("{webhook:?}"), "Webhook(https://example.com/logins, signed: true)");
    for url in ["", "example.com", "ftp://example.com/", "file:///hunter2", "project.hunter2"] {
        let fault = new(url, None).unwrap_err();
        assert!(fault.starts_with("takes a URL of http or https") && !fault.contains("hunter2"), "{fault}");
    }
    for secret in ["", "hunter2", "whsec_hunter2!", "whsec_aHVudGVyMg=="] {
        let fault = new("https://example.com/", Some(secret)).unwrap_err();
        assert!(fault.starts_with("has a secret") && !fault.contains("hunter2"), "{fault}");
    }
    for (url, local) in [
        ("http://localhost:9/x", true),
        ("http://127.0.0.9/", true),
        ("http://[::1]:8080/", true),
        ("http://10.0.0.1/", false),
        ("http://localhost.example.com/", false),
    ] {
        assert_eq!(is_local(url), local, "{url}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_is_tried_four_times_with_one_id_and_signed_anew() {
    let receiver = Receiver::new([Err("refused"), Ok(503), Ok(302), Ok(200)]);
    let (courier, clock) = courier();
    let begun = tokio::time::Instant::now();
    courier.take(receiver.webhook(), message(1));
    let sending = courier.start();
    receiver.seen(1).await;
    clock.advance(Span::from_secs(31));
    sending.finish().await;
    assert_eq!(begun.elapsed().as_secs(), 1 + 5 + 25);
    let attempts = receiver.attempts();
    assert_eq!(attempts.iter().map(|attempt| attempt.id.as_str()).collect::<Vec<_>>(), ["msg_1"; 4]);
    assert_eq!(
        (attempts[0].timestamp.as_str(), attempts[3].timestamp.as_str()),
        ("1700000000", "1700000031")
    );
    assert_ne!(attempts[0].signature, attempts[3].signature);
}

#[tokio::test(start_paused = true)]
async fn a_message_is_given_up_in_the_end() {
    let receiver = Receiver::new([Ok(500); 9]);
    let (courier, _) = courier();
    courier.take(receiver.webhook(), message(1));
    let sending = courier.start();
    let left = sending.left();
    assert_eq!(left(), 1);
    sending.finish().await;
    assert_eq!((receiver.attempts().len(), left()), (4, 0));
}

#[tokio::test(start_paused = true)]
async fn past_its_bound_the_queue_drops_and_nobody_waits() {
    let receiver = Receiver::new([]);
    receiver.held.send_replace(true);
    let (courier, _) = courier();
    let sending = courier.start();
    for number in 0..AT_ONCE {
        courier.take(receiver.webhook(), message(number));
    }
    receiver.seen(AT_ONCE).await;
    for number in 0..QUEUE + 10 {
        courier.take(receiver.webhook(), message(AT_ONCE + number));
    }
    let left = sending.left();
    assert_eq!(left(), AT_ONCE + QUEUE);
    receiver.held.send_replace(false);
    sending.finish().await;
    assert_eq!((receiver.attempts().len(), left()), (AT_ONCE + QUEUE, 0));
}

#[tokio::test(start_paused = true)]
async fn what_is_in_the_queue_at_the_end_is_sent_and_nothing_after() {
    let receiver = Receiver::new([]);
    let (courier, _) = courier();
    for number in 0..100 {
        courier.take(receiver.webhook(), message(number));
    }
    courier.start().finish().await;
    assert_eq!(receiver.attempts().len(), 100);
    courier.take(receiver.webhook(), message(100));
    assert_eq!(receiver.attempts().len(), 100);
}
