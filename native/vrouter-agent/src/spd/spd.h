// The policies of one direction, found by full 5-tuples.
//
// Places fall into classes by the lengths of their prefixes and by what else they fix (protocol, single ports).
// All places of a class are found with one hash of the packet, whatever their number; a lookup tries the few
// classes that exist, those with the highest priority first. A change touches one chain and, when a class
// comes, goes or changes its highest priority, the short list of classes: it costs the same with 10 and with
// 100 000 policies, and readers never wait (docs/decisions/0025).
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/outcome.h"
#include "base/rcu.h"
#include "base/slab.h"
#include "spd/selector.h"

namespace kw {

enum class Action : uint8_t { kProtect = 1, kHold, kTrap, kBypass, kDiscard };

// Of a place; they go on when its policy is replaced.
//
// Packets of one place mostly come to one core. The first core that lets some through has figures of its own, which it writes
// without a locked instruction; the others share theirs.
struct alignas(64) PolicyCounters {
  uint64_t packets() const { return first_packets.load(std::memory_order_relaxed) + other_packets.load(std::memory_order_relaxed); }
  uint64_t bytes() const { return first_bytes.load(std::memory_order_relaxed) + other_bytes.load(std::memory_order_relaxed); }
  void add(uint16_t core, uint64_t more_packets, uint64_t more_bytes) {
    uint32_t me = core + 1u;
    if (first.load(std::memory_order_relaxed) != me) {
      uint32_t nobody = 0;
      if (!first.compare_exchange_strong(nobody, me, std::memory_order_relaxed)) {
        other_packets.fetch_add(more_packets, std::memory_order_relaxed);
        other_bytes.fetch_add(more_bytes, std::memory_order_relaxed);
        return;
      }
    }
    first_packets.store(first_packets.load(std::memory_order_relaxed) + more_packets, std::memory_order_relaxed);
    first_bytes.store(first_bytes.load(std::memory_order_relaxed) + more_bytes, std::memory_order_relaxed);
  }

  std::atomic<uint64_t> first_packets{0}, first_bytes{0};
  std::atomic<uint64_t> other_packets{0}, other_bytes{0};
  std::atomic<uint64_t> dropped_packets{0}, dropped_bytes{0};
  std::atomic<uint64_t> told_at{0};  // last Acquire, in cycles
  std::atomic<uint32_t> first{0};    // that core, from 1
};
static_assert(sizeof(PolicyCounters) == 64, "one cache line");

// Points at an SA without keeping it: a slot of the SAD and the number of its present tenant.
struct SaRef {
  uint32_t slot = 0;
  uint32_t tenant = 0;  // 0: none

  bool none() const { return tenant == 0; }
  friend bool operator==(const SaRef& a, const SaRef& b) { return a.slot == b.slot && a.tenant == b.tenant; }
};

struct PolicySpec {
  Selector selector;
  int32_t priority = 0;
  Action action = Action::kDiscard;
  SaRef sa;
  // How the SA was named, for who looks at the policy later.
  uint32_t sa_spi = 0;
  Address sa_destination;
  std::string owner;
  std::string tag;
};

// One policy; immutable while readers can see it.
struct alignas(64) Policy {
  static void* operator new(size_t) { return Slab<sizeof(Policy), alignof(Policy)>::take(); }
  static void operator delete(void* policy) { Slab<sizeof(Policy), alignof(Policy)>::give(policy); }

  std::atomic<Policy*> next{nullptr};
  uint64_t hash = 0;
  uint32_t class_id = 0;
  int32_t priority = 0;
  uint32_t specificity = 0;
  Action action = Action::kDiscard;
  SaRef sa;
  uint64_t age = 0;  // smaller is older
  std::shared_ptr<PolicyCounters> counters;
  // What a packet of a known flow needs ends here, with the first cache line.
  Selector selector;
  uint32_t sa_spi = 0;
  Address sa_destination;
  std::string owner;
  std::string tag;
};

class Spd {
 public:
  static constexpr size_t kMostClasses = 256;

  Spd(size_t capacity, Reclaimer& reclaimer);
  ~Spd();
  Spd(const Spd&) = delete;
  Spd& operator=(const Spd&) = delete;

  // Readers. The policy stays valid until the reader is quiescent.
  const Policy* find(const IpView& packet) const;
  // Never 0; another one after every change, from before anything that went away is given back.
  uint64_t version() const { return version_.load(std::memory_order_acquire); }

  // The writer.
  Outcome put(const PolicySpec& spec);
  // SAME when `only` is given and the policy names another SA.
  Outcome remove(const Selector& place, SaRef only = {});
  const Policy* at(const Selector& place) const;
  size_t size() const { return places_.size(); }
  size_t capacity() const { return capacity_; }
  size_t classes() const { return classes_.size(); }
  // Calls `visit` for every policy.
  template <typename F>
  void each(F visit) const {
    for (const auto& [key, policy] : places_) visit(*policy);
  }
  // The same in parts, for who must not hold things up: parts are numbered from 0.
  size_t parts() const { return places_.bucket_count(); }
  template <typename F>
  void each_of_part(size_t part, F visit) const {
    for (auto at = places_.begin(part); at != places_.end(part); ++at) visit(*at->second);
  }
  // Removes policies of an owner (empty: all).
  uint32_t flush(const std::string& owner);

 private:
  struct Shape {
    uint8_t source_bits, destination_bits;
    bool protocol, source_port, destination_port;
    uint32_t key() const {
      return source_bits | destination_bits << 8 | protocol << 16 | source_port << 17 | destination_port << 18;
    }
  };
  struct ClassEntry {
    Shape shape;
    uint8_t family;
    int32_t highest;
    uint32_t id;
  };
  // What readers walk through: per family, highest priority first.
  struct ClassList {
    std::vector<ClassEntry> v4, v6;
  };
  struct Class {
    ClassEntry entry;
    std::map<int32_t, uint32_t> priorities;  // how many policies have each
  };
  struct SelectorHash {
    size_t operator()(const Selector& s) const;
  };

  static Shape shape_of(const Selector& s);
  static uint64_t hash_of(uint32_t class_id, const Shape& shape, const Bits128& source, const Bits128& destination,
                          uint8_t protocol, uint16_t source_port, uint16_t destination_port);
  void publish();
  void unlink(Policy* policy);

  size_t capacity_;
  Reclaimer& reclaimer_;
  RcuHash<Policy> table_;
  std::atomic<const ClassList*> list_;
  std::unordered_map<Selector, Policy*, SelectorHash, std::equal_to<Selector>,
                     SlabAllocator<std::pair<const Selector, Policy*>>>
      places_;
  std::map<uint32_t, Class> classes_;  // by shape and family
  uint64_t ages_ = 0;
  std::atomic<uint64_t> version_{1};
};

}  // namespace kw
