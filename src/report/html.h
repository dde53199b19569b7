// The report as one self-contained HTML page.
#pragma once

#include <string>

#include "report/run.h"
#include "report/verdict.h"

namespace headroom::report {

/// Needs nothing from the network; follows the reader's choice of light or dark.
[[nodiscard]] std::string html_page(const Run& run, const Verdict& verdict);

/// The page's style sheet and its few lines of script.
extern const char* const page_style;
extern const char* const page_script;

}  // namespace headroom::report
