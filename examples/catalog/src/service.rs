//! The service: its routes, the wait for slots and what it tells about itself.
use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use hyper::header::HeaderMap;
use hyper::{Method, Request, StatusCode};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{sleep, timeout};

use crate::answer::{found, item, json, method_not_allowed, problem, Answer};
use crate::options::Options;
use crate::request_log::{unix_ns, Execution, RequestLog};
use crate::store::Store;

pub const HEADER_ID: &str = "x-request-id";
/// Time the caller still has, in milliseconds.
pub const HEADER_LEFT: &str = "x-request-timeout-ms";

const CRASH_CODE: i32 = 70;

/// One kind of work: how many slots it takes, and which share of the store's mean time.
struct Work {
    route: &'static str,
    slots: u32,
    share: f64,
}

const ITEM: Work = Work { route: "/items", slots: 1, share: 1.0 / 12.0 };
const SEARCH: Work = Work { route: "/search", slots: 2, share: 1.0 };

/// One replica: its slots, its store and what it tells about itself.
pub struct Service {
    slots: Semaphore, // first come, first served
    slots_total: u32,
    store: Store,
    log: RequestLog,
    debug: bool,
    pub ready: AtomicBool,
    pub draining: AtomicBool,
    hung: AtomicBool,
    waiting: AtomicI64,
    in_flight: AtomicI64,
    done: AtomicU64,
}

impl Service {
    pub fn new(options: &Options, store: Store, log: RequestLog) -> Self {
        Service {
            slots: Semaphore::new(options.slots as usize),
            slots_total: options.slots,
            store,
            log,
            debug: options.debug,
            ready: AtomicBool::new(false),
            draining: AtomicBool::new(false),
            hung: AtomicBool::new(false),
            waiting: AtomicI64::new(0),
            in_flight: AtomicI64::new(0),
            done: AtomicU64::new(0),
        }
    }

    /// Requests that wait for slots or use the store.
    pub fn inside(&self) -> i64 {
        self.waiting.load(Relaxed) + self.in_flight.load(Relaxed)
    }

    pub async fn answer<B>(&self, request: Request<B>) -> Answer {
        if self.hung.load(Relaxed) {
            // As a deadlocked program: connections are accepted, nothing is answered.
            return pending().await;
        }
        let (method, path) = (request.method(), request.uri().path());
        match path {
            "/readyz" => self.readyz(),
            "/healthz" => json(StatusCode::OK, "{\"healthy\":true}".into()),
            "/stats" => self.stats(),
            "/search" if method == Method::GET => {
                self.execute(&SEARCH, request.headers(), found).await
            }
            "/search" => method_not_allowed("GET"),
            "/debug/hang" if self.debug && method == Method::POST => {
                self.hung.store(true, Relaxed);
                json(StatusCode::OK, "{\"hung\":true}".into())
            }
            "/debug/crash" if self.debug && method == Method::POST => {
                std::process::exit(CRASH_CODE)
            }
            _ => match path.strip_prefix("/items/").filter(|id| !id.is_empty()) {
                Some(id) if method == Method::GET => {
                    self.execute(&ITEM, request.headers(), || item(id)).await
                }
                Some(_) => method_not_allowed("GET"),
                None => problem(StatusCode::NOT_FOUND, "no-such-route"),
            },
        }
    }

    /// Runs one request once: wait for slots in order of arrival, use the store, record, answer.
    async fn execute(&self, work: &Work, head: &HeaderMap, body: impl Fn() -> String) -> Answer {
        let Some(_permit) = self.acquire(work.slots, left(head)).await else {
            return problem(StatusCode::SERVICE_UNAVAILABLE, "deadline-passed-in-queue");
        };
        let _counted = Counted::new(&self.in_flight);
        let started_ns = unix_ns();
        sleep(self.store.wait(work.share)).await;
        let body = body();
        self.done.fetch_add(1, Relaxed);
        let written = self.log.add(&Execution {
            id: head.get(HEADER_ID).and_then(|id| id.to_str().ok()).unwrap_or(""),
            route: work.route,
            method: "GET",
            status: 200,
            started_ns,
            done_ns: unix_ns(),
        });
        if let Err(error) = written {
            eprintln!("catalog: request log: {error}");
        }
        json(StatusCode::OK, body)
    }

    /// Takes `slots`, or nothing when the caller's time is over first.
    async fn acquire(&self, slots: u32, left: Option<Duration>) -> Option<SemaphorePermit<'_>> {
        let _counted = Counted::new(&self.waiting);
        let permit = self.slots.acquire_many(slots);
        match left {
            Some(Duration::ZERO) => None,
            Some(left) => timeout(left, permit).await.ok()?.ok(),
            None => permit.await.ok(),
        }
    }

    fn readyz(&self) -> Answer {
        let (status, state) = if self.draining.load(Relaxed) {
            (StatusCode::SERVICE_UNAVAILABLE, "draining")
        } else if !self.ready.load(Relaxed) {
            (StatusCode::SERVICE_UNAVAILABLE, "warming up")
        } else {
            (StatusCode::OK, "ready")
        };
        json(status, format!("{{\"state\":\"{state}\"}}"))
    }

    fn stats(&self) -> Answer {
        let body = format!(
            "{{\"slots\":{},\"in_flight\":{},\"waiting\":{},\"done\":{},\"ready\":{}}}",
            self.slots_total,
            self.in_flight.load(Relaxed),
            self.waiting.load(Relaxed),
            self.done.load(Relaxed),
            self.ready.load(Relaxed) && !self.draining.load(Relaxed)
        );
        json(StatusCode::OK, body)
    }
}

/// The caller's remaining time, if stated; zero when it is over.
fn left(head: &HeaderMap) -> Option<Duration> {
    let milliseconds: i64 = head.get(HEADER_LEFT)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_millis(milliseconds.max(0) as u64))
}

/// Counts one request while it lives: a caller that goes away drops it at any await.
struct Counted<'a>(&'a AtomicI64);

impl<'a> Counted<'a> {
    fn new(counter: &'a AtomicI64) -> Self {
        counter.fetch_add(1, Relaxed);
        Counted(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
