// From the wire to a decision: what is for the router, what is ESP, what passes through.
#include <rte_ethdev.h>

#include "dataplane/worker.h"
#include "packet/arrival.h"

namespace kw {
namespace {

// Packets whose octets are fetched before it is their turn.
constexpr unsigned kAhead = 4;

bool is_esp(const IpView& view) {
  return view.protocol == kProtoEsp && !view.fragment && view.length >= view.header_length + 8u;
}

uint32_t spi_of(rte_mbuf* m, const IpView& view) { return load_be32(octets(m) + view.header_length); }

}  // namespace

// A burst goes through each step as a whole, and each step asks for the cache lines of the next: with many tunnels, every packet
// has a flow, a policy and an SA of its own.
void Worker::receive(rte_mbuf** packets, unsigned count, uint16_t port_index) {
  const uint64_t mac = plane_.ports[port_index].mac;
  const bool from_protected = plane_.ports[port_index].protected_side;
  Views views;
  unsigned read = 0;
  for (unsigned i = 0; i < count && i < kAhead; i++) rte_prefetch0(rte_pktmbuf_mtod(packets[i], void*));
  for (unsigned i = 0; i < count; i++) {
    if (i + kAhead < count) rte_prefetch0(rte_pktmbuf_mtod(packets[i + kAhead], void*));
    rte_mbuf* m = packets[i];
    meta_of(m).begin(port_index);
    if (m->nb_segs > 1 && rte_pktmbuf_linearize(m) != 0) {
      drop(m, Drop::kLinearize);
      continue;
    }
    switch (classify_frame(octets(m), rte_pktmbuf_data_len(m), mac)) {
      case Frame::kIp: {
        rte_pktmbuf_adj(m, kEthernetHeader);
        IpView& view = views.begin(read);
        if (!read_ip(m, view)) break;
        if (from_protected) {
          outbound_flows_.prefetch(view);
        } else if (is_esp(view)) {
          plane_.sad->prefetch(spi_of(m, view));
        }
        packets[read++] = m;
        break;
      }
      case Frame::kArp:
        to_slow_path(m, Slow::kArp);
        break;
      case Frame::kOtherMac:
        drop(m, Drop::kOtherMac);
        break;
      case Frame::kUnknown:
        drop(m, Drop::kEthernet);
        break;
    }
  }
  if (from_protected) {
    receive_protected(packets, views, read, port_index);
  } else {
    receive_unprotected(packets, views, read, port_index);
  }
}

// False: the packet is no more.
inline bool Worker::read_ip(rte_mbuf* m, IpView& view) {
  if (parse_ip_quickly(octets(m), rte_pktmbuf_data_len(m), view) != IpError::kNone) {
    drop(m, Drop::kIpHeader);
    return false;
  }
  // What Ethernet padded is no part of the packet.
  if (rte_pktmbuf_pkt_len(m) > view.length) {
    rte_pktmbuf_trim(m, static_cast<uint16_t>(rte_pktmbuf_pkt_len(m) - view.length));
  }
  return true;
}

void Worker::receive_protected(rte_mbuf** packets, const Views& views, unsigned count, uint16_t port_index) {
  const Policy* policies[kBurst];
  for (unsigned i = 0; i < count; i++) {
    // The checks of receive_ip() follow from what names a flow, and packets of a remembered one came through them.
    const FlowCache::Flow* flow = outbound_flows_.peek(views.of[i]);
    policies[i] = flow != nullptr && flow->passed == FlowCache::kNobody ? flow->policy : nullptr;
    rte_prefetch0(policies[i]);
  }
  for (unsigned i = 0; i < count; i++) {
    if (policies[i] == nullptr) continue;
    if (const Sa* sa = plane_.sad->by_ref(policies[i]->sa)) rte_prefetch0(&sa->packets);
    rte_prefetch0(policies[i]->counters.get());
  }
  for (unsigned i = 0; i < count; i++) {
    if (policies[i] != nullptr) {
      leave(packets[i], views.of[i], Origin::kProtectedPort, policies[i]);
    } else {
      receive_ip(packets[i], views.of[i], port_index, true);
    }
  }
}

void Worker::receive_unprotected(rte_mbuf** packets, const Views& views, unsigned count, uint16_t port_index) {
  Sa* sas[kBurst];
  for (unsigned i = 0; i < count; i++) {
    sas[i] = nullptr;
    if (!is_esp(views.of[i])) continue;
    uint32_t spi = spi_of(packets[i], views.of[i]);
    if (i != 0 && sas[i - 1] != nullptr && sas[i - 1]->spi == spi) {
      sas[i] = sas[i - 1];
      continue;
    }
    sas[i] = plane_.sad->by_spi(spi);
    if (sas[i] == nullptr) continue;
    rte_prefetch0(sas[i]->outer.load(std::memory_order_relaxed));
    rte_prefetch0(&sas[i]->soft);
    rte_prefetch0(&sas[i]->packets);
  }
  // Whose addresses came through the checks of receive_ip(), and were the router's: the next ones are often the same.
  const IpView* good = nullptr;
  for (unsigned i = 0; i < count; i++) {
    const IpView& view = views.of[i];
    if (sas[i] != nullptr) {
      if (good == nullptr || good->source != view.source || good->destination != view.destination || good->family != view.family) {
        good = is_from_host_to_router(view) ? &view : nullptr;
      }
      if (good != nullptr) {
        take_esp(packets[i], view, false, 0, false, sas[i]);
        continue;
      }
    }
    receive_ip(packets[i], view, port_index, false);
  }
}

// What receive_ip() finds out of the addresses of most ESP packets.
inline bool Worker::is_from_host_to_router(const IpView& view) const {
  return !is_no_host(view.family, view.source) && !plane_.is_local(view.family, view.source) &&
         !is_multicast(view.family, view.destination) && !is_no_host(view.family, view.destination) &&
         plane_.is_local(view.family, view.destination);
}

void Worker::receive_ip(rte_mbuf* m, const IpView& view, uint16_t port_index, bool from_protected) {
  if (view.family == 6 && is_neighbour_discovery(view)) return to_slow_path(m, Slow::kNeighbourDiscovery);
  if (is_multicast(view.family, view.destination)) return drop(m, Drop::kNotForUs);
  if (is_no_host(view.family, view.source) || is_no_host(view.family, view.destination)) return drop(m, Drop::kMartian);
  if (plane_.is_local(view.family, view.destination)) {
    // Nobody else has the router's addresses.
    if (plane_.is_local(view.family, view.source)) return drop(m, Drop::kMartian);
    if (view.protocol == kProtoEsp && !view.fragment) {
      take_esp(m, view, false, 0, false);
      return;
    }
    return for_router(m, view, port_index);
  }
  if (!from_protected) return transit(m, view);
  leave(m, view, Origin::kProtectedPort);
}

void Worker::for_router(rte_mbuf* m, const IpView& view, uint16_t port_index) {
  if (view.fragment) {
    m = reassemble(m, view);
    if (m == nullptr) return;
    IpView whole;
    if (parse_ip(octets(m), rte_pktmbuf_data_len(m), whole) != IpError::kNone || whole.fragment) {
      return drop(m, Drop::kIpHeader);
    }
    return for_router(m, whole, port_index);
  }
  switch (service_of(octets(m), view, plane_.ike_ports)) {
    case Asked::kEsp:
      take_esp(m, view, false, 0, false);
      return;
    case Asked::kEspInUdp:
      take_esp(m, view, true, view.source_port, false);
      return;
    case Asked::kIke:
      if (!plane_.ike_wanted.load(std::memory_order_relaxed)) return drop(m, Drop::kNoController);
      return to_slow_path(m, Slow::kIke);
    case Asked::kIcmp:
      meta_of(m).port = port_index;
      return to_slow_path(m, Slow::kLocal);
    case Asked::kKeepalive:
      return drop(m, Drop::kKeepalive);
    case Asked::kNone:
      return drop(m, Drop::kNotForUs);
    case Asked::kMalformed:
      return drop(m, Drop::kIpHeader);
  }
}

// Gives an ESP packet to the core that its SA is at home on. Returns false when it is none of ours and `transit`
// allows that: then the packet is still the caller's.
bool Worker::take_esp(rte_mbuf* m, const IpView& view, bool udp, uint16_t source_port, bool transit, Sa* sa) {
  std::optional<EspView> esp_view = read_esp(octets(m), view, udp);
  if (!esp_view) {
    if (transit) return false;
    drop(m, Drop::kEspMalformed);
    return true;
  }
  unsigned esp_at = esp_view->at;
  uint32_t spi = esp_view->spi;
  if (sa == nullptr) sa = plane_.sad->by_spi(spi);
  const Outer* outer = sa == nullptr ? nullptr : sa->outer.load(std::memory_order_acquire);
  if (sa == nullptr || outer->local.bits != view.destination || outer->local.family != view.family) {
    if (transit) return false;
    unknown_spi(spi, view, source_port);
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
  meta.sequence = esp_view->sequence;
  if (rte_pktmbuf_pkt_len(m) > esp_view->length) {
    rte_pktmbuf_trim(m, static_cast<uint16_t>(rte_pktmbuf_pkt_len(m) - esp_view->length));
  }
  if (udp && sa->mode == Mode::kTransport) {
    // The library would leave the UDP header where it is; take it out before.
    take_udp_out(octets(m), view, esp_view->length);
    rte_pktmbuf_adj(m, 8);
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

// Told up to a hundred times a second: strangers can send any SPI.
void Worker::unknown_spi(uint32_t spi, const IpView& view, uint16_t source_port) {
  uint64_t second = now_ / plane_.hz;
  if (second != unknown_spi_second_) {
    unknown_spi_second_ = second;
    unknown_spi_told_ = 0;
  }
  if (unknown_spi_told_++ >= 100) return;
  Note note{};
  note.kind = Note::Kind::kUnknownSpi;
  note.spi = spi;
  note.source = view.source_address();
  note.destination = view.destination_address();
  note.source_port = source_port;
  plane_.tell(note);
}

rte_mbuf* Worker::reassemble(rte_mbuf* m, const IpView& view) {
  rte_mbuf* whole = fragments_->add(m, view, now_);
  if (whole == nullptr) return nullptr;
  if (whole->nb_segs > 1 && rte_pktmbuf_linearize(whole) != 0) {
    drop(whole, Drop::kLinearize);
    return nullptr;
  }
  uint8_t* ip = octets(whole);
  if (view.family == 4) write_ipv4_checksum(ip, static_cast<size_t>(ip[0] & 0xf) * 4);
  return whole;
}

// A packet from the unprotected side that is not for the router itself.
void Worker::transit(rte_mbuf* m, const IpView& view) {
  // The router may do ESP for a host behind it (RFC 4301 section 3.3, "bump in the wire").
  if (!view.fragment) {
    if (view.protocol == kProtoEsp && take_esp(m, view, false, 0, true)) return;
    if (view.protocol == kProtoUdp && service_of(octets(m), view, plane_.ike_ports) == Asked::kEspInUdp &&
        take_esp(m, view, true, view.source_port, true)) {
      return;
    }
  }

  const FlowCache::Flow* flow = inbound_flows_.find(*plane_.inbound, view);
  if (flow == nullptr) return drop(m, Drop::kNoPolicy);
  const Policy* policy = flow->policy;
  PolicyCounters& counters = *policy->counters;
  if (policy->action == Action::kBypass && plane_.policies_complete.load(std::memory_order_acquire)) {
    tally(*policy, view.length);
    meta_of(m).came_clear = true;
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
