//! The schema as text, committed: whoever changes it sees what clients will see.

use countersign::dialect::graphql_jwt::{FieldType, UserColumn, UserType};

use super::*;
use crate::graphql::schema::schema;

#[test]
fn the_schema_is_the_one_that_is_committed() {
    assert_eq!(sdl(&UserType::default()), include_str!("../schema.graphql"));
}

#[test]
fn the_user_model_names_an_argument_and_the_fields_of_a_user() {
    let column = |field, kind, nullable| UserColumn { field, column: field, kind, nullable };
    let columns = [
        column("login_name", FieldType::Text, false),
        column("email", FieldType::Text, true),
        column("pet_name", FieldType::Text, true),
        column("password", FieldType::Text, false),
    ];
    let sdl = sdl(&UserType::new("login_name", columns).unwrap());
    assert!(
        sdl.contains("requestToken(loginName: String, password: String, refreshToken: String): TokenType!")
    );
    let user = sdl.split("type UserType").nth(1).unwrap().split('}').next().unwrap();
    assert!(user.contains("loginName: String!") && user.contains("email: String\n"), "{user}");
    assert!(!user.contains("pet") && !user.contains("password"), "{user}");
    assert!(!sdl.contains("DateTime"), "no field has it");
}

fn sdl(user_type: &UserType) -> String {
    schema::<MemoryStore>(user_type).unwrap().sdl()
}
