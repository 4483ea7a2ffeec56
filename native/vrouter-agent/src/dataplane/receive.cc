// From the wire to a decision: what is for the router, what is ESP, what passes through.
#include <rte_ethdev.h>

#include <algorithm>

#include "dataplane/worker.h"
#include "packet/checksum.h"

namespace kw {
namespace {

constexpr uint16_t kEtherIpv4 = 0x0800, kEtherArp = 0x0806, kEtherIpv6 = 0x86dd;
constexpr unsigned kEthernet = 14;

bool is_multicast(const IpView& v) {
  uint64_t top = v.destination.hi >> 56;
  return v.family == 4 ? (top & 0xf0) == 0xe0 || v.destination.hi >> 32 == 0xffffffff : top == 0xff;
}

bool is_neighbour_discovery(const IpView& v) {
  unsigned type = v.source_port >> 8;  // the ICMP type stands in for the port
  return v.protocol == kProtoIcmp6 && v.ports_visible && type >= 133 && type <= 137;
}

}  // namespace

void Worker::receive(rte_mbuf* m, uint16_t port_index) {
  meta_of(m) = Meta{};
  meta_of(m).port = port_index;
  if (m->nb_segs > 1 && rte_pktmbuf_linearize(m) != 0) return drop(m, Drop::kLinearize);
  if (rte_pktmbuf_data_len(m) < kEthernet) return drop(m, Drop::kEthernet);
  const uint8_t* frame = octets(m);
  if ((frame[0] & 1) == 0 && load_mac(frame) != plane_.ports[port_index].mac) return drop(m, Drop::kOtherMac);
  switch (load_be16(frame + 12)) {
    case kEtherArp:
      return to_slow_path(m, Slow::kArp);
    case kEtherIpv4:
    case kEtherIpv6:
      rte_pktmbuf_adj(m, kEthernet);
      return receive_ip(m, port_index);
    default:
      return drop(m, Drop::kEthernet);
  }
}

void Worker::receive_ip(rte_mbuf* m, uint16_t port_index) {
  IpView view;
  if (parse_ip(octets(m), rte_pktmbuf_data_len(m), view) != IpError::kNone) return drop(m, Drop::kIpHeader);
  // What Ethernet padded is no part of the packet.
  if (rte_pktmbuf_pkt_len(m) > view.length) {
    rte_pktmbuf_trim(m, static_cast<uint16_t>(rte_pktmbuf_pkt_len(m) - view.length));
  }
  if (view.family == 6 && is_neighbour_discovery(view)) return to_slow_path(m, Slow::kNeighbourDiscovery);
  if (is_multicast(view)) return drop(m, Drop::kNotForUs);
  if (plane_.is_local(view.family, view.destination)) return for_router(m, view, port_index);
  transit(m, view, port_index);
}

void Worker::for_router(rte_mbuf* m, const IpView& first_view, uint16_t port_index) {
  IpView view = first_view;
  if (view.fragment) {
    m = reassemble(m, view);
    if (m == nullptr) return;
    if (parse_ip(octets(m), rte_pktmbuf_data_len(m), view) != IpError::kNone) return drop(m, Drop::kIpHeader);
  }
  const uint8_t* upper = octets(m) + view.header_length;
  size_t left = view.length - view.header_length;
  switch (view.protocol) {
    case kProtoEsp:
      take_esp(m, view, false, 0, false);
      return;
    case kProtoUdp: {
      if (left < 8) return drop(m, Drop::kIpHeader);
      uint16_t to = view.destination_port;
      if (std::find(plane_.ike_ports.begin(), plane_.ike_ports.end(), to) == plane_.ike_ports.end()) {
        return drop(m, Drop::kNotForUs);
      }
      size_t length = load_be16(upper + 4);
      if (length < 8 || length > left) return drop(m, Drop::kIpHeader);
      if (to == plane_.encapsulation_port) {
        switch (classify_encap(upper + 8, length - 8)) {
          case UdpEncap::kKeepalive:
            return drop(m, Drop::kKeepalive);
          case UdpEncap::kMalformed:
            return drop(m, Drop::kNotForUs);
          case UdpEncap::kEsp:
            take_esp(m, view, true, view.source_port, false);
            return;
          case UdpEncap::kIke:
            break;
        }
      }
      if (!plane_.ike_wanted.load(std::memory_order_relaxed)) return drop(m, Drop::kNoController);
      return to_slow_path(m, Slow::kIke);
    }
    case kProtoIcmp:
    case kProtoIcmp6:
      meta_of(m).port = port_index;
      return to_slow_path(m, Slow::kLocal);
    default:
      return drop(m, Drop::kNotForUs);
  }
}

// Gives an ESP packet to the core that its SA is at home on. Returns false when it is none of ours and `transit`
// allows that: then the packet is still the caller's.
bool Worker::take_esp(rte_mbuf* m, const IpView& view, bool udp, uint16_t source_port, bool transit) {
  unsigned esp_at = view.header_length + (udp ? 8u : 0u);
  if (view.length < esp_at + 8) {
    if (transit) return false;
    drop(m, Drop::kEspMalformed);
    return true;
  }
  uint8_t* ip = octets(m);
  uint32_t spi = load_be32(ip + esp_at);
  Sa* sa = plane_.sad->by_spi(spi);
  const Outer* outer = sa == nullptr ? nullptr : sa->outer.load(std::memory_order_acquire);
  if (sa == nullptr || outer->local != view.destination_address()) {
    if (transit) return false;
    uint64_t second = now_ / plane_.hz;
    if (second != unknown_spi_second_) {
      unknown_spi_second_ = second;
      unknown_spi_told_ = 0;
    }
    if (unknown_spi_told_++ < 100) {
      Note note{};
      note.kind = Note::Kind::kUnknownSpi;
      note.spi = spi;
      note.source = view.source_address();
      note.destination = view.destination_address();
      note.source_port = source_port;
      plane_.tell(note);
    }
    drop(m, Drop::kUnknownSpi);
    return true;
  }
  if (outer->udp() != udp) {
    drop(m, Drop::kEncapsulation);
    return true;
  }
  // The library keeps lengths of headers in nine bits; nobody needs that many extension headers before ESP.
  if (esp_at > kMostHeaders) {
    drop(m, Drop::kEspMalformed);
    return true;
  }
  Meta& meta = meta_of(m);
  meta.outbound = false;
  meta.sa = sa->ref;
  meta.udp = udp;
  meta.outer_tos = view.tos;
  meta.outer_source = view.source_address();
  meta.outer_source_port = source_port;
  meta.sequence = load_be32(ip + esp_at + 4);
  if (udp && sa->mode == Mode::kTransport) {
    // The library would leave the UDP header where it is; take it out before.
    std::memmove(ip + 8, ip, view.header_length);
    ip = reinterpret_cast<uint8_t*>(rte_pktmbuf_adj(m, 8));
    if (view.family == 4) {
      store_be16(ip + 2, static_cast<uint16_t>(view.length - 8));
      ip[9] = kProtoEsp;
    } else {
      store_be16(ip + 4, static_cast<uint16_t>(view.length - 48));
      ip[view.next_header_at] = kProtoEsp;
    }
    esp_at -= 8;
  }
  m->l2_len = 0;
  m->l3_len = esp_at & kMostHeaders;
  meta.header_length = static_cast<uint16_t>(esp_at);
  meta.wire_length = rte_pktmbuf_pkt_len(m);
  if (sa->home == index_) {
    esp(m, sa);
  } else {
    meta.job = Job::kEsp;
    to_worker(sa->home, m);
  }
  return true;
}

rte_mbuf* Worker::reassemble(rte_mbuf* m, const IpView& view) {
  uint8_t* ip = octets(m);
  m->l2_len = 0;
  rte_mbuf* whole;
  if (view.family == 4) {
    m->l3_len = view.header_length & kMostHeaders;
    whole = rte_ipv4_frag_reassemble_packet(fragments_, &death_row_, m, now_, reinterpret_cast<rte_ipv4_hdr*>(ip));
  } else {
    if (view.fragment_header_at != 40) {
      drop(m, Drop::kReassembly);
      return nullptr;
    }
    m->l3_len = 48;
    whole = rte_ipv6_frag_reassemble_packet(fragments_, &death_row_, m, now_, reinterpret_cast<rte_ipv6_hdr*>(ip),
                                            reinterpret_cast<rte_ipv6_fragment_ext*>(ip + 40));
  }
  if (whole == nullptr) return nullptr;
  if (whole->nb_segs > 1 && rte_pktmbuf_linearize(whole) != 0) {
    drop(whole, Drop::kLinearize);
    return nullptr;
  }
  ip = octets(whole);
  if (view.family == 4) write_ipv4_checksum(ip, static_cast<size_t>(ip[0] & 0xf) * 4);
  return whole;
}

// A packet that is not for the router itself.
void Worker::transit(rte_mbuf* m, const IpView& view, uint16_t port_index) {
  const Port& port = plane_.ports[port_index];
  if (port.protected_side) return leave(m, view, Origin::kProtectedPort);

  // The router may do ESP for a host behind it (RFC 4301 section 3.3, "bump in the wire").
  if (view.protocol == kProtoEsp && !view.fragment && take_esp(m, view, false, 0, true)) return;

  const Policy* policy = plane_.inbound->find(view);
  if (policy == nullptr) return drop(m, Drop::kNoPolicy);
  PolicyCounters& counters = *policy->counters;
  if (policy->action == Action::kBypass && plane_.policies_complete.load(std::memory_order_acquire)) {
    counters.packets.fetch_add(1, std::memory_order_relaxed);
    counters.bytes.fetch_add(view.length, std::memory_order_relaxed);
    return leave(m, view, Origin::kUnprotectedPort);
  }
  counters.dropped_packets.fetch_add(1, std::memory_order_relaxed);
  counters.dropped_bytes.fetch_add(view.length, std::memory_order_relaxed);
  switch (policy->action) {
    case Action::kBypass:
      return drop(m, Drop::kNotComplete);
    case Action::kProtect:
      return drop(m, Drop::kClearForProtected);
    case Action::kDiscard:
      return drop(m, Drop::kDiscard);
    default:
      return drop(m, Drop::kHold);
  }
}

}  // namespace kw
