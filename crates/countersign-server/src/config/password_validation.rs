//! `password_validators` and `[password_validation]`: what a new password must be like.

use std::io::Read;
use std::path::Path;

use countersign::password::validation::{
    CommonPasswords, MinimumLength, NumericPassword, PasswordValidators, UserAttributeSimilarity,
};
use flate2::read::GzDecoder;

use super::reference::Surroundings;
use super::section::{Reported, Section};
use super::setting::{Fault, Setting};
use super::tree::Value;

/// `password_validators`: Django's `AUTH_PASSWORD_VALIDATORS`. Their options stand in `[password_validation]`.
///
/// DIFFERENCE: the default is what `startproject` writes, and not what Django does where nothing is written: nothing.
pub(super) fn validators(settings: &mut Section<'_>) -> Result<PasswordValidators, Reported> {
    let mut listed = Rule::ALL.to_vec();
    settings.set("password_validators", &mut listed);
    let options = settings.section("password_validation", Options::read)?;
    Ok(listed.iter().fold(PasswordValidators::new(), |validators, rule| match rule {
        Rule::CommonPassword => validators.with(options.common.clone()),
        Rule::MinimumLength => validators.with(options.length),
        Rule::NumericPassword => validators.with(NumericPassword),
        Rule::UserAttributeSimilarity => validators.with(options.similarity.clone()),
    }))
}

/// The `OPTIONS` of Django's validators.
struct Options {
    common: CommonPasswords,
    length: MinimumLength,
    similarity: UserAttributeSimilarity,
}

impl Options {
    fn read(settings: &mut Section<'_>) -> Result<Self, Reported> {
        let mut length = MinimumLength::default();
        settings.set_as("min_length", &mut length.min_length, |Count(count)| count);
        let mut common = CommonPasswords::djangos();
        settings.set("password_list_path", &mut common);
        let attributes = settings.optional::<Vec<String>>("user_attributes");
        let share = settings.optional::<Share>("max_similarity");
        let similarity = match (attributes?, share?) {
            (None, None) => UserAttributeSimilarity::default(),
            (attributes, share) => {
                let attributes = attributes
                    .unwrap_or_else(|| UserAttributeSimilarity::default().user_attributes().to_vec());
                let Share(share) = share.unwrap_or(Share(0.7));
                UserAttributeSimilarity::new(attributes, share).map_err(|_| {
                    let place = settings.place_of("max_similarity");
                    settings.problem(&place, "takes a share of at least 0.1, as in 0.7")
                })?
            }
        };
        Ok(Self { common, length, similarity })
    }
}

/// Django's validators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    CommonPassword,
    MinimumLength,
    NumericPassword,
    UserAttributeSimilarity,
}

impl Rule {
    /// Those of a new project, in its order.
    const ALL: [Self; 4] =
        [Self::UserAttributeSimilarity, Self::MinimumLength, Self::CommonPassword, Self::NumericPassword];

    const fn names(self) -> [&'static str; 2] {
        match self {
            Self::CommonPassword => ["common_password", "CommonPasswordValidator"],
            Self::MinimumLength => ["minimum_length", "MinimumLengthValidator"],
            Self::NumericPassword => ["numeric_password", "NumericPasswordValidator"],
            Self::UserAttributeSimilarity => {
                ["user_attribute_similarity", "UserAttributeSimilarityValidator"]
            }
        }
    }
}

impl Setting for Rule {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let name = String::read(value, around)?;
        let class = name.strip_prefix("django.contrib.auth.password_validation.");
        let is_named = |rule: &Self| {
            let [short, djangos] = rule.names();
            name == short || class == Some(djangos)
        };
        Self::ALL.into_iter().find(is_named).ok_or_else(|| {
            "takes the names of Django's validators: \"user_attribute_similarity\", \"minimum_length\", \
             \"common_password\" or \"numeric_password\", or Django's paths of them, as in \
             \"django.contrib.auth.password_validation.MinimumLengthValidator\""
                .into()
        })
    }
}

/// A list in a file, which may be compressed as Django's own is.
impl Setting for CommonPasswords {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let path = around.folder.join(String::read(value, around)?);
        let list = list(&path).map_err(|error| {
            Fault::from(format!(
                "names the file {}, which cannot be read: {error}; name a list with a password a line, as UTF-8 \
                 text or compressed with gzip",
                path.display()
            ))
        })?;
        Ok(Self::listed(&list))
    }
}

fn list(path: &Path) -> std::io::Result<String> {
    let bytes = std::fs::read(path)?;
    if !bytes.starts_with(GZIP) {
        return String::from_utf8(bytes).map_err(std::io::Error::other);
    }
    let mut text = String::new();
    GzDecoder::new(&*bytes).read_to_string(&mut text)?;
    Ok(text)
}

/// A whole number, zero too.
struct Count(u32);

impl Setting for Count {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let value = value.into_typed(around)?;
        let Value::Integer(number) = value else { return Err(value.is_not("a whole number")) };
        u32::try_from(number).map(Self).map_err(|_| "takes a whole number from 0 on".into())
    }
}

/// A share of a whole.
struct Share(f64);

impl Setting for Share {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        match value.into_typed(around)? {
            Value::Float(share) => Ok(Self(share)),
            Value::Integer(whole) => {
                i32::try_from(whole).map(|whole| Self(whole.into())).map_err(|_| "takes a share".into())
            }
            other => Err(other.is_not("a share, as in 0.7")),
        }
    }
}

const GZIP: &[u8] = &[0x1f, 0x8b];

#[cfg(test)]
mod tests {
    use std::io::Write;

    use countersign::secret::Password;
    use flate2::write::GzEncoder;

    use super::super::Config;
    use super::super::testing::{fault, read, read_with};

    fn codes(config: &Config, password: &str) -> Vec<String> {
        let issues = config.password_validators.validate(&Password::new(password), None).err();
        issues.into_iter().flatten().map(|issue| issue.code().to_owned()).collect()
    }

    #[test]
    fn a_new_projects_validators_are_the_default() {
        // DIFFERENCE: Django's own default is none.
        let config = read("");
        assert_eq!(
            codes(&config, "12345"),
            ["password_too_short", "password_too_common", "password_entirely_numeric"]
        );
        assert!(codes(&config, "a violet stapler").is_empty());
    }

    #[test]
    fn validators_are_listed_by_name_or_by_djangos_path_and_have_options() {
        let config = read(
            "password_validators = ['numeric_password', \
             'django.contrib.auth.password_validation.MinimumLengthValidator']\n\
             [password_validation]\nmin_length = 20\nmax_similarity = 1\nuser_attributes = ['nick']",
        );
        assert_eq!(codes(&config, "12345"), ["password_entirely_numeric", "password_too_short"]);
        assert!(codes(&read("password_validators = []"), "").is_empty());
        let config = read_with("", [("COUNTERSIGN__PASSWORD_VALIDATORS", "minimum_length")]);
        assert_eq!(codes(&config, "1234567"), ["password_too_short"]);
    }

    #[test]
    fn a_list_of_ones_own_may_be_compressed() {
        let folder = tempfile::tempdir().unwrap();
        let mut compressed = GzEncoder::new(Vec::new(), flate2::Compression::default());
        compressed.write_all(b"open sesame\n").unwrap();
        std::fs::write(folder.path().join("list.gz"), compressed.finish().unwrap()).unwrap();
        std::fs::write(folder.path().join("list.txt"), "open sesame").unwrap();
        for name in ["list.gz", "list.txt"] {
            let path = folder.path().join(name);
            let config = read(&format!(
                "password_validators = ['common_password']\n[password_validation]\npassword_list_path = '{}'",
                path.display()
            ));
            assert_eq!(codes(&config, "Open Sesame"), ["password_too_common"]);
            assert!(codes(&config, "password").is_empty());
        }
    }

    #[test]
    fn what_cannot_be_is_told() {
        assert!(fault("password_validators = ['zxcvbn']").contains("takes the names of Django's validators"));
        assert!(fault("[password_validation]\nmin_length = -1").contains("takes a whole number from 0 on"));
        assert!(fault("[password_validation]\nmax_similarity = 0.05").contains("a share of at least 0.1"));
        assert!(
            fault("[password_validation]\npassword_list_path = '/none'").contains("which cannot be read")
        );
    }
}
