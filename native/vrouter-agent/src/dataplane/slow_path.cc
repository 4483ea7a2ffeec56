#include "dataplane/slow_path.h"

#include <unistd.h>

#include <algorithm>

#include "base/clock.h"
#include "packet/arrival.h"

namespace kw {
SlowPath::SlowPath(Plane& plane, Deliver deliver, Learned learned)
    : plane_(plane), deliver_(std::move(deliver)), learned_(std::move(learned)), errors_(plane.secret) {
  plane_.neighbours->on_removal([this](Neighbour* n) { release(n); });
}

void SlowPath::run() {
  while (!plane_.stop.load(std::memory_order_relaxed)) {
    if (!round()) usleep(200);
  }
}

bool SlowPath::round() {
  rte_mbuf* packets[kBurst];
  now_us_ = monotonic_us();
  unsigned work = 0;
  for (rte_ring* ring : plane_.slow) {
    unsigned n = rte_ring_sc_dequeue_burst(ring, reinterpret_cast<void**>(packets), kBurst, nullptr);
    for (unsigned i = 0; i < n; i++) handle(packets[i]);
    work += n;
  }
  if (now_us_ - ticked_us_ > 100 * 1000) tick();
  return work != 0;
}

void SlowPath::handle(rte_mbuf* m) {
  switch (meta_of(m).slow) {
    case Slow::kArp:
      return arp(m);
    case Slow::kNeighbourDiscovery:
      return neighbour_discovery(m);
    case Slow::kLocal:
      return local(m);
    case Slow::kIke:
      return ike(m);
    case Slow::kUnresolved:
      return unresolved(m);
    case Slow::kTooBig:
      return error(m, IcmpError::kTooBig);
    case Slow::kTtl:
      counters_.drops[static_cast<unsigned>(Drop::kTtl)].add();
      return error(m, IcmpError::kTimeExceeded);
  }
}

void SlowPath::drop(rte_mbuf* m, Drop reason) {
  counters_.drops[static_cast<unsigned>(reason)].add();
  rte_pktmbuf_free(m);
}

void SlowPath::to_core(uint16_t worker, rte_mbuf* m) {
  if (!plane_.workers[worker]->accept(m)) drop(m, Drop::kRing);
}

void SlowPath::send_frame(uint16_t port, const uint8_t* frame, size_t length) {
  rte_mbuf* m = rte_pktmbuf_alloc(plane_.packets);
  if (m == nullptr) {
    counters_.drops[static_cast<unsigned>(Drop::kMemory)].add();
    return;
  }
  std::memcpy(rte_pktmbuf_append(m, static_cast<uint16_t>(length)), frame, length);
  Meta& meta = meta_of(m) = Meta{};
  meta.job = Job::kFrame;
  meta.port = port;
  to_core(plane_.ports[port].owner, m);
}

// ---------------------------------------------------------------------------------------------- neighbours

bool SlowPath::is_own(uint16_t port, const Address& a) const {
  const auto& own = plane_.ports[port].addresses;
  return std::any_of(own.begin(), own.end(), [&](const auto& i) { return i.address == a; });
}

Address SlowPath::own_address(uint16_t port, const Address& towards) const {
  Address any;
  for (const auto& i : plane_.ports[port].addresses) {
    if (i.address.family != towards.family) continue;
    if (masked(i.address.bits, i.length) == masked(towards.bits, i.length)) return i.address;
    if (any.family == 0) any = i.address;
  }
  return any;
}

void SlowPath::arp(rte_mbuf* m) {
  uint16_t port = meta_of(m).port;
  auto r = read_arp(octets(m), rte_pktmbuf_data_len(m));
  rte_pktmbuf_free(m);
  if (!r) return;
  bool for_us = is_own(port, r->target);
  if (r->request && for_us) {
    uint8_t frame[kArpFrame];
    send_frame(port, frame,
               write_arp(false, plane_.ports[port].mac, r->target, r->sender_mac,
                         r->sender.family != 0 ? r->sender : Address{4, {}}, frame));
  }
  // Known neighbours may change at any time; new ones are only learned from who wants something of us.
  if (r->sender.family != 0 && (for_us || plane_.neighbours->get(port, r->sender) != nullptr)) resolved(port, *r);
}

void SlowPath::neighbour_discovery(rte_mbuf* m) {
  uint16_t port = meta_of(m).port;
  auto r = read_nd(octets(m), rte_pktmbuf_data_len(m));
  rte_pktmbuf_free(m);
  if (!r) return;
  bool for_us = r->request && is_own(port, r->target);
  if (for_us) {
    uint8_t frame[kNdFrame];
    Address all_nodes{6, {0xff02000000000000ULL, 1}};
    bool answer = r->sender.family != 0 && r->sender_mac != 0;
    send_frame(port, frame,
               write_nd_advertisement(plane_.ports[port].mac, r->target, answer ? r->sender_mac : 0x333300000001ULL,
                                      answer ? r->sender : all_nodes, answer, frame));
  }
  if (r->sender.family != 0 && r->sender_mac != 0 &&
      (for_us || plane_.neighbours->get(port, r->sender) != nullptr)) {
    resolved(port, *r);
  }
}

bool SlowPath::on_link(uint16_t port, const Address& a) const {
  const auto& own = plane_.ports[port].addresses;
  return std::any_of(own.begin(), own.end(), [&](const auto& i) {
    return i.address.family == a.family && masked(i.address.bits, i.length) == masked(a.bits, i.length);
  });
}

void SlowPath::resolved(uint16_t port, const Resolution& r) {
  // Who is not of this network may answer what was asked, and is not noted unasked.
  Neighbour* n = on_link(port, r.sender) ? plane_.neighbours->learn(port, r.sender) : plane_.neighbours->get(port, r.sender);
  if (n == nullptr || n->is_static) return;
  plane_.neighbours->answered(n, r.sender_mac);
  n->confirmed_us = now_us_;
  n->asked = 0;
  auto waiting = held_.find(n);
  if (waiting == held_.end()) return;
  held_count_ -= waiting->second.size();
  for (rte_mbuf* m : waiting->second) {
    meta_of(m).job = Job::kSend;
    to_core(plane_.ports[port].owner, m);
  }
  held_.erase(waiting);
}

void SlowPath::unresolved(rte_mbuf* m) {
  Meta& meta = meta_of(m);
  Neighbour* n = plane_.neighbours->await(meta.port, meta.next_hop);
  if (n == nullptr) return drop(m, Drop::kNoNeighbour);
  if (n->mac.load(std::memory_order_relaxed) != 0) {  // it came while the packet was on its way here
    meta.job = Job::kSend;
    return to_core(plane_.ports[meta.port].owner, m);
  }
  if (n->asked == 0) ask(*n);
  auto waiting = held_.find(n);
  if (held_count_ >= kHeldAll || (waiting != held_.end() && waiting->second.size() >= kHeld)) {
    return drop(m, Drop::kNoNeighbour);
  }
  held_[n].push_back(m);
  held_count_++;
}

// A neighbour goes, and what waits for it.
void SlowPath::release(Neighbour* gone) {
  auto waiting = held_.find(gone);
  if (waiting == held_.end()) return;
  held_count_ -= waiting->second.size();
  for (rte_mbuf* m : waiting->second) drop(m, Drop::kNoNeighbour);
  held_.erase(waiting);
}

void SlowPath::ask(Neighbour& n) {
  const Port& port = plane_.ports[n.port];
  Address own = own_address(n.port, n.address);
  n.asked_us = now_us_;
  n.asked++;
  if (own.family == 0) return;
  uint8_t frame[kNdFrame];
  size_t length = n.address.family == 4 ? write_arp(true, port.mac, own, 0, n.address, frame)
                                        : write_nd_solicitation(port.mac, own, n.address, frame);
  send_frame(n.port, frame, length);
}

void SlowPath::tick() {
  ticked_us_ = now_us_;
  std::vector<Neighbour*> gone;
  for (Neighbour* n : plane_.neighbours->all()) {
    if (n->is_static) continue;
    bool due = n->asked == 0 ? n->confirmed_us != 0 && now_us_ - n->confirmed_us > kConfirmUs
                             : now_us_ - n->asked_us > kAskUs;
    if (!due) continue;
    if (n->asked < kAsks) {
      ask(*n);
    } else {
      gone.push_back(n);
    }
  }
  for (Neighbour* n : gone) plane_.neighbours->remove(n);
  plane_.slow_reclaimer->poll();
}

// ---------------------------------------------------------------------------------------------- ICMP and IKE

// In whose name an error about a packet goes: an address of the port on which it will leave; where it must leave by a
// tunnel, one of the protected side, which tunnels are for. Else any of the family.
Address SlowPath::reporter(const IpView& packet, bool came_clear) const {
  Address to = packet.source_address(), from;
  const Route* back = plane_.routes->find(packet.family, packet.source);
  if (back != nullptr && (came_clear || plane_.ports[back->port].protected_side)) from = own_address(back->port, to);
  if (from.family == 0 && !came_clear) {
    const Route* onward = plane_.routes->find(packet.family, packet.destination);
    if (onward != nullptr && plane_.ports[onward->port].protected_side) from = own_address(onward->port, to);
  }
  for (bool inside : {true, false}) {
    for (size_t p = 0; from.family == 0 && p < plane_.ports.size(); p++) {
      if (plane_.ports[p].protected_side == inside) from = own_address(static_cast<uint16_t>(p), to);
    }
  }
  return from;
}

void SlowPath::error(rte_mbuf* m, IcmpError kind) {
  IpView view;
  uint8_t out[kIcmpErrorRoom];
  bool may = parse_ip(octets(m), rte_pktmbuf_data_len(m), view) == IpError::kNone &&
             errors_.may(view.source_address(), meta_of(m).came_clear, now_us_);
  const Meta about = meta_of(m);
  Address from;
  if (may) from = reporter(view, about.came_clear);
  size_t length = may && from.family != 0 ? build_icmp_error(kind, about.mtu, from, octets(m), view, out) : 0;
  rte_pktmbuf_free(m);
  if (length == 0) return;
  rte_mbuf* answer = rte_pktmbuf_alloc(plane_.packets);
  if (answer == nullptr) {
    counters_.drops[static_cast<unsigned>(Drop::kMemory)].add();
    return;
  }
  std::memcpy(rte_pktmbuf_append(answer, static_cast<uint16_t>(length)), out, length);
  meta_of(answer) = Meta{};
  meta_of(answer).job = Job::kOriginate;
  meta_of(answer).came_clear = about.came_clear;
  to_core(0, answer);
}

void SlowPath::local(rte_mbuf* m) {
  IpView view;
  if (parse_ip(octets(m), rte_pktmbuf_data_len(m), view) != IpError::kNone) return drop(m, Drop::kIpHeader);
  if (auto learned = read_too_big(octets(m), view)) {
    learned_(*learned);
    rte_pktmbuf_free(m);
    return;
  }
  if (!make_echo_reply(octets(m), view)) return drop(m, Drop::kNotForUs);
  meta_of(m) = Meta{};
  meta_of(m).job = Job::kOriginate;
  meta_of(m).came_clear = true;  // it has an address of its own to be judged by, as any host's answer
  to_core(0, m);
}

void SlowPath::ike(rte_mbuf* m) {
  IpView view;
  const uint8_t* packet = octets(m);
  if (parse_ip(packet, rte_pktmbuf_data_len(m), view) != IpError::kNone) return drop(m, Drop::kIpHeader);
  std::optional<IkeMessage> message = read_ike(packet, view, plane_.ike_ports);
  if (!message) return drop(m, Drop::kIpHeader);
  IkeDatagram d;
  d.local = view.destination_address();
  d.remote = view.source_address();
  d.local_port = view.destination_port;
  d.remote_port = view.source_port;
  d.marker = message->marker;
  d.payload.assign(reinterpret_cast<const char*>(packet + message->at), message->length);
  if (!deliver_(std::move(d))) return drop(m, Drop::kIkeQueue);
  rte_pktmbuf_free(m);
}

Outcome SlowPath::inject(const IkeDatagram& d) {
  if (d.local.family == 0 || d.local.family != d.remote.family) {
    return Outcome::refused("local and remote must be addresses of one family");
  }
  if (!plane_.is_local(d.local.family, d.local.bits)) {
    return Outcome::refused(d.local.text() + " is no address of this router");
  }
  if (d.local_port != plane_.ike_ports.plain && d.local_port != plane_.ike_ports.encapsulated) {
    return Outcome::refused("port " + std::to_string(d.local_port) + " is no IKE port of this router");
  }
  if (d.remote_port == 0 || d.payload.empty()) return Outcome::refused("a remote port and a payload are needed");
  bool v4 = d.local.family == 4;
  size_t header = v4 ? 20 : 40;
  size_t udp_size = 8 + (d.marker ? 4 : 0) + d.payload.size();
  rte_mbuf* m = rte_pktmbuf_alloc(plane_.packets);
  auto* ip = m == nullptr || header + udp_size > 65000
                 ? nullptr
                 : reinterpret_cast<uint8_t*>(rte_pktmbuf_append(m, static_cast<uint16_t>(header + udp_size)));
  if (ip == nullptr) {
    rte_pktmbuf_free(m);
    return Outcome::full("a datagram of " + std::to_string(d.payload.size()) +
                         " octets does not fit into a packet buffer; use IKE fragmentation, or larger buffers");
  }
  std::memset(ip, 0, header + 12);
  uint8_t* udp = ip + header;
  if (v4) {
    ip[0] = 0x45;
    store_be16(ip + 2, static_cast<uint16_t>(header + udp_size));
    ip[8] = 64;
    ip[9] = kProtoUdp;
    d.local.store(ip + 12);
    d.remote.store(ip + 16);
    write_ipv4_checksum(ip, 20);
  } else {
    ip[0] = 0x60;
    store_be16(ip + 4, static_cast<uint16_t>(udp_size));
    ip[6] = kProtoUdp;
    ip[7] = 64;
    d.local.store(ip + 8);
    d.remote.store(ip + 24);
  }
  store_be16(udp, d.local_port);
  store_be16(udp + 2, d.remote_port);
  store_be16(udp + 4, static_cast<uint16_t>(udp_size));
  std::memcpy(udp + 8 + (d.marker ? 4 : 0), d.payload.data(), d.payload.size());
  uint16_t sum = fold(sum16(udp, udp_size, pseudo_header(ip, kProtoUdp, static_cast<uint32_t>(udp_size))));
  store_be16(udp + 6, sum == 0 ? 0xffff : sum);
  meta_of(m) = Meta{};
  meta_of(m).job = Job::kForward;
  meta_of(m).own = true;
  if (!plane_.workers[0]->accept(m)) {
    rte_pktmbuf_free(m);
    return Outcome::full("the forwarding core's inbox is full");
  }
  return Outcome::ok();
}

}  // namespace kw
