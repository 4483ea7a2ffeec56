#include "packet/link.h"

#include <cstring>

#include "packet/checksum.h"
#include "packet/ip.h"

namespace kw {
namespace {

constexpr uint8_t kSolicitation = 135, kAdvertisement = 136;

uint64_t mac_at(const uint8_t* p) { return static_cast<uint64_t>(load_be16(p)) << 32 | load_be32(p + 2); }

void put_mac(uint8_t* p, uint64_t mac) {
  store_be16(p, static_cast<uint16_t>(mac >> 32));
  store_be32(p + 2, static_cast<uint32_t>(mac));
}

void ethernet(uint8_t* frame, uint64_t to, uint64_t from, uint16_t type) {
  put_mac(frame, to);
  put_mac(frame + 6, from);
  store_be16(frame + 12, type);
}

size_t nd(uint8_t type, uint64_t own_mac, const Address& from, uint64_t to_mac, const Address& to, uint32_t flags,
          const Address& target, uint8_t option, uint8_t* frame) {
  std::memset(frame, 0, kNdFrame);
  ethernet(frame, to_mac, own_mac, 0x86dd);
  uint8_t* ip = frame + 14;
  ip[0] = 0x60;
  store_be16(ip + 4, 32);
  ip[6] = kProtoIcmp6;
  ip[7] = 255;
  from.store(ip + 8);
  to.store(ip + 24);
  uint8_t* icmp = ip + 40;
  icmp[0] = type;
  store_be32(icmp + 4, flags);
  target.store(icmp + 8);
  icmp[24] = option;
  icmp[25] = 1;
  put_mac(icmp + 26, own_mac);
  store_be16(icmp + 2, fold(sum16(icmp, 32, pseudo_header(ip, kProtoIcmp6, 32))));
  return kNdFrame;
}

}  // namespace

std::optional<Resolution> read_arp(const uint8_t* frame, size_t length) {
  if (length < 42) return std::nullopt;
  const uint8_t* arp = frame + 14;
  uint16_t operation = load_be16(arp + 6);
  if (load_be16(arp) != 1 || load_be16(arp + 2) != 0x0800 || arp[4] != 6 || arp[5] != 4 || operation < 1 ||
      operation > 2) {
    return std::nullopt;
  }
  Resolution r;
  r.request = operation == 1;
  r.sender = Address::v4(arp + 14);
  r.sender_mac = mac_at(arp + 8);
  r.target = Address::v4(arp + 24);
  if (r.sender.bits.hi == 0) r.sender = {};
  if ((arp[8] & 1) != 0 || r.sender_mac == 0) return std::nullopt;
  return r;
}

std::optional<Resolution> read_nd(const uint8_t* packet, size_t length) {
  IpView view;
  if (parse_ip(packet, length, view) != IpError::kNone || view.family != 6 || view.protocol != kProtoIcmp6 ||
      view.header_length != 40 || view.ttl != 255 || view.fragment) {
    return std::nullopt;
  }
  size_t size = view.length - 40;
  const uint8_t* icmp = packet + 40;
  if (size < 24 || (icmp[0] != kSolicitation && icmp[0] != kAdvertisement) || icmp[1] != 0) return std::nullopt;
  if (fold(sum16(icmp, size, pseudo_header(packet, kProtoIcmp6, static_cast<uint32_t>(size)))) != 0) return std::nullopt;
  Resolution r;
  r.request = icmp[0] == kSolicitation;
  r.target = Address::v6(icmp + 8);
  if (r.target.bits.hi >> 56 == 0xff) return std::nullopt;
  bool unspecified = view.source == Bits128{};
  uint8_t wanted = r.request ? 1 : 2;
  for (size_t at = 24; at < size;) {
    if (size - at < 8) return std::nullopt;
    size_t option = static_cast<size_t>(icmp[at + 1]) * 8;
    if (option == 0 || option > size - at) return std::nullopt;
    if (icmp[at] == wanted) r.sender_mac = mac_at(icmp + at + 2);
    at += option;
  }
  if (r.request) {
    if (!unspecified) r.sender = view.source_address();
  } else {
    if (r.sender_mac == 0) return std::nullopt;
    r.sender = r.target;
  }
  if ((r.sender_mac >> 40 & 1) != 0) return std::nullopt;
  return r;
}

size_t write_arp(bool request, uint64_t own_mac, const Address& own, uint64_t to_mac, const Address& to,
                 uint8_t* frame) {
  std::memset(frame, 0, kArpFrame);
  ethernet(frame, request && to_mac == 0 ? 0xffffffffffffULL : to_mac, own_mac, 0x0806);
  uint8_t* arp = frame + 14;
  store_be16(arp, 1);
  store_be16(arp + 2, 0x0800);
  arp[4] = 6;
  arp[5] = 4;
  store_be16(arp + 6, request ? 1 : 2);
  put_mac(arp + 8, own_mac);
  own.store(arp + 14);
  if (!request) put_mac(arp + 18, to_mac);
  to.store(arp + 24);
  return kArpFrame;
}

size_t write_nd_solicitation(uint64_t own_mac, const Address& own, const Address& target, uint8_t* frame) {
  // The solicited-node group (RFC 4291 section 2.7.1) and its Ethernet address (RFC 2464 section 7).
  uint64_t low = target.bits.lo & 0xffffff;
  Address group{6, {0xff02000000000000ULL, 0x00000001ff000000ULL | low}};
  return nd(kSolicitation, own_mac, own, 0x3333ff000000ULL | low, group, 0, target, 1, frame);
}

size_t write_nd_advertisement(uint64_t own_mac, const Address& own, uint64_t to_mac, const Address& to, bool solicited,
                              uint8_t* frame) {
  // A router (R), perhaps an answer (S), and to be believed (O).
  uint32_t flags = 0x80000000u | (solicited ? 0x40000000u : 0u) | 0x20000000u;
  return nd(kAdvertisement, own_mac, own, to_mac, to, flags, own, 2, frame);
}

}  // namespace kw
