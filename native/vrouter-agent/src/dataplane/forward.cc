// Out of the router: routing, the outbound policies, neighbours, fragments.
#include <rte_ethdev.h>

#include <algorithm>

#include "dataplane/worker.h"
#include "packet/arrival.h"

namespace kw {
namespace {

constexpr unsigned kMostFragments = 32;
constexpr uint32_t kIpv6MinimumMtu = 1280;

void write_ethernet(uint8_t* frame, uint64_t to, uint64_t from, bool v4) {
  store_mac(frame, to);
  store_mac(frame + 6, from);
  store_be16(frame + 12, v4 ? kEtherIpv4 : kEtherIpv6);
}

}  // namespace

bool Worker::decrement_ttl(rte_mbuf* m, const IpView& view) {
  if (view.ttl <= 1) {
    to_slow_path(m, Slow::kTtl);
    return false;
  }
  take_hop(octets(m), view.family);
  return true;
}

void Worker::leave(rte_mbuf* m, const IpView& view, Origin origin, const Policy* policy) {
  if (origin != Origin::kRouter && !decrement_ttl(m, view)) return;
  Way& way = way_to(view.family, view.destination);
  if (way.route != nullptr && way.port->protected_side) {
    if (origin == Origin::kProtectedPort && !plane_.policies_complete.load(std::memory_order_acquire)) {
      return drop(m, Drop::kNotComplete);
    }
    return forward(m, way);
  }
  if (policy == nullptr) {
    FlowCache::Flow* found = outbound_flows_.find(*plane_.outbound, view);
    if (found == nullptr) return drop(m, Drop::kNoPolicy);
    if (origin == Origin::kProtectedPort) found->passed = FlowCache::kNobody;
    policy = found->policy;
  }
  if (policy->action == Action::kProtect) return protect(m, view, *policy);
  PolicyCounters& counters = *policy->counters;
  if (policy->action == Action::kBypass && plane_.policies_complete.load(std::memory_order_acquire)) {
    // An error quotes a packet: what came in an SA or from inside does not leave in clear that way.
    if (origin == Origin::kRouter && !meta_of(m).came_clear) return drop(m, Drop::kNoPolicy);
    tally(*policy, view.length);
    meta_of(m).judged = outbound_flows_.version();
    return forward(m, way);
  }
  counters.dropped_packets.fetch_add(1, std::memory_order_relaxed);
  counters.dropped_bytes.fetch_add(view.length, std::memory_order_relaxed);
  switch (policy->action) {
    case Action::kBypass:
      return drop(m, Drop::kNotComplete);
    case Action::kHold:
      return drop(m, Drop::kHold);
    case Action::kTrap: {
      uint64_t told = counters.told_at.load(std::memory_order_relaxed);
      if ((told == 0 || now_ - told > plane_.hz) && counters.told_at.compare_exchange_strong(told, now_)) {
        Note note{};
        note.kind = Note::Kind::kAcquire;
        note.source = view.source_address();
        note.destination = view.destination_address();
        note.protocol = view.protocol;
        note.source_port = view.source_port;
        note.destination_port = view.destination_port;
        note.place = policy->selector;
        plane_.tell(note);
      }
      return drop(m, Drop::kTrap);
    }
    default:
      return drop(m, Drop::kDiscard);
  }
}

// Sends a packet that waited for a neighbour or another core. What leaves in clear leaves by the policies of now, not by
// those of when it came (RFC 4301 section 5.1).
void Worker::send_later(rte_mbuf* m) {
  const Meta& meta = meta_of(m);
  if (meta.own || plane_.ports[meta.port].protected_side || meta.judged == plane_.outbound->version()) return send(m);
  IpView view;
  if (parse_ip(octets(m), rte_pktmbuf_data_len(m), view) != IpError::kNone) return drop(m, Drop::kIpHeader);
  // The router may have cut it itself, and then the ports by which the whole was judged are not in this part.
  if (view.fragment) return drop(m, Drop::kPolicyChanged);
  const FlowCache::Flow* flow = outbound_flows_.find(*plane_.outbound, view);
  if (flow != nullptr && flow->policy->action == Action::kBypass &&
      plane_.policies_complete.load(std::memory_order_acquire)) {
    return send(m);  // counted already
  }
  leave(m, view, Origin::kRouter, flow == nullptr ? nullptr : flow->policy);
}

void Worker::protect(rte_mbuf* m, const IpView& view, const Policy& policy) {
  Sa* sa = plane_.sad->by_ref(policy.sa);
  if (sa == nullptr) {
    PolicyCounters& counters = *policy.counters;
    counters.dropped_packets.fetch_add(1, std::memory_order_relaxed);
    counters.dropped_bytes.fetch_add(view.length, std::memory_order_relaxed);
    return drop(m, Drop::kNoSa);
  }
  if (sa->mode == Mode::kTransport) {
    const Outer* outer = sa->outer.load(std::memory_order_acquire);
    // A fragment cannot be sent in transport mode (RFC 4301 section 7), and the SA is for one pair of hosts.
    if (view.fragment || view.header_length > kMostHeaders || outer->local != view.source_address() ||
        outer->remote != view.destination_address()) {
      return drop(m, Drop::kSelectors);
    }
  } else if (view.length > sa->cost.fits(sa->path_mtu.load(std::memory_order_relaxed)) &&
             shorten(m, view, policy, sa)) {
    return;
  }
  tally(policy, view.length);
  Meta& meta = meta_of(m);
  meta.outbound = true;
  meta.sa = sa->ref;
  meta.inner_family = view.family;
  meta.inner_tos = view.tos;
  meta.inner_dont_fragment = view.dont_fragment;
  meta.inner_length = view.length;
  meta.header_length = view.header_length;
  meta.next_header_at = view.next_header_at;
  m->l2_len = 0;
  m->l3_len = view.header_length & kMostHeaders;
  if (sa->home == index_) return esp(m, sa);
  meta.job = Job::kEsp;
  to_worker(sa->home, m);
}

// Deals with a packet that would not fit through the tunnel. Returns false when it may go as it is.
bool Worker::shorten(rte_mbuf* m, const IpView& view, const Policy& policy, Sa* sa) {
  uint32_t limit = sa->cost.fits(sa->path_mtu.load(std::memory_order_relaxed));
  // No path of IPv6 is narrower than this; the tunnel's own packets are fragmented instead (RFC 2473 section 7.1).
  if (view.family == 6 && view.length <= kIpv6MinimumMtu) return false;
  if (view.family == 4 && !view.dont_fragment && limit >= 68) {
    rte_mbuf* parts[kMostFragments];
    int n = rte_ipv4_fragment_copy_nonseg_packet(m, parts, kMostFragments, static_cast<uint16_t>(limit), plane_.packets);
    rte_pktmbuf_free(m);
    if (n < 0) {
      counters_.drops[static_cast<unsigned>(Drop::kFragmentation)].add();
      return true;
    }
    for (int i = 0; i < n; i++) {
      uint8_t* ip = octets(parts[i]);
      write_ipv4_checksum(ip, static_cast<size_t>(ip[0] & 0xf) * 4);
      meta_of(parts[i]) = Meta{};
      IpView part;
      if (parse_ip(ip, rte_pktmbuf_data_len(parts[i]), part) != IpError::kNone || part.length > limit) {
        drop(parts[i], Drop::kFragmentation);
      } else {
        protect(parts[i], part, policy);
      }
    }
    return true;
  }
  meta_of(m).mtu = static_cast<uint16_t>(std::max<uint32_t>(limit, view.family == 6 ? kIpv6MinimumMtu : 68));
  counters_.drops[static_cast<unsigned>(Drop::kTooBig)].add();
  to_slow_path(m, Slow::kTooBig);
  return true;
}

void Worker::find_way(Way& way, uint8_t family, const Bits128& destination) {
  way.version = ways_version_;
  way.family = family;
  way.destination = destination;
  way.resolved = false;
  way.direct = false;
  way.route = plane_.routes->find(family, destination);
  way.port = way.route == nullptr ? nullptr : &plane_.ports[way.route->port];
}

void Worker::forward(rte_mbuf* m, uint8_t family, const Bits128& destination) {
  forward(m, way_to(family, destination));
}

void Worker::forward_otherwise(rte_mbuf* m, Way& way) {
  if (way.route == nullptr) return drop(m, Drop::kNoRoute);
  if (!way.resolved) {
    resolve(way);
    return forward(m, way);
  }
  Meta& meta = meta_of(m);
  meta.port = way.route->port;
  meta.next_hop = way.next_hop();
  send(m);
}

void Worker::resolve(Way& way) {
  uint64_t mac = plane_.neighbours->find(way.route->port, way.next_hop());
  way.resolved = true;
  way.direct = mac != 0 && way.port->owner == index_;
  if (!way.direct) return;
  uint8_t header[kEthernetHeader];
  write_ethernet(header, mac, way.port->mac, way.family == 4);
  std::memcpy(&way.frame[0], header, 8);
  std::memcpy(&way.frame[1], header + 6, 8);
}

void Worker::send(rte_mbuf* m) {
  Meta& meta = meta_of(m);
  const Port& port = plane_.ports[meta.port];
  if (port.owner != index_) {
    meta.job = Job::kSend;
    return to_worker(port.owner, m);
  }
  if (rte_pktmbuf_pkt_len(m) > port.mtu) {
    const uint8_t* ip = octets(m);
    bool v4 = ip[0] >> 4 == 4;
    bool may = meta.own || (v4 && (ip[6] & 0x40) == 0);
    if (may) return send_fragments(m, port);
    meta.mtu = port.mtu;
    counters_.drops[static_cast<unsigned>(Drop::kTooBig)].add();
    return to_slow_path(m, Slow::kTooBig);
  }
  send_frame(m, port);
}

void Worker::send_frame(rte_mbuf* m, const Port& port) {
  Meta& meta = meta_of(m);
  uint64_t mac = plane_.neighbours->find(meta.port, meta.next_hop);
  if (mac == 0) return to_slow_path(m, Slow::kUnresolved);
  bool v4 = octets(m)[0] >> 4 == 4;
  auto* frame = reinterpret_cast<uint8_t*>(rte_pktmbuf_prepend(m, kEthernetHeader));
  if (frame == nullptr) return drop(m, Drop::kMemory);
  write_ethernet(frame, mac, port.mac, v4);
  transmit(m, meta.port);
}

void Worker::send_fragments(rte_mbuf* m, const Port& port) {
  Meta meta = meta_of(m);
  uint8_t* ip = octets(m);
  rte_mbuf* parts[kMostFragments];
  int n = 0;
  if (ip[0] >> 4 == 4) {
    ip[6] &= 0x3f;
    n = rte_ipv4_fragment_copy_nonseg_packet(m, parts, kMostFragments, port.mtu, plane_.packets);
    for (int i = 0; i < n; i++) {
      uint8_t* part = octets(parts[i]);
      write_ipv4_checksum(part, static_cast<size_t>(part[0] & 0xf) * 4);
    }
  } else {
    // RFC 8200 section 4.5; what the router itself sends has no extension headers before this one.
    uint32_t left = rte_pktmbuf_pkt_len(m) - 40;
    uint32_t most = (port.mtu - 48u) & ~7u;
    auto identification = static_cast<uint32_t>(mix(now_ ^ reinterpret_cast<uintptr_t>(m)));
    for (uint32_t at = 0; at < left && n >= 0; at += most) {
      rte_mbuf* part = n < static_cast<int>(kMostFragments) ? rte_pktmbuf_alloc(plane_.packets) : nullptr;
      uint32_t size = std::min(most, left - at);
      auto* to = part == nullptr ? nullptr
                                 : reinterpret_cast<uint8_t*>(rte_pktmbuf_append(part, static_cast<uint16_t>(48 + size)));
      if (to == nullptr) {
        rte_pktmbuf_free(part);
        for (int i = 0; i < n; i++) rte_pktmbuf_free(parts[i]);
        n = -1;
        break;
      }
      std::memcpy(to, ip, 40);
      store_be16(to + 4, static_cast<uint16_t>(8 + size));
      to[6] = kProtoFragment;
      to[40] = ip[6];
      to[41] = 0;
      store_be16(to + 42, static_cast<uint16_t>(at | (at + size < left ? 1 : 0)));
      store_be32(to + 44, identification);
      std::memcpy(to + 48, ip + 40 + at, size);
      parts[n++] = part;
    }
  }
  rte_pktmbuf_free(m);
  if (n <= 0) {
    counters_.drops[static_cast<unsigned>(Drop::kFragmentation)].add();
    return;
  }
  for (int i = 0; i < n; i++) {
    meta_of(parts[i]) = meta;
    send_frame(parts[i], port);
  }
}

}  // namespace kw
