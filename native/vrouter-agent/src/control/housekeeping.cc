// What the agent does by itself: it turns notes of the cores into events, ends SAs in time, and frees memory.
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_ring_elem.h>

#include "control/agent.h"
#include "dataplane/worker.h"

namespace kw {

void Agent::housekeeping() {
  Note notes[64];
  unsigned n = 64;
  // Cores that never stop telling do not keep SAs from expiring.
  for (unsigned round = 0; n == 64 && round < 64; round++) {
    n = rte_ring_dequeue_burst_elem(plane_.notes, notes, sizeof(Note), 64, nullptr);
    for (unsigned i = 0; i < n; i++) tell(notes[i], plane_.lost_notes.exchange(0));
  }

  uint64_t now = monotonic_us();
  bool second = now - every_second_us_ > 1000 * 1000;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    expire();
    plane_.control_reclaimer->poll();
    if (second) plane_.sad->expire_leases(now);
  }
  if (!second) return;
  every_second_us_ = now;
  tell_drops();
  tell_links();
}

// With the lock held.
void Agent::expire() {
  uint64_t now = monotonic_us();
  DueTimes::Due due{};
  while (due_.pop(now, due)) {
    Sa* sa = plane_.sad->by_ref(due.sa);
    if (sa == nullptr) continue;
    if (sa->learned_mtu_at_us != 0 && now - sa->learned_mtu_at_us >= kPathMtuUs) {
      sa->learned_mtu_at_us = 0;
      sa->path_mtu.store(path_mtu(sa->outer.load()->remote));
    }
    const Limits& limits = due.hard ? sa->hard : sa->soft;
    if (limits.seconds == 0 || now < sa->added_monotonic_us + limits.seconds * 1000000) continue;
    sa->raise_state(due.hard ? SaState::kHardExpired : SaState::kSoftExpired);
    auto& told = due.hard ? sa->hard_told : sa->soft_told;
    if (told.exchange(true)) continue;
    pb::Event event;
    auto* expired = event.mutable_expired();
    write(sa->direction, sa->spi, sa->config.name, expired->mutable_id());
    expired->set_hard(due.hard);
    expired->set_limit(pb::TIME);
    events_.publish(std::move(event));
  }
}

void Agent::tell(const Note& note, uint64_t lost) {
  pb::Event event;
  pb::SaId id;
  if (note.kind != Note::Kind::kUnknownSpi && note.kind != Note::Kind::kAcquire) {
    std::lock_guard<std::mutex> lock(mutex_);
    Sa* sa = plane_.sad->by_ref(note.sa);
    if (sa == nullptr) return;  // it was removed meanwhile; nobody waits for this
    write(sa->direction, sa->spi, sa->config.name, &id);
  }
  switch (note.kind) {
    case Note::Kind::kExpired: {
      auto* e = event.mutable_expired();
      *e->mutable_id() = id;
      e->set_hard(note.hard);
      e->set_limit(static_cast<pb::Limit>(note.detail));
      break;
    }
    case Note::Kind::kPacketDropped: {
      auto* e = event.mutable_packet_dropped();
      *e->mutable_id() = id;
      e->set_reason(static_cast<pb::PacketDropped::Reason>(note.detail));
      e->set_sequence_low(note.sequence);
      e->set_outer_source(note.source.octets());
      e->set_packets(note.packets);
      break;
    }
    case Note::Kind::kUnknownSpi: {
      auto* e = event.mutable_unknown_spi();
      e->set_spi(note.spi);
      e->set_source(note.source.octets());
      e->set_destination(note.destination.octets());
      e->set_source_port(note.source_port);
      break;
    }
    case Note::Kind::kPeerMoved: {
      auto* e = event.mutable_peer_moved();
      *e->mutable_id() = id;
      e->set_address(note.source.octets());
      e->set_port(note.source_port);
      break;
    }
    case Note::Kind::kAcquire: {
      auto* e = event.mutable_acquire();
      e->mutable_place()->set_direction(pb::OUTBOUND);
      write(Direction::kOutbound, note.place, e->mutable_place()->mutable_selectors());
      {
        std::lock_guard<std::mutex> lock(mutex_);
        const Policy* policy = plane_.outbound->at(note.place);
        if (policy != nullptr) e->set_tag(policy->tag);
      }
      e->set_source(note.source.octets());
      e->set_destination(note.destination.octets());
      e->set_protocol(note.protocol);
      e->set_source_port(note.source_port);
      e->set_destination_port(note.destination_port);
      break;
    }
  }
  events_.publish(std::move(event), lost);
}

void Agent::tell_drops() {
  std::vector<uint64_t> now = drops();
  pb::Event event;
  for (unsigned r = 0; r < kDropReasons; r++) {
    if (now[r] == told_drops_[r]) continue;
    auto* count = event.mutable_drops()->add_counts();
    count->set_reason(name_of(static_cast<Drop>(r)));
    count->set_packets(now[r] - told_drops_[r]);
  }
  if (!event.has_drops()) return;
  told_drops_ = now;
  events_.publish(std::move(event));
}

void Agent::tell_links() {
  for (size_t i = 0; i < plane_.ports.size(); i++) {
    rte_eth_link link{};
    if (rte_eth_link_get_nowait(plane_.ports[i].id, &link) != 0) continue;
    bool up = link.link_status == RTE_ETH_LINK_UP;
    if (up == links_[i]) continue;
    links_[i] = up;
    pb::Event event;
    event.mutable_link_changed()->set_port(static_cast<uint32_t>(i));
    event.mutable_link_changed()->set_up(up);
    events_.publish(std::move(event));
  }
}

}  // namespace kw
