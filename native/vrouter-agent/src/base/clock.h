// The two clocks: one that people read, and one for lengths of time that nobody sets.
#pragma once

#include <cstdint>

namespace kw {

// Microseconds since the Unix epoch.
uint64_t wall_clock_us();
// Microseconds since some moment before the program began.
uint64_t monotonic_us();

}  // namespace kw
