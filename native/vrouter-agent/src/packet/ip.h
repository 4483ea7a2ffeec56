// Reads the headers of one IP packet. Everything here reads octets of strangers: every length is checked before
// it is used, nothing is allocated, and nothing of DPDK is needed, so that a fuzzer can call it as it is.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/address.h"
#include "packet/checksum.h"

namespace kw {

enum : uint8_t {
  kProtoHopOptions = 0,
  kProtoIcmp = 1,
  kProtoIpv4 = 4,
  kProtoTcp = 6,
  kProtoUdp = 17,
  kProtoIpv6 = 41,
  kProtoRouting = 43,
  kProtoFragment = 44,
  kProtoEsp = 50,
  kProtoAh = 51,
  kProtoIcmp6 = 58,
  kProtoNoNext = 59,
  kProtoDestOptions = 60,
  kProtoMobility = 135,
  kProtoUdpLite = 136,
  kProtoSctp = 132,
  kProtoDccp = 33,
};

struct IpView {
  uint8_t family = 0;
  // The protocol after all extension headers.
  uint8_t protocol = 0;
  uint8_t tos = 0;
  uint8_t ttl = 0;
  bool dont_fragment = false;
  // Part of a fragmented packet, and whether it is the first part.
  bool fragment = false;
  bool more_fragments = false;
  uint16_t fragment_offset = 0;  // octets
  // Ports (or ICMP type and code) could be read.
  bool ports_visible = false;
  uint16_t source_port = 0;
  uint16_t destination_port = 0;
  // Octets before the upper-layer header, extension headers included.
  uint16_t header_length = 0;
  // Octets of the packet as its header says; never more than were handed over.
  uint32_t length = 0;
  // IPv6: where the octet stands that names the upper-layer protocol.
  uint16_t next_header_at = 0;
  // IPv6: octets before a fragment header, 0 without one.
  uint16_t fragment_header_at = 0;
  Bits128 source;
  Bits128 destination;

  Address source_address() const { return {family, source}; }
  Address destination_address() const { return {family, destination}; }
};

enum class IpError : uint8_t {
  kNone,
  kTruncated,      // shorter than its headers say
  kVersion,        // neither IPv4 nor IPv6
  kHeader,         // a length field that cannot be
  kChecksum,       // IPv4 header checksum
  kExtensions,     // more extension headers than anybody needs, or a source route
};

// Reads `length` octets from the IP header on.
IpError parse_ip(const uint8_t* data, size_t length, IpView& view);

// The same, quick for what most packets are: whole packets of IPv4 without options, with TCP or UDP or ESP inside. `view` is
// not to be relied on unless the result is kNone.
inline IpError parse_ip_quickly(const uint8_t* data, size_t length, IpView& view) {
  if (length < 24 || data[0] != 0x45) return parse_ip(data, length, view);
  size_t total = load_be16(data + 2);
  uint8_t protocol = data[9];
  uint16_t fragment = load_be16(data + 6);
  bool ports = protocol == kProtoUdp || protocol == kProtoTcp;
  if (total < 24 || total > length || (fragment & 0x3fff) != 0 || (!ports && protocol != kProtoEsp) ||
      !ipv4_checksum_holds(data, 20)) {
    return parse_ip(data, length, view);
  }
  view.family = 4;
  view.protocol = protocol;
  view.tos = data[1];
  view.ttl = data[8];
  view.dont_fragment = (fragment & 0x4000) != 0;
  view.fragment = false;
  view.more_fragments = false;
  view.fragment_offset = 0;
  view.ports_visible = ports;
  view.source_port = ports ? load_be16(data + 20) : uint16_t{0};
  view.destination_port = ports ? load_be16(data + 22) : uint16_t{0};
  view.header_length = 20;
  view.length = static_cast<uint32_t>(total);
  view.next_header_at = 0;
  view.fragment_header_at = 0;
  view.source = {static_cast<uint64_t>(load_be32(data + 12)) << 32, 0};
  view.destination = {static_cast<uint64_t>(load_be32(data + 16)) << 32, 0};
  return IpError::kNone;
}

// Reads the packet inside an ICMP error, which is allowed to be cut off after 8 octets of its upper layer
// (RFC 792). Ports are those of the packet that was sent.
IpError parse_quoted_ip(const uint8_t* data, size_t length, IpView& view);

// What IKE and ESP look like in UDP (RFC 3948 section 2).
enum class UdpEncap : uint8_t { kIke, kEsp, kKeepalive, kMalformed };
UdpEncap classify_encap(const uint8_t* payload, size_t length);

const char* name_of(IpError error);

}  // namespace kw
