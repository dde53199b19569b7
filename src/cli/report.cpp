// headroom report: the verdict on a stretch of the journal, and a page with plots.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/journal_options.h"
#include "cli/page.h"
#include "cli/terminal.h"
#include "io/file.h"
#include "report/html.h"
#include "report/requirement.h"
#include "report/run.h"
#include "report/verdict.h"

namespace headroom::cli {
namespace {

constexpr std::size_t load_bytes_max = 64 << 20;

struct Options {
  JournalOptions journal;
  std::vector<std::string> loads;
  std::string html;
  std::vector<std::string> requirements;
};

/// "FILE" or "SERVICE=FILE".
Result<std::vector<report::ClientResult>> read_loads(const std::vector<std::string>& loads) {
  std::vector<report::ClientResult> all;
  for (const auto& load : loads) {
    const auto equals = load.find('=');
    const bool named = equals != std::string::npos;
    const std::string file = named ? load.substr(equals + 1) : load;
    const std::string text = TRY(io::read_file(file, load_bytes_max));
    auto results = report::parse_load(text, named ? load.substr(0, equals) : "");
    if (!results) return fail(results.error().code, file + ": " + results.error().message);
    std::ranges::move(*results, std::back_inserter(all));
  }
  return all;
}

/// The first requirement that is not met, as an error.
Result<> hold_to(const std::vector<report::Requirement>& requirements,
                 const report::Verdict& verdict) {
  for (const auto& requirement : requirements)
    if (std::string found = report::violation(requirement, verdict); !found.empty())
      return fail(ErrorCode::unsatisfiable, std::move(found));
  return {};
}

Result<Exit> report_on(const Options& options) {
  std::vector<report::Requirement> requirements;
  for (const auto& text : options.requirements)
    requirements.push_back(TRY(report::parse_requirement(text)));
  TRY(check_page(options.html));
  const auto client = TRY(read_loads(options.loads));
  auto journal = TRY(open_journal(options.journal));
  report::Run run = TRY(report::read_run(journal.reader, journal.span));
  if (journal.config) report::take_objectives(scale::Policy::from(*journal.config), run);
  const report::Verdict verdict = report::judge(run, client);
  if (!options.html.empty()) TRY(write_page(options.html, report::html_page(run, verdict)));
  if (options.journal.json()) {
    fmt::print("{}\n", report::verdict_json(verdict).dump(2));
  } else {
    for (const auto& line :
         report::verdict_text(verdict, std::min<std::size_t>(terminal_columns(), 80)))
      fmt::print("{}\n", line);
    if (!options.html.empty())
      fmt::print("\nThe report with plots:\n{}\n",
                 std::filesystem::absolute(options.html).lexically_normal().string());
  }
  std::fflush(stdout);
  TRY(hold_to(requirements, verdict));
  return Exit::done;
}

}  // namespace

void add_report(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("report", "Say whether objectives were met and at what cost");
  auto options = std::make_shared<Options>();
  add_journal_options(*command, options->journal);
  add_span_options(*command, options->journal);
  command->add_option(
      "--load", options->loads,
      "what the client saw: [SERVICE=]FILE from headroom load --format json; may be "
      "repeated");
  command
      ->add_option("--require", options->requirements,
                   "exit code 3 when not so. met: each objective; fixed<0.75: replica-hours as a "
                   "share of the smallest fixed fleet's; worst5m<5%: missed in the worst five "
                   "minutes; spell<3m: longest with more than 1% missed; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--html", options->html, "write a page with plots to this file");
  command->callback([&chosen, options] { chosen = [options] { return report_on(*options); }; });
}

}  // namespace headroom::cli
