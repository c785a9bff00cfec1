//! How a user is shown: strawberry's `UserType`, made for whatever the user model is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::dialect::Json;
use crate::dialect::graphql_jwt::{NotAName, camel_case};
use crate::dialect::time::iso_format;
use crate::user::{FieldValue, User};

/// The fields of `UserType`: a relay node with what is safe to show of a user.
///
/// A column that a project has added is never among them, and neither is the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserType {
    username_argument: String,
    fields: Vec<UserField>,
}

/// A column of the user model.
#[derive(Clone, Copy, Debug)]
pub struct UserColumn<'a> {
    /// Django's name for it: the field's.
    pub field: &'a str,
    /// The column's own name.
    pub column: &'a str,
    /// What stands in it.
    pub kind: FieldType,
    /// Whether it may be null.
    pub nullable: bool,
}

/// A field of `UserType`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserField {
    name: String,
    kind: FieldType,
    nullable: bool,
    source: Source,
}

/// A field's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// `Boolean`.
    Boolean,
    /// Strawberry's `DateTime`: ISO 8601 as Python writes it.
    DateTime,
    /// `String`.
    Text,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Column(Box<str>),
    FullName { first: Box<str>, last: Box<str> },
    Username,
}

impl Default for UserType {
    /// That of `django.contrib.auth.models.User`.
    fn default() -> Self {
        use FieldType::{Boolean, DateTime, Text};
        let column = |field, kind, nullable| UserColumn { field, column: field, kind, nullable };
        Self::of(
            "username".to_owned(),
            "username",
            [
                column("email", Text, false),
                column("first_name", Text, false),
                column("last_name", Text, false),
                column("is_active", Boolean, false),
                column("is_staff", Boolean, false),
                column("is_superuser", Boolean, false),
                column("last_login", DateTime, true),
                column("date_joined", DateTime, false),
            ],
        )
    }
}

impl UserType {
    /// The name of the type, which is part of every user's global id.
    pub const NAME: &'static str = "UserType";

    /// For a user model with this `USERNAME_FIELD` and these columns, of which only the well-known are shown.
    ///
    /// # Errors
    ///
    /// When GraphQL has no such name as the `USERNAME_FIELD`, or another argument of `requestToken` has it.
    pub fn new<'a>(
        username_field: &str,
        columns: impl IntoIterator<Item = UserColumn<'a>>,
    ) -> Result<Self, NotAName> {
        let argument = camel_case(username_field)?;
        if ["password", "refreshToken"].contains(&&*argument) {
            return Err(NotAName::new(username_field));
        }
        Ok(Self::of(argument, username_field, columns))
    }

    fn of<'a>(
        username_argument: String,
        username_field: &str,
        columns: impl IntoIterator<Item = UserColumn<'a>>,
    ) -> Self {
        let columns: Vec<_> = columns.into_iter().filter(|column| column.field != username_field).collect();
        let known = |shown: &Shown| {
            columns.iter().find(|column| column.field == shown.field && column.kind == shown.kind)
        };
        let text = |name: &str, source| UserField {
            name: name.to_owned(),
            kind: FieldType::Text,
            nullable: false,
            source,
        };
        let mut fields = vec![text(&username_argument, Source::Username)];
        for (shown, column) in SHOWN.iter().filter_map(|shown| Some((shown, known(shown)?))) {
            fields.push(UserField {
                name: shown.name.to_owned(),
                kind: shown.kind,
                nullable: column.nullable,
                source: Source::Column(column.column.into()),
            });
        }
        if let (Some(first), Some(last)) = (known(&FIRST_NAME), known(&LAST_NAME)) {
            let source = Source::FullName { first: first.column.into(), last: last.column.into() };
            fields.push(text("fullName", source));
        }
        // What is called like the username, or like the global id, gives way to it.
        let mut names = vec!["id".to_owned()];
        fields.retain(|field| {
            let is_new = !names.contains(&field.name);
            names.push(field.name.clone());
            is_new
        });
        Self { username_argument, fields }
    }

    /// The argument of `requestToken` next to `password`: `USERNAME_FIELD` in camel case.
    pub fn username_argument(&self) -> &str {
        &self.username_argument
    }

    /// The fields beside `id`.
    pub fn fields(&self) -> &[UserField] {
        &self.fields
    }

    /// A user's global id, as relay has it: `UserType` and the primary key.
    pub fn global_id(user: &User) -> String {
        STANDARD.encode(format!("{}:{}", Self::NAME, user.key))
    }
}

impl UserField {
    /// The name in GraphQL.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type.
    pub fn kind(&self) -> FieldType {
        self.kind
    }

    /// Whether it may be null.
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// What it says of a user. A column that holds what its type does not is not shown.
    pub fn show(&self, user: &User) -> Json {
        match &self.source {
            Source::Column(column) => match (self.kind, user.fields.get(column)) {
                (FieldType::Boolean, Some(FieldValue::Bool(value))) => (*value).into(),
                (FieldType::DateTime, Some(FieldValue::Timestamp(time))) => iso_format(*time).into(),
                (FieldType::Text, Some(FieldValue::Text(text))) => text.clone().into(),
                _ => Json::Null,
            },
            Source::FullName { first, last } => {
                let name = |column| match user.fields.get(column) {
                    Some(FieldValue::Text(text)) => text,
                    _ => "",
                };
                format!("{} {}", name(first), name(last)).trim().to_owned().into()
            }
            Source::Username => user.username.clone().into(),
        }
    }
}

/// A column that may be shown: Django's name, GraphQL's, and the type it has to be of.
struct Shown {
    field: &'static str,
    name: &'static str,
    kind: FieldType,
}

impl Shown {
    const fn new(field: &'static str, name: &'static str, kind: FieldType) -> Self {
        Self { field, name, kind }
    }
}

const FIRST_NAME: Shown = Shown::new("first_name", "firstName", FieldType::Text);
const LAST_NAME: Shown = Shown::new("last_name", "lastName", FieldType::Text);
const SHOWN: [Shown; 8] = [
    Shown::new("email", "email", FieldType::Text),
    FIRST_NAME,
    LAST_NAME,
    Shown::new("is_active", "isActive", FieldType::Boolean),
    Shown::new("is_staff", "isStaff", FieldType::Boolean),
    Shown::new("is_superuser", "isSuperuser", FieldType::Boolean),
    Shown::new("last_login", "lastLogin", FieldType::DateTime),
    Shown::new("date_joined", "dateJoined", FieldType::DateTime),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_known_columns_are_shown() {
        let column = |field, kind| UserColumn { field, column: field, kind, nullable: false };
        let columns = [
            column("password", FieldType::Text),
            column("credit", FieldType::Text),
            column("email", FieldType::Text),
            column("is_active", FieldType::Boolean),
            // A project may call a column of another type so.
            column("is_staff", FieldType::Text),
            column("first_name", FieldType::Text),
        ];
        let user_type = UserType::new("email", columns).unwrap();
        let names: Vec<_> = user_type.fields().iter().map(UserField::name).collect();
        assert_eq!(names, ["email", "firstName", "isActive"]);
        assert_eq!(UserType::default().fields().len(), 10);
        for taken in ["e-mail", "password", "refresh_token"] {
            assert!(UserType::new(taken, []).is_err(), "{taken}");
        }
    }

    #[test]
    fn no_name_is_given_twice() {
        let column = |field| UserColumn { field, column: field, kind: FieldType::Text, nullable: false };
        let columns = || [column("first_name"), column("last_name")];
        let names = |user_type: &UserType| {
            user_type.fields().iter().map(|field| field.name.clone()).collect::<Vec<_>>()
        };
        let clashing = UserType::new("full_name", columns()).unwrap();
        assert_eq!(names(&clashing), ["fullName", "firstName", "lastName"]);
        assert_eq!(clashing.fields[0].source, Source::Username);
        assert_eq!(names(&UserType::new("id", []).unwrap()), [""; 0]);
    }
}
