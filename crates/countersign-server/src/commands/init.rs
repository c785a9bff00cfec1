//! `countersign init`.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use countersign::entropy::{SystemEntropy, random_alphanumeric};

use crate::cli::Init;
use crate::commands::DEFAULT_FILE;
use crate::failure::Failure;
use crate::terminal::{print, quoted};

/// Writes a configuration in the strict profile and a secret that only its owner can read.
pub(super) fn run(args: &Init) -> Result<(), Failure> {
    let secret = args.config.with_extension("secret");
    let secret_name = secret.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let database = toml::Value::String(args.database.clone());
    let text = TEMPLATE.replace("{secret}", &secret_name).replace("{database}", &database.to_string());
    create(&args.config, &text, 0o644)?;
    if let Err(failure) = create(&secret, &random_alphanumeric(&SystemEntropy, 64), 0o600) {
        // Half an init would only confuse: the next one starts afresh.
        let _ = std::fs::remove_file(&args.config);
        return Err(failure);
    }
    let with = match args.config.to_str() {
        Some(DEFAULT_FILE) => String::new(),
        _ => format!(" --config {}", quoted(&args.config.display().to_string())),
    };
    print(format_args!(
        "Wrote {} and {}.\n\nNext:\n  countersign migrate{with}     # create the tables, unless Django has\n  \
         countersign createuser{with}  # add somebody who can log in\n  countersign serve{with}",
        args.config.display(),
        secret.display(),
    ));
    Ok(())
}

fn create(path: &Path, text: &str, mode: u32) -> Result<(), Failure> {
    let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let mut file = file.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::input(format!(
            "{} is there already: remove it, or name another file with --config",
            path.display()
        )),
        _ => Failure::caused(&format!("cannot create {}", path.display()), &error),
    })?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|error| Failure::caused(&format!("cannot write {}", path.display()), &error))
}

const TEMPLATE: &str = r#"# Countersign's configuration. Every key is explained in docs/settings.md; any of them can be
# given in the environment too: COUNTERSIGN__SIMPLE_JWT__LEEWAY=5.

# "strict" refuses weak keys; "django" keeps to what Django's packages accept.
profile = "strict"

# Django's SECRET_KEY, if Django's tokens shall be good here and ours there.
secret_key = { file = "{secret}" }

[server]
listen = "127.0.0.1:8000"

[database]
url = {database}

[simple_jwt]
# A refresh token is good once. One that is used again, but for a lost answer, revokes its session.
rotate_refresh_tokens = true
blacklist_after_rotation = true
reuse_detection = true
reuse_grace = "10s"
session_lifetime = "30d"
session_idle = "7d"
"#;
