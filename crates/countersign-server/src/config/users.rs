//! `[users]`: Django's user model, and which users may log in at all.

use super::reference::Surroundings;
use super::section::Section;
use super::setting::{Fault, Name, Setting};
use super::tree::Value;

/// The user model's table and columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UsersConfig {
    /// `table`: `db_table` of the user model.
    pub(crate) table: String,
    /// `username_field`: `USERNAME_FIELD` of the user model.
    pub(crate) username_field: String,
    /// The columns that have other names than Django's.
    pub(crate) columns: UserColumns,
    /// `authentication_backend` is `AllowAllUsersModelBackend`.
    pub(crate) inactive_users_may_log_in: bool,
}

/// Columns by the names that Django gives them; `None` is that name, where the table has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct UserColumns {
    /// The primary key.
    pub(crate) id: Option<String>,
    /// The email address: `EMAIL_FIELD`.
    pub(crate) email: Option<String>,
    /// Whether the user may log in.
    pub(crate) is_active: Option<String>,
    /// The time of the last login.
    pub(crate) last_login: Option<String>,
    /// The stored password.
    pub(crate) password: Option<String>,
}

impl Default for UsersConfig {
    fn default() -> Self {
        Self {
            table: "auth_user".to_owned(),
            username_field: "username".to_owned(),
            columns: UserColumns::default(),
            inactive_users_may_log_in: false,
        }
    }
}

impl UsersConfig {
    pub(super) fn read(settings: &mut Section<'_>) -> Self {
        let mut users = Self::default();
        settings.set_as("table", &mut users.table, |Name(name)| name);
        settings.set_as("username_field", &mut users.username_field, |Name(name)| name);
        settings.set_as("id", &mut users.columns.id, |Name(name)| Some(name));
        settings.set_as("email", &mut users.columns.email, |Name(name)| Some(name));
        settings.set_as("is_active", &mut users.columns.is_active, |Name(name)| Some(name));
        settings.set_as("last_login", &mut users.columns.last_login, |Name(name)| Some(name));
        settings.set_as("password", &mut users.columns.password, |Name(name)| Some(name));
        settings.set_as(
            "authentication_backend",
            &mut users.inactive_users_may_log_in,
            |backend: Backend| backend == Backend::AllowAllUsers,
        );
        users
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Backend {
    AllowAllUsers,
    Model,
}

impl Setting for Backend {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        match String::read(value, around)?.as_str() {
            "django.contrib.auth.backends.AllowAllUsersModelBackend" => Ok(Self::AllowAllUsers),
            "django.contrib.auth.backends.ModelBackend" => Ok(Self::Model),
            _ => Err("takes \"django.contrib.auth.backends.ModelBackend\" or \
                      \"django.contrib.auth.backends.AllowAllUsersModelBackend\": this version knows no other"
                .into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fault, read};
    use super::*;

    #[test]
    fn a_model_of_ones_own_is_named_by_table_and_columns() {
        assert_eq!(read("").users, UsersConfig::default());
        let users = read(
            "[users]\ntable = 'accounts_user'\nusername_field = 'email'\nid = 'uid'\nemail = 'mail'\n\
             authentication_backend = 'django.contrib.auth.backends.AllowAllUsersModelBackend'",
        )
        .users;
        assert_eq!((users.table.as_str(), users.username_field.as_str()), ("accounts_user", "email"));
        assert_eq!(users.columns.id.as_deref(), Some("uid"));
        assert_eq!(users.columns.email.as_deref(), Some("mail"));
        assert_eq!(users.columns.password, None);
        assert!(users.inactive_users_may_log_in);
    }

    #[test]
    fn another_backend_and_an_empty_name_are_refused() {
        assert!(fault("[users]\nauthentication_backend = 'a.B'").contains("this version knows no other"));
        assert!(fault("[users]\ntable = ''").ends_with("users.table is empty and needs a name"));
    }
}
