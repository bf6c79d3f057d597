//! Pages: `?limit=1..100` and an opaque cursor, which names the last entry seen and so survives inserts. A cursor belongs
//! to one list: another event's list, or another tenant's, refuses it.

use std::fmt::Display;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use domain::Problem;
use lambda_http::{Request, RequestExt};
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use crate::caller;

const DEFAULT_LIMIT: u32 = 25;
const MAX_LIMIT: u32 = 100;

/// Bytes of a list's fingerprint. Guessing one gains nothing: a cursor only says where to begin.
const FINGERPRINT_BYTES: usize = 6;

/// The query of a list that is read page by page.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // documents what `Page::of` reads
pub(crate) struct PageQuery {
    /// 1 to 100; 25 by default
    #[param(required = false)]
    limit: String,
    /// `meta.next_cursor` of the page before
    #[param(required = false)]
    cursor: String,
}

/// The page that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page<T> {
    limit: u32,
    /// The last entry of the page before.
    pub(crate) after: Option<T>,
    list: [u8; FINGERPRINT_BYTES],
}

impl<T: FromStr> Page<T> {
    /// Reads the query string.
    ///
    /// # Errors
    /// A limit out of range, or a cursor of another list.
    pub(crate) fn of(request: &Request) -> Result<Self, Problem> {
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
        let list = fingerprint(request);
        let after = query_text(request, "cursor")
            .map(|cursor| read_cursor(cursor, list))
            .transpose()?;
        Ok(Self { limit, after, list })
    }

    /// How many entries to read: one more than the page holds tells whether another page follows.
    pub(crate) const fn to_read(&self) -> u32 {
        self.limit + 1
    }

    /// Cuts what was read down to the page. Returns the cursor of the next page, if one follows.
    pub(crate) fn cut<I, D: Display>(&self, entries: &mut Vec<I>, id: impl Fn(&I) -> D) -> Option<String> {
        let limit = self.limit as usize;
        let more = entries.len() > limit;
        entries.truncate(limit);
        entries
            .last()
            .filter(|_| more)
            .map(|last| self.cursor_after(&id(last)))
    }

    fn cursor_after(&self, last: &impl Display) -> String {
        let mut bytes = self.list.to_vec();
        bytes.extend_from_slice(last.to_string().as_bytes());
        BASE64URL_NOPAD.encode(&bytes)
    }
}

/// What tells a list from others: its address and the tenant.
fn fingerprint(request: &Request) -> [u8; FINGERPRINT_BYTES] {
    let tenant = caller::tenant(request).map(|tenant| tenant.to_string());
    let list = format!("{} {}", request.uri().path(), tenant.unwrap_or_default());
    let digest: [u8; 32] = Sha256::digest(list.as_bytes()).into();
    std::array::from_fn(|index| digest[index])
}

/// A parameter of the query string.
pub(crate) fn query_text<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.query_string_parameters_ref()?.first(name)
}

fn read_cursor<T: FromStr>(cursor: &str, list: [u8; FINGERPRINT_BYTES]) -> Result<T, Problem> {
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
    fn a_page_has_a_cursor_only_where_another_page_follows() {
        let page = page("limit=2").unwrap();
        assert_eq!(page.to_read(), 3);
        let mut entries = vec!["a", "b", "c"];
        assert_eq!(
            page.cut(&mut entries, |entry| *entry),
            Some(page.cursor_after(&"b"))
        );
        assert_eq!(entries, ["a", "b"]);
        assert_eq!(page.cut(&mut entries, |entry| *entry), None);
    }

    #[test]
    fn a_cursor_names_the_last_entry_seen() {
        let photo = "photo_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse::<PhotoId>().unwrap();
        let first = page("").unwrap();
        assert_eq!((first.limit, first.after), (25, None));
        let cursor = first.cursor_after(&photo);
        let next = page(&format!("limit=100&cursor={cursor}")).unwrap();
        assert_eq!((next.limit, next.after), (100, Some(photo)));
    }

    #[test]
    fn a_list_refuses_the_cursor_of_another_list() {
        let photo = "photo_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse::<PhotoId>().unwrap();
        let cursor = page("").unwrap().cursor_after(&photo);
        let elsewhere = page_of("/api/v1/events/two/photos", &format!("cursor={cursor}"));
        assert!(matches!(elsewhere, Err(Problem::InvalidRequest(_))));
    }

    #[test]
    fn a_list_refuses_a_wrong_limit_or_cursor() {
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
