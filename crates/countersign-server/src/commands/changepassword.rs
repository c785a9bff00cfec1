//! `countersign changepassword`.

use countersign::entropy::SystemEntropy;

use crate::cli::ChangePassword;
use crate::commands::createuser::{find, normalised, source};
use crate::commands::new_password::{Insisting, new_password};
use crate::commands::{connect, load};
use crate::failure::Failure;
use crate::terminal::print;

pub(super) async fn run(args: ChangePassword) -> Result<(), Failure> {
    let config = load(&args.configured)?;
    let database = connect(&config).await?;
    let field = database.user_model().username().name();
    let nobody = || Failure::input(format!("there is no user with the {field} {:?}", args.username));
    // Rows that Django's own forms did not write may hold a name in another form than the one it gives them.
    let normalised = normalised(&args.username);
    let (username, user) = match find(&database, &args.username).await? {
        Some(user) => (&args.username, user),
        None => (&normalised, find(&database, &normalised).await?.ok_or_else(nobody)?),
    };
    let source = source(&args.password)?;
    let password = new_password(&source, &config.password_validators, &user.fields, Insisting::IsInVain)?;
    let stored = config.password_hashers.make(&password, &SystemEntropy);
    let found = database.set_password(username, &stored).await;
    if !found.map_err(|error| Failure::caused("the password was not changed", &error))? {
        return Err(nobody());
    }
    print(format_args!("Changed the password of {username:?}."));
    Ok(())
}
