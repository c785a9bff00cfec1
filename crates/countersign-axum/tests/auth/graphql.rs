//! A schema of a service's own whose fields are guarded.

use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Schema};
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::routing::post;
use countersign::authority::Identity;
use countersign::user::FieldValue;
use countersign_axum::{Auth, Authenticated, LoggedIn, Permitted};
use serde_json::{Value, json};

use crate::house::{House, ada, ask, house};

struct Query;

#[Object]
impl Query {
    async fn motto(&self) -> &str {
        "for everybody"
    }

    #[graphql(guard = "LoggedIn")]
    async fn diary(&self) -> Option<&str> {
        Some("for whoever is logged in")
    }

    #[graphql(guard = "Permitted(is_staff)")]
    async fn payroll(&self) -> Option<&str> {
        Some("for staff")
    }
}

fn is_staff(identity: &Identity) -> bool {
    let user = identity.user();
    user.is_some_and(|user| user.fields.get("is_staff") == Some(&FieldValue::Bool(true)))
}

type Own = Schema<Query, EmptyMutation, EmptySubscription>;

#[derive(Clone)]
struct App {
    auth: Auth,
    schema: Own,
}

impl FromRef<App> for Auth {
    fn from_ref(app: &App) -> Self {
        app.auth.clone()
    }
}

async fn execute(
    State(App { schema, .. }): State<App>,
    who: Option<Authenticated<Identity>>,
    query: String,
) -> String {
    let mut request = Request::new(query);
    if let Some(Authenticated(identity)) = who {
        request = request.data(identity);
    }
    serde_json::to_string(&schema.execute(request).await).unwrap()
}

async fn answer(house: &House, query: &'static str, header: Option<&str>) -> Value {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let app = Router::new().route("/", post(execute)).with_state(App { auth: house.auth(), schema });
    let request = axum::http::Request::post("/");
    let request = header.into_iter().fold(request, |request, value| request.header("authorization", value));
    serde_json::from_slice(&ask(&app, request.body(Body::from(query)).unwrap()).await.body).unwrap()
}

#[tokio::test]
async fn a_field_is_for_those_whom_its_guard_lets_in() {
    let house = house();
    let bearer = house.bearer().await;
    let all = "{ motto diary payroll }";
    assert_eq!(
        answer(&house, all, Some(&bearer)).await,
        json!({"data": {"motto": "for everybody", "diary": "for whoever is logged in", "payroll": "for staff"}})
    );
    assert_eq!(house.lookups(), 1);

    let nobody = answer(&house, all, None).await;
    assert_eq!(nobody["data"]["motto"], "for everybody");
    assert!(nobody["data"]["diary"].is_null() && nobody["data"]["payroll"].is_null());
    let told = json!({"code": "UNAUTHENTICATED"});
    for (error, field) in nobody["errors"].as_array().unwrap().iter().zip(["diary", "payroll"]) {
        assert_eq!(error["message"], "You are not logged in.");
        assert_eq!((&error["extensions"], &error["path"]), (&told, &json!([field])));
    }

    let mut visitor = ada();
    visitor.fields = [("id", FieldValue::Int(7))].into_iter().collect();
    house.store.memory.add_user(visitor);
    let visitor = answer(&house, all, Some(&bearer)).await;
    assert_eq!(visitor["data"]["diary"], "for whoever is logged in");
    let errors = visitor["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!(
        (&errors[0]["message"], &errors[0]["extensions"]),
        (&json!("You may not do this."), &json!({"code": "FORBIDDEN"}))
    );
}

#[tokio::test]
async fn a_token_that_is_not_good_is_told_before_anything_is_executed() {
    let house = house();
    let refused = answer(&house, "{ motto }", Some("Bearer forged")).await;
    assert_eq!(refused["code"], "token_not_valid");
}
