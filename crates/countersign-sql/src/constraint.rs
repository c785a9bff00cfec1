//! The names that Django gives to constraints and indexes.

/// What belongs to a column (its table and its name), cut as Django cuts it where the engine keeps `longest` characters.
pub(crate) fn name((table, column): (&str, &str), suffix: &str, longest: usize) -> String {
    let whole = format!("{table}_{column}_{suffix}");
    if whole.chars().count() <= longest {
        return whole;
    }
    let first = |text: &str, count: usize| text.chars().take(count).collect::<String>();
    let suffix = first(suffix, longest / 3);
    let each = (longest - suffix.chars().count()) / 2 - 1;
    format!("{}_{}_{suffix}", first(table, each), first(column, each))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_as_django_cuts_them() {
        let outstanding = ("token_blacklist_outstandingtoken", "user_id");
        for (suffix, cut) in [
            ("83bc629a", "token_blacklist_outstandingtoken_user_id_83bc629a"),
            ("83bc629a_fk_auth_user_id", "token_blacklist_outs_user_id_83bc629a_fk_auth_user"),
            ("83bc629a_fk_people_person_id", "token_blacklist_outs_user_id_83bc629a_fk_people_pe"),
        ] {
            assert_eq!(name(outstanding, suffix, 63), cut);
        }
        let refresh = ("refresh_token_refreshtoken", "user_id");
        let suffix = "45383307_fk_people_persona_id";
        assert_eq!(name(refresh, suffix, 63), "refresh_token_refres_user_id_45383307_fk_people_pe");
        assert_eq!(
            name(refresh, suffix, 64),
            "refresh_token_refreshtoken_user_id_45383307_fk_people_persona_id"
        );
    }
}
