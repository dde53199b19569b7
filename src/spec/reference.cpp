// docs/configuration.md, written from the tables.
#include <fmt/format.h>

#include <algorithm>

#include "spec/load.h"
#include "spec/sections.h"

namespace headroom::spec {
namespace {

constexpr std::string_view opening = R"(# headroom.yaml

<!-- Written by `headroom check --reference`; a test fails when it is stale. -->

One file states what your services promise and what limits them. Everything else has a default.
`headroom check -f headroom.yaml` says what is wrong with it, with line, path, what was found and
what is allowed, and exits with 2.

## An example

```yaml
services:
  checkout:
    objective: { latency: { p99: 150ms }, availability: 99.9%, window: 28d }
    routes:
      - { match: /checkout, priority: critical, timeout: 1s }
      - match: GET /recommend
        priority: sheddable
        timeout: 300ms
        objective: { latency: { p95: 200ms } }
    replicas: { min: 2, max: 40, cost_per_hour: 0.04 }
    run:
      command: ./checkout --listen {address}
      ready: /readyz
      drain: 10s
      env: { DATABASE: "${DATABASE_URL}" }
    scale:
      uses: { postgres: 5 }
      calendar: [{ cron: "0 8 * * mon-fri", zone: Europe/Berlin, for: 3h, at_least: 10 }]
  catalog:
    objective: { latency: { p99: 80ms } }
    endpoints: ["10.0.0.5:8080", "10.0.0.6:8080"]
downstreams: { postgres: { connections: 200 } }
budget: { per_hour: 3.00 }
gateway: { listen: ":8080", admin: "127.0.0.1:9900" }
```

## How values are written

- **duration**: numbers with a unit of ns, us, ms, s, m, h, d, such as `150ms` or `1m30s`.
- **share**: `99.9%` or `0.999`.
- **size**: bytes with a unit of KiB, MiB, GiB (or KB, MB, GB), such as `64MiB`.
- **`${NAME}`** in a value is replaced from the environment; when NAME is not set, the file is
  refused, unless a default is written as `${NAME:-default}`. What comes in that way is data: no
  `${`, brace or quote in it means anything. Messages show `${NAME}`, never its value. The text `${`
  itself is written `$${`.
- The file is UTF-8, at most 1 MiB. Unknown and duplicate keys are refused, and so are YAML's
  anchors, aliases, merge keys and tags.
)";

/// `text` inside a cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

/// The anchor that Markdown viewers give to a heading.
std::string anchor(std::string_view title) {
  std::string out;
  for (const char c : title) {
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c + 32);
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')
      out += c;
  }
  return out;
}

std::string allowed_of(const Row& row) {
  if (row.below == nullptr) return cell(row.allowed);
  return fmt::format("{}{}see [{}](#{})", cell(row.allowed), row.allowed.empty() ? "" : "; ",
                     row.below->title, anchor(row.below->title));
}

void write(const Section& section, std::vector<const Section*>& done, std::string& out) {
  if (std::ranges::find(done, &section) != done.end()) return;
  done.push_back(&section);
  out += fmt::format("\n## {}\n\n{}\n\n", section.title, section.intro);
  out += "| Key | Type | Default | Allowed | Meaning |\n|---|---|---|---|---|\n";
  for (const Row& row : section.rows) {
    out += fmt::format("| `{}` | {} | {} | {} | {} |\n", row.key, row.type, cell(row.fallback),
                       allowed_of(row), cell(row.meaning));
  }
  for (const auto& [key, advice] : section.later)
    out += fmt::format("\nNot supported yet: `{}`; {}.\n", key, advice);
  for (const Row& row : section.rows)
    if (row.below != nullptr) write(*row.below, done, out);
}

}  // namespace

std::string reference() {
  std::string out(opening);
  std::vector<const Section*> done;
  write(config_table(), done, out);
  return out;
}

}  // namespace headroom::spec
