// What a frame or a packet that came is: the first look at octets of strangers. No DPDK and no memory here, so that a
// fuzzer can call it with exactly the octets that came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "packet/checksum.h"
#include "packet/ip.h"

namespace kw {

constexpr size_t kEthernetHeader = 14;
constexpr uint16_t kEtherIpv4 = 0x0800, kEtherArp = 0x0806, kEtherIpv6 = 0x86dd;

enum class Frame : uint8_t {
  kIp,
  kArp,
  kOtherMac,  // for another station
  kUnknown,   // a runt, or an ethertype of nobody's (802.1Q tags among them: ports carry one network each)
};

inline Frame classify_frame(const uint8_t* frame, size_t length, uint64_t own_mac) {
  if (length < kEthernetHeader) return Frame::kUnknown;
  uint64_t to = static_cast<uint64_t>(load_be16(frame)) << 32 | load_be32(frame + 2);
  if ((frame[0] & 1) == 0 && to != own_mac) return Frame::kOtherMac;
  switch (load_be16(frame + 12)) {
    case kEtherArp:
      return Frame::kArp;
    case kEtherIpv4:
    case kEtherIpv6:
      return Frame::kIp;
    default:
      return Frame::kUnknown;
  }
}

inline bool is_multicast(uint8_t family, const Bits128& a) {
  uint64_t top = a.hi >> 56;
  return family == 4 ? (top & 0xf0) == 0xe0 || a.hi >> 32 == 0xffffffff : top == 0xff;
}

// Addresses that no packet between hosts has (RFC 1812 sections 5.3.7 and 4.2.2.11, RFC 4291 sections 2.5.2 and 2.5.3):
// none at all, loopback, groups, and IPv4 to or from "this network".
inline bool is_no_host(uint8_t family, const Bits128& a) {
  if (family == 4) return a.hi >> 56 == 0 || a.hi >> 56 == 127 || a.hi >> 60 >= 0xe;
  return (a.hi == 0 && a.lo <= 1) || a.hi >> 56 == 0xff;
}

inline bool is_neighbour_discovery(const IpView& v) {
  unsigned type = v.source_port >> 8;  // the ICMP type stands in for the port
  return v.protocol == kProtoIcmp6 && v.ports_visible && type >= 133 && type <= 137;
}

// What a whole packet to the router itself asks for.
enum class Asked : uint8_t { kEsp, kEspInUdp, kIke, kKeepalive, kIcmp, kNone, kMalformed };

struct IkePorts {
  uint16_t plain = 500, encapsulated = 4500;
};

inline Asked service_of(const uint8_t* packet, const IpView& view, const IkePorts& ports) {
  size_t left = view.length - view.header_length;
  switch (view.protocol) {
    case kProtoEsp:
      return Asked::kEsp;
    case kProtoUdp: {
      if (left < 8) return Asked::kMalformed;
      const uint8_t* udp = packet + view.header_length;
      if (view.destination_port != ports.plain && view.destination_port != ports.encapsulated) return Asked::kNone;
      size_t length = load_be16(udp + 4);
      if (length < 8 || length > left) return Asked::kMalformed;
      if (view.destination_port != ports.encapsulated) return Asked::kIke;
      switch (classify_encap(udp + 8, length - 8)) {
        case UdpEncap::kKeepalive:
          return Asked::kKeepalive;
        case UdpEncap::kEsp:
          return Asked::kEspInUdp;
        case UdpEncap::kIke:
          return Asked::kIke;
        case UdpEncap::kMalformed:
          break;
      }
      return Asked::kNone;
    }
    case kProtoIcmp:
    case kProtoIcmp6:
      return Asked::kIcmp;
    default:
      return Asked::kNone;
  }
}

// An ESP header, plain or in UDP. The datagram's own length counts: what stands behind it is none of ESP's.
struct EspView {
  uint16_t at = 0;      // octets before the ESP header
  uint32_t length = 0;  // octets of the packet that ESP has its part of, from the IP header on
  uint32_t spi = 0;
  uint32_t sequence = 0;
};

inline std::optional<EspView> read_esp(const uint8_t* packet, const IpView& view, bool udp) {
  EspView esp;
  esp.at = static_cast<uint16_t>(view.header_length + (udp ? 8 : 0));
  esp.length = view.length;
  if (udp) {
    if (view.length < view.header_length + 8u) return std::nullopt;
    size_t size = load_be16(packet + view.header_length + 4);
    if (size < 8 || size > view.length - view.header_length) return std::nullopt;
    esp.length = view.header_length + static_cast<uint32_t>(size);
  }
  if (esp.length < esp.at + 8u) return std::nullopt;
  esp.spi = load_be32(packet + esp.at);
  esp.sequence = load_be32(packet + esp.at + 4);
  return esp;
}

// Moves the IP header over the UDP header behind it, which the packet loses: from then on it begins 8 octets later
// and is plain ESP. `length` is that of the packet before.
inline void take_udp_out(uint8_t* packet, const IpView& view, uint32_t length) {
  std::memmove(packet + 8, packet, view.header_length);
  uint8_t* ip = packet + 8;
  if (view.family == 4) {
    store_be16(ip + 2, static_cast<uint16_t>(length - 8));
    ip[9] = kProtoEsp;
  } else {
    store_be16(ip + 4, static_cast<uint16_t>(length - 48));
    ip[view.next_header_at] = kProtoEsp;
  }
}

// The IKE message of a datagram that service_of() calls kIke.
struct IkeMessage {
  uint16_t at = 0;
  uint32_t length = 0;
  bool marker = false;
};

// Nothing: no message in it, or a checksum that is wrong.
inline std::optional<IkeMessage> read_ike(const uint8_t* packet, const IpView& view, const IkePorts& ports) {
  if (view.protocol != kProtoUdp || view.fragment || view.length < view.header_length + 8u) return std::nullopt;
  const uint8_t* udp = packet + view.header_length;
  uint32_t size = load_be16(udp + 4);
  if (size < 8 || size > view.length - view.header_length) return std::nullopt;
  IkeMessage m;
  m.marker = view.destination_port == ports.encapsulated;
  uint32_t skip = 8 + (m.marker ? 4 : 0);
  if (size <= skip) return std::nullopt;
  // RFC 768: a checksum of zero is none, over IPv4.
  if ((load_be16(udp + 6) != 0 || view.family == 6) &&
      fold(sum16(udp, size, pseudo_header(packet, kProtoUdp, size))) != 0) {
    return std::nullopt;
  }
  m.at = static_cast<uint16_t>(view.header_length + skip);
  m.length = size - skip;
  return m;
}

// Takes one off the TTL or hop limit, which must be at least 1.
inline void take_hop(uint8_t* packet, uint8_t family) {
  if (family == 4) {
    packet[8]--;
    // RFC 1141, with the care of RFC 1624 section 3 for a sum of 0xffff.
    uint32_t sum = load_be16(packet + 10) + 0x100u;
    store_be16(packet + 10, static_cast<uint16_t>(sum + (sum >= 0xffff ? 1 : 0)));
  } else {
    packet[7]--;
  }
}

// Writes the ECN field of an IP header.
inline void write_ecn(uint8_t* packet, const IpView& view, unsigned ecn) {
  auto tos = static_cast<uint8_t>((view.tos & 0xfc) | ecn);
  if (view.family == 4) {
    uint16_t before = load_be16(packet);
    packet[1] = tos;
    adjust_checksum(packet + 10, before, load_be16(packet));
  } else {
    store_be16(packet, static_cast<uint16_t>((load_be16(packet) & 0xf00f) | tos << 4));
  }
}

}  // namespace kw
