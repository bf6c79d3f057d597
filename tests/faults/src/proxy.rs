//! A proxy between the functions and the services that they call. It forwards every call unchanged, unless the plan holds
//! a fault.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::response::IntoResponse;
use bytes::Bytes;
use doubles::connection::{Peer, Resettable};
use futures::stream;
use tokio::net::TcpListener;
use world::deployed::functions::Process;

use crate::call::Call;
use crate::fault::{self, Fault};
use crate::messages::Messages;
use crate::plan::{Death, Fate, Plan};

/// A proxy in front of one upstream.
#[derive(Clone)]
pub struct Proxy {
    upstream: String,
    is_aws: bool,
    plan: Arc<Plan>,
    http: reqwest::Client,
    address: SocketAddr,
    lost: Arc<AtomicU64>,
    messages: Arc<Messages>,
}

impl Proxy {
    /// In front of AWS, on this port of 127.0.0.1; the upstream is such as `http://127.0.0.1:4566`.
    pub async fn of_aws(port: u16, upstream: &str, plan: &Arc<Plan>, http: &reqwest::Client) -> Self {
        Self::start(port, upstream, true, plan, http).await
    }

    /// In front of a provider, on a free port.
    pub async fn of_provider(upstream: &str, plan: &Arc<Plan>, http: &reqwest::Client) -> Self {
        Self::start(0, upstream, false, plan, http).await
    }

    async fn start(
        port: u16,
        upstream: &str,
        is_aws: bool,
        plan: &Arc<Plan>,
        http: &reqwest::Client,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port))
            .await
            .expect("the proxy's port is free");
        let proxy = Self {
            upstream: upstream.trim_end_matches('/').to_owned(),
            is_aws,
            plan: Arc::clone(plan),
            http: http.clone(),
            address: listener.local_addr().unwrap(),
            lost: Arc::default(),
            messages: Arc::default(),
        };
        let router = Router::new().fallback(answer).with_state(proxy.clone());
        let service = router.into_make_service_with_connect_info::<Peer>();
        tokio::spawn(async move { axum::serve(Resettable(listener), service).await });
        proxy
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    /// Forwards a call and returns its answer.
    async fn forward(&self, parts: &Parts, body: &Bytes) -> Response<Body> {
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let request = self
            .http
            .request(parts.method.clone(), format!("{}{target}", self.upstream))
            // `Host` stays: it is part of the signature.
            .headers(end_to_end(&parts.headers))
            .body(body.clone());
        match request.send().await {
            Ok(answer) => {
                let (status, headers) = (answer.status(), end_to_end(answer.headers()));
                let mut response = match answer.bytes().await {
                    Ok(bytes) => Response::new(Body::from(bytes)),
                    Err(error) => return bad_gateway(&error),
                };
                *response.status_mut() = status;
                *response.headers_mut() = headers;
                response
            }
            Err(error) => bad_gateway(&error),
        }
    }

    /// Kills the process at the other end.
    fn kill(&self, peer: &Peer, death: Death) {
        let process = Process::behind(peer.address.port(), self.address.port());
        if !process.is_some_and(|process| process.kill()) {
            self.plan.take_back(death);
        }
    }
}

async fn answer(
    State(proxy): State<Proxy>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let call = match proxy.is_aws {
        true => Call::to_aws(&parts.method, &parts.uri, &parts.headers, &body),
        false => Call::to_provider(&parts.method, &body),
    };
    let Some(call) = call else {
        return proxy.forward(&parts, &body).await;
    };
    proxy.messages.note(&call.operation, &body);
    match proxy.plan.draw(&call) {
        Fate::Well => proxy.forward(&parts, &body).await,
        Fate::Fault(fault) => go_wrong(&proxy, &peer, &call, fault, &parts, &body).await,
        Fate::Death(death) => {
            if death.after {
                proxy.forward(&parts, &body).await;
            }
            proxy.kill(&peer, death);
            peer.switch.reset();
            Response::new(Body::empty())
        }
    }
}

async fn go_wrong(
    proxy: &Proxy,
    peer: &Peer,
    call: &Call,
    fault: Fault,
    parts: &Parts,
    body: &Bytes,
) -> Response<Body> {
    match fault {
        Fault::Throttled => fault::throttled(call),
        Fault::ServerError => fault::server_error(call),
        Fault::ServerErrorAfter => {
            proxy.forward(parts, body).await;
            fault::server_error(call)
        }
        Fault::ResetBefore => {
            peer.switch.reset();
            Response::new(Body::empty())
        }
        Fault::ResetAfter => {
            proxy.forward(parts, body).await;
            peer.switch.reset();
            Response::new(Body::empty())
        }
        Fault::CutOff => cut_off(proxy.forward(parts, body).await).await,
        Fault::Slow | Fault::TooLate => {
            // In its own task: the call is carried out although nobody waits for the answer.
            let (proxy, parts, body) = (proxy.clone(), parts.clone(), body.clone());
            let carried_out = tokio::spawn(async move { proxy.forward(&parts, &body).await });
            tokio::time::sleep(fault.delay()).await;
            carried_out.await.unwrap()
        }
        Fault::Lost => fault::message_taken(proxy.lost.fetch_add(1, Ordering::Relaxed)),
        Fault::Doubled => {
            proxy.forward(parts, body).await;
            proxy.forward(parts, body).await
        }
    }
}

/// The answer, on a connection that breaks in its middle.
async fn cut_off(whole: Response<Body>) -> Response<Body> {
    let (mut parts, body) = whole.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts
        .headers
        .insert(header::CONTENT_LENGTH, body.len().max(1).into());
    let half = body.slice(..body.len() / 2);
    let broken = stream::iter([Ok(half), Err(std::io::Error::other("cut off on purpose"))]);
    Response::from_parts(parts, Body::from_stream(broken))
}

/// The headers without those of the connection.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    for name in [
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::CONTENT_LENGTH,
        header::EXPECT,
    ] {
        kept.remove(name);
    }
    kept
}

fn bad_gateway(error: &reqwest::Error) -> Response<Body> {
    (StatusCode::BAD_GATEWAY, error.to_string()).into_response()
}
