//! What was configured before it means anything: values, and for each the place it was written at.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::problem::{Origin, Problem};

/// The keys of a table.
pub(super) type Table = BTreeMap<String, Entry>;

/// A value and where it was written.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// A value of TOML, or a text without quotes from the environment.
#[derive(Clone)]
pub(super) enum Value {
    Bool(bool),
    Date,
    Float(f64),
    Integer(i64),
    List(Vec<Entry>),
    Table(Table),
    Text(String),
    /// A text where the setting takes one, and TOML where it does not.
    Unquoted(String),
}

impl Value {
    /// The type, as a sentence names it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "a boolean",
            Self::Date => "a date",
            Self::Float(_) | Self::Integer(_) => "a number",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Text(_) | Self::Unquoted(_) => "a text",
        }
    }

    /// A value alone, from the environment.
    pub(super) fn parse(text: &str, origin: &Origin) -> Result<Self, String> {
        let value = DeValue::parse(text).map_err(|error| error.message().to_owned())?;
        Ok(Self::of(value.into_inner(), &|_| origin.clone()))
    }

    fn of(value: DeValue<'_>, origin: &dyn Fn(usize) -> Origin) -> Self {
        match value {
            DeValue::Array(list) => {
                Self::List(list.into_iter().map(|value| Entry::of(value, origin)).collect())
            }
            DeValue::Boolean(bool) => Self::Bool(bool),
            DeValue::Datetime(_) => Self::Date,
            DeValue::Float(float) => Self::Float(float.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Integer(integer) => whole(&integer).map_or(Self::Float(f64::INFINITY), Self::Integer),
            DeValue::String(text) => Self::Text(text.into_owned()),
            DeValue::Table(table) => Self::Table(entries(table, origin)),
        }
    }
}

impl Entry {
    fn of(value: Spanned<DeValue<'_>>, origin: &dyn Fn(usize) -> Origin) -> Self {
        let place = origin(value.span().start);
        Self { value: Value::of(value.into_inner(), origin), origin: place }
    }
}

/// Reads a whole document. The problem tells what is wrong with the syntax and quotes nothing of the text.
pub(super) fn parse(text: &str, source: &Origin) -> Result<Table, Problem> {
    let document = DeTable::parse(text).map_err(|error| {
        let origin = error.span().map_or_else(|| source.clone(), |span| source.at(text, span.start));
        Problem::with_source(origin, format!("this is not TOML: {}", error.message()))
    })?;
    Ok(entries(document.into_inner(), &|offset| source.at(text, offset)))
}

/// Lays `over` upon `base`: tables are merged key by key, everything else is replaced.
pub(super) fn merge(base: &mut Table, over: Table) {
    for (key, entry) in over {
        match (base.get_mut(&key), entry) {
            (Some(Entry { value: Value::Table(below), .. }), Entry { value: Value::Table(above), .. })
                if !is_reference(below) && !is_reference(&above) =>
            {
                merge(below, above);
            }
            (_, entry) => {
                base.insert(key, entry);
            }
        }
    }
}

/// Whether a table stands for a value that is written elsewhere: `{ env = "NAME" }` or `{ file = "path" }`.
pub(super) fn is_reference(table: &Table) -> bool {
    !table.is_empty() && table.keys().all(|key| matches!(key.as_str(), "env" | "file"))
}

fn entries(table: DeTable<'_>, origin: &dyn Fn(usize) -> Origin) -> Table {
    table.into_iter().map(|(key, value)| (key.into_inner().into_owned(), Entry::of(value, origin))).collect()
}

fn whole(integer: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Table {
        parse(text, &Origin::source("f.toml")).unwrap()
    }

    #[test]
    fn every_value_knows_its_line() {
        let tree = tree("a = 1\n\n[b]\nc = [\n  \"x\",\n]\n");
        assert_eq!(tree["a"].origin.to_string(), "f.toml, line 1");
        let Value::Table(b) = &tree["b"].value else { panic!("b is a table") };
        assert_eq!(b["c"].origin.to_string(), "f.toml, line 4");
        let Value::List(list) = &b["c"].value else { panic!("c is a list") };
        assert_eq!(list[0].origin.to_string(), "f.toml, line 5");
    }

    #[test]
    fn numbers_beyond_64_bits_are_no_integers() {
        let tree = tree("a = 0x10\nb = 99999999999999999999\n");
        assert!(matches!(tree["a"].value, Value::Integer(16)));
        assert!(matches!(tree["b"].value, Value::Float(float) if float.is_infinite()));
    }

    #[test]
    fn tables_are_merged_and_references_replaced() {
        let mut base = tree("k = { env = 'A' }\n[s]\na = 1\nb = 2\n");
        merge(&mut base, tree("k = { file = 'B' }\n[s]\nb = 3\n[t]\n"));
        let Value::Table(k) = &base["k"].value else { panic!("k is a table") };
        assert_eq!(k.keys().collect::<Vec<_>>(), ["file"]);
        let Value::Table(s) = &base["s"].value else { panic!("s is a table") };
        assert!(matches!((&s["a"].value, &s["b"].value), (Value::Integer(1), Value::Integer(3))));
        assert!(base.contains_key("t"));
    }

    #[test]
    fn a_fault_of_syntax_names_its_line_and_quotes_nothing() {
        for text in [
            "a = 1\nsecret_key = hunter2hunter2\n",
            "a = 1\nsecret_key = \"hunter2\n",
            "a = 1\nsecret_key = 'hunter2' hunter2\n",
            "a = 1\nhunter2\n",
            "hunter2 = 1\nhunter2 = 2\n",
            "a = 1\nsecret_key = \"\\hunter2\"\n",
        ] {
            let problem =
                super::super::ConfigError::from(parse(text, &Origin::source("f.toml")).err().unwrap());
            let problem = problem.to_string();
            assert!(problem.starts_with("f.toml, line 2: this is not TOML: "), "{problem}");
            assert!(!problem.contains("hunter2"), "{problem}");
        }
    }
}
