//! Pages: `?limit=1..100` and an opaque cursor that survives inserts, because it names the last one seen. It belongs
//! to the list it was made for: in another event's list, or another tenant's, it is none of ours.

use std::fmt::Display;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use domain::Problem;
use lambda_http::{Request, RequestExt};
use sha2::{Digest, Sha256};

use crate::caller;

const DEFAULT_LIMIT: u32 = 25;
const MAX_LIMIT: u32 = 100;

/// Bytes of a list's mark. Whoever guesses one gains nothing: a cursor only says where to begin.
const MARK_BYTES: usize = 6;

/// Which page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<T> {
    /// How many at most.
    pub limit: u32,
    /// After which one.
    pub after: Option<T>,
    list: [u8; MARK_BYTES],
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
        let list = mark_of(request);
        let after = query_text(request, "cursor")
            .map(|cursor| read_cursor(cursor, list))
            .transpose()?;
        Ok(Self { limit, after, list })
    }

    /// The cursor of the page after this one.
    pub fn cursor_after(&self, last: &impl Display) -> String {
        let mut bytes = self.list.to_vec();
        bytes.extend_from_slice(last.to_string().as_bytes());
        BASE64URL_NOPAD.encode(&bytes)
    }
}

/// Marks the list: its address, and the tenant where it is one's own.
fn mark_of(request: &Request) -> [u8; MARK_BYTES] {
    let tenant = caller::tenant(request).map(|tenant| tenant.to_string());
    let list = format!("{} {}", request.uri().path(), tenant.unwrap_or_default());
    let digest: [u8; 32] = Sha256::digest(list.as_bytes()).into();
    std::array::from_fn(|index| digest[index])
}

/// A parameter of the query string.
pub fn query_text<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.query_string_parameters_ref()?.first(name)
}

fn read_cursor<T: FromStr>(cursor: &str, list: [u8; MARK_BYTES]) -> Result<T, Problem> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok();
    bytes
        .as_deref()
        .and_then(|bytes| bytes.strip_prefix(&list))
        .and_then(|last| std::str::from_utf8(last).ok())
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            Problem::InvalidRequest("`cursor` is not one of ours; begin again without it.".to_owned())
        })
}

#[cfg(test)]
mod tests {
    use domain::PhotoId;
    use lambda_http::Body;
    use lambda_http::http;

    use super::*;

    fn page(query: &str) -> Result<Page<PhotoId>, Problem> {
        page_of("/api/v1/events/one/photos", query)
    }

    fn page_of(path: &str, query: &str) -> Result<Page<PhotoId>, Problem> {
        let pairs: std::collections::HashMap<String, Vec<String>> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), vec![value.to_owned()]))
            .collect();
        let request = http::Request::builder().uri(path).body(Body::Empty).unwrap();
        Page::of(&request.with_query_string_parameters(pairs))
    }

    #[test]
    fn a_cursor_comes_back_as_what_it_was_made_of() {
        let photo = "photo_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse::<PhotoId>().unwrap();
        let first = page("").unwrap();
        assert_eq!((first.limit, first.after), (25, None));
        let cursor = first.cursor_after(&photo);
        let next = page(&format!("limit=100&cursor={cursor}")).unwrap();
        assert_eq!((next.limit, next.after), (100, Some(photo)));
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let photo = "photo_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse::<PhotoId>().unwrap();
        let cursor = page("").unwrap().cursor_after(&photo);
        let elsewhere = page_of("/api/v1/events/two/photos", &format!("cursor={cursor}"));
        assert!(matches!(elsewhere, Err(Problem::InvalidRequest(_))));
    }

    #[test]
    fn a_wrong_limit_or_cursor_is_refused() {
        for query in [
            "limit=0",
            "limit=101",
            "limit=x",
            "limit=",
            "cursor=",
            "cursor=%%",
            "cursor=aGFsbG8",
        ] {
            assert!(page(query).is_err(), "{query}");
        }
    }
}
