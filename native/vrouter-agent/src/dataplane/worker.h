// One core of the data plane: polls its ports and its inbox, runs packets through the policies, does the crypto
// of the SAs that are at home here, and sends. A core that owns no port does crypto only.
//
// Nothing here allocates, locks or waits. What needs any of that goes to the slow path.
#pragma once

#include <rte_cryptodev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <array>
#include <memory>
#include <vector>

#include "dataplane/drops.h"
#include "dataplane/meta.h"
#include "dataplane/plane.h"
#include "dataplane/reassembly.h"
#include "spd/flow_cache.h"

namespace kw {

constexpr unsigned kBurst = 32;
// What l3_len of an mbuf can hold.
constexpr unsigned kMostHeaders = 0x1ff;

struct alignas(64) CoreCounters {
  Counter received, sent, encrypted, decrypted, slow, idle_polls, busy_polls;
  std::array<Counter, kDropReasons> drops;
};

// Where packets to one destination go, as found when routes and neighbours were in one state: with the next one, which is there
// before anything that went away is given back, nothing of it is looked at any more (compare FlowCache).
struct alignas(64) Way {
  uint64_t version = 0;
  Bits128 destination;
  uint8_t family = 0;
  bool resolved = false;
  bool direct = false;  // when resolved: the next hop is known, and the port is this core's
  const Route* route = nullptr;
  const Port* port = nullptr;
  uint64_t frame[2] = {};  // the Ethernet header as it goes out, its first 8 and its last 8 octets; when `direct`

  Address next_hop() const { return route->gateway.family != 0 ? route->gateway : Address{family, destination}; }
};
constexpr unsigned kWaysBits = 9;

// Views that begin when they are needed: most bursts are short.
union Views {
  Views() {}
  IpView& begin(unsigned at) { return *new (&of[at]) IpView; }
  IpView of[kBurst];
};

class alignas(64) Worker {
 public:
  Worker(Plane& plane, uint16_t index, uint16_t queue_pair);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void add_port(uint16_t port_index) { ports_.push_back(port_index); }

  // Runs until the plane stops.
  void run();
  // One round of it, for who drives the core by hand; false when there was nothing to do.
  bool poll();

  // From any thread: hands a packet over. False: no room, and the packet is still the caller's.
  bool accept(rte_mbuf* m) { return rte_ring_mp_enqueue(inbox_, m) == 0; }

  const CoreCounters& counters() const { return counters_; }
  CoreCounters& counters() { return counters_; }

 private:
  struct TransmitQueue {
    unsigned count = 0;
    rte_mbuf* packets[kBurst];
  };

  // worker.cc
  void from_inbox(rte_mbuf* m);
  void drop(rte_mbuf* m, Drop reason);
  void to_slow_path(rte_mbuf* m, Slow why);
  void to_worker(uint16_t worker, rte_mbuf* m);

  // receive.cc: from the wire to a decision
  void receive(rte_mbuf** packets, unsigned count, uint16_t port_index);
  bool read_ip(rte_mbuf* m, IpView& view);
  void receive_protected(rte_mbuf** packets, const Views& views, unsigned count, uint16_t port_index);
  void receive_unprotected(rte_mbuf** packets, const Views& views, unsigned count, uint16_t port_index);
  bool is_from_host_to_router(const IpView& view) const;
  void receive_ip(rte_mbuf* m, const IpView& view, uint16_t port_index, bool from_protected);
  void for_router(rte_mbuf* m, const IpView& view, uint16_t port_index);
  void unknown_spi(uint32_t spi, const IpView& view, uint16_t source_port);
  // `sa`: that of its SPI, where it was looked for.
  bool take_esp(rte_mbuf* m, const IpView& view, bool udp, uint16_t source_port, bool transit, Sa* sa = nullptr);
  rte_mbuf* reassemble(rte_mbuf* m, const IpView& view);
  void bury();
  void transit(rte_mbuf* m, const IpView& view);

  // forward.cc: routing, the outbound policies, sending
  enum class Origin : uint8_t { kProtectedPort, kUnprotectedPort, kDecrypted, kRouter };
  void leave(rte_mbuf* m, const IpView& view, Origin origin) { leave(m, view, origin, nullptr); }
  // With what the outbound policies said, where that is remembered.
  void leave(rte_mbuf* m, const IpView& view, Origin origin, const Policy* policy);
  void protect(rte_mbuf* m, const IpView& view, const Policy& policy);
  bool shorten(rte_mbuf* m, const IpView& view, const Policy& policy, Sa* sa);
  void forward(rte_mbuf* m, uint8_t family, const Bits128& destination);
  void forward(rte_mbuf* m, Way& way) {
    if (!way.direct || rte_pktmbuf_pkt_len(m) > way.port->mtu) return forward_otherwise(m, way);
    auto* frame = reinterpret_cast<uint8_t*>(rte_pktmbuf_prepend(m, kEthernetHeader));
    if (frame == nullptr) return drop(m, Drop::kMemory);
    std::memcpy(frame, &way.frame[0], 8);
    std::memcpy(frame + 6, &way.frame[1], 8);
    transmit(m, way.route->port);
  }
  void forward_otherwise(rte_mbuf* m, Way& way);
  void resolve(Way& way);
  Way& way_to(uint8_t family, const Bits128& destination) {
    uint64_t low = family == 4 ? destination.hi >> 32 : destination.lo;
    Way& way = ways_[low * 0x9e3779b97f4a7c15ULL >> (64 - kWaysBits)];
    if (way.version != ways_version_ || way.family != family || way.destination != destination) find_way(way, family, destination);
    return way;
  }
  void find_way(Way& way, uint8_t family, const Bits128& destination);
  // A packet that a policy let through. Policies are shared by the cores, so what a burst adds is added at once.
  void tally(const Policy& policy, uint64_t bytes) {
    if (tally_.of != policy.counters.get()) {
      settle();
      tally_.of = policy.counters.get();
    }
    tally_.packets++;
    tally_.bytes += bytes;
  }
  void settle();
  void send(rte_mbuf* m);
  void send_later(rte_mbuf* m);
  void send_frame(rte_mbuf* m, const Port& port);
  void send_fragments(rte_mbuf* m, const Port& port);
  void transmit(rte_mbuf* m, uint16_t port_index) {
    TransmitQueue& queue = transmit_[port_index];
    queue.packets[queue.count++] = m;
    if (queue.count == kBurst) flush(port_index);
  }
  void flush(uint16_t port_index);
  bool decrement_ttl(rte_mbuf* m, const IpView& view);

  // esp.cc: the crypto stage; esp_outer.cc: the outer headers of what was encrypted
  void esp(rte_mbuf* m, Sa* sa);
  void flush_esp();
  void prepare(Sa* sa, rte_mbuf** packets, unsigned count);
  unsigned work_at_once(Sa* sa, rte_mbuf** packets, unsigned count);
  void failed_to_prepare(Sa* sa, rte_mbuf* m, int error);
  unsigned only_new(Sa* sa, rte_mbuf** packets, unsigned count);
  unsigned collect();
  // Decrypted packets for which the SA has done what it does, and which have the policies before them.
  struct Arrivals {
    unsigned count = 0;
    rte_mbuf* packets[kBurst];
    Sa* sas[kBurst];
    Views views;
  };
  void finish(Sa* sa, rte_mbuf** packets, unsigned count, Arrivals& arrivals);
  void encrypted(Sa* sa, rte_mbuf** packets, unsigned count);
  void encrypted_otherwise(Sa* sa, const Outer& outer, rte_mbuf* m);
  void decrypted(Sa* sa, rte_mbuf** packets, unsigned count, Arrivals& arrivals);
  void arrive(Arrivals& arrivals);
  bool admit(Sa* sa, rte_mbuf* m, IpView& view, uint64_t packets, uint64_t bytes);
  bool within(Sa* sa, rte_mbuf* m, const IpView& view, bool& onward);
  bool mismatch(Sa* sa, rte_mbuf* m, Drop reason);
  void count(Sa* sa, uint64_t packets, uint64_t bytes);
  void expired(Sa* sa, LimitKind why);
  void tell_expired(const Sa* sa, bool hard, LimitKind why);
  void tell_drop(Sa* sa, unsigned reason, const Meta& meta);
  void tell_moved(Sa* sa, const Meta& meta);

  Plane& plane_;
  uint16_t index_;
  uint16_t queue_pair_;
  std::vector<uint16_t> ports_;
  rte_ring* inbox_;
  std::vector<TransmitQueue> transmit_;  // by port
  std::unique_ptr<Reassembly> fragments_;
  CoreCounters counters_;

  struct Pending {
    Sa* sa;
    rte_mbuf* m;
    bool at_once;
  };
  unsigned pending_count_ = 0;
  Pending pending_[kBurst];
  uint64_t batch_ = 0;  // counts the calls of flush_esp()
  unsigned in_device_ = 0;
  std::vector<rte_crypto_op*> ops_;  // free ones; a packet in the device has one
  uint64_t now_ = 0;  // cycles, once per poll
  struct {
    PolicyCounters* of = nullptr;
    uint64_t packets = 0, bytes = 0;
  } tally_;
  uint64_t ways_version_ = 0;  // of this poll
  std::array<Way, 1 << kWaysBits> ways_;
  FlowCache outbound_flows_, inbound_flows_;
  uint64_t unknown_spi_second_ = 0;
  unsigned unknown_spi_told_ = 0;
};

}  // namespace kw
