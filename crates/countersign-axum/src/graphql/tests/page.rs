//! GraphiQL comes from here, all of it.

use std::io::Read;

use super::*;
use crate::graphql::graphiql::{FILES, page};

#[tokio::test]
async fn a_browser_gets_a_page_whose_files_are_here() {
    let house = house();
    let shown = house.get("/graphql/", &[("accept", "text/html,*/*;q=0.8")]).await;
    assert_eq!(
        (shown.status, shown.header("content-type")),
        (StatusCode::OK, Some("text/html; charset=utf-8"))
    );
    let policy = shown.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe-eval") && !policy.contains("http"), "{policy}");
    assert_eq!(shown.header("x-content-type-options"), Some("nosniff"));
    let references: Vec<_> = shown.text().split('"').filter(|text| text.starts_with("./graphiql/")).collect();
    assert_eq!(references.len(), FILES.len());
    for reference in references {
        let file = house.get(&format!("/graphql/{}", &reference[2..]), &[]).await;
        assert_eq!(file.status, StatusCode::OK, "{reference}");
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        assert!(file.header("cache-control").unwrap().contains("max-age"));
        let tag = file.header("etag").unwrap();
        let again = house.get(&format!("/graphql/{}", &reference[2..]), &[("if-none-match", tag)]).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    }
    for other in ["/graphql/graphiql/../graphiql.rs", "/graphql/graphiql/LICENSE-react", "/graphql/graphiql/"]
    {
        assert_eq!(house.get(other, &[]).await.status, StatusCode::NOT_FOUND, "{other}");
    }
    let query = house.get("/graphql/?query=%7Bme%7Bid%7D%7D", &[("accept", "text/html")]).await;
    assert_eq!(query.text(), r#"{"data":{"me":null}}"#);
}

#[test]
fn the_page_finds_its_files_wherever_it_is() {
    for (path, files) in [
        ("/graphql/", "./graphiql/"),
        ("/graphql", "./graphql/graphiql/"),
        ("/a/b", "./b/graphiql/"),
        ("/", "./graphiql/"),
        ("/x\"><b", "./x%22%3E%3Cb/graphiql/"),
    ] {
        let page = page(path, &GraphqlJwt::default());
        assert!(page.contains(&format!("src=\"{files}react.js\"")), "{path}: {page}");
    }
    let dialect = GraphqlJwt::default().header_prefix("a\"><b");
    assert!(page("/", &dialect).contains(r#"data-prefix="a&quot;>&lt;b""#));
}

/// Every URL there is in what is served is a name in an XML document or a text to read: nothing that is fetched.
#[test]
fn nothing_is_fetched_from_elsewhere() {
    let known = [
        "http://www.w3.org/",
        "https://codemirror.net/5/doc/manual.html",
        "https://commonmark.org/",
        "https://en.wikipedia.org/wiki/IEEE_floating_point",
        "https://github.com/graphql/graphiql",
        "https://github.com/jonschlinkert",
        "https://radix-ui.com/primitives/docs/",
        "https://reactjs.org/docs/error-decoder.html",
    ];
    for file in &FILES {
        let mut text = String::new();
        if file.compressed {
            flate2::read::GzDecoder::new(file.bytes).read_to_string(&mut text).unwrap();
        } else {
            text = String::from_utf8(file.bytes.to_vec()).unwrap();
        }
        for (at, _) in text.match_indices("://") {
            let start =
                text[..at].rfind(|char: char| !char.is_ascii_alphabetic()).map_or(0, |before| before + 1);
            let url: String =
                text[start..].chars().take_while(|char| !"\"'` )\\,;<>".contains(*char)).collect();
            let is_a_word = matches!(&*url, "http://" | "https://" | "://" | "mailto://");
            assert!(is_a_word || known.iter().any(|known| url.starts_with(known)), "{}: {url}", file.name);
        }
        if ["graphiql.css", "page.css"].contains(&file.name) {
            assert!(!text.contains("@import") && !text.contains("@font-face"), "{}", file.name);
            assert!(
                text.match_indices("url(").all(|(at, _)| text[at + 4..].starts_with("\"data:")),
                "{}",
                file.name
            );
        }
        assert!(!text.contains("sourceMappingURL"), "{}", file.name);
    }
    let page = page("/graphql/", &GraphqlJwt::default());
    assert!(!page.contains("//") && !page.contains("http"), "{page}");
    assert!(!page.contains("<script>") && !page.contains("<style"), "the policy forbids them");
}
