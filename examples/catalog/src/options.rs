//! What one replica is started with.
use std::time::Duration;

pub const USAGE: &str = "\
usage: catalog [flags]
  --listen ADDRESS   address to listen on (127.0.0.1:8082)
  --slots N          slots of the store; an item takes one, a search two (16)
  --store-wait TIME  mean time a search takes in the store, an item takes 1/12 of it (60ms)
  --warm-up TIME     time from start to ready (2s)
  --drain TIME       longest wait for requests in flight (8s)
  --log FILE         file that gets one JSON line per executed request
  --seed N           seed of the store's times, mixed with the port (1)
  --debug            enable POST /debug/hang and POST /debug/crash";

#[derive(Clone, Debug)]
pub struct Options {
    pub listen: String,
    pub slots: u32,
    pub store_wait: Duration,
    pub warm_up: Duration,
    pub drain: Duration,
    pub log: Option<String>,
    pub seed: u64,
    pub debug: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            listen: "127.0.0.1:8082".into(),
            slots: 16,
            store_wait: Duration::from_millis(60),
            warm_up: Duration::from_secs(2),
            drain: Duration::from_secs(8),
            log: None,
            seed: 1,
            debug: false,
        }
    }
}

/// The options in `arguments`, or None when help was asked for. Both `--flag value` and
/// `--flag=value` are read.
pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options::default();
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let (flag, inline) = match argument.split_once('=') {
            Some((flag, value)) => (flag.to_string(), Some(value.to_string())),
            None => (argument, None),
        };
        if flag == "--help" || flag == "-h" {
            return Ok(None);
        }
        if flag == "--debug" {
            options.debug = true;
            continue;
        }
        let mut value =
            || inline.clone().or_else(|| arguments.next()).ok_or(format!("{flag} needs a value"));
        match flag.as_str() {
            "--listen" => options.listen = value()?,
            "--slots" => options.slots = number(&flag, &value()?)?,
            "--store-wait" => options.store_wait = duration(&flag, &value()?)?,
            "--warm-up" => options.warm_up = duration(&flag, &value()?)?,
            "--drain" => options.drain = duration(&flag, &value()?)?,
            "--log" => options.log = Some(value()?),
            "--seed" => options.seed = number(&flag, &value()?)?,
            _ => return Err(format!("unknown flag {flag}; --help lists the flags")),
        }
    }
    if options.slots < 2 {
        return Err(format!(
            "--slots must be at least 2, which a search takes, got {}",
            options.slots
        ));
    }
    if options.store_wait.is_zero() || options.store_wait > Duration::from_secs(60) {
        return Err(format!("--store-wait must be in (0, 60s], got {:?}", options.store_wait));
    }
    Ok(Some(options))
}

fn number<T: std::str::FromStr>(flag: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{flag} must be a whole number, got {text:?}"))
}

/// A time such as 60ms, 2s or 1m.
fn duration(flag: &str, text: &str) -> Result<Duration, String> {
    let wrong = || format!("{flag} must be a time such as 60ms or 2s, got {text:?}");
    let unit = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
    let count: f64 = text[..unit].parse().map_err(|_| wrong())?;
    let seconds = match &text[unit..] {
        "ms" => count / 1e3,
        "s" => count,
        "m" => count * 60.0,
        _ => return Err(wrong()),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}
