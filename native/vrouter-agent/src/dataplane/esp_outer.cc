// The outer headers of what was encrypted.
#include "dataplane/worker.h"
#include "packet/checksum.h"
#include "packet/tunnel.h"

namespace kw {
namespace {

// The library put a header of the family before the packet that the SA was made with, and the SA has moved to the
// other one (MOBIKE, RFC 4555 section 3.5). Writes what does not differ from packet to packet; null without room.
uint8_t* other_header(rte_mbuf* m, uint8_t made, uint8_t wanted) {
  unsigned before = made == 4 ? 20 : 40;
  unsigned now = wanted == 4 ? 20 : 40;
  uint16_t identification = load_be16(octets(m) + before + 6);  // the sequence number's low half
  auto* ip = reinterpret_cast<uint8_t*>(now > before ? rte_pktmbuf_prepend(m, static_cast<uint16_t>(now - before))
                                                     : rte_pktmbuf_adj(m, static_cast<uint16_t>(before - now)));
  if (ip == nullptr) return nullptr;
  std::memset(ip, 0, now);
  if (wanted == 4) {
    ip[0] = 0x45;
    store_be16(ip + 4, identification);
    ip[8] = 64;
    ip[9] = kProtoEsp;
  } else {
    ip[0] = 0x60;
    ip[6] = kProtoEsp;
    ip[7] = 64;
  }
  return ip;
}

}  // namespace

// Packets of one SA that the library and the device are done with: finishes their outer headers, and sends them.
void Worker::encrypted(Sa* sa, rte_mbuf** packets, unsigned n) {
  const Outer& outer = *sa->outer.load(std::memory_order_acquire);
  uint64_t bytes = 0;
  for (unsigned i = 0; i < n; i++) bytes += meta_of(packets[i]).inner_length;
  counters_.encrypted.add(n);
  count(sa, n, bytes);
  if (sa->mode != Mode::kTunnel || sa->header_family != 4 || outer.local.family != 4 || outer.udp()) {
    for (unsigned i = 0; i < n; i++) encrypted_otherwise(sa, outer, packets[i]);
    return;
  }
  // What most SAs are. All of it but lengths, TOS, DF and identification is the same for all packets.
  Way& way = way_to(4, outer.remote.bits);
  uint64_t addresses = (outer.local.bits.hi & 0xffffffff00000000ULL) | outer.remote.bits.hi >> 32;
  uint32_t path_mtu = sa->path_mtu.load(std::memory_order_relaxed);
  for (unsigned i = 0; i < n; i++) {
    rte_mbuf* m = packets[i];
    Meta& meta = meta_of(m);
    uint8_t* ip = octets(m);
    uint32_t length = rte_pktmbuf_pkt_len(m);
    bool dont = length <= path_mtu && (sa->dont_fragment == DontFragment::kSet ||
                                       (sa->dont_fragment == DontFragment::kCopy && meta.inner_dont_fragment));
    uint64_t front = 0x4500000000000000ULL |
                     static_cast<uint64_t>(tos_at_ingress(meta.inner_tos, sa->copy_dscp, sa->dscp)) << 48 |
                     static_cast<uint64_t>(length & 0xffff) << 32 | static_cast<uint64_t>(load_be16(ip + 4)) << 16 |
                     (dont ? 0x4000 : 0);
    constexpr uint32_t kLife = kHopLimit << 8 | kProtoEsp;
    // Summed from what is written, as octets that were just written in small pieces are slow to read in large ones.
    uint16_t sum = fold((front >> 32) + (front & 0xffffffff) + kLife + (addresses >> 32) + (addresses & 0xffffffff));
    store_be64(ip, front);
    store_be32(ip + 8, kLife << 16 | sum);
    store_be64(ip + 12, addresses);
    meta.own = true;
    forward(m, way);
  }
}

void Worker::encrypted_otherwise(Sa* sa, const Outer& outer, rte_mbuf* m) {
  Meta& meta = meta_of(m);
  uint8_t* ip = octets(m);
  bool tunnel = sa->mode == Mode::kTunnel;
  bool v4 = outer.local.family == 4;
  unsigned header = tunnel ? (v4 ? 20 : 40) : meta.header_length;
  if (tunnel && sa->header_family != outer.local.family) {
    ip = other_header(m, sa->header_family, outer.local.family);
    if (ip == nullptr) return drop(m, Drop::kMemory);
  }
  if (outer.udp()) {
    auto* front = reinterpret_cast<uint8_t*>(rte_pktmbuf_prepend(m, 8));
    if (front == nullptr) return drop(m, Drop::kMemory);
    std::memmove(front, ip, header);
    ip = front;
  }
  uint32_t length = rte_pktmbuf_pkt_len(m);
  if (tunnel) {
    uint8_t tos = tos_at_ingress(meta.inner_tos, sa->copy_dscp, sa->dscp);
    if (v4) {
      bool dont = sa->dont_fragment == DontFragment::kSet ||
                  (sa->dont_fragment == DontFragment::kCopy && meta.inner_dont_fragment);
      if (length > sa->path_mtu.load(std::memory_order_relaxed)) dont = false;
      // Summed from what is written, as octets that were just written in small pieces are slow to read in large ones.
      auto local = static_cast<uint32_t>(outer.local.bits.hi >> 32);
      auto remote = static_cast<uint32_t>(outer.remote.bits.hi >> 32);
      uint8_t protocol = outer.udp() ? kProtoUdp : kProtoEsp;
      uint16_t flags = dont ? 0x4000 : 0;
      store_be16(ip, static_cast<uint16_t>(0x4500 | tos));
      store_be16(ip + 6, flags);
      store_be16(ip + 8, static_cast<uint16_t>(kHopLimit << 8 | protocol));
      store_be16(ip + 10, fold(0x4500ull + tos + length + load_be16(ip + 4) + flags + (kHopLimit << 8 | protocol) +
                               local + remote));
      store_be32(ip + 12, local);
      store_be32(ip + 16, remote);
    } else {
      store_be32(ip, 0x60000000u | static_cast<uint32_t>(tos) << 20);
      outer.local.store(ip + 8);
      outer.remote.store(ip + 24);
    }
  }
  if (v4) {
    store_be16(ip + 2, static_cast<uint16_t>(length));
    if (outer.udp() && !tunnel) ip[9] = kProtoUdp;
  } else {
    store_be16(ip + 4, static_cast<uint16_t>(length - 40));
    if (outer.udp()) ip[tunnel ? 6 : meta.next_header_at] = kProtoUdp;
  }
  if (outer.udp()) {
    uint8_t* udp = ip + header;
    uint32_t size = length - header;
    store_be16(udp, outer.local_port);
    store_be16(udp + 2, outer.remote_port);
    store_be16(udp + 4, static_cast<uint16_t>(size));
    store_be16(udp + 6, 0);
    if (!v4) {
      // A zero checksum, as over IPv4, would be thrown away by most receivers (RFC 8200 section 8.1).
      uint16_t sum = fold(sum16(udp, size, pseudo_header(ip, kProtoUdp, size)));
      store_be16(udp + 6, sum == 0 ? 0xffff : sum);
    }
  }
  if (v4 && !tunnel) write_ipv4_checksum(ip, static_cast<size_t>(ip[0] & 0xf) * 4);
  meta.own = true;
  forward(m, outer.remote.family, outer.remote.bits);
}

}  // namespace kw
