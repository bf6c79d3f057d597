//! Servers that only listen: one that must not be asked, and one that never answers.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Serves a good picture at every path, to whoever should not have asked.
pub struct Bait {
    address: String,
    asked: Arc<AtomicU32>,
}

impl Bait {
    /// Listens on a free port of this loopback address.
    pub fn start(address: &str, picture: Vec<u8>) -> Self {
        let asked = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&asked);
        let address = serve(address, move |mut stream| {
            counted.fetch_add(1, Ordering::SeqCst);
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: image/jpeg\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                picture.len()
            );
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request);
            let _ = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(&picture));
        });
        Self { address, asked }
    }

    /// Where the picture is.
    pub fn url(&self) -> String {
        format!("http://{}/picture.jpg", self.address)
    }

    /// How often anybody connected.
    pub fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Takes requests and never answers.
pub struct Hole {
    address: String,
}

impl Hole {
    /// Listens on a free port of 127.0.0.1.
    pub fn start() -> Self {
        let address = serve("127.0.0.1", |mut stream| {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
            let mut anything = [0; 65_536];
            while matches!(stream.read(&mut anything), Ok(1..)) {}
        });
        Self { address }
    }

    /// A Runware API that is none.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.address.rsplit(':').next().unwrap().parse().unwrap()
    }
}

/// A port of 127.0.0.1 on which nobody listens.
pub fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Handles every connection on a thread of its own, until the process ends.
fn serve(address: &str, handle: impl Fn(TcpStream) + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind((address, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handle = handle.clone();
            std::thread::spawn(move || handle(stream));
        }
    });
    address
}
