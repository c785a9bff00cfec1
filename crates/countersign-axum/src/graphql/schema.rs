//! The schema, made when the server starts: the user model decides what `me` has, and what the name is called by which one
//! logs in.

use std::fmt;
use std::sync::Arc;

use async_graphql::dynamic::{
    Field, FieldFuture, FieldValue, InputValue, Interface, InterfaceField, Object, ResolverContext, Scalar,
    Schema, TypeRef,
};
use async_graphql::{Error, Value};
use countersign::authority::{Authority, Grant, RefreshGrant};
use countersign::dialect::graphql_jwt::{FieldType, UserField, UserType};
use countersign::store::{RefreshTokens, Store};
use countersign::user::User;

use crate::graphql::mutations::{Done, request_token, revoke_token, verify_token};
use crate::graphql::values::value;

/// A user type that makes no schema.
#[derive(Debug)]
pub struct SchemaError(async_graphql::dynamic::SchemaError);

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no GraphQL schema can be made: {}", self.0)
    }
}

impl std::error::Error for SchemaError {}

/// Who asks.
pub(super) struct Caller(pub(super) Option<Box<User>>);

/// The package's types and names, for this user model.
pub(super) fn schema<S>(user_type: &UserType, authority: &Authority<S>) -> Result<Schema, SchemaError>
where
    S: Store + RefreshTokens + 'static,
{
    let mut schema = Schema::build(QUERY, Some(MUTATION), None)
        .register(query())
        .register(node())
        .register(user(user_type))
        .register(mutation(user_type, authority))
        .register(token_type())
        .register(refresh_token_type())
        .register(token_payload_type());
    if user_type.fields().iter().any(|field| field.kind() == FieldType::DateTime) {
        schema = schema.register(Scalar::new(DATE_TIME).description("Date with time (isoformat)"));
    }
    schema.finish().map_err(SchemaError)
}

fn query() -> Object {
    Object::new(QUERY).field(Field::new("me", TypeRef::named(UserType::NAME), |context| {
        FieldFuture::new(async move {
            let user = context.data::<Caller>()?.0.as_deref();
            Ok(user.map(|user| FieldValue::borrowed_any(user)))
        })
    }))
}

fn node() -> Interface {
    let id = InterfaceField::new("id", TypeRef::named_nn(TypeRef::ID)).description(ID);
    Interface::new(NODE).description("An object with a Globally Unique ID").field(id)
}

fn user(user_type: &UserType) -> Object {
    let id = Field::new("id", TypeRef::named_nn(TypeRef::ID), |context| {
        of_parent(&context, |user: &User| Some(UserType::global_id(user).into()))
    });
    let object = Object::new(UserType::NAME).implement(NODE).field(id.description(ID));
    user_type.fields().iter().cloned().fold(object, |object, field| object.field(user_field(field)))
}

fn user_field(field: UserField) -> Field {
    let name = match field.kind() {
        FieldType::Boolean => TypeRef::BOOLEAN,
        FieldType::DateTime => DATE_TIME,
        FieldType::Text => TypeRef::STRING,
    };
    let ty = if field.is_nullable() { TypeRef::named(name) } else { TypeRef::named_nn(name) };
    Field::new(field.name().to_owned(), ty, move |context| {
        let shown = context.parent_value.try_downcast_ref::<User>().map(|user| field.show(user));
        FieldFuture::new(async move { Ok(Some(value(shown?))) })
    })
}

fn mutation<S>(user_type: &UserType, authority: &Authority<S>) -> Object
where
    S: Store + RefreshTokens + 'static,
{
    let optional = |name: &str| InputValue::new(name, TypeRef::named(TypeRef::STRING));
    let token = || InputValue::new("token", TypeRef::named_nn(TypeRef::STRING));
    let username: Arc<str> = user_type.username_argument().into();
    let (requesting, revoking, verifying) = (authority.clone(), authority.clone(), authority.clone());
    let arguments = [optional(&username), optional("password"), optional("refreshToken")];
    let request = Field::new("requestToken", TypeRef::named_nn(TOKEN), move |context| {
        let (authority, username) = (requesting.clone(), Arc::clone(&username));
        FieldFuture::new(async move { Ok(Some(given(request_token(context, authority, username).await?))) })
    });
    let revoke = Field::new("revokeToken", TypeRef::named_nn(TypeRef::BOOLEAN), move |context| {
        let authority = revoking.clone();
        FieldFuture::new(async move { Ok(Some(given(revoke_token(context, authority).await?))) })
    });
    let verify = Field::new("verifyToken", TypeRef::named_nn(PAYLOAD), move |context| {
        let authority = verifying.clone();
        FieldFuture::new(async move { Ok(Some(given(verify_token(context, authority).await?))) })
    });
    Object::new(MUTATION)
        .field(arguments.into_iter().fold(request, Field::argument))
        .field(revoke.argument(token()))
        .field(verify.argument(token()))
}

/// What a mutation gave, for the fields that are asked of it.
fn given(done: Done) -> FieldValue<'static> {
    match done {
        Done::Revoked => FieldValue::value(true),
        done => FieldValue::owned_any(done),
    }
}

fn token_type() -> Object {
    let token = Field::new("token", TypeRef::named_nn(TypeRef::STRING), |context| {
        of_grant(&context, |grant| Some(FieldValue::value(grant.access.expose())))
    });
    let refresh_token = Field::new("refreshToken", TypeRef::named(REFRESH_TOKEN), |context| {
        of_grant(&context, |grant| grant.refresh.as_ref().map(|refresh| FieldValue::borrowed_any(refresh)))
    });
    Object::new(TOKEN).field(token).field(refresh_token)
}

fn refresh_token_type() -> Object {
    let field = |name, ty, show: fn(&RefreshGrant) -> Value| {
        Field::new(name, TypeRef::named_nn(ty), move |context| {
            of_parent(&context, move |refresh: &RefreshGrant| Some(show(refresh)))
        })
    };
    Object::new(REFRESH_TOKEN)
        .field(field("token", TypeRef::STRING, |refresh| refresh.token.expose().into()))
        .field(field("exp", TypeRef::INT, |refresh| refresh.expires_at.as_secs().into()))
        .field(field("iat", TypeRef::INT, |refresh| refresh.issued_at.as_secs().into()))
}

fn token_payload_type() -> Object {
    let field = |name, pick: fn(i32, i32) -> i32| {
        Field::new(name, TypeRef::named_nn(TypeRef::INT), move |context| {
            of_parent(&context, move |done: &Done| match done {
                Done::Verified { exp, iat } => Some(Value::from(pick(*exp, *iat))),
                _ => None,
            })
        })
    };
    Object::new(PAYLOAD).field(field("exp", |exp, _| exp)).field(field("iat", |_, iat| iat))
}

fn of_grant<'a>(
    context: &ResolverContext<'a>,
    show: impl FnOnce(&'a Grant) -> Option<FieldValue<'a>>,
) -> FieldFuture<'a> {
    let shown = context.parent_value.try_downcast_ref::<Done>().and_then(|done| match done {
        Done::Granted(grant) => Ok(show(grant)),
        _ => Err(Error::new("no token was granted")),
    });
    FieldFuture::new(async move { shown })
}

fn of_parent<'a, T: Send + Sync + 'static>(
    context: &ResolverContext<'a>,
    show: impl FnOnce(&'a T) -> Option<Value>,
) -> FieldFuture<'a> {
    let shown = context.parent_value.try_downcast_ref::<T>().map(show);
    FieldFuture::new(async move { shown })
}

const DATE_TIME: &str = "DateTime";
const ID: &str = "The Globally Unique ID of this object";
const MUTATION: &str = "Mutation";
const NODE: &str = "Node";
const PAYLOAD: &str = "TokenPayloadType";
const QUERY: &str = "Query";
const REFRESH_TOKEN: &str = "RefreshTokenType";
const TOKEN: &str = "TokenType";
