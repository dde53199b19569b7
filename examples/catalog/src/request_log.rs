//! The log of executed requests, which an audit compares with what callers saw.
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::answer::quoted;

/// A request that used the store. Times are nanoseconds of Unix time.
pub struct Execution<'a> {
    pub id: &'a str,
    pub route: &'a str,
    pub method: &'a str,
    pub status: u16,
    pub started_ns: u128,
    pub done_ns: u128,
}

/// Appends executions to a file that replicas may share; without a file it drops them.
pub struct RequestLog {
    file: Option<File>,
}

impl RequestLog {
    pub fn open(path: Option<&str>) -> io::Result<Self> {
        let file = match path {
            Some(path) => Some(OpenOptions::new().append(true).create(true).open(path)?),
            None => None,
        };
        Ok(RequestLog { file })
    }

    /// Writes one whole line in one call before the request is answered. A buffer would be cheaper
    /// and would lose its lines when the process is killed, so that an answered request had no
    /// trace. The call goes to the page cache and is short enough for the event loop.
    pub fn add(&self, e: &Execution) -> io::Result<()> {
        let Some(mut file) = self.file.as_ref() else {
            return Ok(());
        };
        let line = format!(
            "{{\"id\":{},\"route\":\"{}\",\"method\":\"{}\",\"status\":{},\"started_ns\":{},\"done_ns\":{}}}\n",
            quoted(e.id), e.route, e.method, e.status, e.started_ns, e.done_ns
        );
        file.write_all(line.as_bytes())
    }
}

/// Nanoseconds since 1970.
pub fn unix_ns() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos())
}
