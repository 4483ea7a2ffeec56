// How many ICMP errors leave (RFC 4443 section 2.4 (f), RFC 1812 section 4.3.2.8): so many a second to each source, so that no
// stranger takes those of a host that needs them for path MTU discovery. Sources share places by a hash that nobody knows,
// those outside with those outside only.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/address.h"

namespace kw {

class IcmpLimit {
 public:
  static constexpr double kBurst = 30, kPerSecond = 10;
  static constexpr size_t kPlaces = 64;  // of each side

  explicit IcmpLimit(uint64_t secret) : secret_(secret) {}

  // Whether an error may be sent to the source of a packet, which it then counts for.
  bool may(const Address& to, bool outside, uint64_t now_us) {
    // One host may have a whole /64.
    Place& place = places_[outside ? 1 : 0][mix(secret_ ^ mix(to.bits.hi)) % kPlaces];
    place.tokens = std::min(kBurst, place.tokens + static_cast<double>(now_us - place.at_us) * kPerSecond / 1e6);
    place.at_us = now_us;
    if (place.tokens < 1) return false;
    place.tokens -= 1;
    return true;
  }

 private:
  struct Place {
    double tokens = kBurst;
    uint64_t at_us = 0;
  };
  uint64_t secret_;
  std::array<std::array<Place, kPlaces>, 2> places_;
};

}  // namespace kw
