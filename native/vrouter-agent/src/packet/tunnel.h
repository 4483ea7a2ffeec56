// The arithmetic of tunnels: what outer and inner headers say to each other, and how much fits.
#pragma once

#include <cstdint>

namespace kw {

// RFC 6040 section 4.2, figure 4. Returns the inner ECN field after decapsulation, or -1: drop.
inline int ecn_at_egress(uint8_t inner_tos, uint8_t outer_tos) {
  unsigned inner = inner_tos & 3;
  unsigned outer = outer_tos & 3;
  if (outer == 3) return inner == 0 ? -1 : 3;
  if (outer == 1 && inner == 2) return 1;
  return static_cast<int>(inner);
}

// The outer TOS octet at the entry (RFC 4301 section 5.1.2.1, RFC 6040 section 4.1, normal mode).
inline uint8_t tos_at_ingress(uint8_t inner_tos, bool copy_dscp, uint8_t dscp) {
  return static_cast<uint8_t>((copy_dscp ? inner_tos & 0xfc : dscp << 2) | (inner_tos & 3));
}

// What ESP adds, apart from padding.
struct EspCost {
  uint16_t outer = 0;  // outer IP header (tunnel mode only) and UDP header
  uint8_t iv = 0;
  uint8_t icv = 0;
  uint8_t align = 4;   // of the encrypted part; a power of two

  // Octets on the wire of an inner packet of this size (transport mode: of what follows its IP header).
  uint32_t wire(uint32_t inner) const {
    uint32_t clear = inner + 2;
    uint32_t padded = (clear + align - 1) & ~(align - 1u);
    return outer + 8u + iv + padded + icv;
  }

  // The largest inner packet that fits into `mtu` octets on the wire; 0 if none does.
  uint32_t fits(uint32_t mtu) const {
    uint32_t fixed = outer + 8u + iv + icv;
    if (mtu < fixed + align) return 0;
    uint32_t room = (mtu - fixed) & ~(align - 1u);
    return room - 2;
  }
};

}  // namespace kw
