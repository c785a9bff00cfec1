//! From a Django project to a server that nobody can tell from it: tokens are good both ways.

use countersign_testing::Oracle;
use serde_json::{Value, json};

use crate::harness::{DjangoProject, PASSWORD, Tokens, virtual_environment};

/// Logs in here with what Django stored, then sends the tokens of each side to the other.
#[track_caller]
fn tokens_are_good_both_ways(
    project: &DjangoProject,
    field: &str,
    name: &str,
    [login, refresh, verify]: [&str; 3],
) {
    let server = project.serve();
    let credentials = json!({field: name, "password": PASSWORD});
    let Tokens { access, refresh: ours } = server.post(login, &credentials).tokens();
    let (status, body) = project.post(login, &credentials);
    assert_eq!(status, "200", "{body}");
    let theirs: Value = serde_json::from_str(&body).unwrap();

    assert_eq!(server.post(verify, &json!({"token": theirs["access"]})).status, 200);
    assert_eq!(server.post(refresh, &json!({"refresh": theirs["refresh"]})).status, 200);
    for (path, body) in [(verify, json!({"token": access})), (refresh, json!({"refresh": ours}))] {
        let (status, body) = project.post(path, &body);
        assert_eq!(status, "200", "{path}: {body}");
    }
    let wrong = json!({field: name, "password": "wrong"});
    assert_eq!(server.post(login, &wrong).status, 401);
    assert_eq!(server.post(login, &wrong).body, project.post(login, &wrong).1);
}

#[test]
fn a_plain_project() {
    let project = DjangoProject::copy("plain", "shop.settings").with_user("ada");
    // As somebody does whose virtual environment is active; what the project prints does not matter.
    let environment = virtual_environment();
    let imported =
        project.place.run_with(&["import-django"], &[("VIRTUAL_ENV", environment.to_str().unwrap())], "");
    let said = imported.succeeded();
    for line in [
        "settings shop.settings, users auth.User in \"auth_user\"\n",
        "    token_verify           /shop/v1/login/verify/\n",
        "\nWrote countersign.toml, countersign.secret\n",
        "\nEverything that Django says of them was carried over.\n",
    ] {
        assert!(said.contains(line), "{line:?} is not in: {said}");
    }
    assert_eq!(imported.stderr, "");
    project.keeps_secret(
        "countersign.secret",
        "django-insecure-plain-p4y@tr%9wq!z2mk#8d&e5vx7ns+hj(ub",
        said,
    );

    let toml = project.place.read("countersign.toml");
    let kept: Vec<_> = toml.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    let database =
        format!("url = \"sqlite://{}\"", project.place.path("db.sqlite3").canonicalize().unwrap().display());
    assert_eq!(
        kept,
        [
            "profile = \"django\"",
            "secret_key = { file = \"countersign.secret\" }",
            "password_validators = []",
            "[database]",
            &database,
            "[simple_jwt]",
            "blacklist = false",
            "[simple_jwt.routes]",
            "token_obtain_pair = \"/shop/v1/login/\"",
            "token_refresh = \"/shop/v1/login/refresh/\"",
            "token_verify = \"/shop/v1/login/verify/\"",
            "token_blacklist = \"\"",
            "token_obtain_sliding = \"\"",
            "token_refresh_sliding = \"\"",
            "authenticate = \"\"",
        ]
    );
    let paths = ["/shop/v1/login/", "/shop/v1/login/refresh/", "/shop/v1/login/verify/"];
    tokens_are_good_both_ways(&project, "username", "ada", paths);
}

#[test]
fn email_addresses_uuids_and_keys() {
    let project = DjangoProject::copy("people", "club.settings");
    let [private, public, _] = Oracle::make_keys("ES256");
    project.place.write("private.pem", &private);
    project.place.write("public.pem", &public);
    let project = project.with_user("ada@example.com");
    let imported = project.import(&[]);
    let said = imported.succeeded();
    assert!(said.contains("was carried over"), "{said}");
    project.keeps_secret("countersign.simple_jwt.signing_key", &format!("{private}\n"), said);
    assert!(!project.place.path("countersign.secret").exists(), "nothing is signed with SECRET_KEY");

    project.configures(&[
        "password_hashers = [\"argon2\", \"pbkdf2_sha256\"]",
        "table = \"members\"",
        "username_field = \"email\"",
        "is_active = \"is_welcome\"",
        "authentication_backend = \"django.contrib.auth.backends.AllowAllUsersModelBackend\"",
        "access_token_lifetime = \"1h30m\"",
        "refresh_token_lifetime = \"14d\"",
        "rotate_refresh_tokens = true",
        "blacklist_after_rotation = true",
        "update_last_login = true",
        "algorithm = \"ES256\"",
        "audience = [\"members\", \"staff\"]",
        "issuer = \"https://club.example\"",
        "leeway = \"2s\"",
        "auth_header_types = [\"Bearer\", \"JWT\"]",
        "user_id_claim = \"sub\"",
        "blacklist = true",
        "token_blacklist = \"/token/logout/\"",
    ]);
    let toml = project.place.read("countersign.toml");
    assert!(toml.contains(public.trim()) && !toml.contains("sliding_token_lifetime"), "{toml}");
    let check = project.place.run(&["check"]);
    assert!(check.succeeded().contains("the tables of token_blacklist are there"), "{check:?}");
    tokens_are_good_both_ways(
        &project,
        "email",
        "ada@example.com",
        ["/token/", "/token/refresh/", "/token/verify/"],
    );
}

#[test]
fn a_ninja_project() {
    let project = DjangoProject::copy("ninja", "api.settings").with_user("ada");
    let imported = project.import(&[]);
    let said = imported.succeeded();
    assert!(said.contains("Ninja JWT 5.4.5: 4 endpoints\n") && said.contains("was carried over"), "{said}");
    let key = "ninja-signing-5e8a2c4f6b1d3907a5c8e2f4b6d1a3907c5e8b2d";
    project.keeps_secret("countersign.ninja_jwt.signing_key", key, said);
    project.configures(&[
        "access_token_lifetime = \"15m\"",
        "blacklist = true",
        "token_blacklist = \"/v2/session/end/blacklist\"",
    ]);
    let toml = project.place.read("countersign.toml");
    assert!(!toml.contains("[simple_jwt"), "{toml}");
    let paths = ["/v2/session/pair", "/v2/session/refresh", "/v2/session/verify"];
    tokens_are_good_both_ways(&project, "username", "ada", paths);
    let server = project.serve();
    let refresh = project.django(
        "from ninja_jwt.tokens import RefreshToken; from django.contrib.auth import get_user_model as model; \
         print(RefreshToken.for_user(model().objects.get()))",
    );
    assert_eq!(server.post("/v2/session/end/blacklist", &json!({"refresh": refresh})).status, 200);
    assert_eq!(project.post("/v2/session/refresh", &json!({"refresh": refresh})).0, "401");
}

#[test]
fn a_project_on_postgresql() {
    let project = DjangoProject::copy("plain", "shop.settings");
    let settings = project.place.read("shop/settings.py");
    let database = "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop/1', 'USER': 'shop', \
                    'PASSWORD': 'p@ss/word', 'HOST': 'db.example', 'PORT': '5433', \
                    'OPTIONS': {'sslmode': 'require', 'pool': True}}}";
    project.place.write("shop/settings.py", &format!("{settings}\n{database}\n"));
    let imported = project.import(&[]);
    let said = imported.succeeded();
    assert!(said.contains("DATABASES[\"default\"][\"OPTIONS\"][\"pool\"]\n    Left out"), "{said}");
    let url = "postgres://shop:p%40ss%2Fword@db.example:5433/shop%2F1?sslmode=require";
    project.keeps_secret("countersign.database_url", url, said);
    let toml = project.place.read("countersign.toml");
    assert!(toml.contains("[database]\nurl = { file = \"countersign.database_url\" }\n"), "{toml}");
}

#[test]
fn a_project_on_mysql_or_mariadb() {
    let project = DjangoProject::copy("plain", "shop.settings");
    let settings = project.place.read("shop/settings.py");
    // As a project with this driver says, which needs no compiler.
    let settings = format!("{settings}\nimport pymysql\npymysql.install_as_MySQLdb()");
    for (database, url, left) in [
        (
            "'NAME': 'shop', 'USER': 'shop', 'PASSWORD': 'p@ss/word', 'HOST': 'db.example', 'PORT': '3307', 'OPTIONS': \
             {'ssl_mode': 'REQUIRED', 'ssl': {'ca': '/etc/ca.pem'}, 'charset': 'utf8mb4'}",
            "mysql://shop:p%40ss%2Fword@db.example:3307/shop?ssl-ca=%2Fetc%2Fca.pem&ssl-mode=REQUIRED",
            Some("charset"),
        ),
        (
            "'NAME': 'shop', 'PASSWORD': 'x', 'HOST': '/run/mysqld/mysqld.sock'",
            "mysql://:x@localhost/shop?socket=%2Frun%2Fmysqld%2Fmysqld.sock",
            None,
        ),
        (
            "'NAME': 'shop', 'PASSWORD': 'x', 'HOST': '::1', 'OPTIONS': {'ssl': {'cipher': 'AES'}}",
            "mysql://:x@[::1]/shop",
            Some("ssl"),
        ),
    ] {
        let database =
            format!("DATABASES = {{'default': {{'ENGINE': 'django.db.backends.mysql', {database}}}}}");
        project.place.write("shop/settings.py", &format!("{settings}\n{database}\n"));
        let imported = project.import(&["--force"]);
        let said = imported.succeeded();
        project.keeps_secret("countersign.database_url", url, said);
        let told =
            left.map(|option| format!("DATABASES[\"default\"][\"OPTIONS\"][\"{option}\"]\n    Left out"));
        assert_eq!(told.is_some(), said.contains("[\"OPTIONS\"]"), "{said}");
        assert!(told.is_none_or(|told| said.contains(&told)), "{said}");
        let toml = project.place.read("countersign.toml");
        assert!(toml.contains("[database]\nurl = { file = \"countersign.database_url\" }\n"), "{toml}");
    }
    let elsewhere = "{'ENGINE': 'django.db.backends.mysql', 'OPTIONS': {'read_default_file': '/etc/my.cnf'}}";
    project.place.write("shop/settings.py", &format!("{settings}\nDATABASES = {{'default': {elsewhere}}}\n"));
    let imported = project.import(&["--force"]);
    assert!(imported.succeeded().contains("names a file that does not exist"), "{imported:?}");
}
