//! Webhook calls, as providers make them when a task has finished.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

/// A task that takes time and calls its webhook, if it has one.
#[derive(Debug, Clone, Copy)]
pub struct Webhook {
    /// The task finishes this long after its submit.
    pub finished_after: Duration,
    /// Delay of the first call after that.
    pub late_by: Duration,
    /// Number of calls.
    pub calls: u32,
}

impl Webhook {
    /// A task that finishes after this long and calls at once.
    pub fn after(finished_after: Duration) -> Self {
        Self {
            finished_after,
            late_by: Duration::ZERO,
            calls: 1,
        }
    }

    /// The task with this many calls, after this delay.
    #[must_use]
    pub fn called(self, calls: u32, late_by: Duration) -> Self {
        Self {
            late_by,
            calls,
            ..self
        }
    }
}

/// Posts to an address of this machine and returns the status, if there was an answer.
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
