//! Sessions: each refresh token is good once, and one that comes again is the sign of a thief.

use countersign::authority::Rotation;
use countersign::clock::Span;
use countersign::store::SessionRules;

use super::super::reference::Surroundings;
use super::super::section::{Reported, Section};
use super::super::setting::{Fault, Setting};
use super::super::tree::Value;
use super::super::{Profile, Shared};

/// Reads `reuse_detection` and what belongs to it; `None` where it is off. `rotation` is `None` where it is not known because
/// of a problem that is told already.
pub(super) fn read(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
    rotation: Option<Rotation>,
) -> Result<Option<SessionRules>, Reported> {
    let is_strict = shared.profile == Profile::Strict;
    let is_used_up = rotation.is_none_or(|rotation| rotation == Rotation::OnWithBlacklist);
    let detection = settings.located::<bool>("reuse_detection");
    let grace = settings.located::<Grace>("reuse_grace");
    let lifetime = settings.located::<End>("session_lifetime");
    let idle = settings.located::<End>("session_idle");
    let (detection, grace, lifetime, idle) = (detection?, grace?, lifetime?, idle?);

    if let Some(asked) = detection.as_ref().filter(|detection| detection.value && !is_used_up) {
        let predicate = "is true, but a used refresh token stays good: turn rotate_refresh_tokens and \
                         blacklist_after_rotation on";
        return Err(settings.problem(&asked.place, predicate));
    }
    if !detection.map_or(is_strict && is_used_up, |detection| detection.value) {
        let spans = [lifetime, idle].into_iter().flatten().filter(|span| span.value.0.is_some());
        for place in spans.map(|span| span.place) {
            settings.warn(&place, "means nothing while reuse_detection is off");
        }
        return Ok(None);
    }
    let by_default = |days| is_strict.then_some(Span::from_days(days));
    Ok(Some(SessionRules {
        reuse_grace: grace.map_or(Span::from_secs(10), |grace| grace.value.0),
        lifetime: lifetime.map_or(by_default(30), |lifetime| lifetime.value.0),
        idle: idle.map_or(by_default(7), |idle| idle.value.0),
    }))
}

/// `reuse_grace`: no time at all is one, and means that nothing is repeated.
struct Grace(Span);

impl Setting for Grace {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let span = Span::read(value, around)?;
        if span < Span::ZERO {
            return Err("must not be negative".into());
        }
        Ok(Self(span))
    }
}

/// `session_lifetime` and `session_idle`: `""` is no end.
struct End(Option<Span>);

impl Setting for End {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        if matches!(&value, Value::Text(text) if text.is_empty()) {
            return Ok(Self(None));
        }
        match Span::read(value, around)? {
            span if span > Span::ZERO => Ok(Self(Some(span))),
            _ => Err("must be longer than no time at all; \"\" is no end".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Config;
    use super::super::super::testing::{fault, read};
    use super::*;

    const ROTATING: &str = "rotate_refresh_tokens = true\nblacklist_after_rotation = true";

    fn sessions(config: &Config) -> Option<SessionRules> {
        config.simple_jwt.clone().unwrap().tokens.with_ledger(true).sessions
    }

    fn rules(text: &str) -> Option<SessionRules> {
        sessions(&read(&format!("[simple_jwt]\n{text}")))
    }

    fn strict(text: &str) -> Config {
        read(&format!("profile = 'strict'\n[simple_jwt]\n{text}"))
    }

    #[test]
    fn djangos_profile_has_sessions_where_they_are_asked_for() {
        assert_eq!(rules(""), None);
        assert_eq!(rules(ROTATING), None);
        let lasting = SessionRules { reuse_grace: Span::from_secs(10), lifetime: None, idle: None };
        assert_eq!(rules(&format!("{ROTATING}\nreuse_detection = true")), Some(lasting));
        let all = "reuse_detection = true\nreuse_grace = 0\nsession_lifetime = '90d'\nsession_idle = 3600";
        let bounded = SessionRules {
            reuse_grace: Span::ZERO,
            lifetime: Some(Span::from_days(90)),
            idle: Some(Span::from_mins(60)),
        };
        assert_eq!(rules(&format!("{ROTATING}\n{all}")), Some(bounded));
    }

    #[test]
    fn the_strict_profile_rotates_in_sessions_that_end() {
        let config = strict("");
        let rules = config.simple_jwt.clone().unwrap().tokens.with_ledger(true);
        assert_eq!((rules.rotation, rules.verify_asks_blacklist), (Rotation::OnWithBlacklist, true));
        let bounded = SessionRules {
            reuse_grace: Span::from_secs(10),
            lifetime: Some(Span::from_days(30)),
            idle: Some(Span::from_days(7)),
        };
        assert_eq!(sessions(&config), Some(bounded.clone()));
        let endless = SessionRules { lifetime: None, idle: None, ..bounded };
        assert_eq!(sessions(&strict("session_lifetime = ''\nsession_idle = ''")), Some(endless));
        for off in
            ["rotate_refresh_tokens = false", "blacklist_after_rotation = false", "reuse_detection = false"]
        {
            assert_eq!(sessions(&strict(off)), None, "{off}");
        }
        let ninja = read("profile = 'strict'\n[ninja_jwt]").ninja_jwt.unwrap();
        assert!(ninja.tokens.with_ledger(true).sessions.is_some());
        let other = read(
            "profile = 'strict'\n[auth_jwt]\npassword_reset_url = 'https://example.com/reset'\n[graphql_jwt]\n\
             jwt_verify_expiration = true",
        );
        assert!(other.families().all(|tokens| tokens.with_ledger(false).sessions.is_none()));
    }

    #[test]
    fn what_contradicts_itself_is_said() {
        for rotation in ["", "rotate_refresh_tokens = true", "blacklist_after_rotation = true"] {
            let error = fault(&format!("[simple_jwt]\n{rotation}\nreuse_detection = true"));
            assert!(
                error.contains("simple_jwt.reuse_detection is true, but a used refresh token"),
                "{error}"
            );
        }
        let error =
            fault("profile = 'strict'\n[simple_jwt]\nrotate_refresh_tokens = false\nreuse_detection = true");
        assert!(error.contains("turn rotate_refresh_tokens and blacklist_after_rotation on"), "{error}");
        assert!(fault("[simple_jwt]\nreuse_grace = -1").contains("reuse_grace must not be negative"));
        for key in ["session_lifetime", "session_idle"] {
            let error = fault(&format!("[simple_jwt]\n{key} = 0"));
            assert!(error.contains("must be longer than no time at all; \"\" is no end"), "{error}");
            let config = read(&format!("[simple_jwt]\n{key} = '1d'"));
            let warned: Vec<_> = config.warnings.iter().map(ToString::to_string).collect();
            assert!(
                warned.iter().any(|it| it.contains("means nothing while reuse_detection is off")),
                "{warned:?}"
            );
        }
        let error = fault(&format!(
            "[simple_jwt]\n{ROTATING}\nreuse_detection = true\n[simple_jwt.claims]\nsid = '1'"
        ));
        assert!(error.contains("simple_jwt.claims.sid is one of the token's own claims"), "{error}");
        assert_eq!(rules("[simple_jwt.claims]\nsid = '1'"), None, "it is free where there are no sessions");
    }
}
