//! Catalog is a small Rust service whose replicas carry what their slots allow: a cheap and an
//! expensive route in front of a store that takes time.
mod answer;
mod options;
mod request_log;
mod server;
mod service;
mod store;
#[cfg(test)]
mod tests;

use std::process::ExitCode;
use std::sync::Arc;

use options::Options;
use request_log::RequestLog;
use service::Service;
use store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{signal, SignalKind};

fn main() -> ExitCode {
    let options = match options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{}", options::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("catalog: {message}");
            return ExitCode::from(2);
        }
    };
    // One thread is enough: a request costs microseconds here and its time passes in the store.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("catalog: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("catalog: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), String> {
    let said = |error: std::io::Error| error.to_string();
    let mut terminate = signal(SignalKind::terminate()).map_err(said)?;
    let log = RequestLog::open(options.log.as_deref())
        .map_err(|error| format!("request log {:?}: {error}", options.log))?;
    let listener = TcpListener::bind(&options.listen)
        .await
        .map_err(|error| format!("listen on {}: {error}", options.listen))?;
    // Replicas started with the same flags must not draw the same times in step.
    let port = u64::from(listener.local_addr().map_err(said)?.port());
    let store = Store::new(options.store_wait, (options.seed << 16) + port);
    let service = Arc::new(Service::new(&options, store, log));
    server::serve(listener, service, options.warm_up, options.drain, async move {
        terminate.recv().await;
    })
    .await
}
