use countersign::authority::{AuthenticationRule, DjangoJsonEncoder, PayloadWriter};
use countersign::claims::Claims;
use countersign::clock::Timestamp;
use countersign::secret::StoredPassword;
use countersign::store::UserIdClaim;
use countersign::user::{FieldValue, User, UserKey};

use super::*;

fn ada() -> User {
    User {
        key: UserKey::Int(7),
        username: "ada".into(),
        password: StoredPassword::new("md5$salt$hash"),
        is_active: true,
        email: None,
        last_login: None,
        fields: [
            ("email", FieldValue::Text("ada@example.org".into())),
            ("is_staff", FieldValue::Bool(true)),
            ("age", FieldValue::Int(36)),
            ("credit", FieldValue::Float(1.5)),
            ("nick", FieldValue::Null),
            ("joined", FieldValue::Timestamp(Timestamp::from_micros(1_600_000_000_123_456))),
            ("largest", FieldValue::Int(i64::MAX)),
        ]
        .into_iter()
        .collect(),
    }
}

fn claim(text: &str) -> String {
    let expression = Expression::read(text, Scope::USER).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    match expression.compute(Seen::user(&ada())) {
        Ok(value) => match value::into_claim(&value, &DjangoJsonEncoder) {
            Ok(Some(json)) => json.to_string(),
            Ok(None) => "no claim".to_owned(),
            Err(found) => format!("no JSON: {found}"),
        },
        Err(error) => format!("error: {error}"),
    }
}

fn fault(text: &str) -> String {
    Expression::read(text, Scope::USER).expect_err(text)
}

#[test]
fn columns_have_the_types_that_the_manual_says() {
    for (text, json) in [
        ("user.email", r#""ada@example.org""#),
        ("user['email']", r#""ada@example.org""#),
        ("user.pk", "7"),
        ("user.is_staff && user.age >= 18", "true"),
        ("user.credit * 2.0", "3.0"),
        ("user.age + 1", "37"),
        ("user.nick", "null"),
        ("user.nick == null", "true"),
        ("user.age == null", "false"),
        ("user.nick != null && user.nick > 18", "false"),
        ("user.nick == null ? 0 : user.nick", "0"),
        ("user.joined", r#""2020-09-13T12:26:40.123Z""#),
        ("user.joined > timestamp('2020-01-01T00:00:00Z')", "true"),
        ("user.joined.getFullYear()", "2020"),
        ("[user.age, 'a', null]", r#"[36,"a",null]"#),
        ("{'name': user.email, 'n': {'age': user.age}}", r#"{"n":{"age":36},"name":"ada@example.org"}"#),
        ("['a.org', 'example.org'].exists(d, user.email.endsWith('@' + d))", "true"),
        ("user.email.matches('^[a-z]+@')", "true"),
        ("type(user.age) == int", "true"),
        ("string(user.age)", r#""36""#),
        ("has(user.nick)", "true"),
        ("true ? optional.none() : optional.of(user.email)", "no claim"),
        ("optional.of(user.age)", "36"),
        ("duration('1s')", "no JSON: a value of type duration"),
        ("{1: 2}", "no JSON: a map with keys that are no strings"),
    ] {
        assert_eq!(claim(text), json, "{text}");
    }
}

#[test]
fn what_cannot_be_computed_is_told_without_a_value() {
    for (text, error) in [
        ("user.nick > 18", "\"_>_\" takes no null_type and int"),
        ("user.email > 5", "\"_>_\" takes no string and int"),
        ("user.email + 5", "\"add\" takes no string and int"),
        ("user.largest + 1", "a number gets too large"),
        ("user.age / 0", "it divides by zero"),
        ("int(user.email)", "int() cannot do that"),
        ("user.absent", "something that it asks for is not there"),
        ("[1][user.age]", "a list is too short"),
    ] {
        assert_eq!(claim(text), format!("error: {error}"), "{text}");
    }
}

#[test]
fn only_the_columns_of_the_user_are_seen() {
    for (text, what, position) in [
        ("usr.email", "names something that it cannot see: it sees user alone", 1),
        ("user.is_staff && settings.DEBUG", "names something that it cannot see", 18),
        ("'é' + password", "names something that it cannot see", 7),
        ("user", "names the user as a whole", 1),
        ("size(user) > 0", "names the user as a whole", 6),
        ("user['em' + 'ail']", "names the user as a whole", 1),
        ("user.email.lower()", "names a function that CEL does not have", 17),
        ("now() > user.joined", "names a function that CEL does not have", 4),
        ("optional.nothing()", "names a function that CEL does not have", 17),
        ("[1].map(x, [1].map(y, y))", "has a macro in a macro", 19),
        ("google.protobuf.Timestamp{}", "makes a value of a type that is not known here", 26),
    ] {
        let fault = fault(text);
        assert!(fault.starts_with(what), "{text}: {fault}");
        assert!(fault.contains(&format!("at character {position};")), "{text}: {fault}");
    }
}

#[test]
fn a_fault_of_syntax_is_told_with_its_place_and_quotes_nothing() {
    for (text, place) in [
        ("", "character 1: it ends"),
        ("user.is_staff &&", "character 17: it ends"),
        ("user.is_staff and hunter2", "character 15: something stands there"),
        ("user.is_staff ? hunter2", "character 24: it ends"),
        ("user.\n  a +* hunter2", "line 2, character 6: something stands there"),
        ("1.0e999", "character 1: something there has no meaning"),
        ("lambda user: hunter2", "character 8: something"),
    ] {
        let fault = fault(text);
        assert!(fault.starts_with(&format!("cannot be read as an expression at {place}")), "{text}: {fault}");
        assert!(!fault.contains("hunter2"), "{fault}");
    }
    assert!(fault(&format!("'{}' == user.email", "x".repeat(MAX_BYTES))).contains("give a shorter one"));
}

#[test]
fn numbers_can_be_seen_by_name() {
    let scope = Scope::AGE;
    let rule =
        ExpressionRule::new("expired", Arc::new(Expression::read("orig_iat + 60 <= now", scope).unwrap()));
    assert!(rule.answer(Seen { numbers: &[100, 160], ..Seen::default() }).unwrap());
    assert!(!rule.answer(Seen { numbers: &[100, 120], ..Seen::default() }).unwrap());
    let fault = Expression::read("user.age > now", scope).unwrap_err();
    assert!(fault.contains("it sees orig_iat and now alone, at character 1"), "{fault}");
}

#[test]
fn a_payload_is_seen_by_its_claims() {
    let mut payload = Claims::parse(
        r#"{"sub":"ada","exp":1700000000,"n":[1,-2.5,null,18446744073709551615],"o":{"k":true},"big":1e400}"#,
    )
    .unwrap();
    let username = |text: &str, payload: &Claims| {
        let expression = Expression::read(text, Scope::PAYLOAD).unwrap();
        let value = expression.compute(Seen { payload: Some(payload), ..Seen::default() });
        value.map_err(|error| error.to_string()).and_then(|value| payload::username_of(&value))
    };
    for (text, found) in [
        ("payload.sub", Ok(UserIdClaim::Text("ada".into()))),
        ("payload['exp'] + 1", Ok(UserIdClaim::Int(1_700_000_001))),
        ("payload.n[2]", Ok(UserIdClaim::Null)),
        ("payload.n[3]", Ok(UserIdClaim::Text("18446744073709551615".into()))),
        ("payload.n[1]", Err("float".to_owned())),
        ("payload.o.k ? payload.sub : ''", Ok(UserIdClaim::Text("ada".into()))),
        ("'big' in payload ? 'yes' : 'no'", Ok(UserIdClaim::Text("no".into()))),
        ("payload.absent", Err("something that it asks for is not there".to_owned())),
        ("payload.sub + 1", Err("\"add\" takes no string and int".to_owned())),
        ("payload", Err("map".to_owned())),
    ] {
        assert_eq!(username(text, &payload), found, "{text}");
    }
    payload.set("sub", "bob");
    assert_eq!(username("payload.sub", &payload), Ok(UserIdClaim::Text("bob".into())));
}

#[test]
fn a_payload_is_a_map_in_the_order_of_the_built_ins() {
    let built_in = Claims::parse(r#"{"username":"ada","exp":5,"iss":"us"}"#).unwrap();
    let write = |text: &str| {
        let expression = Expression::read(text, Scope::USER_AND_PAYLOAD).unwrap();
        let written =
            ExpressionPayload(Arc::new(expression)).write(&ada(), built_in.clone(), &DjangoJsonEncoder);
        written.map(|claims| claims.to_json()).map_err(|error| error.to_string())
    };
    assert_eq!(write("payload").unwrap(), built_in.to_json());
    assert_eq!(
        write("{'z': 1, 'b': user.is_staff, 'a': [payload.iss], 'exp': payload.exp + 1, 'username': 'x'}")
            .unwrap(),
        r#"{"username":"x","exp":6,"a":["us"],"b":true,"z":1}"#
    );
    assert_eq!(write("{}").unwrap(), "{}");
    for (text, told) in [
        ("[payload]", "is a value of type list, and no map of JSON"),
        ("optional.none()", "and no map of JSON"),
        ("{1: 2}", "is a map with keys that are no strings, and no map of JSON"),
        ("{'a': payload.absent}", ": something that it asks for is not there"),
    ] {
        let error = write(text).unwrap_err();
        assert!(error.starts_with("the payload for the user 7") && error.ends_with(told), "{error}");
    }
}

#[test]
fn a_rule_lets_in_whom_it_says_yes_to_and_nobody_else() {
    for (text, permitted) in [
        ("user.is_staff", true),
        ("!user.is_staff", false),
        ("user.age", false),
        ("user.nick > 18", false),
        ("user.largest + 1 > 0", false),
        ("user.absent", false),
    ] {
        let rule = ExpressionRule::new("rule", Arc::new(Expression::read(text, Scope::USER).unwrap()));
        assert_eq!(rule.permits(&ada()), permitted, "{text}");
    }
}

/// The threads that serve have two megabytes of stack.
#[test]
fn no_expression_is_too_deep_to_be_read_or_computed() {
    let repeated = |start: &str, part: &str, end: &str| {
        let times = (MAX_BYTES - start.len() - end.len()) / part.len();
        format!("{start}{}{end}", part.repeat(times))
    };
    let half = |open: &str, close: &str| {
        let times = (MAX_BYTES - 1) / (open.len() + close.len());
        format!("{}1{}", open.repeat(times), close.repeat(times))
    };
    let texts = [
        repeated("1", "+1", ""),
        repeated("1", "*1", ""),
        repeated("true", "&&true", ""),
        repeated("true", "||true", ""),
        repeated("1", "==1", ""),
        repeated("", "true?1:", "1"),
        repeated("", "!", "true"),
        repeated("", "-", "1"),
        repeated("", "- ", "1"),
        repeated("user.email", ".a", ""),
        repeated("[1]", "[0]", ""),
        repeated("user.email", ".size()", ""),
        repeated("", "[1].map(x,x)+", "[1]"),
        half("(", ")"),
        half("[", "]"),
        half("{1:", "}"),
        half("int(", ")"),
        repeated("", "(", ""),
        repeated("'a", "\\n", "'"),
    ];
    let read = move || {
        for text in texts {
            if let Ok(expression) = Expression::read(&text, Scope::USER) {
                let _ = expression
                    .compute(Seen::user(&ada()))
                    .map(|value| value::into_claim(&value, &DjangoJsonEncoder));
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(read).unwrap();
    assert!(thread.join().is_ok());
}
