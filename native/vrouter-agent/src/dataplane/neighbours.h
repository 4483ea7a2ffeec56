// Link-layer addresses of neighbours. Read by the forwarding cores, written by the slow path alone.
#pragma once

#include <atomic>
#include <cstdint>
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
  // The low 48 bits are the MAC, first octet highest; 0: not known.
  std::atomic<uint64_t> mac{0};
  // Of the slow path.
  uint64_t confirmed_us = 0;
  uint64_t asked_us = 0;
  uint32_t asked = 0;
};

class Neighbours {
 public:
  Neighbours(size_t capacity, Reclaimer& reclaimer) : capacity_(capacity), reclaimer_(reclaimer), table_(capacity) {}
  ~Neighbours() {
    for (Neighbour* n : all_) delete n;
  }

  // The MAC, or 0.
  uint64_t find(uint16_t port, const Address& address) const {
    const Neighbour* n = get(port, address);
    return n == nullptr ? 0 : n->mac.load(std::memory_order_acquire);
  }

  // The writer. Null when the table is full.
  Neighbour* entry(uint16_t port, const Address& address);
  Neighbour* get(uint16_t port, const Address& address) const;
  void remove(Neighbour* neighbour);
  const std::vector<Neighbour*>& all() const { return all_; }

 private:
  static uint64_t hash_of(uint16_t port, const Address& a) {
    return mix(static_cast<uint64_t>(port) << 8 | a.family, a.bits);
  }
  size_t capacity_;
  Reclaimer& reclaimer_;
  RcuHash<Neighbour> table_;
  std::vector<Neighbour*> all_;
};

inline void store_mac(uint8_t* to, uint64_t mac) {
  for (int i = 0; i < 6; i++) to[i] = static_cast<uint8_t>(mac >> (40 - 8 * i));
}

inline uint64_t load_mac(const uint8_t* from) {
  uint64_t mac = 0;
  for (int i = 0; i < 6; i++) mac = mac << 8 | from[i];
  return mac;
}

}  // namespace kw
