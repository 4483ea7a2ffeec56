// The SAs of the agent, and the inbound SPIs that are taken.
//
// Slots are given at add and found by reference from policies; inbound SAs are also found by SPI, which is unique
// in the agent (RFC 4301 section 4.1 lets a receiver do so for unicast). Neither lookup takes a lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/outcome.h"
#include "base/rcu.h"
#include "sa/sa.h"

namespace kw {

class Sad {
 public:
  // `random` gives 32 random bits; SPIs should not be guessable from one another.
  Sad(uint32_t capacity, Reclaimer& reclaimer, EspSessions& sessions, std::function<uint32_t()> random);
  ~Sad();
  Sad(const Sad&) = delete;
  Sad& operator=(const Sad&) = delete;

  // Readers.
  [[gnu::always_inline]] Sa* by_spi(uint32_t spi) const {
    uint64_t hash = mix(spi);
    for (Sa* sa = inbound_.first(hash); sa != nullptr; sa = RcuHash<Sa>::after(sa)) {
      if (sa->spi == spi) return sa;
    }
    return nullptr;
  }
  [[gnu::always_inline]] Sa* by_ref(SaRef ref) const {
    if (ref.none() || ref.slot >= capacity_) return nullptr;
    Sa* sa = slots_[ref.slot].load(std::memory_order_acquire);
    return sa != nullptr && sa->ref == ref ? sa : nullptr;
  }

  // For who will ask soon.
  void prefetch(uint32_t spi) const { inbound_.prefetch(mix(spi)); }

  // The writer.
  Outcome lease(const std::string& owner, uint64_t now_us, uint32_t& spi);
  Outcome release(uint32_t spi);
  void expire_leases(uint64_t now_us);
  // `home` is the core that will own the SA, `path_mtu` what is known of the way to the peer.
  Outcome add(const SaConfig& config, const KeyMaterial& keys, uint16_t home, uint32_t path_mtu, uint64_t now_us,
              uint64_t monotonic_us);
  // Moves an SA to other outer addresses, of either family in tunnel mode; its name stays.
  Outcome move(Direction direction, uint32_t spi, const Address& destination, const Outer& to);
  Outcome remove(Direction direction, uint32_t spi, const Address& destination);
  uint32_t flush(const std::string& owner);
  // By the name that it was added with.
  Sa* find(Direction direction, uint32_t spi, const Address& destination) const;
  // By where its packets go now.
  Sa* outbound_to(uint32_t spi, const Address& destination) const;

  uint32_t size() const { return size_; }
  uint32_t capacity() const { return capacity_; }
  std::vector<uint32_t> leased() const;
  template <typename F>
  void each(F visit) const {
    for (uint32_t i = 0; i < high_water_; i++) {
      Sa* sa = slots_[i].load(std::memory_order_relaxed);
      if (sa != nullptr) visit(*sa);
    }
  }
  uint32_t slots_used() const { return high_water_; }
  // The SA of a slot, or null.
  Sa* slot(uint32_t i) const { return i < high_water_ ? slots_[i].load(std::memory_order_relaxed) : nullptr; }

  static constexpr uint64_t kLeaseUs = 600ULL * 1000 * 1000;

 private:
  struct Lease {
    std::string owner;
    uint64_t until_us;
  };
  static std::string outbound_key(uint32_t spi, const Address& destination);
  void drop(Sa* sa);

  uint32_t capacity_;
  Reclaimer& reclaimer_;
  EspSessions& sessions_;
  std::function<uint32_t()> random_;
  RcuHash<Sa> inbound_;
  std::unique_ptr<std::atomic<Sa*>[]> slots_;
  std::vector<uint32_t> free_;
  uint32_t high_water_ = 0;
  uint32_t tenants_ = 0;
  uint32_t size_ = 0;
  // SAs that are gone from the tables and not yet freed keep their sessions: they count against the room too.
  uint32_t retired_ = 0;
  std::unordered_map<std::string, Sa*> outbound_;
  std::unordered_multimap<uint32_t, Sa*> outbound_spis_;
  std::unordered_map<uint32_t, Lease> leases_;
};

}  // namespace kw
