// Link-layer addresses of neighbours. Read by the forwarding cores, written by the slow path alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "base/address.h"
#include "base/rcu.h"

namespace kw {

struct Neighbour {
  std::atomic<Neighbour*> next{nullptr};
  uint64_t hash = 0;
  uint16_t port = 0;
  Address address;
  bool is_static = false;
  // It was asked for and has not answered yet.
  bool awaited = false;
  // The low 48 bits are the MAC, first octet highest; 0: not known.
  std::atomic<uint64_t> mac{0};
  // Of the slow path.
  uint64_t confirmed_us = 0;
  uint64_t asked_us = 0;
  uint32_t asked = 0;
};

// Bounded, and such that nobody who sends to or from many addresses takes the room of those who are there (RFC 6583):
// neighbours that have not answered yet have a share of their own, in which the oldest gives way, and who only asks
// for the router is not noted once the table is three quarters full.
class Neighbours {
 public:
  static constexpr size_t kMostAwaited = 512;

  Neighbours(size_t capacity, Reclaimer& reclaimer) : capacity_(capacity), reclaimer_(reclaimer), table_(capacity) {}
  ~Neighbours() {
    for (Neighbour* n : all_) delete n;
  }

  // The MAC, or 0.
  uint64_t find(uint16_t port, const Address& address) const {
    const Neighbour* n = get(port, address);
    return n == nullptr ? 0 : n->mac.load(std::memory_order_acquire);
  }

  // Never 0; another one after every change of what find() says, from before anything that went away is given back.
  uint64_t version() const { return version_.load(std::memory_order_acquire); }

  // The writer. Told of each neighbour before it goes.
  void on_removal(std::function<void(Neighbour*)> listener) { on_removal_ = std::move(listener); }
  // A neighbour that packets wait for, new if need be. Null when the table is full of others.
  Neighbour* await(uint16_t port, const Address& address);
  // One that made itself known, new if there is room for such.
  Neighbour* learn(uint16_t port, const Address& address);
  Neighbour* add_static(uint16_t port, const Address& address, uint64_t mac);
  // Its address has come.
  void answered(Neighbour* neighbour, uint64_t mac);
  Neighbour* get(uint16_t port, const Address& address) const;
  void remove(Neighbour* neighbour);
  const std::vector<Neighbour*>& all() const { return all_; }

 private:
  static uint64_t hash_of(uint16_t port, const Address& a) {
    return mix(static_cast<uint64_t>(port) << 8 | a.family, a.bits);
  }
  size_t capacity_;
  Reclaimer& reclaimer_;
  Neighbour* insert(uint16_t port, const Address& address);

  RcuHash<Neighbour> table_;
  std::vector<Neighbour*> all_;
  std::deque<Neighbour*> awaited_;  // oldest first
  std::atomic<uint64_t> version_{1};
  std::function<void(Neighbour*)> on_removal_ = [](Neighbour*) {};
};

inline void store_mac(uint8_t* to, uint64_t mac) {
  store_be16(to, static_cast<uint16_t>(mac >> 32));
  store_be32(to + 2, static_cast<uint32_t>(mac));
}

inline uint64_t load_mac(const uint8_t* from) {
  return static_cast<uint64_t>(load_be16(from)) << 32 | load_be32(from + 2);
}

}  // namespace kw
