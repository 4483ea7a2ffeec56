// One core of the data plane: polls its ports and its inbox, runs packets through the policies, does the crypto
// of the SAs that are at home here, and sends. A core that owns no port does crypto only.
//
// Nothing here allocates, locks or waits. What needs any of that goes to the slow path.
#pragma once

#include <rte_cryptodev.h>
#include <rte_ip_frag.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <array>
#include <vector>

#include "dataplane/drops.h"
#include "dataplane/meta.h"
#include "dataplane/plane.h"

namespace kw {

constexpr unsigned kBurst = 32;
// What l3_len of an mbuf can hold.
constexpr unsigned kMostHeaders = 0x1ff;

struct alignas(64) CoreCounters {
  Counter received, sent, encrypted, decrypted, slow, idle_polls, busy_polls;
  std::array<Counter, kDropReasons> drops;
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
  bool poll();
  void from_inbox(rte_mbuf* m);
  void drop(rte_mbuf* m, Drop reason);
  void to_slow_path(rte_mbuf* m, Slow why);
  void to_worker(uint16_t worker, rte_mbuf* m);

  // receive.cc: from the wire to a decision
  void receive(rte_mbuf* m, uint16_t port_index);
  void receive_ip(rte_mbuf* m, uint16_t port_index);
  void for_router(rte_mbuf* m, const IpView& view, uint16_t port_index);
  bool take_esp(rte_mbuf* m, const IpView& view, bool udp, uint16_t source_port, bool transit);
  rte_mbuf* reassemble(rte_mbuf* m, const IpView& view);
  void transit(rte_mbuf* m, const IpView& view, uint16_t port_index);

  // forward.cc: routing, the outbound policies, sending
  enum class Origin : uint8_t { kProtectedPort, kUnprotectedPort, kDecrypted, kRouter };
  void leave(rte_mbuf* m, const IpView& view, Origin origin);
  void protect(rte_mbuf* m, const IpView& view, const Policy& policy);
  bool shorten(rte_mbuf* m, const IpView& view, const Policy& policy, Sa* sa);
  void forward(rte_mbuf* m, uint8_t family, const Bits128& destination);
  void send(rte_mbuf* m);
  void send_frame(rte_mbuf* m, const Port& port);
  void send_fragments(rte_mbuf* m, const Port& port);
  void transmit(rte_mbuf* m, const Port& port);
  void flush(uint16_t port_index);
  bool decrement_ttl(rte_mbuf* m, const IpView& view);

  // esp.cc: the crypto stage
  void esp(rte_mbuf* m, Sa* sa);
  void flush_esp();
  void prepare(Sa* sa, rte_mbuf** packets, unsigned count);
  void failed_to_prepare(Sa* sa, rte_mbuf* m, int error);
  unsigned collect();
  void finish(Sa* sa, rte_mbuf** packets, unsigned count);
  void encrypted(Sa* sa, rte_mbuf* m);
  void decrypted(Sa* sa, rte_mbuf* m);
  void count(Sa* sa, uint64_t bytes);
  void tell_drop(Sa* sa, unsigned reason, const Meta& meta);

  Plane& plane_;
  uint16_t index_;
  uint16_t queue_pair_;
  std::vector<uint16_t> ports_;
  rte_ring* inbox_;
  std::vector<TransmitQueue> transmit_;  // by port
  rte_ip_frag_tbl* fragments_ = nullptr;
  rte_ip_frag_death_row death_row_{};
  CoreCounters counters_;

  struct Pending {
    Sa* sa;
    rte_mbuf* m;
  };
  unsigned pending_count_ = 0;
  Pending pending_[kBurst];
  unsigned in_device_ = 0;
  std::vector<rte_crypto_op*> ops_;  // free ones; a packet in the device has one
  uint64_t now_ = 0;  // cycles, once per poll
  uint64_t unknown_spi_second_ = 0;
  unsigned unknown_spi_told_ = 0;
};

}  // namespace kw
