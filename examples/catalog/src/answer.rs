//! Answers: what a customer gets, what a refused caller gets.
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderValue, ALLOW, CONTENT_TYPE};
use hyper::{Response, StatusCode};

pub type Answer = Response<Full<Bytes>>;

pub fn json(status: StatusCode, body: String) -> Answer {
    typed(status, "application/json", body)
}

/// A refusal with a reason that programs can read.
pub fn problem(status: StatusCode, reason: &str) -> Answer {
    let title = status.canonical_reason().unwrap_or("refused");
    let code = status.as_u16();
    let body = format!("{{\"title\":\"{title}\",\"status\":{code},\"reason\":\"{reason}\"}}");
    typed(status, "application/problem+json", body)
}

pub fn method_not_allowed(allowed: &'static str) -> Answer {
    let mut answer = problem(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed");
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    answer
}

/// About 300 bytes on one item.
pub fn item(id: &str) -> String {
    format!(
        "{{\"id\":{},\"name\":\"Earl Grey, 250 g\",\"unit_cents\":690,\"currency\":\"EUR\",\
         \"in_stock\":true,\"tags\":[\"tea\",\"black\",\"bergamot\"],\
         \"text\":\"Black tea with oil of bergamot, picked in spring and packed in small tins; \
         a litre takes four spoons and three minutes, and a slice of lemon does no harm.\"}}",
        quoted(id)
    )
}

/// About 300 bytes on what a search found.
pub fn found() -> String {
    let mut hits = String::new();
    for (rank, name) in ["Earl Grey, 250 g", "Assam, 500 g", "Cast iron pot"].iter().enumerate() {
        let comma = if rank == 0 { "" } else { "," };
        let score = 0.97 / (rank + 1) as f64;
        hits.push_str(&format!(
            "{comma}{{\"rank\":{rank},\"name\":\"{name}\",\"score\":{score:.3},\"in_stock\":true}}"
        ));
    }
    format!("{{\"query\":\"tea\",\"total\":3,\"page\":1,\"pages\":1,\"hits\":[{hits}]}}")
}

/// `text` as a JSON string. Header values and paths hold no other control characters than tab.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn typed(status: StatusCode, kind: &'static str, body: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}
