// Transport mode through a NAT: the checksums of TCP, UDP and ICMPv6 cover addresses that the NAT has changed, and the
// NAT could not see them to put them right (RFC 3948 section 3.1.2).
#pragma once

#include "packet/checksum.h"
#include "packet/ip.h"

namespace kw {

// The addresses that the sender computed with (NAT-OA of RFC 3947 section 5.2; in IKEv2 those of its traffic
// selectors, RFC 7296 section 2.23.1). Family 0: not known.
struct OriginalAddresses {
  Address source, destination;

  bool known() const { return source.family != 0; }
};

namespace transport_checksum {

inline void adjust_words(uint8_t* checksum, const Address& before, const Address& now) {
  uint8_t a[16], b[16];
  before.store(a);
  now.store(b);
  for (unsigned i = 0; i < before.size(); i += 2) adjust_checksum(checksum, load_be16(a + i), load_be16(b + i));
}

}  // namespace transport_checksum

// Puts the checksum right in place; true if it was changed. `packet` is whole (as parse_ip() saw it) and authentic.
//
// With the original addresses the difference is added, so that what was damaged before it was encrypted still shows. Without
// them a checksum that does not hold is computed anew, which the RFC allows too, as ESP has vouched for the octets.
inline bool mend_transport_checksum(uint8_t* packet, const IpView& view, const OriginalAddresses& original) {
  if (view.fragment) return false;
  uint32_t size = view.length - view.header_length;
  uint8_t* upper = packet + view.header_length;
  uint32_t at = 0;
  switch (view.protocol) {
    case kProtoTcp:
      if (size < 20) return false;
      at = 16;
      break;
    case kProtoUdp: {
      if (size < 8) return false;
      uint32_t own = load_be16(upper + 4);
      if (own < 8 || own > size) return false;
      size = own;
      at = 6;
      // None was computed (RFC 768).
      if (load_be16(upper + at) == 0) return false;
      break;
    }
    case kProtoIcmp6:
      if (view.family != 6 || size < 4) return false;
      at = 2;
      break;
    default:
      return false;
  }
  uint8_t* checksum = upper + at;
  uint16_t before = load_be16(checksum);
  if (original.known()) {
    if (original.source.family != view.family || original.destination.family != view.family) return false;
    transport_checksum::adjust_words(checksum, original.source, view.source_address());
    transport_checksum::adjust_words(checksum, original.destination, view.destination_address());
  } else {
    if (fold(sum16(upper, size, pseudo_header(packet, view.protocol, size))) == 0) return false;
    store_be16(checksum, 0);
    store_be16(checksum, fold(sum16(upper, size, pseudo_header(packet, view.protocol, size))));
  }
  if (view.protocol == kProtoUdp && load_be16(checksum) == 0) store_be16(checksum, 0xffff);
  return load_be16(checksum) != before;
}

}  // namespace kw
