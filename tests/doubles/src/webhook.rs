//! Calls back, as providers do when a task has finished.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

/// A task that takes its time and calls back, if it was told where.
#[derive(Debug, Clone, Copy)]
pub struct Webhook {
    /// How long after its submit the task has finished; not before, however often it is asked for.
    pub finished_after: Duration,
    /// How much later the first call is made.
    pub late_by: Duration,
    /// How many calls are made, one right after the other.
    pub calls: u32,
}

impl Webhook {
    /// Finished after this long, and called back at once.
    pub fn after(finished_after: Duration) -> Self {
        Self {
            finished_after,
            late_by: Duration::ZERO,
            calls: 1,
        }
    }

    /// The same task, with so many calls, the first so much later.
    #[must_use]
    pub fn called(self, calls: u32, late_by: Duration) -> Self {
        Self {
            late_by,
            calls,
            ..self
        }
    }
}

/// One `POST` to an address of this machine; the status of the answer, if there was one.
pub(crate) async fn call(url: &str, headers: &[(&'static str, String)], body: &str) -> Option<u16> {
    let url = Url::parse(url).ok()?;
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    let mut stream = TcpStream::connect((host, port)).await.ok()?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut request = format!(
        "POST {}{query} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n",
        url.path(),
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    // `HTTP/1.1 204 No Content`
    String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
}
