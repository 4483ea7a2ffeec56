// The crypto stage of one core: librte_ipsec before and after a crypto device.
#include <rte_errno.h>

// DPDK keeps the symmetric part of a crypto operation behind an array of length 0, which GCC takes at its word.
#pragma GCC diagnostic ignored "-Warray-bounds"

#include "dataplane/esp_session.h"
#include "dataplane/worker.h"
#include "packet/checksum.h"

namespace kw {
namespace {

constexpr unsigned kReplay = 1, kIntegrity = 2, kSelectorMismatch = 3;

// Octets of the high sequence number that the library keeps behind the trailer while it works.
uint32_t high_octets(const Sa* sa) { return sa->esn ? 4 : 0; }

// Where the trailer's next header stands before the ICV is dealt with.
uint8_t& next_header(rte_mbuf* m, const Sa* sa) {
  return octets(m)[rte_pktmbuf_pkt_len(m) - sa->suite->icv - high_octets(sa) - 1];
}

}  // namespace

void Worker::esp(rte_mbuf* m, Sa* sa) {
  bool outbound = sa->direction == Direction::kOutbound;
  if (sa->state_now() == SaState::kHardExpired ||
      (outbound && sa->at_hard_limit(sa->admitted_packets, sa->admitted_bytes))) {
    sa->other_dropped.fetch_add(1, std::memory_order_relaxed);
    return drop(m, Drop::kSaExpired);
  }
  if (outbound) {
    sa->admitted_packets++;
    sa->admitted_bytes += meta_of(m).inner_length;
  }
  rte_prefetch0(sa->session);
  pending_[pending_count_++] = {sa, m};
  if (pending_count_ == kBurst) flush_esp();
}

void Worker::flush_esp() {
  rte_mbuf* packets[kBurst];
  unsigned at = 0;
  unsigned total = pending_count_;
  pending_count_ = 0;
  while (at < total) {
    Sa* sa = pending_[at].sa;
    unsigned n = 0;
    while (at < total && pending_[at].sa == sa) packets[n++] = pending_[at++].m;
    prepare(sa, packets, n);
  }
}

void Worker::prepare(Sa* sa, rte_mbuf** packets, unsigned count) {
  rte_crypto_op* ops[kBurst];
  while (count > ops_.size()) drop(packets[--count], Drop::kCrypto);
  if (count == 0) return;
  for (unsigned i = 0; i < count; i++) ops[i] = ops_[ops_.size() - 1 - i];
  const rte_ipsec_session* session = &sa->session->ipsec;

  unsigned done = rte_ipsec_pkt_crypto_prepare(session, packets, ops, static_cast<uint16_t>(count));
  // What failed stands behind the rest, untouched; each is asked again by itself for its own reason.
  unsigned failed = done;
  while (failed < count) {
    rte_mbuf* m = packets[failed++];
    rte_errno = 0;
    if (rte_ipsec_pkt_crypto_prepare(session, &m, &ops[done], 1) == 1) {
      packets[done++] = m;
    } else {
      failed_to_prepare(sa, m, rte_errno);
    }
  }
  bool outbound = sa->direction == Direction::kOutbound;
  for (unsigned i = 0; i < done; i++) {
    rte_mbuf* m = packets[i];
    Meta& meta = meta_of(m);
    meta.pinned = sa;
    if (!outbound) continue;
    uint64_t sequence = sa->sequence.load(std::memory_order_relaxed) + 1;
    sa->sequence.store(sequence, std::memory_order_relaxed);
    if (sa->mode == Mode::kTunnel && meta.inner_family == 6) next_header(m, sa) = kProtoIpv6;
    // With CBC the library encrypts the sequence number into the IV on the wire; what it is mixed with must not
    // be what an earlier packet of a stranger left in the operation.
    if (sa->suite->encryption == kEncrAesCbc) {
      std::memset(rte_crypto_op_ctod_offset(ops[i], void*, kIvOffset), 0, kIvOctets);
    }
  }
  if (done == 0) return;
  sa->in_flight.fetch_add(done, std::memory_order_relaxed);
  unsigned taken = rte_cryptodev_enqueue_burst(plane_.crypto_device, queue_pair_, ops, static_cast<uint16_t>(done));
  for (unsigned i = taken; i < done; i++) {
    sa->in_flight.fetch_sub(1, std::memory_order_release);
    drop(packets[i], Drop::kCrypto);
  }
  // The device has the first ones; the stack keeps the rest in any order.
  size_t base = ops_.size() - count;
  unsigned kept = 0;
  for (unsigned i = taken; i < count; i++) ops_[base + kept++] = ops[i];
  ops_.resize(base + kept);
  in_device_ += taken;
}

void Worker::failed_to_prepare(Sa* sa, rte_mbuf* m, int error) {
  if (sa->direction == Direction::kOutbound) {
    sa->other_dropped.fetch_add(1, std::memory_order_relaxed);
    if (error != EOVERFLOW) return drop(m, Drop::kMemory);
    // RFC 4303 section 3.3.3: the sequence number must not cycle.
    if (sa->raise_state(SaState::kHardExpired) && !sa->hard_told.exchange(true)) {
      Note note{};
      note.kind = Note::Kind::kExpired;
      note.sa = sa->ref;
      note.hard = true;
      note.detail = static_cast<uint8_t>(LimitKind::kSequence);
      plane_.tell(note);
    }
    return drop(m, Drop::kSequence);
  }
  if (error == EINVAL) {
    sa->replayed.fetch_add(1, std::memory_order_relaxed);
    tell_drop(sa, kReplay, meta_of(m));
    return drop(m, Drop::kReplay);
  }
  sa->other_dropped.fetch_add(1, std::memory_order_relaxed);
  drop(m, error == ENOSPC ? Drop::kMemory : Drop::kEspMalformed);
}

unsigned Worker::collect() {
  rte_crypto_op* ops[kBurst];
  rte_mbuf* packets[kBurst];
  rte_ipsec_group groups[kBurst];
  unsigned n = rte_cryptodev_dequeue_burst(plane_.crypto_device, queue_pair_, ops, kBurst);
  if (n == 0) return 0;
  in_device_ -= n;
  unsigned groups_count =
      rte_ipsec_pkt_crypto_group(const_cast<const rte_crypto_op**>(ops), packets, groups, static_cast<uint16_t>(n));
  ops_.insert(ops_.end(), ops, ops + n);
  for (unsigned g = 0; g < groups_count; g++) {
    Sa* sa = meta_of(groups[g].m[0]).pinned;
    finish(sa, groups[g].m, groups[g].cnt);
    sa->in_flight.fetch_sub(groups[g].cnt, std::memory_order_release);
  }
  return n;
}

void Worker::finish(Sa* sa, rte_mbuf** packets, unsigned count) {
  bool inbound = sa->direction == Direction::kInbound;
  if (inbound && sa->mode == Mode::kTunnel) {
    for (unsigned i = 0; i < count; i++) {
      rte_mbuf* m = packets[i];
      if ((m->ol_flags & RTE_MBUF_F_RX_SEC_OFFLOAD_FAILED) != 0) continue;
      // The library knows one family for each SA; remember which it was, and show it the one it expects.
      uint8_t& next = next_header(m, sa);
      Meta& meta = meta_of(m);
      meta.inner_family = next == kProtoIpv4 ? 4 : next == kProtoIpv6 ? 6 : 0;
      if (next == kProtoIpv6 || next == kProtoNoNext) next = kProtoIpv4;
    }
  }
  unsigned good = rte_ipsec_pkt_process(&sa->session->ipsec, packets, static_cast<uint16_t>(count));
  for (unsigned i = 0; i < good; i++) {
    packets[i]->ol_flags &= ~(RTE_MBUF_F_RX_SEC_OFFLOAD | RTE_MBUF_F_RX_SEC_OFFLOAD_FAILED);
    if (inbound) {
      decrypted(sa, packets[i]);
    } else {
      encrypted(sa, packets[i]);
    }
  }
  for (unsigned i = good; i < count; i++) {
    rte_mbuf* m = packets[i];
    if (!inbound) {
      sa->other_dropped.fetch_add(1, std::memory_order_relaxed);
      drop(m, Drop::kCrypto);
    } else if ((m->ol_flags & RTE_MBUF_F_RX_SEC_OFFLOAD_FAILED) != 0) {
      sa->integrity_failed.fetch_add(1, std::memory_order_relaxed);
      tell_drop(sa, kIntegrity, meta_of(m));
      drop(m, Drop::kIntegrity);
    } else if (rte_pktmbuf_pkt_len(m) == meta_of(m).wire_length + high_octets(sa)) {
      sa->other_dropped.fetch_add(1, std::memory_order_relaxed);
      drop(m, Drop::kEspMalformed);
    } else {
      // Authentic, and the second of its number within one burst.
      sa->replayed.fetch_add(1, std::memory_order_relaxed);
      tell_drop(sa, kReplay, meta_of(m));
      drop(m, Drop::kReplay);
    }
  }
}

void Worker::count(Sa* sa, uint64_t bytes) {
  uint64_t packets = sa->packets.load(std::memory_order_relaxed) + 1;
  bytes += sa->bytes.load(std::memory_order_relaxed);
  sa->packets.store(packets, std::memory_order_relaxed);
  sa->bytes.store(bytes, std::memory_order_relaxed);
  sa->last_use.store(now_, std::memory_order_relaxed);
  auto reached = [&](const Limits& l) -> int {
    if (l.packets != 0 && packets >= l.packets) return static_cast<int>(LimitKind::kPackets);
    if (l.bytes != 0 && bytes >= l.bytes) return static_cast<int>(LimitKind::kBytes);
    return 0;
  };
  auto tell = [&](bool hard, int why) {
    Note note{};
    note.kind = Note::Kind::kExpired;
    note.sa = sa->ref;
    note.hard = hard;
    note.detail = static_cast<uint8_t>(why);
    plane_.tell(note);
  };
  if (int why = reached(sa->soft); why != 0 && !sa->soft_told.load(std::memory_order_relaxed)) {
    sa->raise_state(SaState::kSoftExpired);
    if (!sa->soft_told.exchange(true)) tell(false, why);
  }
  if (int why = reached(sa->hard); why != 0 && !sa->hard_told.load(std::memory_order_relaxed)) {
    sa->raise_state(SaState::kHardExpired);
    if (!sa->hard_told.exchange(true)) tell(true, why);
  }
}

void Worker::tell_drop(Sa* sa, unsigned reason, const Meta& meta) {
  sa->untold[reason]++;
  if (sa->told_at[reason] != 0 && now_ - sa->told_at[reason] < plane_.hz) return;
  sa->told_at[reason] = now_;
  Note note{};
  note.kind = Note::Kind::kPacketDropped;
  note.sa = sa->ref;
  note.detail = static_cast<uint8_t>(reason);
  note.sequence = meta.sequence;
  note.source = meta.outer_source;
  note.packets = sa->untold[reason];
  sa->untold[reason] = 0;
  plane_.tell(note);
}

void Worker::encrypted(Sa* sa, rte_mbuf* m) {
  Meta& meta = meta_of(m);
  const Outer* outer = sa->outer.load(std::memory_order_acquire);
  counters_.encrypted.add();
  count(sa, meta.inner_length);
  uint8_t* ip = octets(m);
  bool tunnel = sa->mode == Mode::kTunnel;
  bool v4 = outer->local.family == 4;
  unsigned header = tunnel ? (v4 ? 20 : 40) : meta.header_length;
  if (outer->udp()) {
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
      ip[1] = tos;
      ip[6] = dont ? 0x40 : 0;
      ip[7] = 0;
      outer->local.store(ip + 12);
      outer->remote.store(ip + 16);
    } else {
      store_be32(ip, 0x60000000u | static_cast<uint32_t>(tos) << 20);
      outer->local.store(ip + 8);
      outer->remote.store(ip + 24);
    }
  }
  if (v4) {
    store_be16(ip + 2, static_cast<uint16_t>(length));
    if (outer->udp()) ip[9] = kProtoUdp;
  } else {
    store_be16(ip + 4, static_cast<uint16_t>(length - 40));
    if (outer->udp()) ip[tunnel ? 6 : meta.next_header_at] = kProtoUdp;
  }
  if (outer->udp()) {
    uint8_t* udp = ip + header;
    uint32_t size = length - header;
    store_be16(udp, outer->local_port);
    store_be16(udp + 2, outer->remote_port);
    store_be16(udp + 4, static_cast<uint16_t>(size));
    store_be16(udp + 6, 0);
    if (!v4) {
      // A zero checksum, as over IPv4, would be thrown away by most receivers (RFC 8200 section 8.1).
      uint16_t sum = fold(sum16(udp, size, pseudo_header(ip, kProtoUdp, size)));
      store_be16(udp + 6, sum == 0 ? 0xffff : sum);
    }
  }
  if (v4) write_ipv4_checksum(ip, static_cast<size_t>(ip[0] & 0xf) * 4);
  meta.own = true;
  forward(m, outer->remote.family, outer->remote.bits);
}

void Worker::decrypted(Sa* sa, rte_mbuf* m) {
  Meta& meta = meta_of(m);
  bool tunnel = sa->mode == Mode::kTunnel;
  counters_.decrypted.add();
  // The highest number that was accepted; with ESN the half that did not come is the one nearest to it.
  uint64_t highest = sa->sequence.load(std::memory_order_relaxed);
  uint64_t sequence = meta.sequence;
  if (sa->esn) {
    sequence |= highest & ~0xffffffffULL;
    if (sequence + 0x80000000ULL < highest) sequence += 1ULL << 32;
    if (sequence > highest + 0x80000000ULL && sequence >= 1ULL << 32) sequence -= 1ULL << 32;
  }
  if (sequence > highest) sa->sequence.store(sequence, std::memory_order_relaxed);

  if (tunnel && meta.inner_family == 0) return drop(m, Drop::kEspDummy);
  uint8_t* ip = octets(m);
  if (!tunnel && ip[0] >> 4 == 4) write_ipv4_checksum(ip, static_cast<size_t>(ip[0] & 0xf) * 4);
  IpView view;
  if (parse_ip(ip, rte_pktmbuf_data_len(m), view) != IpError::kNone || (tunnel && view.family != meta.inner_family)) {
    sa->other_dropped.fetch_add(1, std::memory_order_relaxed);
    return drop(m, Drop::kIpHeader);
  }
  // RFC 4303 section 2.7: what is behind the packet was there to hide its length.
  if (rte_pktmbuf_pkt_len(m) > view.length) {
    rte_pktmbuf_trim(m, static_cast<uint16_t>(rte_pktmbuf_pkt_len(m) - view.length));
  }
  // Of a burst that was under way when the limit was reached, the rest is late.
  if (sa->at_hard_limit(sa->packets.load(std::memory_order_relaxed), sa->bytes.load(std::memory_order_relaxed))) {
    sa->other_dropped.fetch_add(1, std::memory_order_relaxed);
    return drop(m, Drop::kSaExpired);
  }
  count(sa, view.length);

  const Outer* outer = sa->outer.load(std::memory_order_acquire);
  if (meta.udp && (meta.outer_source != outer->remote || meta.outer_source_port != outer->remote_port) &&
      (meta.outer_source != sa->told_peer || meta.outer_source_port != sa->told_peer_port)) {
    sa->told_peer = meta.outer_source;
    sa->told_peer_port = meta.outer_source_port;
    Note note{};
    note.kind = Note::Kind::kPeerMoved;
    note.sa = sa->ref;
    note.source = meta.outer_source;
    note.source_port = meta.outer_source_port;
    plane_.tell(note);
  }

  if (tunnel) {
    int ecn = ecn_at_egress(view.tos, meta.outer_tos);
    if (ecn < 0) return drop(m, Drop::kEcn);
    if (ecn != (view.tos & 3)) {
      auto tos = static_cast<uint8_t>((view.tos & 0xfc) | ecn);
      if (view.family == 4) {
        uint16_t before = load_be16(ip);
        ip[1] = tos;
        adjust_checksum(ip + 10, before, load_be16(ip));
      } else {
        store_be16(ip, static_cast<uint16_t>((load_be16(ip) & 0xf00f) | tos << 4));
      }
    }
  }

  bool within = false;
  for (const Selector& s : sa->config.selectors) within |= s.holds(view);
  if (!within) {
    sa->selector_mismatched.fetch_add(1, std::memory_order_relaxed);
    tell_drop(sa, kSelectorMismatch, meta);
    return drop(m, Drop::kSelectors);
  }
  const Policy* policy = plane_.inbound->find(view);
  if (policy == nullptr || policy->action != Action::kProtect) {
    sa->selector_mismatched.fetch_add(1, std::memory_order_relaxed);
    tell_drop(sa, kSelectorMismatch, meta);
    return drop(m, Drop::kInboundPolicy);
  }
  policy->counters->packets.fetch_add(1, std::memory_order_relaxed);
  policy->counters->bytes.fetch_add(view.length, std::memory_order_relaxed);

  if (plane_.is_local(view.family, view.destination)) {
    uint16_t port = meta.port;
    meta = Meta{};
    return for_router(m, view, port);
  }
  meta = Meta{};
  leave(m, view, Origin::kDecrypted);
}

}  // namespace kw
