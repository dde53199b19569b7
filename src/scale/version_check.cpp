// Blocks of attempts against a curve, and a sequential test of their ratios.
#include "scale/version_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scale/curve.h"
#include "scale/estimate.h"

namespace headroom::scale {
namespace {

/// Long enough that queues of one block are forgotten in the next.
constexpr double block_s = 10;
constexpr double warm_up_s = 20;
constexpr double longest_s = 3600;
/// Between these nothing is decided: what service times vary by in an hour is no version's fault.
constexpr double tolerated = 1.08;
constexpr double slower = 1.25;
/// Wald: of versions that take 8% longer one in e^5 = 150 is taken for slower, of those that are as
/// quick as the one before far fewer; and one in e^8 of slower ones for as quick, as that is final.
constexpr double sure_slower = 5;
constexpr double sure_as_quick = 8;
/// What one version differs from itself by, at least: learned from too few blocks it may be less.
constexpr double deviation_least = 0.05;
constexpr double noise_memory_blocks = 60;
/// What lasts longer than a block shows in a mean over about so many.
constexpr double carried_blocks = 12;
/// Of a level, and of a block, for a mean to be worth comparing; and of a block's attempts, as what
/// is in flight there now may never have been before.
constexpr double level_attempts_min = 20;
constexpr double block_attempts_min = 10;
constexpr double matched_min = 0.5;
/// The mean of what was found follows the last minutes: what was slow while it warmed up is not for
/// ever.
constexpr double ratio_memory_blocks = 18;

/// What a block took beside what the curve of `levels` says for it.
struct Compared {
  double attempts = 0;  // at levels that the curve knows
  double log_ratio = 0;
  bool known = false;
};

Compared compare(const std::vector<LevelEvidence>& block,
                 const std::vector<LevelEvidence>& levels) {
  std::vector<Pooled> latency;
  std::vector<LevelEvidence> at_those;
  Compared out;
  double all = 0;
  for (std::size_t i = 0; i < block.size() && i < levels.size(); ++i) {
    all += block[i].attempts;
    if (levels[i].attempts < level_attempts_min) continue;
    latency.push_back({levels[i].latency_s, levels[i].attempts});
    at_those.push_back(block[i]);
  }
  const auto usual = nondecreasing(latency);
  double took_s = 0;
  double expected_s = 0;
  for (std::size_t i = 0; i < usual.size(); ++i) {
    out.attempts += at_those[i].attempts;
    took_s += at_those[i].latency_s;
    expected_s += at_those[i].attempts * usual[i].mean();
  }
  out.known = out.attempts >= block_attempts_min && out.attempts >= matched_min * all &&
              took_s > 0 && expected_s > 0;
  if (out.known) out.log_ratio = std::log(took_s / expected_s);
  return out;
}

/// Fewer attempts differ more.
double variance(const VersionCheck& check, double attempts) {
  const double learned =
      check.noise * std::max(1.0, check.noise_attempts / std::max(1.0, attempts));
  return std::max({learned, deviation_least * deviation_least, 1 / attempts});
}

void learn_noise(const Compared& block, VersionCheck& check) {
  const double share = check.noise_attempts <= 0 ? 1 : 1 / noise_memory_blocks;
  check.noise += share * (block.log_ratio * block.log_ratio - check.noise);
  check.noise_attempts += share * (block.attempts - check.noise_attempts);
  check.differed += (block.log_ratio - check.differed) / carried_blocks;
  check.noise_carried += share * (check.differed * check.differed - check.noise_carried);
}

void weigh(const Compared& block, VersionCheck& check) {
  const double low = std::log(tolerated);
  const double high = std::log(slower);
  check.blocks = std::min(check.blocks + 1, ratio_memory_blocks);
  check.log_ratio += (block.log_ratio - check.log_ratio) / check.blocks;
  if (check.found) {
    check.found = check.log_ratio > (low + high) / 2;
    if (!check.found) check.evidence = 0;
    return;
  }
  check.evidence +=
      (high - low) / variance(check, block.attempts) * (block.log_ratio - (low + high) / 2);
  check.found = check.evidence >= sure_slower;
  // As quick as the one before: it is not asked again.
  if (check.evidence <= -sure_as_quick) check.before.clear();
}

void end_block(const std::vector<LevelEvidence>& levels, VersionCheck& check) {
  const bool comparing = !check.before.empty();
  const Compared block = compare(check.block, comparing ? check.before : levels);
  std::ranges::fill(check.block, LevelEvidence{});
  check.block_s = 0;
  if (!block.known) return;
  if (!comparing)
    learn_noise(block, check);
  else if (!check.version.empty() && check.serves_s > warm_up_s)
    weigh(block, check);
}

}  // namespace

void begin_check(const std::vector<LevelEvidence>& levels, const std::string& now,
                 VersionCheck& check) {
  // Of one that is still compared too little is known for another one to be compared with it.
  if (check.before.empty() || check.found) check.before = levels;
  check.version = now;
  check.block.clear();
  check.block_s = check.serves_s = check.evidence = check.log_ratio = check.blocks = 0;
  check.found = false;
}

void check_version(const ByConcurrency& seen, double tick_s,
                   const std::vector<LevelEvidence>& levels, VersionCheck& check) {
  check.block.resize(ByConcurrency::level_count);
  for (std::size_t i = 0; i < ByConcurrency::level_count; ++i) {
    const bool sound = std::isfinite(seen.latency_s[i]) && seen.latency_s[i] >= 0;
    if (!sound) continue;
    check.block[i].attempts += seen.attempts[i];
    check.block[i].latency_s += seen.latency_s[i];
  }
  check.block_s += tick_s;
  check.serves_s += tick_s;
  if (check.block_s >= block_s - 0.5) end_block(levels, check);
  if (check.serves_s <= longest_s || check.version.empty()) return;
  check.before.clear();
  check.found = false;
}

bool is_warming_up(const VersionCheck& check) {
  return !check.version.empty() && check.serves_s <= warm_up_s;
}

double attempts_for_one(const VersionCheck& check) {
  // The variance of such a running mean is that of a block ÷ (2 × its length − 1) where blocks are
  // independent, and as much more as they are not.
  const double lasting = check.noise_carried * (2 * carried_blocks - 1);
  return std::max(1.0, check.noise_attempts * std::max(check.noise, lasting));
}

std::optional<double> slower_by(const VersionCheck& check) {
  if (!check.found) return std::nullopt;
  return std::exp(check.log_ratio);
}

std::string describe(const VersionCheck& check) {
  const double ratio = slower_by(check).value_or(1);
  return fmt::format(
      "version {} takes {:.2f} × as long as the one before with as many in flight: {:.0f}% less "
      "capacity",
      check.version, ratio, 100 * (1 - 1 / ratio));
}

}  // namespace headroom::scale
