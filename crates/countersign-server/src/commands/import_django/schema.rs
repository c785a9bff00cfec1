//! A GraphQL schema: what of it Countersign has, and where it goes when that is not all.

use countersign::dialect::graphql_jwt::{UserField, UserType, camel_case};

use super::families::Carrier;
use super::left::Left;
use super::project::{Field, Route, Schema, Users};

impl Carrier<'_> {
    /// The path at which Countersign can have its schema: the project's, or one beside it.
    ///
    /// A path has one schema, so that of a project with more than the package's mutations stays where it is.
    pub(super) fn schema_path<'b>(
        &mut self,
        route: &'b Route,
        schema: &'b Schema,
        path: &'b str,
    ) -> Option<&'b str> {
        let renamed = schema
            .fields
            .iter()
            .filter_map(renamed)
            .map(|(its, ours)| format!("The package's {its} is {ours} here."));
        let foreign = schema.fields.iter().flat_map(|field| foreign(field, self.users)).collect::<Vec<_>>();
        if foreign.is_empty() {
            return Some(path);
        }
        let mut instead = vec![format!(
            "Stays with Django, because its schema has what Countersign has not: {}.",
            some(&foreign)
        )];
        instead.extend(renamed);
        instead.push(match &schema.beside {
            Some(beside) => format!(
                "Countersign has its own schema at {beside}: send requestToken, verifyToken and revokeToken there. If no \
                 client asks for the rest, write path = \"{path}\" below [graphql_jwt]."
            ),
            None => "If no client asks for the rest, write it as path below [graphql_jwt].".to_owned(),
        });
        self.left.push(Left::new(format!("{path} ({})", route.view), instead.join(" ")));
        schema.beside.as_deref()
    }
}

/// A mutation of the package's that has another name here.
fn renamed(field: &Field) -> Option<(String, &'static str)> {
    let (_, ours) = MUTATIONS.iter().find(|(its, _)| field.mutation.as_deref() == Some(its))?;
    (field.name != *ours).then(|| (format!("{} {}", field.root, field.name), *ours))
}

/// What a field has that Countersign has not.
fn foreign(field: &Field, users: &Users) -> Vec<String> {
    let name = format!("{} {}", field.root, field.name);
    match (&field.mutation, field.root.as_str(), field.name.as_str()) {
        (Some(_), ..) if renamed(field).is_none() => Vec::new(),
        (None, "query", "me") => {
            let user = UserType::default();
            let username = camel_case(&users.username_field).unwrap_or_default();
            let others =
                user.fields().iter().map(UserField::name).filter(|name| *name != user.username_argument());
            let shown = others.chain([&*username]).collect::<Vec<_>>();
            let is_here = |member: &&String| match member.as_str() {
                // A global id has the type's name in it.
                "id" => field.is_node && field.kind == UserType::NAME,
                member => shown.contains(&member),
            };
            field
                .members
                .keys()
                .filter(|member| !is_here(member))
                .map(|member| format!("{name} {{ {member} }}"))
                .collect()
        }
        _ => vec![name],
    }
}

/// A list for people, which a large schema does not make endless.
fn some(names: &[String]) -> String {
    let (shown, more) = names.split_at(names.len().min(MANY));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    format!("{}{more}", shown.join(", "))
}

/// The package's mutations, and what they are called here.
const MUTATIONS: [(&str, &str); 3] =
    [("issue", "requestToken"), ("revoke", "revokeToken"), ("verify", "verifyToken")];
const MANY: usize = 12;
