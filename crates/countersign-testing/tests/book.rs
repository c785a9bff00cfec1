//! The book's pages find each other.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_link_leads_to_a_page_and_a_heading() {
    let mut broken = Vec::new();
    let pages = pages();
    assert!(pages.len() > 10, "{pages:?}");
    for page in &pages {
        let text = fs::read_to_string(page).unwrap();
        for target in links(&text).filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        {
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            if !file.exists() || !heading.is_empty() && !headings(&file).contains(heading) {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_page_of_the_book_is_in_its_table_of_contents() {
    let docs = root().join("docs");
    let contents = fs::read_to_string(docs.join("README.md")).unwrap();
    let linked: BTreeSet<&str> = links(&contents).collect();
    let chapters = pages().into_iter().filter(|page| page.parent() == Some(&docs));
    let names = chapters.map(|page| page.file_name().unwrap().to_str().unwrap().to_owned());
    let missing: Vec<_> = names.filter(|name| name != "README.md" && !linked.contains(&**name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// What people read: the pages at the top, and the book.
fn pages() -> Vec<PathBuf> {
    let in_folder = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let pages = in_folder(root()).chain(in_folder(root().join("docs")));
    pages.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// What stands in the round brackets behind square ones, outside of code.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|prose| prose.split("](").skip(1)).filter_map(|rest| rest.split(')').next())
}

/// The headings of a page as GitHub names them in addresses.
fn headings(page: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(page).unwrap();
    let titles =
        text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    titles
        .map(|title| title.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-"))
        .collect()
}
