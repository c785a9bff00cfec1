//! Django's tables as Django's own `migrate` leaves them in MariaDB and MySQL: a test compares every table, constraint and
//! index with those that Django made.
//!
//! Each is made by one statement, with all that belongs to it, and is left alone where it is there: a `migrate` that was
//! cut off is done again.

use crate::backend::Dialect;
use crate::constraint;
use crate::statements::OUTSTANDING;
use crate::tables::Tables;

/// The tables of `contenttypes` and `auth`, in a project with Django's default `BigAutoField`.
pub(super) const AUTH: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS `django_migrations` (
        `id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY,
        `app` varchar(255) NOT NULL,
        `name` varchar(255) NOT NULL,
        `applied` datetime(6) NOT NULL
    )",
    "CREATE TABLE IF NOT EXISTS `django_content_type` (
        `id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY,
        `app_label` varchar(100) NOT NULL,
        `model` varchar(100) NOT NULL,
        CONSTRAINT `django_content_type_app_label_model_76bd3d3b_uniq` UNIQUE (`app_label`, `model`)
    )",
    "CREATE TABLE IF NOT EXISTS `auth_permission` (
        `id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY,
        `name` varchar(255) NOT NULL,
        `content_type_id` integer NOT NULL,
        `codename` varchar(100) NOT NULL,
        CONSTRAINT `auth_permission_content_type_id_codename_01ab375a_uniq` UNIQUE (`content_type_id`, `codename`),
        CONSTRAINT `auth_permission_content_type_id_2f476e4b_fk_django_co`
            FOREIGN KEY (`content_type_id`) REFERENCES `django_content_type` (`id`)
    )",
    "CREATE TABLE IF NOT EXISTS `auth_group` (
        `id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY,
        `name` varchar(150) NOT NULL UNIQUE
    )",
    "CREATE TABLE IF NOT EXISTS `auth_group_permissions` (
        `id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY,
        `group_id` integer NOT NULL,
        `permission_id` integer NOT NULL,
        CONSTRAINT `auth_group_permissions_group_id_permission_id_0cd325b0_uniq` UNIQUE (`group_id`, `permission_id`),
        CONSTRAINT `auth_group_permissio_permission_id_84c5c92e_fk_auth_perm`
            FOREIGN KEY (`permission_id`) REFERENCES `auth_permission` (`id`),
        CONSTRAINT `auth_group_permissions_group_id_b120cbf9_fk_auth_group_id`
            FOREIGN KEY (`group_id`) REFERENCES `auth_group` (`id`)
    )",
    "CREATE TABLE IF NOT EXISTS `auth_user` (
        `id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY,
        `password` varchar(128) NOT NULL,
        `last_login` datetime(6) NULL,
        `is_superuser` bool NOT NULL,
        `username` varchar(150) NOT NULL UNIQUE,
        `first_name` varchar(150) NOT NULL,
        `last_name` varchar(150) NOT NULL,
        `email` varchar(254) NOT NULL,
        `is_staff` bool NOT NULL,
        `is_active` bool NOT NULL,
        `date_joined` datetime(6) NOT NULL
    )",
    "CREATE TABLE IF NOT EXISTS `auth_user_groups` (
        `id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY,
        `user_id` integer NOT NULL,
        `group_id` integer NOT NULL,
        CONSTRAINT `auth_user_groups_user_id_group_id_94350c0c_uniq` UNIQUE (`user_id`, `group_id`),
        CONSTRAINT `auth_user_groups_group_id_97559544_fk_auth_group_id`
            FOREIGN KEY (`group_id`) REFERENCES `auth_group` (`id`),
        CONSTRAINT `auth_user_groups_user_id_6a12ed8b_fk_auth_user_id`
            FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`)
    )",
    "CREATE TABLE IF NOT EXISTS `auth_user_user_permissions` (
        `id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY,
        `user_id` integer NOT NULL,
        `permission_id` integer NOT NULL,
        CONSTRAINT `auth_user_user_permissions_user_id_permission_id_14a6b632_uniq` UNIQUE (`user_id`, `permission_id`),
        CONSTRAINT `auth_user_user_permi_permission_id_1fbb5f2c_fk_auth_perm`
            FOREIGN KEY (`permission_id`) REFERENCES `auth_permission` (`id`),
        CONSTRAINT `auth_user_user_permissions_user_id_a95ead1b_fk_auth_user_id`
            FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`)
    )",
];

pub(super) fn token_blacklist(dialect: &dyn Dialect, users: &str, key: &str, user_type: &str) -> Vec<String> {
    let reference = reference(dialect, (OUTSTANDING, "user_id"), "83bc629a", (users, key));
    vec![
        format!(
            "CREATE TABLE IF NOT EXISTS `token_blacklist_outstandingtoken` (
                `id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY,
                `token` longtext NOT NULL,
                `created_at` datetime(6) NULL,
                `expires_at` datetime(6) NOT NULL,
                `user_id` {user_type} NULL,
                `jti` varchar(255) NOT NULL,
                CONSTRAINT `token_blacklist_outstandingtoken_jti_hex_d9bdf6f7_uniq` UNIQUE (`jti`),
                {reference}
            )"
        ),
        "CREATE TABLE IF NOT EXISTS `token_blacklist_blacklistedtoken` (
            `id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY,
            `blacklisted_at` datetime(6) NOT NULL,
            `token_id` bigint NOT NULL UNIQUE,
            CONSTRAINT `token_blacklist_blacklistedtoken_token_id_3cc7fe56_fk`
                FOREIGN KEY (`token_id`) REFERENCES `token_blacklist_outstandingtoken` (`id`)
        )"
        .to_owned(),
    ]
}

pub(super) fn refresh_token(dialect: &dyn Dialect, users: &str, key: &str, user_type: &str) -> Vec<String> {
    let reference = reference(dialect, (Tables::REFRESH_TOKENS, "user_id"), "45383307", (users, key));
    vec![format!(
        "CREATE TABLE IF NOT EXISTS `refresh_token_refreshtoken` (
            `id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY,
            `token` varchar(255) NOT NULL,
            `created` datetime(6) NOT NULL,
            `revoked` datetime(6) NULL,
            `user_id` {user_type} NOT NULL,
            CONSTRAINT `refresh_token_refreshtoken_token_revoked_b683a545_uniq` UNIQUE (`token`, `revoked`),
            {reference}
        )"
    )]
}

/// Our own table of jobs, whose names are compared letter by letter.
pub(super) const JOB: &str = "CREATE TABLE IF NOT EXISTS `countersign_job` (
    `name` varchar(64) NOT NULL PRIMARY KEY,
    `worker` varchar(64) NOT NULL,
    `held_until` datetime(6) NOT NULL,
    `done_at` datetime(6) NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

/// Our own table of sessions, whose ids are compared letter by letter.
pub(super) const SESSION: &[&str] = &["CREATE TABLE IF NOT EXISTS `countersign_session` (
    `id` varchar(255) NOT NULL PRIMARY KEY,
    `user_key` varchar(255) NOT NULL,
    `created_at` datetime(6) NOT NULL,
    `revoked_at` datetime(6) NULL,
    `generation` bigint NOT NULL,
    `current_jti` varchar(255) NOT NULL,
    `parent_jti` varchar(255) NULL,
    `consumed_at` datetime(6) NULL,
    `last_used_at` datetime(6) NOT NULL,
    `expires_at` datetime(6) NOT NULL,
    `kept_until` datetime(6) NOT NULL,
    `address` varchar(45) NULL,
    `user_agent` varchar(255) NULL,
    KEY `countersign_session_user_key` (`user_key`),
    KEY `countersign_session_kept_until` (`kept_until`),
    KEY `countersign_session_current_jti` (`current_jti`)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"];

/// A reference to a user, with its index, which the server makes of the same name; `column` is the referring one's table and
/// name, `digest` what Django makes of both.
fn reference(
    dialect: &dyn Dialect,
    column: (&str, &str),
    digest: &str,
    (users, key): (&str, &str),
) -> String {
    let name = constraint::name(column, &format!("{digest}_fk_{users}_{key}"), LONGEST_NAME);
    format!(
        "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({})",
        dialect.quote(&name),
        dialect.quote(column.1),
        dialect.quote(users),
        dialect.quote(key),
    )
}

/// What the servers keep of a name.
const LONGEST_NAME: usize = 64;
