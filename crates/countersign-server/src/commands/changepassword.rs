//! `countersign changepassword`.

use countersign::entropy::SystemEntropy;

use crate::cli::ChangePassword;
use crate::commands::createuser::source;
use crate::commands::new_password::{Insisting, new_password};
use crate::commands::{connect, known_user, load};
use crate::failure::Failure;
use crate::terminal::print;

pub(super) async fn run(args: ChangePassword) -> Result<(), Failure> {
    let config = load(&args.configured)?;
    let database = connect(&config).await?;
    let user = known_user(&database, &args.username).await?;
    let username = &user.username;
    let source = source(&args.password)?;
    let password = new_password(&source, &config.password_validators, &user.fields, Insisting::IsInVain)?;
    let stored = config.password_hashers.make(&password, &SystemEntropy);
    let found = database.set_password(username, &stored).await;
    if !found.map_err(|error| Failure::caused("the password was not changed", &error))? {
        return Err(Failure::input(format!("the user {username:?} is gone")));
    }
    print(format_args!("Changed the password of {username:?}."));
    Ok(())
}
