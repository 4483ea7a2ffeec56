// ICMP as a router needs it: errors about packets it could not forward, echo answers, and what others say about
// packets of ours. Works on octets alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "packet/ip.h"

namespace kw {

enum class IcmpError : uint8_t { kTooBig, kTimeExceeded };

// Longest packet that build_icmp_error() makes.
constexpr size_t kIcmpErrorRoom = 1280;

// Writes an error about `packet` to `out` (kIcmpErrorRoom octets) and returns its length; 0 where none may be sent
// (RFC 1122 section 3.2.2, RFC 4443 section 2.4): about errors, later fragments, or to no single host.
size_t build_icmp_error(IcmpError kind, uint16_t mtu, const Address& from, const uint8_t* packet, const IpView& view,
                        uint8_t* out);

// Turns an echo request into its answer, in place. False: it is none, or its checksum is wrong.
bool make_echo_reply(uint8_t* packet, const IpView& view);

// "Too big" about an ESP packet, plain or in UDP.
struct PathMtu {
  Address source, destination;  // of the packet that was too big
  uint32_t spi = 0;
  uint32_t mtu = 0;  // 0: an old router that does not say
};
std::optional<PathMtu> read_too_big(const uint8_t* packet, const IpView& view);

}  // namespace kw
