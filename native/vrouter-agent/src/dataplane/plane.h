// What all cores share.
#pragma once

#include <rte_mempool.h>
#include <rte_rcu_qsbr.h>
#include <rte_ring.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/rcu.h"
#include "dataplane/meta.h"
#include "dataplane/neighbours.h"
#include "packet/arrival.h"
#include "route/routes.h"
#include "sa/sad.h"
#include "spd/spd.h"

namespace kw {

struct Port {
  uint16_t id = 0;
  std::string name;
  bool protected_side = false;
  uint16_t mtu = 1500;
  uint64_t mac = 0;
  uint16_t owner = 0;  // index of the worker that polls it and sends through it
  struct Interface {
    Address address;
    uint8_t length;
  };
  std::vector<Interface> addresses;
};

// Grace periods by rte_rcu_qsbr: every worker reports when it holds nothing.
class QsbrGrace : public Grace {
 public:
  explicit QsbrGrace(unsigned readers);
  ~QsbrGrace() override;
  uint64_t begin() override { return rte_rcu_qsbr_start(state_); }
  bool passed(uint64_t token) override { return rte_rcu_qsbr_check(state_, token, false) == 1; }
  rte_rcu_qsbr* state() { return state_; }

 private:
  rte_rcu_qsbr* state_;
};

// What a core tells the control side (control/events.h makes messages of it).
struct Note {
  enum class Kind : uint32_t { kExpired, kPacketDropped, kUnknownSpi, kPeerMoved, kAcquire };
  Kind kind;
  uint32_t spi = 0;
  uint8_t detail = 0;     // LimitKind, or reason of a drop (1 replay, 2 integrity, 3 selectors)
  bool hard = false;
  bool inbound = false;
  uint8_t protocol = 0;
  uint16_t source_port = 0, destination_port = 0;
  uint32_t sequence = 0;
  uint64_t packets = 0;
  Address source, destination;
  SaRef sa;
  Selector place;
};
static_assert(sizeof(Note) % 4 == 0, "elements of a ring are whole words");

// Kinds of work for the slow path.
// Errors about packets from inside and from tunnels do not wait behind strangers' pings.
enum class SlowKind : uint8_t { kNeighbours, kIke, kLocal, kErrors, kCount };
constexpr size_t kSlowKinds = static_cast<size_t>(SlowKind::kCount);

inline SlowKind kind_of(Slow why, bool came_clear) {
  switch (why) {
    case Slow::kArp:
    case Slow::kNeighbourDiscovery:
    case Slow::kUnresolved:
      return SlowKind::kNeighbours;
    case Slow::kIke:
      return SlowKind::kIke;
    case Slow::kTooBig:
    case Slow::kTtl:
      return came_clear ? SlowKind::kLocal : SlowKind::kErrors;
    default:
      return SlowKind::kLocal;
  }
}

class Worker;

// The router's own addresses, which do not change once cores run: asked once or twice for each packet.
class OwnAddresses {
 public:
  void add(const Address& address) {
    all_.push_back(address);
    bits_ = 3;
    while (1u << bits_ < 4 * all_.size()) bits_++;
    table_.assign(1u << bits_, Address{});
    for (const Address& a : all_) {
      size_t at = place(a.bits);
      while (table_[at].family != 0) at = (at + 1) & (table_.size() - 1);
      table_[at] = a;
    }
  }
  bool has(uint8_t family, const Bits128& bits) const {
    for (size_t at = place(bits);; at = (at + 1) & (table_.size() - 1)) {
      const Address& a = table_[at];
      if (a.family == 0) return false;
      if (a.family == family && a.bits == bits) return true;
    }
  }

 private:
  size_t place(const Bits128& b) const { return ((b.hi >> 32) + b.hi + b.lo) * 0x9e3779b97f4a7c15ULL >> (64 - bits_); }

  std::vector<Address> all_;
  unsigned bits_ = 3;
  std::vector<Address> table_ = std::vector<Address>(8);  // by hash, at least half of it empty
};

struct Plane {
  // Set up before the cores start, and never changed again.
  std::vector<Port> ports;
  IkePorts ike_ports;                      // at the second one ESP in UDP and IKE with marker come
  unsigned forwarding_cores = 1, crypto_cores = 0;
  uint8_t crypto_device = 0;
  unsigned idle_us = 0;                    // how long an idle core may sleep; 0: it spins
  rte_mempool* packets = nullptr;
  // rte_mbuf*, to the slow path: a ring for each kind of work, so that a flood of one leaves room for the others.
  std::array<rte_ring*, kSlowKinds> slow{};
  rte_ring* notes = nullptr;               // Note
  std::vector<std::unique_ptr<Worker>> workers;
  uint64_t hz = 1;
  uint64_t secret = 0;                     // of hashes by which strangers share room; 0: start_plane() draws one
  const struct CoreCounters* slow_counters = nullptr;

  // Tables: lock-free for the cores.
  std::unique_ptr<QsbrGrace> grace;
  std::unique_ptr<Reclaimer> control_reclaimer;  // of whoever holds the agent's lock
  std::unique_ptr<Reclaimer> slow_reclaimer;     // of the slow path
  std::unique_ptr<Spd> outbound, inbound;
  std::unique_ptr<Sad> sad;
  std::unique_ptr<Routes> routes;
  OwnAddresses own;
  std::unique_ptr<Neighbours> neighbours;

  // Bypass policies are in force.
  std::atomic<bool> policies_complete{false};
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> lost_notes{0};
  // Somebody takes IKE datagrams.
  std::atomic<bool> ike_wanted{false};

  uint16_t home_of(uint32_t spi) const {
    auto h = static_cast<uint32_t>(mix(spi ^ 0xabcdef) >> 32);
    return static_cast<uint16_t>(crypto_cores > 0 ? forwarding_cores + h % crypto_cores : h % forwarding_cores);
  }
  bool is_local(uint8_t family, const Bits128& address) const { return own.has(family, address); }

  // Never blocks; a note that finds no room is counted.
  void tell(const Note& note);
};

}  // namespace kw
