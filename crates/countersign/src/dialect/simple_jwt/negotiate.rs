//! DRF's content negotiation: what the answer may look like.

use std::cmp::Reverse;

use bytes::Bytes;
use http::Request;
use http::header::ACCEPT;

use crate::dialect::header::joined;
use crate::dialect::media::MediaType;
use crate::dialect::simple_jwt::error::ApiError;
use crate::dialect::simple_jwt::{Endpoint, Exchange};

/// How the answer is to be written, or an error and how that is to be written.
pub(super) fn exchange(
    endpoint: Endpoint,
    request: &Request<Bytes>,
) -> Result<Exchange, (Exchange, ApiError)> {
    let plain = Exchange::of(endpoint, request.method().clone(), None);
    let only = match format_parameter(request.uri().query().unwrap_or_default()) {
        None => RENDERERS,
        Some(format) if format == "json" => &RENDERERS[..1],
        Some(format) if format == "api" => &RENDERERS[1..],
        Some(_) => return Err((plain, ApiError::NotFound)),
    };
    let Some(accept) = joined(request.headers(), &ACCEPT) else { return Ok(plain) };
    let Some(range) = accepted(&accept, only) else {
        return Err((plain, ApiError::NotAcceptable));
    };
    Ok(Exchange::of(endpoint, request.method().clone(), indent(range)))
}

fn format_parameter(query: &str) -> Option<String> {
    let last = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "format").last();
    last.map(|(_, format)| format.into_owned()).filter(|format| !format.is_empty())
}

/// The range that decides: the most specific one that some renderer satisfies, JSON before HTML.
fn accepted<'a>(header: &'a str, renderers: &[(&str, &str)]) -> Option<MediaType<'a>> {
    let bounded = match header.get(..MAX_HEADER) {
        Some(start) if header.len() > MAX_HEADER => start.rfind(',').map_or("", |comma| &start[..comma]),
        _ => header,
    };
    let tokens =
        bounded.split(',').map(str::trim).filter(|token| !token.is_empty() && token.len() <= MAX_RANGE);
    let ranked = tokens.take(MAX_RANGES).map(MediaType::parse).filter_map(|range| {
        let renderer = renderers.iter().position(|(main, sub)| range.covers(main, sub))?;
        Some(((range.precedence(), Reverse(renderer)), range))
    });
    // Of several of one rank the first.
    let best = ranked.reduce(|best, other| if other.0 > best.0 { other } else { best });
    best.map(|(_, range)| range)
}

/// `application/json; indent=4` asks for lines; more than 8 is 8, and 0 is none.
fn indent(range: MediaType<'_>) -> Option<usize> {
    let asked: i64 = range.param("indent")?.trim().parse().ok()?;
    usize::try_from(asked.clamp(0, 8)).ok().filter(|spaces| *spaces > 0)
}

/// What DRF has by default. The second is its browsable API, for which this dialect writes JSON too.
const RENDERERS: &[(&str, &str)] = &[("application", "json"), ("text", "html")];

const MAX_HEADER: usize = 8192;
const MAX_RANGE: usize = 256;
const MAX_RANGES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(accept: &str) -> Result<Option<usize>, ()> {
        accepted(accept, RENDERERS).map(indent).ok_or(())
    }

    #[test]
    fn json_html_and_ranges_over_them_are_acceptable() {
        for accept in [
            "*/*",
            "application/*",
            "application/json",
            "text/html",
            "text/plain, */*;q=0.1",
            "APPLICATION/JSON",
        ] {
            assert_eq!(outcome(accept), Ok(None), "{accept}");
        }
        for accept in ["", "text/plain", "application/xml, image/*", "json", "*"] {
            assert_eq!(outcome(accept), Err(()), "{accept}");
        }
    }

    #[test]
    fn an_indent_is_taken_from_the_range_that_decides() {
        assert_eq!(outcome("application/json; indent=4"), Ok(Some(4)));
        assert_eq!(outcome("*/*; indent=4"), Ok(Some(4)));
        assert_eq!(outcome("application/json; indent=99"), Ok(Some(8)));
        assert_eq!(outcome("application/json; indent=0"), Ok(None));
        assert_eq!(outcome("application/json; indent=x"), Ok(None));
        assert_eq!(outcome("*/*;indent=4, application/json"), Ok(None));
    }

    #[test]
    fn a_header_beyond_all_bounds_is_cut_not_parsed() {
        let flood = format!("{}application/json", "text/x,".repeat(5_000));
        assert_eq!(outcome(&flood), Err(()));
        assert_eq!(outcome(&format!("application/json,{flood}")), Ok(None));
    }
}
