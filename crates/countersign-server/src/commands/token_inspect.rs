//! `countersign token inspect`.

use std::io::{self, Read};

use countersign::authority::{Failure as Undecided, Refusal};
use countersign::claims::Claims;
use countersign::clock::{Clock, SystemClock, Timestamp};
use countersign::jwt::{Header, Signatures, TokenError, Unverified, Validation};
use countersign::secret::PlainToken;
use serde_json::{Map, Value, json};

use crate::cli::Inspect;
use crate::commands::{configuration_file, load};
use crate::failure::Failure;
use crate::serve::families::keys;
use crate::terminal::{bold, dim, green, print, red, yellow};

pub(super) async fn run(args: Inspect) -> Result<(), Failure> {
    let token = read(&args.token)?;
    let unreadable = |error: TokenError| Failure::input(format!("this cannot be read: {error}"));
    let unverified = Unverified::parse(token.expose()).map_err(unreadable)?;
    let claims = unverified.claims_without_verification().map_err(unreadable)?;
    let verdict = verdict(&args, &token).await?;
    if args.json {
        print(as_json(unverified.header(), &claims, &verdict));
    } else {
        show(unverified.header(), &claims, &verdict, SystemClock.now());
    }
    match verdict {
        Verdict::Bad(_) => Err(Failure::work("the token is not good")),
        Verdict::Good | Verdict::NotVerified => Ok(()),
    }
}

enum Verdict {
    Good,
    Bad(TokenError),
    NotVerified,
}

/// With a configuration the token is verified as the verify endpoints would, but for the blacklist: it is good when
/// it is in one of the families.
async fn verdict(args: &Inspect, token: &PlainToken) -> Result<Verdict, Failure> {
    if configuration_file(&args.configured).is_err() {
        return Ok(Verdict::NotVerified);
    }
    let config = load(&args.configured)?;
    let mut verdict = Verdict::NotVerified;
    for family in config.families() {
        // A token that is good without a signature has none that could be looked at, and says so.
        let signatures = Signatures::default();
        let validation = Validation { signatures, ..family.policy.validation.clone() };
        match keys(family)?.verify(token, &validation, SystemClock.now()).await {
            Ok(_) => return Ok(Verdict::Good),
            // A token that is another family's is invalid here: what that one says of it counts.
            Err(Undecided::Refused(Refusal::Token(error))) => {
                if matches!(verdict, Verdict::NotVerified | Verdict::Bad(TokenError::Invalid(_))) {
                    verdict = Verdict::Bad(error);
                }
            }
            Err(failure) => return Err(Failure::caused("the token could not be verified", &failure)),
        }
    }
    Ok(verdict)
}

/// The token on the command line, or on standard input.
pub(super) fn read(token: &str) -> Result<PlainToken, Failure> {
    if token != "-" {
        return Ok(PlainToken::new(token.trim()));
    }
    let mut text = String::new();
    let read = io::stdin().lock().take(1024 * 1024).read_to_string(&mut text);
    read.map_err(|error| Failure::caused("cannot read the token from standard input", &error))?;
    Ok(PlainToken::new(text.trim()))
}

fn show(header: &Header, claims: &Claims, verdict: &Verdict, now: Timestamp) {
    print(format_args!("{}  {}", bold("algorithm"), visible(header.algorithm())));
    if let Some(kid) = header.key_id() {
        print(format_args!("{}     {}", bold("key id"), visible(kid)));
    }
    print(bold("claims"));
    let width = claims.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, json) in claims.iter() {
        let time = TIMES.contains(&name).then(|| claims.date(name).ok().flatten()).flatten();
        let time = time.map(|time| format!("  {}, {}", date(time), distance(time, now)));
        let time = time.unwrap_or_default();
        print(format_args!("  {:width$}  {}{}", visible(name), visible(json), dim(&time)));
    }
    let why = match (verdict, claims.date("exp")) {
        (Verdict::Bad(TokenError::Expired), Ok(Some(at))) => {
            format!("the token has expired {}", distance(at, now))
        }
        (Verdict::Bad(error), _) => error.to_string(),
        (Verdict::Good | Verdict::NotVerified, _) => String::new(),
    };
    let verdict = match verdict {
        Verdict::Good => green("good: the signature and the times hold"),
        Verdict::Bad(_) => red(&why),
        Verdict::NotVerified => {
            yellow("not verified: there is no configuration to take the key from (--config)")
        }
    };
    print(format_args!("{}    {verdict}", bold("verdict")));
}

fn as_json(header: &Header, claims: &Claims, verdict: &Verdict) -> String {
    let claims: Map<String, Value> = claims
        .iter()
        .map(|(name, json)| (name.to_owned(), serde_json::from_str(json).unwrap_or(Value::Null)))
        .collect();
    let (verified, error) = match verdict {
        Verdict::Good => (Value::Bool(true), Value::Null),
        Verdict::Bad(error) => (Value::Bool(false), Value::from(error.to_string())),
        Verdict::NotVerified => (Value::Null, Value::Null),
    };
    let header = json!({"alg": header.algorithm(), "kid": header.key_id()});
    json!({"header": header, "claims": claims, "verified": verified, "error": error}).to_string()
}

/// What somebody else wrote, so that it cannot move the cursor or turn the direction of writing.
fn visible(text: &str) -> String {
    let is_plain = |char: char| {
        !char.is_control()
            && !matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if is_plain(char) {
            shown.push(char);
        } else {
            shown.extend(char.escape_unicode());
        }
    }
    shown
}

fn date(time: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(time.as_micros())
        .map_or_else(|_| "far away".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// `in 4 minutes`, `3 days ago`: the largest unit alone.
pub(super) fn distance(time: Timestamp, now: Timestamp) -> String {
    let seconds = time.as_secs().saturating_sub(now.as_secs());
    let (size, name) = UNITS.into_iter().find(|(size, _)| seconds.abs() >= *size).unwrap_or((1, "second"));
    let count = seconds.abs() / size;
    let plural = if count == 1 { "" } else { "s" };
    if seconds > 0 { format!("in {count} {name}{plural}") } else { format!("{count} {name}{plural} ago") }
}

const TIMES: [&str; 4] = ["exp", "iat", "nbf", "refresh_exp"];
const UNITS: [(i64, &str); 5] =
    [(365 * 86_400, "year"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_is_told_in_its_largest_unit() {
        let at = |seconds: i64| {
            distance(Timestamp::from_secs(1_000_000_000 + seconds), Timestamp::from_secs(1_000_000_000))
        };
        assert_eq!(at(299), "in 4 minutes");
        assert_eq!(at(-86_400), "1 day ago");
        assert_eq!(at(0), "0 seconds ago");
        assert_eq!(at(1), "in 1 second");
    }

    #[test]
    fn a_token_cannot_write_on_the_terminal() {
        assert_eq!(visible("kid-1 \u{fc}"), "kid-1 \u{fc}");
        assert_eq!(visible("\x1b[2J\u{9b}\u{202e}"), "\\u{1b}[2J\\u{9b}\\u{202e}");
    }

    #[test]
    fn a_date_reads_as_a_date() {
        assert_eq!(date(Timestamp::from_secs(1_700_000_000)), "2023-11-14 22:13:20 UTC");
    }
}
