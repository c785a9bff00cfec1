//! Reading a body as DRF's parsers do: JSON, urlencoded, multipart.

use std::borrow::Cow;
use std::convert::Infallible;

use bytes::Bytes;
use encoding_rs::Encoding;
use futures_util::{FutureExt, stream};
use http::Request;
use http::header::CONTENT_TYPE;
use multer::Multipart;
use percent_encoding::percent_decode;
use serde_json::value::RawValue;

use crate::dialect::header::joined;
use crate::dialect::media::MediaType;
use crate::dialect::members::{self, Members};
use crate::dialect::simple_jwt::error::ApiError;
use crate::dialect::simple_jwt::fields::{Data, FieldInput};

/// Reads the body with the parser that its content type selects.
pub(super) fn data(request: &Request<Bytes>) -> Result<Data<'_>, ApiError> {
    if request.body().is_empty() {
        return Ok(Data::Fields(Vec::new()));
    }
    let content_type = joined(request.headers(), &CONTENT_TYPE).unwrap_or_default();
    let media = MediaType::parse(&content_type);
    let charset = charset(media);
    if content_type.len() > MAX_MEDIA_TYPE {
        Err(ApiError::UnsupportedMediaType(content_type.into_owned()))
    } else if media.covers("application", "json") {
        match charset.decode_without_bom_handling_and_without_replacement(request.body()) {
            Some(Cow::Borrowed(text)) => json(text),
            Some(Cow::Owned(text)) => json(&text).map(Data::into_owned),
            None => Err(ApiError::Parse("JSON parse error - the body is not text in its charset".into())),
        }
    } else if media.covers("application", "x-www-form-urlencoded") {
        Ok(urlencoded(request.body(), charset))
    } else if media.covers("multipart", "form-data") {
        multipart(request.body(), media, charset)
    } else {
        Err(ApiError::UnsupportedMediaType(content_type.into_owned()))
    }
}

/// The charset that is named, where it is known; UTF-8 else.
fn charset(media: MediaType<'_>) -> &'static Encoding {
    let named = media.param("charset").and_then(|label| Encoding::for_label(label.as_bytes()));
    named.unwrap_or(encoding_rs::UTF_8)
}

/// What is escaped is escaped in the charset; bytes that are none of it are replaced.
fn urlencoded(body: &Bytes, charset: &'static Encoding) -> Data<'static> {
    let unescaped = |part: &[u8]| {
        let spaced: Vec<u8> = part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        let bytes: Cow<'_, [u8]> = percent_decode(&spaced).into();
        charset.decode_without_bom_handling(&bytes).0.into_owned()
    };
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let fields = pairs.map(|pair| {
        let end = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let value = pair.get(end + 1..).unwrap_or_default();
        (unescaped(&pair[..end]).into(), FieldInput::Text(unescaped(value).into()))
    });
    Data::Fields(fields.collect())
}

fn json(text: &str) -> Result<Data<'_>, ApiError> {
    let malformed = |error: serde_json::Error| ApiError::Parse(format!("JSON parse error - {error}"));
    if members::are_in(text) {
        let Members(members) = serde_json::from_str(text).map_err(malformed)?;
        let inputs = members.into_iter().map(|(name, value)| (name, FieldInput::from_json(value.get())));
        return Ok(Data::Fields(inputs.collect()));
    }
    let value: &RawValue = serde_json::from_str(text).map_err(malformed)?;
    Ok(match value.get().as_bytes()[0] {
        b'[' => Data::NotAnObject("list"),
        b'"' => Data::NotAnObject("str"),
        b't' | b'f' => Data::NotAnObject("bool"),
        b'n' => Data::Null,
        _ if value.get().contains(['.', 'e', 'E']) => Data::NotAnObject("float"),
        _ => Data::NotAnObject("int"),
    })
}

/// As lenient as Django: what is broken ends the form, and what came before it counts.
fn multipart(
    body: &Bytes,
    media: MediaType<'_>,
    charset: &'static Encoding,
) -> Result<Data<'static>, ApiError> {
    let boundary = media.param("boundary").filter(|boundary| !boundary.is_empty() && boundary.len() <= 200);
    let Some(boundary) = boundary.as_deref() else {
        return Err(ApiError::Parse(
            "Multipart form parse error - Invalid boundary in multipart: None".into(),
        ));
    };
    // An end of our own behind the body: a form that was cut off is read as far as it goes, and behind a form
    // that has its end nothing is read.
    let end = Bytes::from(format!("\r\n--{boundary}--\r\n"));
    let whole = stream::iter([body.clone(), end].map(Ok::<_, Infallible>));
    let mut form = Multipart::new(whole, boundary);
    let mut fields = Vec::new();
    // The stream is there already, so no step of the parser ever waits.
    while let Some(Ok(Some(part))) = form.next_field().now_or_never() {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let is_file = part.file_name().is_some_and(|name| !name.is_empty());
        let Some(Ok(bytes)) = part.bytes().now_or_never() else { break };
        let input = if is_file {
            FieldInput::Other
        } else {
            FieldInput::Text(charset.decode_without_bom_handling(&bytes).0.into_owned().into())
        };
        fields.push((name.into(), input));
    }
    Ok(Data::Fields(fields))
}

const MAX_MEDIA_TYPE: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, body: &str) -> Result<Data<'static>, ApiError> {
        let request = Request::post("/").header(CONTENT_TYPE, content_type);
        data(&request.body(Bytes::copy_from_slice(body.as_bytes())).unwrap()).map(Data::into_owned)
    }

    fn fields<const N: usize>(fields: [(&'static str, FieldInput<'static>); N]) -> Data<'static> {
        Data::Fields(fields.map(|(name, value)| (name.into(), value)).into())
    }

    fn text(text: &'static str) -> FieldInput<'static> {
        FieldInput::Text(text.into())
    }

    #[test]
    fn each_content_type_has_its_parser() {
        let expected = || Ok(fields([("a", text("1 2")), ("b", text("ü"))]));
        assert_eq!(read("application/json", r#"{"a":"1 2","b":"\u00fc"}"#), expected());
        assert_eq!(read("*/*; charset=utf-8", r#"{"a":"1 2","b":"ü"}"#), expected());
        assert_eq!(read("application/x-www-form-urlencoded", "a=1+2&b=%C3%BC"), expected());
        let form = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1 2\r\n\
                    --x\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\nü\r\n--x--\r\n";
        assert_eq!(read("multipart/form-data; boundary=x", form), expected());
        let other = Err(ApiError::UnsupportedMediaType("text/plain".into()));
        assert_eq!(read("text/plain", "a=1"), other);
    }

    #[test]
    fn an_empty_body_is_an_empty_object_whatever_it_claims_to_be() {
        for content_type in ["application/json", "multipart/form-data", "text/plain"] {
            assert_eq!(read(content_type, ""), Ok(fields([])), "{content_type}");
        }
    }

    #[test]
    fn a_broken_form_counts_as_far_as_it_goes() {
        for body in ["--x--\r\n", "rubbish", "--x\r\n", "--y--"] {
            assert_eq!(read("multipart/form-data; boundary=x", body), Ok(fields([])), "{body:?}");
        }
        assert!(matches!(read("multipart/form-data", "rubbish"), Err(ApiError::Parse(_))));
    }

    #[test]
    fn a_form_that_was_cut_off_keeps_its_last_field() {
        let cut = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
        assert_eq!(read("multipart/form-data; boundary=x", cut), Ok(fields([("a", text("1\r\n"))])));
    }

    #[test]
    fn a_file_is_not_a_string() {
        let form = "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\n1\r\n--x--\r\n";
        assert_eq!(read("multipart/form-data; boundary=x", form), Ok(fields([("a", FieldInput::Other)])));
    }

    #[test]
    fn json_that_is_no_object_is_named_as_python_does() {
        for (body, name) in
            [("[]", "list"), ("\"x\"", "str"), ("1", "int"), ("-1.5", "float"), ("true", "bool")]
        {
            assert_eq!(read("application/json", body), Ok(Data::NotAnObject(name)), "{body}");
        }
        assert_eq!(read("application/json", " null "), Ok(Data::Null));
        for body in ["{", "{'a':1}", "NaN", "{\"a\":NaN}", "{} {}"] {
            assert!(matches!(read("application/json", body), Err(ApiError::Parse(_))), "{body}");
        }
    }

    #[test]
    fn a_body_is_read_in_its_charset() {
        let request = |body: &'static [u8]| {
            let request = Request::post("/").header(CONTENT_TYPE, "application/json; charset=iso-8859-1");
            data(&request.body(Bytes::from_static(body)).unwrap()).map(Data::into_owned)
        };
        assert_eq!(request(b"{\"a\":\"\xfc\"}"), Ok(fields([("a", text("ü"))])));
        let form =
            Request::post("/").header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=iso-8859-1");
        let form = form.body(Bytes::from_static(b"a=caf%E9+%e9&b&=&&c=1=2")).unwrap();
        let empty = || ("b", text(""));
        assert_eq!(
            data(&form),
            Ok(fields([("a", text("café é")), empty(), ("", text("")), ("c", text("1=2"))]))
        );
        let utf8 = Request::post("/").header(CONTENT_TYPE, "application/json");
        let utf8 = utf8.body(Bytes::from_static(b"{\"a\":\"\xfc\"}")).unwrap();
        assert!(matches!(data(&utf8), Err(ApiError::Parse(_))));
    }
}
