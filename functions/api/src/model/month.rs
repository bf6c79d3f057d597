//! The month in a request's query.

use domain::Problem;
use domain::context::{month_of, read_month};
use jiff::Timestamp;
use lambda_http::Request;
use utoipa::IntoParams;

use crate::page::query_text;

/// The query of figures that belong to a month.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // documents what `month` reads
pub(crate) struct MonthQuery {
    /// Such as 2026-10; the running month by default. Months begin and end at midnight UTC
    #[param(required = false)]
    month: String,
}

/// The month that a request asks for, or the running one.
///
/// # Errors
/// The query's text is no month.
pub(crate) fn month(request: &Request, now: Timestamp) -> Result<String, Problem> {
    match query_text(request, "month") {
        None => Ok(month_of(now)),
        Some(text) => {
            read_month(text).map_err(|why| Problem::InvalidRequest(format!("`month` is not usable: {why}.")))
        }
    }
}
