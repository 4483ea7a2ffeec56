#include "packet/icmp.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "packet/checksum.h"

namespace kw {
namespace {

constexpr uint8_t kUnreachable = 3, kExceeded = 11;
constexpr uint8_t kTooBig6 = 2, kExceeded6 = 3;

bool is_icmp_error(const IpView& v) {
  if (!v.ports_visible) return v.protocol == kProtoIcmp || v.protocol == kProtoIcmp6;
  unsigned type = v.source_port >> 8;
  if (v.protocol == kProtoIcmp6) return type < 128;
  return v.protocol == kProtoIcmp && type != 0 && type != 8 && type != 13 && type != 14;
}

bool single_host(const Address& a) {
  uint64_t top = a.bits.hi >> 56;
  if (a.family == 4) return top != 0 && top < 224 && top != 127;
  return (a.bits.hi != 0 || a.bits.lo > 1) && top != 0xff;
}

}  // namespace

size_t build_icmp_error(IcmpError kind, uint16_t mtu, const Address& from, const uint8_t* packet, const IpView& view,
                        uint8_t* out) {
  if (from.family != view.family || is_icmp_error(view) || view.fragment_offset != 0 ||
      !single_host(view.source_address())) {
    return 0;
  }
  bool v4 = view.family == 4;
  size_t header = v4 ? 20 : 40;
  // RFC 1812 section 4.3.2.3 and RFC 4443 section 2.4: as much as fits, here 576 and 1280 octets.
  size_t room = (v4 ? 576 : kIcmpErrorRoom) - header - 8;
  size_t quoted = std::min<size_t>(view.length, room);
  std::memset(out, 0, header + 8);
  uint8_t* icmp = out + header;
  std::memcpy(icmp + 8, packet, quoted);
  size_t size = 8 + quoted;
  if (v4) {
    out[0] = 0x45;
    out[1] = 0xc0;
    store_be16(out + 2, static_cast<uint16_t>(header + size));
    out[8] = 64;
    out[9] = kProtoIcmp;
    from.store(out + 12);
    view.source_address().store(out + 16);
    icmp[0] = kind == IcmpError::kTooBig ? kUnreachable : kExceeded;
    icmp[1] = kind == IcmpError::kTooBig ? 4 : 0;
    if (kind == IcmpError::kTooBig) store_be16(icmp + 6, mtu);
    write_ipv4_checksum(out, 20);
    store_be16(icmp + 2, fold(sum16(icmp, size)));
  } else {
    out[0] = 0x60;
    store_be16(out + 4, static_cast<uint16_t>(size));
    out[6] = kProtoIcmp6;
    out[7] = 64;
    from.store(out + 8);
    view.source_address().store(out + 24);
    icmp[0] = kind == IcmpError::kTooBig ? kTooBig6 : kExceeded6;
    if (kind == IcmpError::kTooBig) store_be32(icmp + 4, mtu);
    store_be16(icmp + 2, fold(sum16(icmp, size, pseudo_header(out, kProtoIcmp6, static_cast<uint32_t>(size)))));
  }
  return header + size;
}

bool make_echo_reply(uint8_t* packet, const IpView& view) {
  size_t size = view.length - view.header_length;
  if (size < 8 || view.fragment) return false;
  uint8_t* icmp = packet + view.header_length;
  bool v4 = view.family == 4;
  if (v4 ? view.protocol != kProtoIcmp || icmp[0] != 8 : view.protocol != kProtoIcmp6 || icmp[0] != 128) return false;
  uint64_t pseudo = v4 ? 0 : pseudo_header(packet, kProtoIcmp6, static_cast<uint32_t>(size));
  if (fold(sum16(icmp, size, pseudo)) != 0) return false;
  if (!v4 && view.header_length != 40) return false;
  icmp[0] = v4 ? 0 : 129;
  store_be16(icmp + 2, 0);
  if (v4) {
    std::swap_ranges(packet + 12, packet + 16, packet + 16);
    packet[8] = 64;
    store_be16(packet + 6, 0);
    write_ipv4_checksum(packet, view.header_length);
  } else {
    std::swap_ranges(packet + 8, packet + 24, packet + 24);
    packet[7] = 64;
  }
  // From the start: adjusting would get a message of nothing but zeros wrong. The addresses only changed places.
  store_be16(icmp + 2, fold(sum16(icmp, size, pseudo)));
  return true;
}

std::optional<PathMtu> read_too_big(const uint8_t* packet, const IpView& view) {
  size_t size = view.length - view.header_length;
  if (size < 8 || view.fragment) return std::nullopt;
  const uint8_t* icmp = packet + view.header_length;
  PathMtu result;
  if (view.protocol == kProtoIcmp && icmp[0] == kUnreachable && icmp[1] == 4) {
    if (fold(sum16(icmp, size)) != 0) return std::nullopt;
    result.mtu = load_be16(icmp + 6);
  } else if (view.protocol == kProtoIcmp6 && icmp[0] == kTooBig6) {
    uint64_t pseudo = pseudo_header(packet, kProtoIcmp6, static_cast<uint32_t>(size));
    if (fold(sum16(icmp, size, pseudo)) != 0) return std::nullopt;
    result.mtu = load_be32(icmp + 4);
  } else {
    return std::nullopt;
  }
  IpView inner;
  if (parse_quoted_ip(icmp + 8, size - 8, inner) != IpError::kNone) return std::nullopt;
  size_t esp = inner.header_length;
  if (inner.protocol == kProtoUdp) {
    esp += 8;
  } else if (inner.protocol != kProtoEsp) {
    return std::nullopt;
  }
  if (inner.length < esp + 4) return std::nullopt;
  result.spi = load_be32(icmp + 8 + esp);
  result.source = inner.source_address();
  result.destination = inner.destination_address();
  return result;
}

}  // namespace kw
