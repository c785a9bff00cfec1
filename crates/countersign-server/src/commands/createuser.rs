//! `countersign createuser` and `countersign createsuperuser`.

use countersign::clock::{Clock, SystemClock};
use countersign::entropy::SystemEntropy;
use countersign::secret::Password;
use countersign::store::{UserLookup, Users};
use countersign::user::{FieldValue, User};
use countersign_sql::{CreateUserErrorKind, Database, NewUser};
use unicode_normalization::UnicodeNormalization;

use crate::cli::{CreateUser, NewPassword};
use crate::commands::new_password::{Insisting, new_password};
use crate::commands::{connect, load};
use crate::failure::Failure;
use crate::terminal::{self, PasswordSource, print};

/// Which of the two commands it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Superuser,
    User,
}

pub(super) async fn run(args: CreateUser, kind: Kind) -> Result<(), Failure> {
    let config = load(&args.configured)?;
    let database = connect(&config).await?;
    let model = database.user_model();
    let field = model.username().name().to_owned();
    let username = match args.username.or_else(|| from_environment(args.password.no_input, "USERNAME")) {
        Some(username) => Some(username),
        None if args.password.no_input => None,
        None => terminal::ask(&capitalised(&field))?,
    };
    let username = username.filter(|name| !name.trim().is_empty()).ok_or_else(|| {
        Failure::input(format!(
            "no {field} was given: say --username, or set DJANGO_SUPERUSER_USERNAME with --no-input"
        ))
    })?;
    let email = args.email.or_else(|| from_environment(args.password.no_input, "EMAIL"));
    let email = email.filter(|_| field != "email");
    let username = normalised(&username);
    let is_taken = find(&database, &username).await?.is_some();
    if is_taken {
        return Err(Failure::input(format!("there is already a user with the {field} {username:?}")));
    }
    let known = [(&*field, &username)].into_iter().chain(email.as_ref().map(|email| ("email", email)));
    let extra = args.fields.iter().map(|(name, value)| (&**name, value));
    let known = known.chain(extra).map(|(name, value)| (name, FieldValue::Text(value.clone()))).collect();
    let source = source(&args.password)?;
    let password = new_password(&source, &config.password_validators, &known, Insisting::Helps)?;
    let user = NewUser {
        username,
        email,
        password: config.password_hashers.make(&password, &SystemEntropy),
        is_staff: kind == Kind::Superuser,
        is_superuser: kind == Kind::Superuser,
        extra: args.fields,
    };
    let created = database.create_user(&user, SystemClock.now(), &SystemEntropy).await;
    let key = created.map_err(|error| match error.kind() {
        CreateUserErrorKind::Store => Failure::caused("the user was not created", &error),
        _ => Failure::input(error),
    })?;
    let what = if kind == Kind::Superuser { "superuser" } else { "user" };
    print(format_args!("Created the {what} {:?} with the id {key}.", user.username));
    Ok(())
}

/// Django compares usernames in this form, so that one that looks like another is that other.
pub(super) fn normalised(username: &str) -> String {
    username.trim().nfkc().collect()
}

/// Looks for the user before anybody is asked for a password.
pub(super) async fn find(database: &Database, username: &str) -> Result<Option<User>, Failure> {
    let found = database.find(UserLookup::Username(username)).await;
    found.map_err(|error| Failure::caused("the users cannot be read", &error))
}

/// Where the password comes from: the arguments decide, as in Django's `createsuperuser`.
pub(super) fn source(args: &NewPassword) -> Result<PasswordSource, Failure> {
    if args.password_stdin {
        return Ok(PasswordSource::Stdin);
    }
    if !args.no_input {
        return Ok(PasswordSource::Terminal);
    }
    from_environment(true, "PASSWORD").map(|text| PasswordSource::Given(Password::new(text))).ok_or_else(
        || {
            Failure::input(
                "no password was given: set DJANGO_SUPERUSER_PASSWORD, or pipe it in with --password-stdin",
            )
        },
    )
}

fn from_environment(no_input: bool, name: &str) -> Option<String> {
    if no_input { std::env::var(format!("DJANGO_SUPERUSER_{name}")).ok() } else { None }
}

fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
