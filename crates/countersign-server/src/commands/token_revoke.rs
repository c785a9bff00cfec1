//! `countersign token revoke`.

use std::fmt;

use countersign::authority::{Failure as Undecided, Refusal};
use countersign::clock::{Clock, Span, SystemClock, Timestamp};
use countersign::jwt::TokenError;
use countersign::secret::PlainToken;
use countersign::store::{Claim, RefreshTokens, Revoked, Sessions, StoreError, TokenLedger};
use countersign::user::UserKey;
use countersign_sql::{Database, Tables};

use crate::cli::Revoke;
use crate::commands::token_inspect::{distance, read};
use crate::commands::{connect_to, known_user, load, user_table};
use crate::config::Config;
use crate::failure::Failure;
use crate::serve::families::authorities;
use crate::terminal::{note, print};

pub(super) async fn run(args: Revoke) -> Result<(), Failure> {
    let config = load(&args.configured)?;
    // The tables may be there from before, or Django's alone, whatever is served now.
    let refresh_tokens = config.graphql_jwt.as_ref().map(|family| family.refresh_tokens.table.clone());
    let refresh_tokens = refresh_tokens.unwrap_or_else(|| Tables::REFRESH_TOKENS.to_owned());
    let tables = Tables { users: user_table(&config), refresh_tokens: Some(refresh_tokens) };
    let database = connect_to(&config, tables).await?;
    match (args.user, args.token) {
        (Some(username), _) => revoke_all_of(&username, &config, &database).await,
        (None, Some(token)) => revoke_one(&read(&token)?, &config, &database).await,
        (None, None) => Err(Failure::input("name a token, or a user with --user")),
    }
}

async fn revoke_all_of(username: &str, config: &Config, database: &Database) -> Result<(), Failure> {
    if !database.has_token_blacklist() && !database.has_refresh_tokens() {
        return Err(Failure::input(
            "the database has neither the tables of token_blacklist nor one of long-running refresh tokens, so there is \
             nothing to revoke: `countersign migrate` creates them; until then what shuts a user out is is_active",
        ));
    }
    let user = known_user(database, username).await?;
    let now = SystemClock.now();
    let revoked = everything(database, &user.key, now).await;
    let revoked = revoked.map_err(|error| Failure::caused("not everything was revoked", &error))?;
    print(format_args!("Revoked {revoked} of {:?}.", user.username));
    if let Some(longest) = config.families().map(|family| family.policy.access_lifetime).max()
        && longest > Span::ZERO
    {
        note(format_args!(
            "Access tokens stay good until they expire, the last one {}. Whoever must not log in again has to be \
             deactivated, or needs another password.",
            distance(now + longest, now)
        ));
    }
    Ok(())
}

/// What was revoked, as a person says it.
struct All {
    sessions: Option<u64>,
    tokens: u64,
    refresh_tokens: Option<u64>,
}

async fn everything(database: &Database, user: &UserKey, now: Timestamp) -> Result<All, StoreError> {
    let mut all = All { sessions: None, tokens: 0, refresh_tokens: None };
    if database.has_sessions() {
        let Revoked { sessions, tokens } = database.revoke_everything_of(user, None, now).await?;
        (all.sessions, all.tokens) = (Some(sessions), tokens);
    }
    if database.has_token_blacklist() {
        // Also what a rotation that asks no session was about to put in the place of another.
        all.tokens += database.blacklist_all_of(user, now).await?;
    }
    if database.has_refresh_tokens() {
        all.refresh_tokens = Some(database.revoke_refresh_tokens_of(user, now).await?);
    }
    Ok(all)
}

impl fmt::Display for All {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let mut parts = Vec::from_iter(self.sessions.map(|sessions| count(sessions, "session")));
        parts.push(count(self.tokens, "token"));
        parts.extend(self.refresh_tokens.map(|tokens| count(tokens, "long-running refresh token")));
        let last = parts.pop().unwrap_or_default();
        if parts.is_empty() { f.write_str(&last) } else { write!(f, "{} and {last}", parts.join(", ")) }
    }
}

async fn revoke_one(token: &PlainToken, config: &Config, database: &Database) -> Result<(), Failure> {
    if !token.expose().contains('.') {
        return revoke_long_running(token, database).await;
    }
    let post = config.email.post();
    let mut why = None;
    for (family, authority) in authorities(config, database, &post)? {
        if !authority.rules().ledger {
            continue;
        }
        match authority.blacklist_any(token).await {
            Ok(kind) => {
                let session =
                    if authority.rules().sessions.is_some() { ", and its session is over" } else { "" };
                print(format_args!("Revoked a {kind} token of {family}{session}."));
                return Ok(());
            }
            Err(Undecided::Refused(Refusal::Token(TokenError::Blacklisted))) => {
                print(format_args!("This token of {family} was revoked before."));
                return Ok(());
            }
            Err(Undecided::Refused(refusal)) => {
                // What is another family's token is invalid here: what that one says of it counts.
                let is_foreign = matches!(refusal, Refusal::Token(TokenError::Invalid(_)));
                if why.is_none() || !is_foreign {
                    why = Some(refusal);
                }
            }
            Err(failure) => return Err(Failure::caused("the token was not revoked", &failure)),
        }
    }
    Err(match why {
        None => Failure::input(
            "no family that is configured keeps a blacklist: one needs the tables of token_blacklist, which \
             `countersign migrate` creates, and no blacklist = false",
        ),
        Some(Refusal::Token(TokenError::WrongType)) => Failure::work(
            "this is an access token, which is good until it expires: revoke the refresh token that bought it, or \
             everything of its user with --user",
        ),
        Some(refusal) => Failure::work(format_args!("nothing was revoked: {refusal}")),
    })
}

/// What is no JWT may be a long-running refresh token.
async fn revoke_long_running(token: &PlainToken, database: &Database) -> Result<(), Failure> {
    let revoked = if database.has_refresh_tokens() {
        let revoked = database.revoke_refresh_token(token, SystemClock.now()).await;
        revoked.map_err(|error| Failure::caused("the token was not revoked", &error))?
    } else {
        Claim::Lost
    };
    if revoked == Claim::Lost {
        return Err(Failure::work(
            "nothing was revoked: this is no JWT, and no long-running refresh token that is kept and good",
        ));
    }
    print("Revoked a long-running refresh token.");
    Ok(())
}
