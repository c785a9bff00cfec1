//! A project with dj-ninja-auth, carried over: its tokens, its rules for passwords, its links for new ones.

use serde_json::{Value, json};

use crate::harness::{DjangoProject, PASSWORD, Server};

fn clinic() -> DjangoProject {
    DjangoProject::copy("clinic", "clinic.settings")
}

fn clinic_with_ada() -> DjangoProject {
    let project = clinic().with_user("ada");
    project.django(
        "from django.contrib.auth.models import User; User.objects.update(email='ada@clinic.example')",
    );
    project
}

#[test]
fn settings_secrets_and_paths() {
    let project = clinic();
    let imported = project.import(&[]);
    let said = imported.succeeded();
    for line in
        ["  dj-ninja-auth 0.1.10: 8 endpoints\n", "\nEverything that Django says of them was carried over.\n"]
    {
        assert!(said.contains(line), "{line:?} is not in: {said}");
    }
    for (file, secret) in [
        // It signs the links.
        ("countersign.secret", "clinic-secret-4e8a1c6f2b9d7053a8e1c4f6b2d9a7053e8c1f4b"),
        ("countersign.secret_key_fallback_1", "clinic-older-9b2d7f1a5c3e8064b9d2f7a1c5e3b8064d9f2a7c"),
        ("countersign.auth_jwt.signing_key", "clinic-signing-6c1f8b3e9a5d7024c6f1b8e3a9d57024c1f8e3b6"),
    ] {
        project.keeps_secret(file, secret, said);
    }
    let folder = project.place.path("").canonicalize().unwrap();
    project.configures(&[
        "secret_key_fallbacks = [{ file = \"countersign.secret_key_fallback_1\" }]",
        "time_zone = \"Asia/Tokyo\"",
        "password_reset_timeout = \"2h\"",
        "[password_validation]",
        "max_similarity = 0.5",
        "min_length = 12",
        &format!("password_list_path = \"{}\"", folder.join("common.txt").display()),
        "user_attributes = [\"username\", \"email\"]",
        "[email]",
        "default_from_email = \"Clinic <desk@clinic.example>\"",
        "domain = \"clinic.example\"",
        "backend = \"file\"",
        &format!("file_path = \"{}\"", folder.join("mail").display()),
        "[auth_jwt]",
        "access_token_lifetime = \"10m\"",
        "issuer = \"https://clinic.example\"",
        "leeway = \"2s\"",
        "password_reset_url = \"https://clinic.example/reset\"",
        "login = \"/v1/auth/login\"",
        "password_reset_confirm = \"/v1/auth/password/reset/confirm\"",
    ]);
    let toml = project.place.read("countersign.toml");
    for absent in ["refresh_token_lifetime", "password_validators", "blacklist", "authenticate"] {
        assert!(!toml.contains(absent), "{absent} is a default, or nothing of this package: {toml}");
    }
}

#[test]
fn tokens_are_good_both_ways() {
    let project = clinic_with_ada();
    project.import(&[]).succeeded();
    let server = project.serve();
    let credentials = json!({"username": "ada", "password": PASSWORD});
    let ours = server.post("/v1/auth/login", &credentials).tokens();
    let (status, body) = project.post("/v1/auth/login", &credentials);
    assert_eq!(status, "200", "{body}");
    let theirs: Value = serde_json::from_str(&body).unwrap();
    let access = theirs["access"].as_str().unwrap();

    assert_eq!(server.get_as(access, "/v1/auth/me").text("email"), "ada@clinic.example");
    assert_eq!(server.post("/v1/auth/refresh", &json!({"refresh": theirs["refresh"]})).status, 200);
    let bearer = format!("Bearer {}", ours.access);
    assert_eq!(project.request("GET", "/v1/auth/me", &bearer, "").0, "200");
    assert_eq!(project.post("/v1/auth/refresh", &json!({"refresh": ours.refresh})).0, "200");
    let wrong = json!({"username": "ada", "password": "wrong"});
    let (status, body) = project.post("/v1/auth/login", &wrong);
    let answer = server.post("/v1/auth/login", &wrong);
    assert_eq!((answer.status.to_string(), answer.body), (status, body));
}

/// The answer to a link with a new password, here.
fn confirm(server: &Server, link: &Value, password: &str) -> (String, String) {
    let answer = server.post("/v1/auth/password/reset/confirm", &with_password(link, password));
    (answer.status.to_string(), answer.body)
}

fn with_password(link: &Value, password: &str) -> Value {
    json!({"uid": link["uid"], "token": link["token"], "new_password1": password, "new_password2": password})
}

/// The link in a letter.
fn link(letter: &str) -> Value {
    let query =
        letter.split("https://clinic.example/reset?uid=").nth(1).unwrap_or_else(|| panic!("{letter}"));
    let (uid, rest) = query.split_once("&token=").unwrap();
    json!({"uid": uid, "token": rest.split_whitespace().next().unwrap()})
}

#[test]
fn a_link_of_either_is_good_at_the_other() {
    let project = clinic_with_ada();
    project.import(&[]).succeeded();
    let server = project.serve();
    let request = json!({"email": "ada@clinic.example"});
    let path = "/v1/auth/password/reset/request";

    assert_eq!(project.post(path, &request).0, "200");
    let [letter] = project.place.texts("mail").try_into().unwrap();
    let theirs = link(&letter);
    // What Django's rules refuse with the project's options, is refused here in the same words.
    for weak in ["correct horse battery staple", "ada@clinic.exampl", "31415926535897", "short at 11"] {
        let answer = project.post("/v1/auth/password/reset/confirm", &with_password(&theirs, weak));
        assert_ne!(answer.0, "200", "{weak}");
        assert_eq!(confirm(&server, &theirs, weak), answer, "{weak}");
    }
    assert_eq!(confirm(&server, &theirs, "a violet stapler").0, "200");
    assert_ne!(confirm(&server, &theirs, "a second stapler").0, "200", "a link is good once");
    assert_eq!(
        project.post("/v1/auth/login", &json!({"username": "ada", "password": "a violet stapler"})).0,
        "200"
    );

    assert_eq!(server.post(path, &request).status, 200);
    // What is in the queue is sent before it ends.
    server.stop();
    let server = project.serve();
    let letters = project.place.texts("mail");
    let ours = letters.iter().find(|text| **text != letter).unwrap();
    assert!(ours.contains("From: Clinic <desk@clinic.example>"), "{ours}");
    let ours = link(ours);
    let (status, body) =
        project.post("/v1/auth/password/reset/confirm", &with_password(&ours, "an orange stapler"));
    assert_eq!(status, "200", "{body}");
    assert_eq!(
        server.post("/v1/auth/login", &json!({"username": "ada", "password": "an orange stapler"})).status,
        200
    );

    let older = project.django(
        "from django.contrib.auth.tokens import PasswordResetTokenGenerator as Generator; \
         from django.conf import settings; from django.contrib.auth.models import User; \
         generator = Generator(); generator.secret = settings.SECRET_KEY_FALLBACKS[0]; \
         print(generator.make_token(User.objects.get()))",
    );
    let older = json!({"uid": ours["uid"], "token": older});
    assert_eq!(confirm(&server, &older, "a purple stapler").0, "200");
}

#[test]
fn what_the_project_does_otherwise_stays_with_django() {
    let project = clinic();
    let with = |more: &str| {
        let settings = project.place.read("clinic/settings.py");
        project.place.write("clinic/settings.py", &format!("{settings}\n{more}\n"));
    };
    with(
        "AUTH_PASSWORD_VALIDATORS.append({'NAME': 'clinic.code.NoNames'})\n\
          AUTH_AUTH_USER_SCHEMA = 'clinic.code.Short'\nAUTH_JWT_COLOUR = 'nobodys-business'\n\
          EMAIL_BACKEND = 'django.core.mail.backends.locmem.EmailBackend'\n\
          REGISTRATION_EMAIL_CONFIRMATION_URL = 'https://clinic.example/confirm'",
    );
    project.place.write(
        "clinic/code.py",
        "from dj_ninja_auth.schema import AuthUserSchema\n\n\nclass Short(AuthUserSchema):\n    pass\n",
    );
    let urls = project.place.read("clinic/urls.py");
    let urls = urls.replace("[JWTAuth()]", "[JWTAuth(), django_auth]");
    let urls =
        urls.replace("(NinjaAuthJWTController)", "(NinjaAuthJWTController, NinjaAuthAccountController)");
    let imports = "from dj_ninja_auth.registration.controller import NinjaAuthAccountController\n\
                   from ninja.security import django_auth";
    project.place.write("clinic/urls.py", &format!("{imports}\n{urls}"));
    let imported = project.import(&[]);
    let said = imported.succeeded();
    for (what, instead) in [
        ("AUTH_PASSWORD_VALIDATORS: clinic.code.NoNames", "Django's own validators alone"),
        (
            "EMAIL_BACKEND = django.core.mail.backends.locmem.EmailBackend",
            "links for a new password are left to Django",
        ),
        (
            "AUTH_AUTH_USER_SCHEMA = clinic.code.Short",
            "Left to Django, because the code decides what they answer: me.",
        ),
        ("AUTH_JWT_COLOUR", "stays in Django"),
        ("/v1/auth/verify (", "auth=['JWTAuth', 'SessionAuth']"),
        (
            "/v1/account/ (dj_ninja_auth.registration.controller.AccountController.post_create_user)",
            "no such endpoint",
        ),
    ] {
        DjangoProject::leaves(said, what, instead);
    }
    project.configures(&[
        "login = \"/v1/auth/login\"",
        "logout = \"\"",
        "me = \"\"",
        "refresh = \"/v1/auth/refresh\"",
        "password_change = \"\"",
        "password_reset_request = \"\"",
        "password_reset_confirm = \"\"",
    ]);
    assert!(!said.contains("nobodys-business"), "{said}");
    assert!(!project.place.path("countersign.secret_key_fallback_1").exists(), "there are no links");
}
