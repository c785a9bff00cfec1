//! Mails Countersign's links for a new password, behind the requests that ask for them.
//!
//! DIFFERENCE: Django sends before it answers, which takes its time for users who exist, and tries once.
//!
//! - A request leaves its mail in the queue of a [`Post`] and is answered. A full queue takes no more, and the log says so.
//! - One task writes the letters, as the [`Stationery`] says, and hands them to a [`Delivery`]. What fails for now is tried
//!   again, four times within three minutes; what fails for good is not.
//! - When the post is [closed](Post::close), every mail that is left is tried once more.
//! - No log line has an address or a link in it. Users are told by their primary key.
//!
//! ```
//! use std::time::Duration;
//!
//! use countersign::password_reset::{PasswordResets, ResetTokens};
//! use countersign::secret::{Password, SigningSecret};
//! use countersign_mail::{Delivery, Encryption, Post, SmtpLogin, SmtpServer, Stationery};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut stationery = Stationery::new("Shop <shop@example.org>".parse()?, "shop.example.org");
//! stationery.site_name = "Shop".into();
//! stationery.subject("{{ site_name }}: a new password for {{ username }}")?;
//!
//! let mut server = SmtpServer::new("mail.example.org");
//! (server.port, server.encryption) = (587, Encryption::StartTls);
//! server.login = Some(SmtpLogin { user: "shop".into(), password: Password::new("correct horse") });
//!
//! let post = Post::start(stationery, Delivery::smtp(&server)?);
//! let tokens = ResetTokens::new(&SigningSecret::new("Django's SECRET_KEY"));
//! let resets = PasswordResets::new(tokens).mailer(post.mailer(Some("https://shop.example.org/reset")));
//! // … `Rules::password_resets`, and serve until it is time to stop.
//! # drop(resets);
//! post.close(Duration::from_secs(10)).await;
//! # Ok(())
//! # }
//! ```

mod delivery;
mod letter;
mod mailbox;
mod post;
mod smtp;

pub use delivery::Delivery;
pub use letter::{InvalidTemplate, Stationery};
pub use mailbox::{InvalidMailbox, Mailbox};
pub use post::Post;
pub use smtp::{Encryption, InvalidSmtpServer, SmtpLogin, SmtpServer, SmtpTransport};
