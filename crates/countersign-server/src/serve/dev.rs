//! `serve --dev`: everything that is needed to try it out, in one folder that can be thrown away.

use std::fmt;
use std::fs;
use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use countersign::clock::{Clock, SystemClock};
use countersign::entropy::{SystemEntropy, random_alphanumeric};
use countersign::password::PasswordHashers;
use countersign::secret::Password;
use countersign_sql::{CreateUserErrorKind, Database, NewUser, UserTable};
use tokio::net::TcpListener;

use crate::config::{self, Config, Layer};
use crate::failure::Failure;
use crate::terminal::quoted;

/// The folder with a database, a key and a demo user in it.
pub(crate) struct Playground {
    folder: PathBuf,
    listen: Option<SocketAddr>,
}

impl Playground {
    /// Makes what is missing of it. Its password is known to everybody, so it listens on this machine only.
    pub(crate) async fn prepare(listen: Option<SocketAddr>) -> Result<Self, Failure> {
        if let Some(address) = listen.filter(|address| !address.ip().is_loopback()) {
            return Err(Failure::input(format!(
                "--dev has a user whose password everybody knows, so it cannot listen on {address}: \
                 choose an address of this machine only, such as 127.0.0.1"
            )));
        }
        fs::create_dir_all(FOLDER)
            .map_err(|error| Failure::caused(&format!("cannot create {FOLDER}"), &error))?;
        let folder = fs::canonicalize(FOLDER)
            .map_err(|error| Failure::caused(&format!("cannot use {FOLDER}"), &error))?;
        let playground = Self { folder, listen };
        playground.write_key()?;
        playground.create_user().await?;
        Ok(playground)
    }

    /// The configuration that shows the most: rotation in sessions.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let text = format!(
            "secret_key = {{ file = {} }}\n[database]\nurl = {}\n\
             [email]\nbackend = \"console\"\n\
             [simple_jwt]\nblacklist = true\nrotate_refresh_tokens = true\nblacklist_after_rotation = true\n\
             reuse_detection = true\n",
            toml::Value::from(self.path("secret_key")),
            toml::Value::from(self.database_url()),
        );
        let layer = Layer { name: "serve --dev", text: &text };
        // The environment is left out: what it says is meant for another database than this one.
        config::load_over(Some(layer), None, std::iter::empty()).map_err(Failure::input)
    }

    /// Where it was told to, else on port 8000, else on any port that is free.
    pub(crate) async fn listen(&self) -> Result<TcpListener, Failure> {
        let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, 8000));
        let address = self.listen.unwrap_or(usual);
        let bound = match TcpListener::bind(address).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse && self.listen.is_none() => {
                TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
            }
            bound => bound,
        };
        bound.map_err(|error| Failure::caused(&format!("cannot listen on {address}"), &error))
    }

    /// What to try, to be pasted into a POSIX shell line by line or whole.
    pub(crate) fn screen(&self, address: SocketAddr) -> impl fmt::Display {
        let api = format!("http://{address}/api/token");
        let (tokens, rotated) = (quoted(&self.path("tokens.json")), quoted(&self.path("rotated.json")));
        let member = |name: &str, file: &str| format!(r#"$(sed 's/.*"{name}":"\([^"]*\)".*/\1/' {file})"#);
        let (access, refresh) = (member("access", &tokens), member("refresh", &tokens));
        let (new_access, new_refresh) = (member("access", &rotated), member("refresh", &rotated));
        format!(
            "\n# Countersign is up, with the user {NAME:?} and the password {WORD:?}. Paste these lines into\n\
             # another terminal, one after the other; Ctrl-C stops it.\n\n\
             # 1. Log in.\n\
             curl -fsS -w '\\n' -d username={NAME} -d password={WORD} {api}/ | tee {tokens}\n\n\
             # 2. Call a protected URL with the access token.\n\
             curl -fsS -w '\\n' -H \"Authorization: Bearer {access}\" {api}/authenticate/\n\n\
             # 3. See where the user is logged in.\n\
             curl -fsS -w '\\n' -H \"Authorization: Bearer {access}\" {api}/sessions/\n\n\
             # 4. Refresh: a new access token, and the refresh token is rotated.\n\
             curl -fsS -w '\\n' -d \"refresh={refresh}\" {api}/refresh/ | tee {rotated}\n\n\
             # 5. Verify the new access token.\n\
             curl -fsS -w '\\n' -d \"token={new_access}\" {api}/verify/\n\n\
             # 6. Log out: blacklist the new refresh token, and end its session.\n\
             curl -fsS -w '\\n' -d \"refresh={new_refresh}\" {api}/blacklist/\n"
        )
    }

    fn write_key(&self) -> Result<(), Failure> {
        let path = self.folder.join("secret_key");
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let written = match file {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            file => {
                file.and_then(|mut file| file.write_all(random_alphanumeric(&SystemEntropy, 64).as_bytes()))
            }
        };
        written.map_err(|error| Failure::caused(&format!("cannot write {}", path.display()), &error))
    }

    async fn create_user(&self) -> Result<(), Failure> {
        let (url, table) = (self.database_url(), UserTable::default());
        let failed =
            |error: &dyn std::error::Error| Failure::caused("cannot prepare the database of --dev", error);
        Database::migrate(&url, &table, SystemClock.now()).await.map_err(|error| failed(&error))?;
        let database = Database::connect(&url, &table).await.map_err(|error| failed(&error))?;
        let password = PasswordHashers::default().make(&Password::new(WORD), &SystemEntropy);
        let mut user = NewUser::new(NAME, password);
        user.email = Some("demo@example.org".to_owned());
        match database.create_user(&user, SystemClock.now(), &SystemEntropy).await {
            Err(error) if error.kind() != CreateUserErrorKind::Taken => Err(failed(&error)),
            _ => Ok(()),
        }
    }

    fn database_url(&self) -> String {
        format!("sqlite://{}", self.path("db.sqlite3"))
    }

    fn path(&self, name: &str) -> String {
        Path::new(&self.folder).join(name).display().to_string()
    }
}

const FOLDER: &str = ".countersign-dev";
const NAME: &str = "demo";
const WORD: &str = "demo";
