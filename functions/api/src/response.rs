//! Answers: one resource is `{"data": {…}}`, a list is `{"data": […], "meta": {"next_cursor": …}}`.

use lambda_http::Response;
use lambda_http::http::StatusCode;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, LINK, LOCATION, RETRY_AFTER};
use serde::Serialize;
use serde_json::{Value, json};

/// An answer that is not a problem.
#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    content_type: &'static str,
    body: String,
    headers: Vec<(HeaderName, String)>,
}

/// 200 with one resource.
pub(crate) fn ok(data: impl Serialize) -> Answer {
    Answer::new(200, &json!({ "data": data }))
}

/// 201 with the resource that was made.
pub(crate) fn created(data: impl Serialize) -> Answer {
    Answer::new(201, &json!({ "data": data }))
}

/// 202 with the resource that is being made, and where to ask for it.
pub(crate) fn accepted(data: impl Serialize, location: String) -> Answer {
    Answer::new(202, &json!({ "data": data })).with(LOCATION, location)
}

/// 200 with a page of resources.
pub(crate) fn list(data: impl IntoIterator<Item: Serialize>, next_cursor: Option<String>) -> Answer {
    let data: Vec<_> = data.into_iter().collect();
    let meta = json!({ "next_cursor": Value::from(next_cursor) });
    Answer::new(200, &json!({ "data": data, "meta": meta }))
}

/// 200 with a JSON document of its own.
pub(crate) fn document(json: &str) -> Answer {
    Answer::new(200, &serde_json::from_str(json).unwrap_or_default())
}

/// 200 with a page as CSV, and the address of the next page.
pub(crate) fn csv(text: String, next: Option<String>) -> Answer {
    let answer = Answer::of_text(200, "text/csv; charset=utf-8", text);
    match next {
        Some(next) => answer.with(LINK, format!("<{next}>; rel=\"next\"")),
        None => answer,
    }
}

/// 204: done, and nothing to say.
pub(crate) fn no_content() -> Answer {
    Answer::new(204, &Value::Null)
}

impl Answer {
    fn new(status: u16, body: &Value) -> Self {
        Self::of_text(status, "application/json", body.to_string())
    }

    const fn of_text(status: u16, content_type: &'static str, body: String) -> Self {
        Self {
            status,
            content_type,
            body,
            headers: Vec::new(),
        }
    }

    /// Says when to ask again, in whole seconds, where there is anything to wait for.
    #[must_use]
    pub(crate) fn retry_after_ms(self, millis: Option<u64>) -> Self {
        match millis {
            Some(millis) => self.with(RETRY_AFTER, millis.div_ceil(1_000).to_string()),
            None => self,
        }
    }

    /// Names the version of what is answered, for `If-Match`.
    #[must_use]
    pub(crate) fn etag(self, version: u32) -> Self {
        self.with(ETAG, format!("\"{version}\""))
    }

    fn with(mut self, name: HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn into_response(self) -> Response<String> {
        if self.status == 204 {
            let empty = Response::builder().status(204).header(CACHE_CONTROL, "no-store");
            return empty.body(String::new()).unwrap_or_default();
        }
        render(self.status, self.content_type, self.body, self.headers)
    }
}

pub(crate) fn render(
    status: u16,
    content_type: &'static str,
    body: String,
    headers: Vec<(HeaderName, String)>,
) -> Response<String> {
    let mut response = Response::builder()
        .status(status)
        .header(CONTENT_TYPE, content_type)
        // Answers hold links and states of one guest.
        .header(CACHE_CONTROL, "no-store");
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(body).unwrap_or_else(|error| {
        tracing::error!(%error, "answer cannot be rendered");
        let mut failed = Response::new(String::new());
        *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        failed
    })
}
