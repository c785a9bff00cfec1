//! Genuine Django as the judge of passwords: which are good enough, and which reset links are.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use countersign::clock::{Span, Timestamp};
use countersign::entropy::{Entropy, SeededEntropy};
use countersign::password::validation::{
    CommonPasswords, MinimumLength, NumericPassword, PasswordRule, PasswordValidators,
    UserAttributeSimilarity,
};
use countersign::password_reset::{ResetTokens, uid};
use countersign::secret::{Password, PlainToken, SigningSecret, StoredPassword};
use countersign::user::{FieldValue, Fields, User, UserKey};
use serde_json::{Value, json};

#[test]
fn every_password_of_djangos_list_is_common_and_none_beside_it() {
    let listed: Vec<String> = serde_json::from_value(ask(&json!({}), 0, "common", json!({}))).unwrap();
    assert!(listed.len() > 19_000);
    let rule = CommonPasswords::djangos();
    let is_common = |password: &str| rule.check(&Password::new(password), None).is_some();
    let known: HashSet<_> = listed.iter().map(String::as_str).collect();
    for password in &listed {
        assert!(is_common(password), "{password} is in the list: run scripts/common-passwords");
        assert!(is_common(&format!(" {}\t", password.to_uppercase())), "{password}");
        let (last, end) = password.char_indices().last().map_or((0, ' '), |(at, end)| (at, end));
        for beside in
            [format!("{password}~"), format!("~{password}"), format!("{}{end}{end}", &password[..last])]
        {
            assert_eq!(is_common(&beside), known.contains(&*beside), "{beside}");
        }
    }
}

#[test]
fn djangos_validators_and_ours_say_the_same_in_the_same_order() {
    let draw = Draw(SeededEntropy::new(7));
    for (settings, ours) in configurations() {
        let mut calls = Vec::new();
        for _ in 0..40 {
            let user = draw.user();
            let passwords: Vec<_> = (0..50).map(|_| draw.password(&user)).collect();
            calls.push((user, passwords));
        }
        let asked = calls.iter().map(|(user, passwords)| {
            let user: serde_json::Map<_, _> =
                user.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            ("validate", json!({"user": user, "passwords": passwords}))
        });
        let theirs = ask_all(&settings, 0, &asked.collect::<Vec<_>>());
        let mut complaints = 0;
        for ((user, passwords), theirs) in calls.iter().zip(theirs) {
            let columns = user.iter().map(|(name, value)| (*name, FieldValue::Text(value.clone())));
            let fields: Fields = columns.collect();
            for (password, theirs) in passwords.iter().zip(theirs.as_array().unwrap()) {
                let issues = ours.validate(&Password::new(password), Some(&fields)).err().unwrap_or_default();
                let issues: Vec<_> = issues.iter().map(|issue| [issue.code(), issue.message()]).collect();
                assert_eq!(json!(issues), *theirs, "{password:?} of {user:?} with {settings}");
                complaints += issues.len();
            }
        }
        assert!(complaints > 100, "the passwords are too good to tell anything: {settings}");
    }
}

#[test]
fn without_a_user_nothing_is_similar() {
    let (settings, ours) = configurations().remove(0);
    let theirs = ask(&settings, 0, "validate", json!({"passwords": ["ada", "adalovelace", "1815"]}));
    for (password, theirs) in ["ada", "adalovelace", "1815"].iter().zip(theirs.as_array().unwrap()) {
        let issues = ours.validate(&Password::new(*password), None).err().unwrap_or_default();
        let issues: Vec<_> = issues.iter().map(|issue| [issue.code(), issue.message()]).collect();
        assert_eq!(json!(issues), *theirs, "{password}");
    }
}

#[test]
fn links_of_django_are_good_here_and_ours_are_good_there() {
    for (zone, now) in [
        ("UTC", 1_764_000_000),
        ("Europe/Berlin", 1_751_364_000),
        // In the hour that is told twice.
        ("America/Chicago", 1_762_065_000),
        ("Asia/Kathmandu", 978_307_200),
        ("Pacific/Kiritimati", 4_102_444_800),
    ] {
        let settings = json!({"SECRET_KEY": "sécret key", "TIME_ZONE": zone});
        let told = ask(&settings, now, "links", json!({"users": users().map(|user| in_json(&user))}));
        let ahead = told["ahead"].as_i64().unwrap();
        let tokens = ResetTokens::new(&SigningSecret::new("sécret key"))
            .local_time(Arc::new(move |_| Span::from_secs(ahead)));
        let at = Timestamp::from_secs(now);
        for (user, link) in users().iter().zip(told["links"].as_array().unwrap()) {
            assert_eq!(uid(&user.key), link[0], "{user:?}");
            let theirs = PlainToken::new(link[1].as_str().unwrap());
            assert!(tokens.is_good(user, &theirs, at), "{zone} {user:?}");
            assert!(tokens.make(user, at) == theirs, "{zone} {user:?}");
        }
        let ours = users().map(|user| json!([in_json(&user), tokens.make(&user, at).expose()]));
        let good = ask(&settings, now, "are_good", json!({"links": ours}));
        assert_eq!(good, json!([true, true, true, true, true, true]), "{zone}");
    }
}

#[test]
fn what_is_not_good_there_is_not_good_here() {
    let now = 1_764_000_000;
    let settings = json!({
        "SECRET_KEY": "new", "SECRET_KEY_FALLBACKS": ["old", "older"], "PASSWORD_RESET_TIMEOUT": 600,
        "TIME_ZONE": "UTC",
    });
    let secret = |key: &str| SigningSecret::new(key);
    let tokens = ResetTokens::new(&secret("new"))
        .fallbacks(&[secret("old"), secret("older")])
        .timeout(Span::from_secs(600));
    let [ada, ..] = users();
    let made =
        |key: &str, ago: i64| ResetTokens::new(&secret(key)).make(&ada, Timestamp::from_secs(now - ago));
    let fresh = made("new", 0).expose().to_owned();
    let (seconds, mac) = fresh.split_once('-').unwrap();
    let links: Vec<(User, String, bool)> = vec![
        (ada.clone(), fresh.clone(), true),
        (ada.clone(), made("old", 10).expose().to_owned(), true),
        (ada.clone(), made("older", 10).expose().to_owned(), true),
        (ada.clone(), made("oldest", 10).expose().to_owned(), false),
        (ada.clone(), made("new", 600).expose().to_owned(), true),
        (ada.clone(), made("new", 601).expose().to_owned(), false),
        (ada.clone(), made("new", -1000).expose().to_owned(), true),
        (User { password: StoredPassword::new("md5$another$hash"), ..ada.clone() }, fresh.clone(), false),
        (User { last_login: Some(Timestamp::from_secs(now)), ..ada.clone() }, fresh.clone(), false),
        (User { email: Some("Ada@example.org".into()), ..ada.clone() }, fresh.clone(), false),
        (User { key: UserKey::Int(8), ..ada.clone() }, fresh.clone(), false),
        (ada.clone(), fresh.to_uppercase(), false),
        (ada.clone(), format!("{}-{mac}", seconds.to_uppercase()), false),
        (ada.clone(), format!(" {fresh}"), false),
        (ada.clone(), format!("{fresh}\n"), false),
        (ada.clone(), format!("0{fresh}"), false),
        (ada.clone(), format!("_{fresh}"), false),
        (ada.clone(), format!("{fresh}-"), false),
        (ada.clone(), format!("{seconds}-{}", &mac[..31]), false),
        (ada.clone(), format!("zzzzzzzzzzzzzz-{mac}"), false),
        (ada.clone(), String::new(), false),
        (ada.clone(), "-".to_owned(), false),
        (ada.clone(), "set-password".to_owned(), false),
    ];
    let told: Vec<_> = links.iter().map(|(user, token, _)| json!([in_json(user), token])).collect();
    let theirs = ask(&settings, now, "are_good", json!({"links": told}));
    for ((user, token, expected), theirs) in links.iter().zip(theirs.as_array().unwrap()) {
        let ours = tokens.is_good(user, &PlainToken::new(token), Timestamp::from_secs(now));
        assert_eq!((ours, theirs), (*expected, &json!(expected)), "{token:?} {user:?}");
    }
}

/// Every kind of primary key; never logged in, and once; with an address and without.
fn users() -> [User; 6] {
    let user = |key: UserKey, email: Option<&str>, last_login: Option<i64>| User {
        key,
        username: "ada".into(),
        password: StoredPassword::new("pbkdf2_sha256$1000$salt$häsh="),
        is_active: true,
        email: email.map(str::to_owned),
        last_login: last_login.map(Timestamp::from_micros),
        fields: Fields::default(),
    };
    let uuid = uuid::Uuid::from_u128(0x6e8a_1c3b_0000_4000_8000_0000_0000_0001);
    [
        user(UserKey::Int(7), Some("ada@example.org"), None),
        user(UserKey::Int(i64::MAX), Some(""), Some(1_763_999_999_999_999)),
        user(UserKey::Int(1), Some("ädä@example.org"), Some(-1)),
        user(UserKey::Uuid(uuid), Some("ada@example.org"), Some(951_782_400_000_000)),
        user(UserKey::Text("member/ü 1".into()), None, None),
        user(UserKey::Text("1".into()), None, Some(1_709_251_199_000_001)),
    ]
}

fn in_json(user: &User) -> Value {
    let (kind, pk) = match &user.key {
        UserKey::Int(int) => ("int", json!(int)),
        UserKey::Text(text) => ("text", json!(text)),
        UserKey::Uuid(uuid) => ("uuid", json!(uuid.to_string())),
    };
    json!({
        "kind": kind,
        "pk": pk,
        "password": user.password.expose(),
        "email": user.email,
        "last_login": user.last_login.map(Timestamp::as_micros),
    })
}

/// Django's settings, and ours that say the same.
fn configurations() -> Vec<(Value, PasswordValidators)> {
    let named = |name: &str, options: Value| json!({"NAME": format!("django.contrib.auth.password_validation.{name}"), "OPTIONS": options});
    let none = json!({});
    let new_project = json!([
        named("UserAttributeSimilarityValidator", none.clone()),
        named("MinimumLengthValidator", none.clone()),
        named("CommonPasswordValidator", none.clone()),
        named("NumericPasswordValidator", none.clone()),
    ]);
    let similarity = |max_similarity: f64| {
        let options =
            json!({"user_attributes": ["email", "username", "nick"], "max_similarity": max_similarity});
        named("UserAttributeSimilarityValidator", options)
    };
    let similar = |share| {
        let attributes = ["email", "username", "nick"].map(str::to_owned).to_vec();
        UserAttributeSimilarity::new(attributes, share).unwrap()
    };
    let own = json!([
        named("NumericPasswordValidator", none),
        similarity(0.1),
        named("MinimumLengthValidator", json!({"min_length": 1})),
        similarity(1.0),
        named("MinimumLengthValidator", json!({"min_length": 15})),
    ]);
    let ours = PasswordValidators::new()
        .with(NumericPassword)
        .with(similar(0.1))
        .with(MinimumLength { min_length: 1 })
        .with(similar(1.0))
        .with(MinimumLength { min_length: 15 });
    let settings = |validators| json!({"AUTH_PASSWORD_VALIDATORS": validators});
    vec![(settings(new_project), PasswordValidators::of_a_new_project()), (settings(own), ours)]
}

/// Draws people and their passwords, the same in every run.
struct Draw(SeededEntropy);

impl Draw {
    fn below(&self, bound: usize) -> usize {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_be_bytes(bytes) as usize % bound
    }

    fn one<'a>(&self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn user(&self) -> Vec<(&'static str, String)> {
        let (first, last) = (self.one(&NAMES), self.one(&NAMES));
        let email = format!("{first}{}{last}@{}", self.one(&[".", "_", "+", "", "ﬁ"]), self.one(&HOSTS));
        vec![
            ("username", format!("{first}{}", self.one(&PIECES))),
            ("first_name", first.to_owned()),
            ("last_name", last.to_owned()),
            ("email", self.one(&[&email, ""]).to_owned()),
        ]
    }

    /// Something of the user's, turned and mixed with what people add to it; or something else.
    fn password(&self, user: &[(&str, String)]) -> String {
        let own = &user[self.below(user.len())].1;
        let own = match self.below(5) {
            0 => own.to_uppercase(),
            1 => own.chars().rev().collect(),
            2 => own.chars().skip(self.below(3)).collect(),
            3 => String::new(),
            _ => own.clone(),
        };
        (0..self.below(4)).fold(own, |password, _| match self.below(2) {
            0 => format!("{password}{}", self.one(&PIECES)),
            _ => format!("{}{password}", self.one(&PIECES)),
        })
    }
}

const NAMES: [&str; 14] = [
    "ada",
    "Lovelace",
    "Grace",
    "Hopper",
    "Ω",
    "Ὀδυσσεύς",
    "Çelik",
    "İpek",
    "Straße",
    "李小龍",
    "नेहा",
    "o'neil-smith",
    "",
    "a",
];
const HOSTS: [&str; 4] = ["example.org", "x.io", "bücher.example", "mail"];
const PIECES: [&str; 24] = [
    "1",
    "12",
    "123456",
    "٣٤",
    "²",
    "①",
    "½",
    "password",
    "qwerty",
    "ß",
    "SS",
    "!",
    " ",
    "_",
    "-",
    "\u{1d}",
    "\u{a0}",
    "e\u{301}",
    "horse battery staple",
    "ΣΣ",
    "dragon",
    "000000000000000000000000000000",
    "monkey",
    "😀",
];

fn ask(settings: &Value, now: i64, function: &str, arguments: Value) -> Value {
    ask_all(settings, now, &[(function, arguments)]).remove(0)
}

/// Asks genuine Django, with these settings, at that moment.
fn ask_all(settings: &Value, now: i64, calls: &[(&str, Value)]) -> Vec<Value> {
    let interpreter = std::env::var_os("COUNTERSIGN_ORACLE_PYTHON").expect(
        "COUNTERSIGN_ORACLE_PYTHON is not set. Run ./scripts/test, or: \
         export COUNTERSIGN_ORACLE_PYTHON=$(./scripts/oracle-venv)",
    );
    let mut settings = settings.clone();
    settings.as_object_mut().unwrap().entry("TIME_ZONE").or_insert(json!("UTC"));
    let mut python = Command::new(interpreter)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle/passwords.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("DJANGO_SETTINGS_MODULE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = json!({"settings": settings, "now": now, "calls": calls});
    python.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let said = python.wait_with_output().unwrap();
    assert!(said.status.success(), "the oracle failed");
    serde_json::from_slice(&said.stdout).unwrap()
}
