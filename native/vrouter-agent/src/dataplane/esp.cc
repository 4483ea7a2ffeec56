// The crypto stage of one core: librte_ipsec before and after a crypto device.
#include <rte_errno.h>

#include <algorithm>

// DPDK keeps the symmetric part of a crypto operation behind an array of length 0, which GCC takes at its word.
#pragma GCC diagnostic ignored "-Warray-bounds"

#include "dataplane/esp_session.h"
#include "dataplane/worker.h"
#include "packet/arrival.h"
#include "packet/transport_checksum.h"

namespace kw {
namespace {

constexpr unsigned kMoved = 0, kReplay = 1, kIntegrity = 2, kSelectorMismatch = 3;

// Octets of the high sequence number that the library keeps behind the trailer while it works.
uint32_t high_octets(const Sa* sa) { return sa->esn ? 4 : 0; }

// Where the trailer's next header stands before the ICV is dealt with.
uint8_t& next_header(rte_mbuf* m, const Sa* sa) {
  return octets(m)[rte_pktmbuf_pkt_len(m) - sa->suite->icv - high_octets(sa) - 1];
}

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

// Within the call, where the device can. The trailer of an inner IPv6 packet is put right between the library's work and
// the device's, which only the way over the queues allows.
bool works_at_once(const Sa* sa, rte_mbuf* m) {
  return sa->session->synchronous && (sa->direction == Direction::kInbound || sa->mode == Mode::kTransport ||
                                      meta_of(m).inner_family != 6);
}

}  // namespace

void Worker::esp(rte_mbuf* m, Sa* sa) {
  bool outbound = sa->direction == Direction::kOutbound;
  // What was let in and got lost in the crypto device counts too: it had its sequence number.
  if (outbound && sa->at_hard_limit(sa->admitted_packets, sa->admitted_bytes)) {
    expired(sa, sa->hard.packets != 0 && sa->admitted_packets >= sa->hard.packets ? LimitKind::kPackets : LimitKind::kBytes);
  }
  if (sa->state_now() == SaState::kHardExpired) {
    sa->other_dropped.fetch_add(1, std::memory_order_relaxed);
    return drop(m, Drop::kSaExpired);
  }
  if (outbound) {
    sa->admitted_packets++;
    sa->admitted_bytes += meta_of(m).inner_length;
  }
  rte_prefetch0(sa->session);
  pending_[pending_count_++] = {sa, m, works_at_once(sa, m)};
  if (pending_count_ == kBurst) flush_esp();
}

void Worker::flush_esp() {
  rte_mbuf* packets[kBurst];
  unsigned at = 0;
  unsigned total = pending_count_;
  // Packets that come out of the work below may need another SA, and wait behind these.
  Pending batch[kBurst];
  std::copy_n(pending_, total, batch);
  pending_count_ = 0;
  while (at < total) {
    Sa* sa = batch[at].sa;
    bool at_once = batch[at].at_once;
    unsigned n = 0;
    while (at < total && batch[at].sa == sa && batch[at].at_once == at_once) packets[n++] = batch[at++].m;
    if (sa->esn && sa->direction == Direction::kInbound) {
      // As the library is about to take them. Later, when others have moved the window, the same 32 bits may mean another number.
      for (unsigned i = 0; i < n; i++) meta_of(packets[i]).number = sa->window.whole(meta_of(packets[i]).sequence);
    }
    if (at_once) {
      work_at_once(sa, packets, n);
    } else {
      prepare(sa, packets, n);
    }
  }
}

void Worker::work_at_once(Sa* sa, rte_mbuf** packets, unsigned count) {
  const rte_ipsec_session* session = &sa->session->at_once;
  unsigned done = rte_ipsec_pkt_cpu_prepare(session, packets, static_cast<uint16_t>(count));
  unsigned failed = done;
  while (failed < count) {
    rte_mbuf* m = packets[failed++];
    rte_errno = 0;
    if (rte_ipsec_pkt_cpu_prepare(session, &m, 1) == 1) {
      packets[done++] = m;
    } else {
      failed_to_prepare(sa, m, rte_errno);
    }
  }
  if (done == 0) return;
  if (sa->direction == Direction::kOutbound) {
    sa->sequence.store(sa->sequence.load(std::memory_order_relaxed) + done, std::memory_order_relaxed);
  }
  finish(sa, packets, done);
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
    expired(sa, LimitKind::kSequence);
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

// Of packets of an inbound SA, those that came for the first time; authenticity of the rest was refuted already. Before the
// library ends its work on them: it finds the high half of each number anew, and one that fell out of the window since would
// be taken for one of the next 2^32, and the window with it.
unsigned Worker::only_new(Sa* sa, rte_mbuf** packets, unsigned count) {
  unsigned kept = 0;
  for (unsigned i = 0; i < count; i++) {
    rte_mbuf* m = packets[i];
    const Meta& meta = meta_of(m);
    if ((m->ol_flags & RTE_MBUF_F_RX_SEC_OFFLOAD_FAILED) != 0 ||
        sa->window.accept(sa->esn ? meta.number : meta.sequence)) {
      packets[kept++] = m;
      continue;
    }
    sa->replayed.fetch_add(1, std::memory_order_relaxed);
    tell_drop(sa, kReplay, meta);
    drop(m, Drop::kReplay);
  }
  sa->sequence.store(sa->window.highest(), std::memory_order_relaxed);
  return kept;
}

void Worker::finish(Sa* sa, rte_mbuf** packets, unsigned count) {
  bool inbound = sa->direction == Direction::kInbound;
  if (inbound) count = only_new(sa, packets, count);
  if (count == 0) return;
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
  }
  // Packets that failed stand behind the others. They are dealt with last, as they were before.
  if (good != 0) {
    if (inbound) {
      decrypted(sa, packets, good);
    } else {
      encrypted(sa, packets, good);
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

void Worker::count(Sa* sa, uint64_t packets, uint64_t bytes) {
  packets += sa->packets.load(std::memory_order_relaxed);
  bytes += sa->bytes.load(std::memory_order_relaxed);
  sa->packets.store(packets, std::memory_order_relaxed);
  sa->bytes.store(bytes, std::memory_order_relaxed);
  sa->last_use.store(now_, std::memory_order_relaxed);
  auto reached = [&](const Limits& l) -> int {
    if (l.packets != 0 && packets >= l.packets) return static_cast<int>(LimitKind::kPackets);
    if (l.bytes != 0 && bytes >= l.bytes) return static_cast<int>(LimitKind::kBytes);
    return 0;
  };
  if (int why = reached(sa->soft); why != 0 && !sa->soft_told.load(std::memory_order_relaxed)) {
    sa->raise_state(SaState::kSoftExpired);
    if (!sa->soft_told.exchange(true)) tell_expired(sa, false, static_cast<LimitKind>(why));
  }
  if (int why = reached(sa->hard); why != 0) expired(sa, static_cast<LimitKind>(why));
}

// The hard limit: nothing more goes through the SA.
void Worker::expired(Sa* sa, LimitKind why) {
  if (sa->hard_told.load(std::memory_order_relaxed)) return;
  sa->raise_state(SaState::kHardExpired);
  if (!sa->hard_told.exchange(true)) tell_expired(sa, true, why);
}

void Worker::tell_expired(const Sa* sa, bool hard, LimitKind why) {
  Note note{};
  note.kind = Note::Kind::kExpired;
  note.sa = sa->ref;
  note.hard = hard;
  note.detail = static_cast<uint8_t>(why);
  plane_.tell(note);
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

// A peer whose packets come from here and there, because of its NAT or of somebody who is faster on the way, must not take the
// room of other notes; and one that stays where it went is told of again, should the controller not have heard it.
void Worker::tell_moved(Sa* sa, const Meta& meta) {
  bool again = meta.outer_source == sa->told_peer && meta.outer_source_port == sa->told_peer_port;
  uint64_t& told_at = sa->told_at[kMoved];
  if (told_at != 0 && now_ - told_at < plane_.hz * (again ? 30 : 1)) return;
  told_at = now_;
  sa->told_peer = meta.outer_source;
  sa->told_peer_port = meta.outer_source_port;
  Note note{};
  note.kind = Note::Kind::kPeerMoved;
  note.sa = sa->ref;
  note.source = meta.outer_source;
  note.source_port = meta.outer_source_port;
  plane_.tell(note);
}

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

// The packets of one SA that are authentic and new: first all that concerns the SA, then the way on.
void Worker::decrypted(Sa* sa, rte_mbuf** packets, unsigned n) {
  const Outer& outer = *sa->outer.load(std::memory_order_acquire);
  uint64_t packets_before = sa->packets.load(std::memory_order_relaxed);
  uint64_t bytes_before = sa->bytes.load(std::memory_order_relaxed);
  uint64_t counted = 0, bytes = 0;
  IpView views[kBurst];
  unsigned admitted = 0;
  for (unsigned i = 0; i < n; i++) {
    rte_mbuf* m = packets[i];
    IpView& view = views[admitted];
    if (!admit(sa, m, view, packets_before + counted, bytes_before + bytes)) continue;
    counted++;
    bytes += view.length;
    const Meta& meta = meta_of(m);
    if (meta.udp && (meta.outer_source != outer.remote || meta.outer_source_port != outer.remote_port)) tell_moved(sa, meta);
    inbound_flows_.prefetch(view);
    packets[admitted++] = m;
  }
  counters_.decrypted.add(n);
  if (counted != 0) count(sa, counted, bytes);
  for (unsigned i = 0; i < admitted; i++) {
    rte_mbuf* m = packets[i];
    const IpView& view = views[i];
    bool onward = false;
    if (!within(sa, m, view, onward)) continue;
    if (onward) {
      if (Way& way = way_to(view.family, view.destination);
          view.ttl > 1 && way.route != nullptr && way.port->protected_side) {
        // What leave() does with it too.
        take_hop(octets(m), view.family);
        forward(m, way);
      } else {
        leave(m, view, Origin::kDecrypted);
      }
    } else {
      uint16_t port = meta_of(m).port;
      meta_of(m) = Meta{};
      for_router(m, view, port);
    }
  }
}

// Whether a packet is whole, and not over the limits of its SA, of which so much was used before it.
inline bool Worker::admit(Sa* sa, rte_mbuf* m, IpView& view, uint64_t packets, uint64_t bytes) {
  auto refuse = [&](Drop reason) {
    sa->other_dropped.fetch_add(1, std::memory_order_relaxed);
    drop(m, reason);
    return false;
  };
  Meta& meta = meta_of(m);
  bool tunnel = sa->mode == Mode::kTunnel;
  if (tunnel && meta.inner_family == 0) {
    drop(m, Drop::kEspDummy);
    return false;
  }
  uint8_t* ip = octets(m);
  if (!tunnel && ip[0] >> 4 == 4) write_ipv4_checksum(ip, static_cast<size_t>(ip[0] & 0xf) * 4);
  if (parse_ip_quickly(ip, rte_pktmbuf_data_len(m), view) != IpError::kNone ||
      (tunnel && view.family != meta.inner_family)) {
    return refuse(Drop::kIpHeader);
  }
  // RFC 4303 section 2.7: what is behind the packet was there to hide its length.
  if (rte_pktmbuf_pkt_len(m) > view.length) {
    rte_pktmbuf_trim(m, static_cast<uint16_t>(rte_pktmbuf_pkt_len(m) - view.length));
  }
  // Of a burst that was under way when the limit was reached, the rest is late.
  if (sa->at_hard_limit(packets, bytes)) return refuse(Drop::kSaExpired);
  return true;
}

// Whether an admitted packet is one that the SA and the policies allow; its ECN field is put right. `onward`: and it is not for
// the router itself.
inline bool Worker::within(Sa* sa, rte_mbuf* m, const IpView& view, bool& onward) {
  Meta& meta = meta_of(m);
  if (sa->mode == Mode::kTunnel) {
    int ecn = ecn_at_egress(view.tos, meta.outer_tos);
    if (ecn < 0) {
      drop(m, Drop::kEcn);
      return false;
    }
    if (ecn != (view.tos & 3)) write_ecn(octets(m), view, static_cast<unsigned>(ecn));
  } else if (meta.udp) {
    mend_transport_checksum(octets(m), view, sa->config.original);
  }
  FlowCache::Flow* flow = inbound_flows_.find(*plane_.inbound, view);
  if (flow != nullptr && flow->passed == sa->ref) {
    // The SA had a packet of this flow before, and everything below follows from what names a flow.
    onward = true;
    tally(*flow->policy, view.length);
    return true;
  }
  if (is_no_host(view.family, view.source) || is_no_host(view.family, view.destination)) {
    sa->other_dropped.fetch_add(1, std::memory_order_relaxed);
    drop(m, Drop::kMartian);
    return false;
  }
  const Selector* selector = sa->selectors;
  const Selector* end = selector + sa->selectors_count;
  while (selector != end && !selector->holds(view)) selector++;
  if (selector == end) return mismatch(sa, m, Drop::kSelectors);
  if (flow == nullptr || flow->policy->action != Action::kProtect) return mismatch(sa, m, Drop::kInboundPolicy);
  onward = !plane_.is_local(view.family, view.destination);
  if (onward) flow->passed = sa->ref;
  tally(*flow->policy, view.length);
  return true;
}

bool Worker::mismatch(Sa* sa, rte_mbuf* m, Drop reason) {
  sa->selector_mismatched.fetch_add(1, std::memory_order_relaxed);
  tell_drop(sa, kSelectorMismatch, meta_of(m));
  drop(m, reason);
  return false;
}

}  // namespace kw
