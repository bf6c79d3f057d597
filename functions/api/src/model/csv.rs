//! CSV (RFC 4180, UTF-8) of a list, for spreadsheets.

use domain::Problem;
use lambda_http::http::header::ACCEPT;
use lambda_http::{Request, RequestExt};

use crate::Answer;
use crate::response::csv;

const CSV: &str = "text/csv";

/// Whether the caller asks for CSV rather than JSON: the one with the greater weight, and at equal weight the one that is
/// named first.
pub(crate) fn prefers_csv(request: &Request) -> bool {
    let accepted = request.headers().get_all(ACCEPT).iter();
    let ranges = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let mut best = (0.0, false);
    for range in ranges {
        let (kind, parameters) = range.split_once(';').unwrap_or((range, ""));
        let weight = parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.trim().split_once('=')?;
            name.eq_ignore_ascii_case("q")
                .then(|| value.trim().parse().ok())?
        });
        let (kind, weight) = (kind.trim(), weight.unwrap_or(1.0));
        let is_csv = kind.eq_ignore_ascii_case(CSV);
        if weight > best.0 && (is_csv || kind.eq_ignore_ascii_case("application/json") || kind == "*/*") {
            best = (weight, is_csv);
        }
    }
    best.1
}

/// A page as CSV: a line of names, and a line for each row. `Link` names the next page.
///
/// # Errors
/// None that a caller can cause.
pub(crate) fn csv_page<const N: usize>(
    request: &Request,
    columns: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
    next_cursor: Option<String>,
) -> Result<Answer, Problem> {
    let mut lines = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let write = || -> Result<(), ::csv::Error> {
        lines.write_record(columns)?;
        for row in rows {
            lines.write_record(row.map(harmless))?;
        }
        lines.flush().map_err(Into::into)
    };
    write().map_err(|_| Problem::Internal)?;
    let bytes = lines.into_inner().map_err(|_| Problem::Internal)?;
    let text = String::from_utf8(bytes).map_err(|_| Problem::Internal)?;
    Ok(csv(text, next_cursor.map(|cursor| next_page(request, &cursor))))
}

/// A spreadsheet takes a text that begins like this for a formula, and carries it out.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}

/// The address of the same list after a cursor.
fn next_page(request: &Request, cursor: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(asked) = request.query_string_parameters_ref() {
        query.extend_pairs(asked.iter().filter(|(name, _)| *name != "cursor"));
    }
    query.append_pair("cursor", cursor);
    format!("{}?{}", request.uri().path(), query.finish())
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use lambda_http::http;

    use super::*;

    fn accepts(accept: &str) -> bool {
        let request = http::Request::builder().header(ACCEPT, accept);
        prefers_csv(&request.body(Body::Empty).unwrap())
    }

    #[test]
    fn csv_is_for_callers_who_prefer_it() {
        for accept in [
            "text/csv",
            "text/csv, */*;q=0.1",
            "application/json;q=0.5, Text/CSV; q=0.8",
        ] {
            assert!(accepts(accept), "{accept}");
        }
        for accept in [
            "",
            "*/*",
            "application/json",
            "application/json, text/csv",
            "text/csv;q=0",
            "text/html",
        ] {
            assert!(!accepts(accept), "{accept}");
        }
    }

    #[test]
    fn a_cell_is_never_a_formula_and_a_line_never_breaks() {
        let request = http::Request::builder().uri("/api/v1/list?month=2026-10");
        let request = request.body(Body::Empty).unwrap();
        let request = request.with_query_string_parameters(std::collections::HashMap::from([
            ("month".to_owned(), vec!["2026-10".to_owned()]),
            ("cursor".to_owned(), vec!["old".to_owned()]),
        ]));
        let rows = [
            ["=1+1".to_owned(), "a,b".to_owned()],
            ["@sum".to_owned(), "say \"ü\"\r\n".to_owned()],
            ["-1".to_owned(), "+1".to_owned()],
        ];
        let answer = csv_page(
            &request,
            &["one", "two"],
            rows.into_iter(),
            Some("new".to_owned()),
        );
        let response = answer.unwrap().into_response();
        assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
        assert_eq!(
            response.headers()["link"],
            "</api/v1/list?month=2026-10&cursor=new>; rel=\"next\""
        );
        assert_eq!(
            response.body(),
            "one,two\r\n'=1+1,\"a,b\"\r\n'@sum,\"say \"\"ü\"\"\r\n\"\r\n'-1,'+1\r\n"
        );
    }
}
