#include "base/clock.h"

#include <chrono>

namespace kw {
namespace {

template <typename Clock>
uint64_t microseconds() {
  auto since = Clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(since).count());
}

}  // namespace

uint64_t wall_clock_us() { return microseconds<std::chrono::system_clock>(); }

uint64_t monotonic_us() { return microseconds<std::chrono::steady_clock>(); }

}  // namespace kw
