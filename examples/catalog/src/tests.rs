//! Tests of one replica over real connections: slots, readiness, drain, deadline and log.
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{mpsc, Arc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::options::{parse, Options};
use crate::request_log::RequestLog;
use crate::server::serve;
use crate::service::Service;
use crate::store::Store;

const PATIENCE: Duration = Duration::from_secs(20); // for what must happen; a machine may be slow

/// A running service under test.
struct Replica {
    service: Arc<Service>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), String>>>,
}

impl Replica {
    fn start(options: Options) -> Replica {
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let log = RequestLog::open(options.log.as_deref()).unwrap();
                let store = Store::new(options.store_wait, options.seed);
                let service = Arc::new(Service::new(&options, store, log));
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send((service.clone(), listener.local_addr().unwrap())).unwrap();
                serve(listener, service, options.warm_up, options.drain, async {
                    let _ = stopped.await;
                })
                .await
            })
        });
        let (service, address) = told.recv_timeout(PATIENCE).unwrap();
        Replica { service, address, stop: Some(stop), thread: Some(thread) }
    }

    fn stop(&mut self) -> Result<(), String> {
        self.stop.take().unwrap().send(()).unwrap();
        self.thread.take().unwrap().join().unwrap()
    }
}

/// Status and body of one request on a connection of its own; status 0: no answer.
fn call(address: SocketAddr, method: &str, path: &str, headers: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    let status = answer.get(9..12).and_then(|code| code.parse().ok()).unwrap_or(0);
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_string();
    (status, body)
}

fn call_many(address: SocketAddr, path: &'static str, n: usize) -> Vec<JoinHandle<u16>> {
    (0..n).map(|_| thread::spawn(move || call(address, "GET", path, "").0)).collect()
}

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// A file that is removed with the test.
struct Log(PathBuf);

impl Log {
    fn new(test: &str) -> Log {
        Log(std::env::temp_dir().join(format!("catalog-{}-{test}.log", std::process::id())))
    }

    fn path(&self) -> Option<String> {
        Some(self.0.to_str().unwrap().to_string())
    }

    fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.0).unwrap();
        assert!(text.is_empty() || text.ends_with("}\n"), "the last line is not whole");
        text.lines().map(str::to_string).collect()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn number(line: &str, key: &str) -> u128 {
    let rest = line.split_once(&format!("\"{key}\":")).unwrap().1;
    rest[..rest.find([',', '}']).unwrap()].parse().unwrap()
}

/// The largest number of executions that overlapped.
fn most(lines: &[String]) -> usize {
    let spans: Vec<_> =
        lines.iter().map(|l| (number(l, "started_ns"), number(l, "done_ns"))).collect();
    let overlapping = |at: u128| spans.iter().filter(|(from, to)| *from <= at && at < *to).count();
    spans.iter().map(|(from, _)| overlapping(*from)).max().unwrap_or(0)
}

fn quick() -> Options {
    Options { store_wait: Duration::from_millis(24), warm_up: Duration::ZERO, ..Options::default() }
}

#[test]
fn a_search_takes_two_slots() {
    let log = Log::new("two-slots");
    let replica = Replica::start(Options { slots: 6, log: log.path(), ..quick() });
    for request in call_many(replica.address, "/search", 15) {
        assert_eq!(request.join().unwrap(), 200);
    }
    let lines = log.lines();
    assert_eq!(lines.len(), 15);
    assert_eq!(most(&lines), 3);
}

#[test]
fn an_item_takes_one_slot() {
    let log = Log::new("one-slot");
    let store_wait = Duration::from_millis(240);
    let replica = Replica::start(Options { slots: 4, store_wait, log: log.path(), ..quick() });
    for request in call_many(replica.address, "/items/7", 20) {
        assert_eq!(request.join().unwrap(), 200);
    }
    assert_eq!(most(&log.lines()), 4);
}

#[test]
fn ready_only_after_the_warm_up() {
    let replica = Replica::start(Options { warm_up: Duration::from_millis(300), ..quick() });
    assert_eq!(call(replica.address, "GET", "/readyz", "").0, 503);
    assert_eq!(call(replica.address, "GET", "/healthz", "").0, 200);
    eventually("ready", || call(replica.address, "GET", "/readyz", "").0 == 200);
}

#[test]
fn not_ready_while_draining() {
    let replica = Replica::start(quick());
    eventually("ready", || call(replica.address, "GET", "/readyz", "").0 == 200);
    replica.service.draining.store(true, Relaxed);
    let (status, body) = call(replica.address, "GET", "/readyz", "");
    assert_eq!((status, body.as_str()), (503, "{\"state\":\"draining\"}"));
}

#[test]
fn drain_finishes_requests_in_flight_and_their_log() {
    let log = Log::new("drain");
    let mut replica = Replica::start(Options {
        slots: 4,
        store_wait: Duration::from_millis(400),
        drain: PATIENCE,
        log: log.path(),
        ..quick()
    });
    // One of the three still waits for slots when the drain begins.
    let requests = call_many(replica.address, "/search", 3);
    eventually("3 requests inside", || replica.service.inside() == 3);
    assert_eq!(replica.stop(), Ok(()));
    for request in requests {
        assert_eq!(request.join().unwrap(), 200);
    }
    assert_eq!(log.lines().len(), 3);
    assert!(TcpStream::connect(replica.address).is_err(), "still accepts after the drain");
}

#[test]
fn a_drain_closes_idle_connections_at_once() {
    let mut replica = Replica::start(Options { drain: PATIENCE, ..quick() });
    let mut idle = TcpStream::connect(replica.address).unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut some = [0; 512];
    assert!(idle.read(&mut some).unwrap() > 0);
    assert_eq!(replica.stop(), Ok(()));
    assert_eq!(idle.read(&mut some).unwrap(), 0, "the connection is still open");
}

#[test]
fn a_drain_that_takes_too_long_is_an_error() {
    let mut replica = Replica::start(Options {
        store_wait: Duration::from_secs(2),
        drain: Duration::from_millis(20),
        ..quick()
    });
    let requests = call_many(replica.address, "/search", 1);
    eventually("in flight", || replica.service.inside() == 1);
    assert!(replica.stop().unwrap_err().contains("still in flight"));
    for request in requests {
        assert_eq!(request.join().unwrap(), 0);
    }
}

#[test]
fn a_deadline_that_passes_in_the_queue_is_refused_and_not_executed() {
    let log = Log::new("deadline");
    let store_wait = Duration::from_secs(1);
    let replica = Replica::start(Options { slots: 2, store_wait, log: log.path(), ..quick() });
    let first = call_many(replica.address, "/search", 1);
    eventually("in flight", || replica.service.inside() == 1);
    for left in ["20", "0", "-5"] {
        let headers = format!("x-request-timeout-ms: {left}\r\nx-request-id: late\r\n");
        let (status, body) = call(replica.address, "GET", "/items/1", &headers);
        assert_eq!(status, 503, "{left} ms left");
        assert!(body.contains("deadline-passed-in-queue"), "{body}");
    }
    for request in first {
        assert_eq!(request.join().unwrap(), 200);
    }
    assert_eq!(log.lines().len(), 1);
}

#[test]
fn a_caller_that_goes_away_gives_its_slots_back() {
    let store_wait = Duration::from_secs(15);
    let replica = Replica::start(Options { slots: 2, store_wait, ..quick() });
    let mut gone = TcpStream::connect(replica.address).unwrap();
    gone.write_all(b"GET /search HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    eventually("in flight", || replica.service.inside() == 1);
    drop(gone);
    eventually("nobody inside", || replica.service.inside() == 0);
}

#[test]
fn the_log_tells_id_route_method_status_and_times() {
    let log = Log::new("fields");
    let replica = Replica::start(Options { log: log.path(), ..quick() });
    call(replica.address, "GET", "/items/7", "x-request-id: a\"b\r\n");
    let lines = log.lines();
    assert_eq!(lines.len(), 1);
    let head =
        "{\"id\":\"a\\\"b\",\"route\":\"/items\",\"method\":\"GET\",\"status\":200,\"started_ns\":";
    assert!(lines[0].starts_with(head), "{}", lines[0]);
    assert!(number(&lines[0], "done_ns") > number(&lines[0], "started_ns"));
}

#[test]
fn unknown_routes_and_methods_are_refused() {
    let replica = Replica::start(quick());
    let address = replica.address;
    assert_eq!(call(address, "GET", "/items/", "").0, 404);
    assert_eq!(call(address, "GET", "/nowhere", "").0, 404);
    assert_eq!(call(address, "POST", "/search", "content-length: 0\r\n").0, 405);
    assert_eq!(call(address, "POST", "/items/7", "content-length: 0\r\n").0, 405);
}

#[test]
fn debug_routes_exist_only_when_asked_for() {
    let closed = Replica::start(quick());
    assert_eq!(call(closed.address, "POST", "/debug/hang", "content-length: 0\r\n").0, 404);
    let open = Replica::start(Options { debug: true, ..quick() });
    assert_eq!(call(open.address, "POST", "/debug/hang", "content-length: 0\r\n").0, 200);
    let mut stream = TcpStream::connect(open.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert!(stream.read(&mut [0; 64]).is_err(), "a hung replica answered");
}

#[test]
fn store_times_have_their_mean_and_a_modest_spread() {
    let store = Store::new(Duration::from_millis(60), 7);
    let draws: Vec<_> = (0..20_000).map(|_| store.wait(1.0)).collect();
    let mean = draws.iter().sum::<Duration>() / 20_000;
    assert!((59..62).contains(&mean.as_millis()), "mean {mean:?}");
    let slow = draws.iter().filter(|time| **time > Duration::from_millis(120)).count();
    assert!(slow < 200, "{slow} of 20000 took twice the mean");
    assert_eq!(draws[0], Store::new(Duration::from_millis(60), 7).wait(1.0));
}

#[test]
fn flags_are_read_and_wrong_ones_are_refused() {
    let read = |text: &str| parse(text.split_whitespace().map(str::to_string));
    let some = read("--slots 8 --store-wait=1.5s --listen 127.0.0.1:9 --debug").unwrap().unwrap();
    assert_eq!((some.slots, some.store_wait.as_millis()), (8, 1500));
    assert_eq!((some.listen.as_str(), some.debug), ("127.0.0.1:9", true));
    assert!(read("--help").unwrap().is_none());
    for wrong in ["--slots 1", "--slots x", "--slots", "--store-wait 5", "--drain -1s", "--nope 1"]
    {
        assert!(read(wrong).is_err(), "{wrong} was accepted");
    }
}
