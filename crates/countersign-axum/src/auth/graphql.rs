//! Guards for the fields of a service's own GraphQL schema.

use async_graphql::{Context, Error, ErrorExtensions, Guard, Result};
use countersign::authority::Identity;

/// Lets a field be resolved for whoever is logged in: the request has an [`Identity`] among its data.
///
/// Anybody else is told `You are not logged in.`, and in the error's extensions the `code` that GraphQL clients know:
/// `UNAUTHENTICATED`. HTTP's status stays 200: what else was asked is answered, where the field may be null.
///
/// ```
/// use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Schema};
/// use countersign::authority::Identity;
/// use countersign_axum::{Authenticated, LoggedIn, Permitted};
///
/// struct Query;
///
/// #[Object]
/// impl Query {
///     async fn motto(&self) -> &str {
///         "for everybody"
///     }
///
///     #[graphql(guard = "LoggedIn")]
///     async fn diary(&self) -> Option<&str> {
///         Some("for whoever is logged in")
///     }
///
///     #[graphql(guard = "Permitted(|who: &Identity| who.claims().contains(\"staff\"))")]
///     async fn payroll(&self) -> Option<&str> {
///         Some("for staff")
///     }
/// }
///
/// type House = Schema<Query, EmptyMutation, EmptySubscription>;
///
/// /// For a handler of axum's: who it is goes along with the request.
/// async fn execute(schema: House, who: Option<Authenticated<Identity>>, mut request: Request) -> async_graphql::Response {
///     if let Some(Authenticated(identity)) = who {
///         request = request.data(identity);
///     }
///     schema.execute(request).await
/// }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LoggedIn;

impl Guard for LoggedIn {
    async fn check(&self, context: &Context<'_>) -> Result<()> {
        identity(context).map(drop)
    }
}

/// Lets a field be resolved for whoever is [`LoggedIn`] and of whom this is true.
///
/// Who is logged in and is not permitted is told `You may not do this.` and the `code` `FORBIDDEN`.
#[derive(Clone, Copy, Debug)]
pub struct Permitted<F>(pub F);

impl<F> Guard for Permitted<F>
where
    F: Fn(&Identity) -> bool + Send + Sync,
{
    async fn check(&self, context: &Context<'_>) -> Result<()> {
        let identity = identity(context)?;
        if (self.0)(identity) { Ok(()) } else { Err(error("You may not do this.", "FORBIDDEN")) }
    }
}

fn identity<'a>(context: &Context<'a>) -> Result<&'a Identity> {
    context.data_opt().ok_or_else(|| error("You are not logged in.", "UNAUTHENTICATED"))
}

fn error(message: &str, code: &str) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}
