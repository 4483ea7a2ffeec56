// One security association as the data path sees it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "base/slab.h"
#include "packet/transport_checksum.h"
#include "packet/tunnel.h"
#include "sa/algorithms.h"
#include "sa/replay.h"
#include "spd/selector.h"
#include "spd/spd.h"

namespace kw {

enum class Direction : uint8_t { kInbound = 1, kOutbound = 2 };
enum class Mode : uint8_t { kTunnel = 1, kTransport = 2 };
enum class DontFragment : uint8_t { kCopy = 0, kSet = 1, kClear = 2 };
enum class SaState : uint8_t { kLive = 1, kSoftExpired = 2, kHardExpired = 3 };
enum class LimitKind : uint8_t { kTime = 1, kBytes = 2, kPackets = 3, kSequence = 4 };

struct Limits {
  uint64_t seconds = 0, bytes = 0, packets = 0;  // 0: none
};

// Outer addresses; replaced as a whole when an SA moves.
struct Outer {
  Address local, remote;
  uint16_t local_port = 0, remote_port = 0;  // both 0: plain ESP

  bool udp() const { return local_port != 0; }
};

// Everything about an SA but its keys.
struct SaConfig {
  Direction direction = Direction::kInbound;
  uint32_t spi = 0;
  Mode mode = Mode::kTunnel;
  Outer outer;
  const Suite* suite = nullptr;
  bool esn = false;
  uint32_t replay_window = 0;
  std::vector<Selector> selectors;
  Limits soft, hard;
  DontFragment dont_fragment = DontFragment::kCopy;
  bool copy_dscp = false;
  uint8_t dscp = 0;
  std::string owner, tag;
  // Transport mode in UDP, inbound: what the peer computed its checksums with, where that is known.
  OriginalAddresses original;
  // Outbound: the sequence number of the first packet. No message says another than 1.
  uint64_t first_sequence = 1;
  // The destination that the SA was added with, which goes on naming it wherever it moves.
  Address name;
  // Where the peer was then: names the SA's counters, which go on when it moves.
  Address first_peer;

  uint8_t inner_family() const { return selectors.empty() ? 0 : selectors.front().family; }
  // What its packets are sent to.
  const Address& destination() const { return direction == Direction::kOutbound ? outer.remote : outer.local; }
};

// Keys on their way into a crypto session; wiped when they go out of scope.
struct KeyMaterial {
  std::string encryption, integrity;
  KeyMaterial() = default;
  KeyMaterial(const KeyMaterial&) = delete;
  KeyMaterial& operator=(const KeyMaterial&) = delete;
  ~KeyMaterial();
};

// What librte_ipsec and the crypto device keep of an SA (dataplane/esp_session.h).
struct EspSession;

// Makes and ends sessions; a test has its own.
class EspSessions {
 public:
  virtual ~EspSessions() = default;
  // On failure returns null and says why.
  virtual EspSession* open(const SaConfig& config, const KeyMaterial& keys, Outcome& outcome) = 0;
  // Wipes the keys.
  virtual void close(EspSession* session) = 0;
};

struct alignas(64) Sa {
  static void* operator new(size_t) { return Slab<sizeof(Sa), alignof(Sa)>::take(); }
  static void operator delete(void* sa) { Slab<sizeof(Sa), alignof(Sa)>::give(sa); }

  // What every packet reads.
  std::atomic<Sa*> next{nullptr};
  uint64_t hash = 0;
  std::atomic<const Outer*> outer{nullptr};
  EspSession* session = nullptr;
  SaRef ref;
  uint32_t spi = 0;
  uint16_t home = 0;  // the core that does all of its crypto, so that sequence numbers need no lock
  Direction direction = Direction::kInbound;
  Mode mode = Mode::kTunnel;
  uint8_t inner_family = 0;
  uint8_t header_family = 0;  // of the outer header that the ESP library writes
  bool esn = false;
  bool copy_dscp = false;
  uint8_t dscp = 0;
  DontFragment dont_fragment = DontFragment::kCopy;
  EspCost cost;
  std::atomic<uint32_t> path_mtu{1500};

  // The same, and a state that only ever rises: a second cache line.
  alignas(64) Limits soft;
  Limits hard;
  std::atomic<uint8_t> state{static_cast<uint8_t>(SaState::kLive)};
  std::atomic<bool> soft_told{false}, hard_told{false};
  uint32_t selectors_count = 0;
  const Selector* selectors = nullptr;  // those of `config`, which stay

  // What only the home core writes.
  alignas(64) std::atomic<uint64_t> packets{0};
  std::atomic<uint64_t> bytes{0};
  std::atomic<uint64_t> last_use{0};  // cycles; 0: never
  std::atomic<uint64_t> sequence{0};
  // What was let into the crypto device, which is ahead of what came out of it. The hard limits of outbound SAs are held
  // against these.
  uint64_t admitted_packets = 0;
  uint64_t admitted_bytes = 0;
  ReplayWindow window;  // inbound; of the home core
  uint64_t gathered = 0;  // the batch of packets that had one of this SA last, and its place there (Worker::flush_esp)
  std::atomic<uint64_t> replayed{0};
  std::atomic<uint64_t> integrity_failed{0};
  std::atomic<uint64_t> selector_mismatched{0};
  std::atomic<uint64_t> other_dropped{0};
  std::atomic<uint32_t> in_flight{0};  // packets in the crypto device
  const Suite* suite = nullptr;
  // Of the home core: when it last told of a drop (by reason; 0: of a peer that moved), and how many it has not told of.
  uint64_t told_at[4] = {};
  uint64_t untold[4] = {};
  Address told_peer;  // where the peer was last said to be
  uint16_t told_peer_port = 0;

  // What only the control side uses.
  SaConfig config;
  uint64_t added_us = 0;
  uint64_t added_monotonic_us = 0;
  uint64_t learned_mtu_at_us = 0;

  bool at_hard_limit(uint64_t packets_so_far, uint64_t bytes_so_far) const {
    return (hard.packets != 0 && packets_so_far >= hard.packets) || (hard.bytes != 0 && bytes_so_far >= hard.bytes);
  }

  SaState state_now() const { return static_cast<SaState>(state.load(std::memory_order_relaxed)); }
  // Returns whether this call made the change.
  bool raise_state(SaState to) {
    uint8_t now = state.load(std::memory_order_relaxed);
    while (now < static_cast<uint8_t>(to)) {
      if (state.compare_exchange_weak(now, static_cast<uint8_t>(to))) return true;
    }
    return false;
  }
};

}  // namespace kw
