//! A server on a thread of its own.

use std::net::SocketAddr;
use std::thread::JoinHandle;

use axum::Router;
use tokio::sync::oneshot;

use crate::connection::{ResetSwitch, Resettable};

/// A running server. It stops when it is dropped, with all connections; the port is free afterwards.
pub(crate) struct Host {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    /// Starts on this port of 127.0.0.1 (0: a free one). The router gets the address.
    pub(crate) fn start(port: u16, name: &str, router: impl FnOnce(SocketAddr) -> Router) -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let router = router(address);
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async move {
                    let listener = Resettable(tokio::net::TcpListener::from_std(listener).unwrap());
                    let service = router.into_make_service_with_connect_info::<ResetSwitch>();
                    tokio::select! {
                        end = async { axum::serve(listener, service).await } => panic!("the double ended: {end:?}"),
                        // Open connections end with the runtime.
                        _ = stopped => {}
                    }
                });
            })
            .unwrap();
        Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
