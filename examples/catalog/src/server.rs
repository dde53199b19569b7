//! Connections: accepted until told to stop, then drained.
use std::convert::Infallible;
use std::future::Future;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

use crate::service::Service;

/// How long an accept that failed (no file descriptor left) waits for the next one.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop` is done, then drains: not ready, no new connections, requests in flight end
/// normally. An error says that some were still in flight after `drain`.
pub async fn serve(
    listener: TcpListener,
    service: Arc<Service>,
    warm_up: Duration,
    drain: Duration,
    stop: impl Future<Output = ()>,
) -> Result<(), String> {
    let connections = Arc::new(GracefulShutdown::new());
    let accepting = tokio::spawn(accept(listener, service.clone(), connections.clone()));
    let warming = service.clone();
    tokio::spawn(async move {
        sleep(warm_up).await;
        warming.ready.store(true, Relaxed);
    });
    stop.await;
    service.draining.store(true, Relaxed);
    accepting.abort(); // drops the listener and its share of the connections
    let _ = accepting.await;
    let connections = Arc::into_inner(connections).ok_or("connections are still accepted")?;
    match timeout(drain, connections.shutdown()).await {
        Ok(()) => Ok(()),
        Err(_) if service.inside() == 0 => Ok(()), // a client that never sent its request
        Err(_) => Err(format!("requests still in flight after {drain:?}: {}", service.inside())),
    }
}

async fn accept(listener: TcpListener, service: Arc<Service>, connections: Arc<GracefulShutdown>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let _ = stream.set_nodelay(true); // a failure costs latency, not correctness
        let service = service.clone();
        let connection = http1::Builder::new().serve_connection(
            TokioIo::new(stream),
            service_fn(move |request| {
                let service = service.clone();
                async move { Ok::<_, Infallible>(service.answer(request).await) }
            }),
        );
        let watched = connections.watch(connection);
        tokio::spawn(async move {
            let _ = watched.await; // a broken connection is its caller's matter
        });
    }
}
