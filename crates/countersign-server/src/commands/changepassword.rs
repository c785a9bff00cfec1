//! `countersign changepassword`.

use countersign::entropy::SystemEntropy;

use crate::cli::ChangePassword;
use crate::commands::createuser::source;
use crate::commands::{connect, load};
use crate::failure::Failure;
use crate::terminal::{new_password, print};

pub(super) async fn run(args: ChangePassword) -> Result<(), Failure> {
    let config = load(&args.configured)?;
    let database = connect(&config).await?;
    let password = new_password(source(&args.password)?)?;
    let stored = config.password_hashers.make(&password, &SystemEntropy);
    let found = database.set_password(&args.username, &stored).await;
    if !found.map_err(|error| Failure::caused("the password was not changed", &error))? {
        let field = database.user_model().username().name();
        return Err(Failure::input(format!("there is no user with the {field} {:?}", args.username)));
    }
    print(format_args!("Changed the password of {:?}.", args.username));
    Ok(())
}
