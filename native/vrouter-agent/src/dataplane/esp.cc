// The crypto stage of one core: librte_ipsec before and after a crypto device.
#include <rte_errno.h>

// DPDK keeps the symmetric part of a crypto operation behind an array of length 0, which GCC takes at its word.
#pragma GCC diagnostic ignored "-Warray-bounds"

#include "dataplane/esp_session.h"
#include "dataplane/worker.h"
#include "packet/arrival.h"
#include "packet/transport_checksum.h"

namespace kw {
namespace {

constexpr unsigned kMoved = 0, kReplay = 1, kIntegrity = 2, kSelectorMismatch = 3;

// Packets that take a step together, where they belong to many SAs.
constexpr unsigned kSlice = 8;

// Octets of the high sequence number that the library keeps behind the trailer while it works.
uint32_t high_octets(const Sa* sa) { return sa->esn ? 4 : 0; }

// Where the trailer's next header stands before the ICV is dealt with.
uint8_t& next_header(rte_mbuf* m, const Sa* sa) {
  return octets(m)[rte_pktmbuf_pkt_len(m) - sa->cost.icv - high_octets(sa) - 1];
}

// Within the call, where the device can. The trailer of an inner IPv6 packet is put right between the library's work and
// the device's, which only the way over the queues allows.
bool works_at_once(const Sa* sa, rte_mbuf* m) {
  return sa->session->synchronous() && (sa->direction == Direction::kInbound || sa->mode == Mode::kTransport ||
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
  rte_prefetch0(sa->outer.load(std::memory_order_relaxed));
  pending_[pending_count_++] = {sa, m, works_at_once(sa, m)};
  if (pending_count_ == kBurst) flush_esp();
}

// Packets of one SA go through the library in one call, wherever they stood; their order among themselves stays. Where there are
// many SAs, a few of them go through all steps before the next ones: more keys and packets than those would drive each other out
// of the first cache between the steps.
void Worker::flush_esp() {
  struct Group {
    Sa* sa;
    bool at_once;
    unsigned count, end, done;
  };
  Group groups[kBurst];
  unsigned groups_count = 0;
  uint8_t group_of[kBurst];
  rte_mbuf* packets[kBurst];
  unsigned total = pending_count_;
  batch_++;
  for (unsigned i = 0; i < total;) {
    Sa* sa = pending_[i].sa;
    bool at_once = pending_[i].at_once;
    uint64_t g = sa->gathered & 0xff;
    if (sa->gathered >> 8 != batch_ || groups[g].at_once != at_once) {
      g = groups_count++;
      sa->gathered = batch_ << 8 | g;
      groups[g] = {sa, at_once, 0, 0, 0};
      rte_prefetch0(sa->session->at_once.sa);
      rte_prefetch0(sa->session->at_once.crypto.ses);
    }
    unsigned first = i;
    for (; i < total && pending_[i].sa == sa && pending_[i].at_once == at_once; i++) {
      group_of[i] = static_cast<uint8_t>(g);
      packets[i] = pending_[i].m;
    }
    groups[g].count += i - first;
  }
  if (groups_count == 1) {
    groups[0].end = total;
  } else {
    unsigned at = 0;
    for (unsigned g = 0; g < groups_count; g++) {
      groups[g].end = at;
      at += groups[g].count;
    }
    for (unsigned i = 0; i < total; i++) packets[groups[group_of[i]].end++] = pending_[i].m;
  }
  // Packets that come out of the work below may need another SA, and wait behind these.
  pending_count_ = 0;

  for (unsigned g = 0; g < groups_count;) {
    Arrivals arrivals;
    unsigned slice = g;
    for (unsigned packets_in = 0; g < groups_count && packets_in < kSlice; g++) {
      Group& group = groups[g];
      Sa* sa = group.sa;
      rte_mbuf** first = packets + group.end - group.count;
      packets_in += group.count;
      if (sa->esn && sa->direction == Direction::kInbound) {
        // As the library is about to take them. Later, when others have moved the window, the same 32 bits may mean another number.
        for (unsigned i = 0; i < group.count; i++) meta_of(first[i]).number = sa->window.whole(meta_of(first[i]).sequence);
      }
      if (group.at_once) {
        group.done = work_at_once(sa, first, group.count);
      } else {
        prepare(sa, first, group.count);
      }
    }
    for (; slice < g; slice++) {
      Group& group = groups[slice];
      if (group.done != 0) finish(group.sa, packets + group.end - group.count, group.done, arrivals);
    }
    arrive(arrivals);
  }
}

// How many of them it worked on; those stand in front.
unsigned Worker::work_at_once(Sa* sa, rte_mbuf** packets, unsigned count) {
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
  if (sa->direction == Direction::kOutbound) {
    sa->sequence.store(sa->sequence.load(std::memory_order_relaxed) + done, std::memory_order_relaxed);
  }
  return done;
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
  Arrivals arrivals;
  Sa* sas[kBurst];
  for (unsigned g = 0; g < groups_count; g++) {
    sas[g] = meta_of(groups[g].m[0]).pinned;
    finish(sas[g], groups[g].m, groups[g].cnt, arrivals);
  }
  arrive(arrivals);
  // Not before, as they may be gone then.
  for (unsigned g = 0; g < groups_count; g++) sas[g]->in_flight.fetch_sub(groups[g].cnt, std::memory_order_release);
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

void Worker::finish(Sa* sa, rte_mbuf** packets, unsigned count, Arrivals& arrivals) {
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
  // What is left to do is the same for both sessions of an SA.
  const rte_ipsec_session* session = sa->session->synchronous() ? &sa->session->at_once : &sa->session->ipsec;
  unsigned good = rte_ipsec_pkt_process(session, packets, static_cast<uint16_t>(count));
  for (unsigned i = 0; i < good; i++) {
    packets[i]->ol_flags &= ~(RTE_MBUF_F_RX_SEC_OFFLOAD | RTE_MBUF_F_RX_SEC_OFFLOAD_FAILED);
  }
  // Packets that failed stand behind the others. They are dealt with last, as they were before.
  if (good != 0) {
    if (inbound) {
      decrypted(sa, packets, good, arrivals);
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

// The packets of one SA that are authentic and new: all that concerns the SA.
void Worker::decrypted(Sa* sa, rte_mbuf** packets, unsigned n, Arrivals& arrivals) {
  uint64_t packets_before = sa->packets.load(std::memory_order_relaxed);
  uint64_t bytes_before = sa->bytes.load(std::memory_order_relaxed);
  uint64_t counted = 0, bytes = 0;
  for (unsigned i = 0; i < n; i++) {
    rte_mbuf* m = packets[i];
    IpView& view = arrivals.views.begin(arrivals.count);
    if (!admit(sa, m, view, packets_before + counted, bytes_before + bytes)) continue;
    counted++;
    bytes += view.length;
    const Meta& meta = meta_of(m);
    if (meta.udp) {
      const Outer& outer = *sa->outer.load(std::memory_order_acquire);
      if (meta.outer_source != outer.remote || meta.outer_source_port != outer.remote_port) tell_moved(sa, meta);
    }
    inbound_flows_.prefetch(view);
    arrivals.sas[arrivals.count] = sa;
    arrivals.packets[arrivals.count++] = m;
  }
  counters_.decrypted.add(n);
  if (counted != 0) count(sa, counted, bytes);
}

// The way on of decrypted packets.
void Worker::arrive(Arrivals& arrivals) {
  for (unsigned i = 0; i < arrivals.count; i++) {
    rte_mbuf* m = arrivals.packets[i];
    const IpView& view = arrivals.views.of[i];
    bool onward = false;
    if (!within(arrivals.sas[i], m, view, onward)) continue;
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
