//! `password_hashers` and `[password_hashing]`: how passwords are verified, and by how many threads.

use std::sync::Arc;

use countersign::password::{Hasher, PasswordHashers, PoolSize};

use super::reference::Surroundings;
use super::section::{Reported, Section};
use super::setting::{Fault, Setting};
use super::tree::Value;

impl Setting for Hasher {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let name = String::read(value, around)?;
        Self::named(&name).ok_or_else(|| {
            "takes the names of hashers: \"pbkdf2_sha256\", \"pbkdf2_sha1\", \"argon2\", \"bcrypt\", \
             \"bcrypt_sha256\", \"scrypt\" or \"md5\", or Django's paths of them, as in \
             \"django.contrib.auth.hashers.PBKDF2PasswordHasher\""
                .into()
        })
    }
}

/// `password_hashers`: Django's `PASSWORD_HASHERS`, by default those of Django 5.2.
pub(super) fn hashers(settings: &mut Section<'_>) -> Result<Arc<PasswordHashers>, Reported> {
    let Some(listed) = settings.located::<Vec<Hasher>>("password_hashers")? else {
        return Ok(Arc::default());
    };
    let hashers = PasswordHashers::new(listed.value).map_err(|error| {
        settings.problem(&listed.place, &format!("cannot be used: {error}; list at least \"pbkdf2_sha256\""))
    })?;
    Ok(Arc::new(hashers))
}

/// `[password_hashing]`: `threads`, and how many logins may wait for each of them (`queue`).
pub(super) fn pool_size(settings: &mut Section<'_>) -> PoolSize {
    let mut size = PoolSize::default();
    settings.set("threads", &mut size.threads);
    settings.set("queue", &mut size.waiting_per_thread);
    size
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fault, read, read_with};

    #[test]
    fn hashers_are_listed_by_name_or_by_djangos_path() {
        assert_eq!(read("").password_hashers.preferred().name(), "pbkdf2_sha256");
        let listed = "password_hashers = ['django.contrib.auth.hashers.MD5PasswordHasher', 'argon2']";
        assert_eq!(read(listed).password_hashers.preferred().name(), "md5");
        let config = read_with("", [("COUNTERSIGN__PASSWORD_HASHERS", "scrypt")]);
        assert_eq!(config.password_hashers.preferred().name(), "scrypt");
    }

    #[test]
    fn an_unknown_hasher_and_an_empty_list_are_refused() {
        assert!(
            fault("password_hashers = ['sha1']").contains("takes the names of hashers: \"pbkdf2_sha256\"")
        );
        assert!(fault("password_hashers = []").contains("no password hasher is listed"));
    }

    #[test]
    fn the_pool_has_a_size() {
        let pool = read("[password_hashing]\nthreads = 3\nqueue = 7").hashing_pool;
        assert_eq!((pool.threads.get(), pool.waiting_per_thread.get()), (3, 7));
        assert!(fault("[password_hashing]\nthreads = 0").contains("takes a whole number from 1 on"));
    }
}
