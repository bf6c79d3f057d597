//! Pages: `?limit=1..100` and an opaque cursor that survives inserts, because it names the last one seen.

use std::fmt::Display;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use domain::Problem;
use lambda_http::{Request, RequestExt};

const DEFAULT_LIMIT: u32 = 25;
const MAX_LIMIT: u32 = 100;

/// Which page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<T> {
    /// How many at most.
    pub limit: u32,
    /// After which one.
    pub after: Option<T>,
}

impl<T: FromStr> Page<T> {
    /// Reads the query string.
    ///
    /// # Errors
    /// A limit out of range, or a cursor that we did not make.
    pub fn of(request: &Request) -> Result<Self, Problem> {
        let limit = match query_text(request, "limit") {
            None => DEFAULT_LIMIT,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=MAX_LIMIT).contains(limit))
                .ok_or_else(|| {
                    Problem::InvalidRequest(format!("`limit` must be a whole number from 1 to {MAX_LIMIT}."))
                })?,
        };
        let after = query_text(request, "cursor").map(read_cursor).transpose()?;
        Ok(Self { limit, after })
    }
}

/// A parameter of the query string.
pub fn query_text<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.query_string_parameters_ref()?.first(name)
}

fn read_cursor<T: FromStr>(cursor: &str) -> Result<T, Problem> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            Problem::InvalidRequest("`cursor` is not one of ours; begin again without it.".to_owned())
        })
}

/// The cursor of the page after this one.
pub fn cursor_of(last: &impl Display) -> String {
    BASE64URL_NOPAD.encode(last.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use domain::PhotoId;
    use lambda_http::Body;
    use lambda_http::http;

    use super::*;

    fn page(query: &str) -> Result<Page<PhotoId>, Problem> {
        let pairs: std::collections::HashMap<String, Vec<String>> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), vec![value.to_owned()]))
            .collect();
        let request = http::Request::new(Body::Empty).with_query_string_parameters(pairs);
        Page::of(&request)
    }

    #[test]
    fn a_cursor_comes_back_as_what_it_was_made_of() {
        let photo = "photo_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse::<PhotoId>().unwrap();
        let asked = page(&format!("limit=100&cursor={}", cursor_of(&photo))).unwrap();
        assert_eq!(
            asked,
            Page {
                limit: 100,
                after: Some(photo)
            }
        );
        assert_eq!(
            page("").unwrap(),
            Page {
                limit: 25,
                after: None
            }
        );
    }

    #[test]
    fn a_wrong_limit_or_cursor_is_refused() {
        for query in ["limit=0", "limit=101", "limit=x", "cursor=%%", "cursor=aGFsbG8"] {
            assert!(page(query).is_err(), "{query}");
        }
    }
}
