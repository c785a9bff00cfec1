//! What `import-django` will not do: serve what it does not understand, write over a file, wait for ever.

use crate::harness::{DjangoProject, Place};

fn plain() -> DjangoProject {
    DjangoProject::copy("plain", "shop.settings")
}

#[test]
fn code_of_the_project_stays_with_django_and_is_told() {
    let project = DjangoProject::copy("custom", "site_.settings").with_user("ada");
    let imported = project.import(&[]);
    let said = imported.succeeded();
    for (what, instead) in [
        ("DATABASE_ROUTERS: site_.code.Router", "write that one's url"),
        ("PASSWORD_HASHERS: site_.code.SlowHasher", "list another first in PASSWORD_HASHERS"),
        ("AUTHENTICATION_BACKENDS: site_.code.LdapBackend", "those of Django's own backend can"),
        ("SIMPLE_JWT[\"TOKEN_OBTAIN_SERIALIZER\"] = site_.code.WithRoles", "Left to Django"),
        ("SIMPLE_JWT[\"AUTH_COOKIE\"]", "stays in Django"),
        ("REST_FRAMEWORK[\"DEFAULT_THROTTLE_CLASSES\"]: rest_framework.throttling.AnonRateThrottle", "proxy"),
        ("/token/refresh/ (rest_framework_simplejwt.views.TokenRefreshSlidingView)", "comes first"),
        (
            "/refresh/ (rest_framework_simplejwt.views.TokenRefreshView)",
            "The same endpoint is at /token/refresh/",
        ),
        ("/token/verify/ (site_.urls.LoggedVerify)", "the project changes the package's view: post"),
        ("/<slug:tenant>/token/blacklist/ (", "no single path"),
        ("/^sliding/?$ (", "no single path"),
    ] {
        DjangoProject::leaves(said, what, instead);
    }
    project.configures(&[
        "token_obtain_pair = \"\"",
        "token_refresh = \"/token/refresh/\"",
        "token_verify = \"\"",
    ]);
    let toml = project.place.read("countersign.toml");
    assert!(toml.contains("password_hashers = [\"pbkdf2_sha256\"]"), "{toml}");
    for text in [said, &toml] {
        assert!(!text.contains("nobodys-business") && !text.contains("custom-secret-"), "{text}");
    }
    let refresh = project.django(
        "from rest_framework_simplejwt.tokens import RefreshToken; \
         from django.contrib.auth import get_user_model as model; \
         print(RefreshToken.for_user(model().objects.get()))",
    );
    let server = project.serve();
    assert_eq!(server.post("/token/refresh/", &serde_json::json!({"refresh": refresh})).status, 200);
    assert_eq!(server.log_in("ada", "any").status, 404);
}

#[test]
fn code_that_can_be_said_otherwise_is_told_with_what_to_write() {
    let project = plain();
    let settings = project.place.read("shop/settings.py");
    project.place.write(
        "shop/code.py",
        "from rest_framework_simplejwt.serializers import TokenObtainPairSerializer\n\
         def allow(user):\n    return user is not None and user.is_staff\n\
         class Own(TokenObtainPairSerializer):\n    pass\n",
    );
    let own = "SIMPLE_JWT = {'USER_AUTHENTICATION_RULE': 'shop.code.allow', 'TOKEN_OBTAIN_SERIALIZER': 'shop.code.Own'}";
    project.place.write("shop/settings.py", &format!("{settings}\n{own}\n"));
    let imported = project.import(&[]);
    let said = format!("{}{}", imported.stdout, imported.stderr);
    for words in [
        "SIMPLE_JWT[\"USER_AUTHENTICATION_RULE\"] = shop.code.allow",
        "write what it decides as an expression, as in \"user.is_active && user.is_staff\"",
        "SIMPLE_JWT[\"TOKEN_OBTAIN_SERIALIZER\"] = shop.code.Own",
        "claims that it adds can be written in [simple_jwt.claims], as in email = \"user.email\"",
    ] {
        assert!(said.contains(words), "{words:?} is not in: {said}");
    }
}

#[test]
fn nothing_is_overwritten_unless_it_is_asked_for() {
    let project = plain();
    project.place.write("countersign.secret", "somebody's");
    project.import(&[]).failed(2, &["countersign.secret is there already", "--force", "--config"]);
    assert!(!project.place.path("countersign.toml").exists(), "no half an import");
    project.place.write("countersign.toml", "# somebody's");
    project.import(&[]).failed(2, &["countersign.toml is there already"]);
    assert_eq!(project.place.read("countersign.secret"), "somebody's");
    assert_eq!(project.place.read("countersign.toml"), "# somebody's");

    project.import(&["--force"]).succeeded();
    assert!(project.place.read("countersign.secret").starts_with("django-insecure-plain"));
    let names = std::fs::read_dir(project.place.path("")).unwrap();
    let hidden = names.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0, "nothing is left behind");

    let elsewhere = project.import(&["--config", "other.toml"]);
    assert!(elsewhere.succeeded().contains("countersign serve --config other.toml"), "{elsewhere:?}");
    assert!(project.place.path("other.secret").exists());
}

#[test]
fn a_project_that_is_broken_says_why() {
    let project = plain();
    project.place.write("shop/urls.py", "import no_such_module\n");
    let words =
        ["cannot be imported", "manage.py check", "ModuleNotFoundError: No module named 'no_such_module'"];
    project.import(&[]).failed(2, &words);
    project.place.write("shop/settings.py", "import os; os._exit(3)");
    project.import(&[]).failed(2, &["cannot be imported"]);
    project.place.write("shop/settings.py", "raise SystemExit('set SHOP_DATABASE first')");
    project.import(&[]).failed(2, &["SystemExit: set SHOP_DATABASE first"]);
    project.place.write("shop/settings.py", "import threading; threading.Event().wait()");
    project.import(&["--timeout", "1"]).failed(2, &["did not answer within 1 seconds", "--timeout"]);
    assert!(!project.place.path("countersign.toml").exists());
}

#[test]
fn what_cannot_be_asked_is_an_error_that_says_what_to_name() {
    let project = plain();
    project.import(&["--settings", "shop.nothing"]).failed(2, &["No module named 'shop.nothing'"]);
    project.import(&["--project", "nowhere"]).failed(2, &["no folder nowhere", "--project"]);
    project.place.run(&["import-django", "--python", "./no-python"]).failed(2, &["no-python", "--python"]);
    project.place.write("manage.py", "print('nothing')");
    project.import(&[]).failed(2, &["names no settings module", "--settings"]);
    std::fs::remove_file(project.place.path("manage.py")).unwrap();
    project.import(&[]).failed(2, &["has no manage.py", "--project", "--settings"]);

    let outside = Place::empty();
    let python = std::env::var("COUNTERSIGN_ORACLE_PYTHON").unwrap();
    let folder = project.place.path("");
    let args = ["import-django", "--python", &python, "--settings", "shop.settings", "--project"];
    outside.run(&[&args[..], &[folder.to_str().unwrap()]].concat()).succeeded();
    assert!(outside.read("countersign.toml").contains("/plain/db.sqlite3"));
}

#[test]
fn a_family_that_cannot_be_served_alike_is_not_served() {
    let project = plain();
    let settings = project.place.read("shop/settings.py");
    let with = |more: &str| project.place.write("shop/settings.py", &format!("{settings}\n{more}\n"));
    with("SIMPLE_JWT = {'ALGORITHM': 'HS1'}");
    let words = ["nothing was written", "SIMPLE_JWT[\"ALGORITHM\"] = HS1", "HS256", "left to Django"];
    project.import(&[]).failed(2, &words);
    with("SIMPLE_JWT = {'USER_ID_CLAIM': 'jti'}");
    project.import(&[]).failed(2, &["user_id_claim", "names the same claim"]);
    with("AUTHENTICATION_BACKENDS = ['elsewhere.Backend']\nSIMPLE_JWT = {'LEEWAY': 0.5}");
    let imported = project.import(&[]);
    assert!(imported.succeeded().contains("the logins are left to Django"), "{imported:?}");
    let toml = project.place.read("countersign.toml");
    assert!(toml.contains("token_obtain_pair = \"\"") && toml.contains("leeway = 0.5"), "{toml}");
    with("DATABASES = {'default': {'ENGINE': 'django.db.backends.dummy', 'PASSWORD': 'pg-secret'}}");
    let imported = project.import(&["--force"]);
    let what = "DATABASES[\"default\"][\"ENGINE\"] = django.db.backends.dummy\n    This version knows SQLite files, PostgreSQL, MariaDB and MySQL";
    assert!(imported.succeeded().contains(what), "{imported:?}");
    assert!(
        !project.place.read("countersign.toml").contains("pg-secret")
            && !imported.stdout.contains("pg-secret")
    );
    std::fs::create_dir(project.place.path("graphql_jwt")).unwrap();
    project.place.write("graphql_jwt/__init__.py", "");
    with("INSTALLED_APPS += ['graphql_jwt']");
    let imported = project.import(&["--force"]);
    assert!(
        imported.succeeded().contains("  django-graphql-jwt: found, not served by this version\n"),
        "{imported:?}"
    );
    with("INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth']\nREST_FRAMEWORK = {}");
    project.place.write("shop/urls.py", "urlpatterns = []");
    project
        .import(&["--force"])
        .failed(2, &["none of SimpleJWT, Ninja JWT, dj-ninja-auth", "is in use", "shop.settings"]);
}
