//! What somebody who wrote an unknown key may have meant.

/// The known key that is most like `unknown`, both by their paths.
///
/// The key's own name counts first, so that `leeway` outside of its table is recognised; then the table.
pub(super) fn nearest<'a>(unknown: &str, known: &'a [String]) -> Option<&'a str> {
    let score = |known: &str| {
        let (table, name) = split(unknown);
        let (known_table, known_name) = split(known);
        let alike = strsim::normalized_damerau_levenshtein(&plain(name), known_name);
        let same_table = if plain(table) == known_table { SAME_TABLE } else { 0.0 };
        alike + same_table
    };
    let best = known.iter().max_by(|a, b| score(a).total_cmp(&score(b)));
    best.map(String::as_str)
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('.').unwrap_or(("", path))
}

/// Django's upper case is ours in lower case.
fn plain(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

const SAME_TABLE: f64 = 0.2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_counts_first_and_then_the_table() {
        let known =
            ["secret_key", "simple_jwt", "simple_jwt.leeway", "simple_jwt.signing_key", "users.table"];
        let known =
            [&known[..], &["simple_jwt.token_verify_serializer", "simple_jwt.routes.token_verify"]].concat();
        let known = known.into_iter().map(str::to_owned).collect::<Vec<_>>();
        for (unknown, meant) in [
            ("simple_jwt.leewai", "simple_jwt.leeway"),
            ("leeway", "simple_jwt.leeway"),
            ("SECRET_KEY", "secret_key"),
            ("simple_jwt.SIGNING_KEY", "simple_jwt.signing_key"),
            ("simple_jwt.token_verify", "simple_jwt.routes.token_verify"),
            ("simplejwt", "simple_jwt"),
        ] {
            assert_eq!(nearest(unknown, &known), Some(meant), "{unknown}");
        }
    }
}
