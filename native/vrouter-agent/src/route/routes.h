// Where packets go: routes by longest prefix, and the router's own addresses. Tables for one writer and many
// readers, as small as a gateway needs: one hash lookup for each prefix length in use.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/address.h"
#include "base/outcome.h"
#include "base/rcu.h"

namespace kw {

struct Route {
  std::atomic<Route*> next{nullptr};
  uint64_t hash = 0;
  Address prefix;
  uint8_t length = 0;
  uint16_t port = 0;
  Address gateway;  // none: the destination is on the link
};

class Routes {
 public:
  Routes(size_t capacity, Reclaimer& reclaimer);
  ~Routes();

  const Route* find(uint8_t family, const Bits128& destination) const;
  // Never 0; another one after every change, from before anything that went away is given back.
  uint64_t version() const { return version_.load(std::memory_order_acquire); }

  // Replaces a route to the same prefix.
  Outcome put(const Address& prefix, unsigned length, uint16_t port, const Address& gateway);
  Outcome remove(const Address& prefix, unsigned length);
  size_t size() const { return size_; }

 private:
  struct Lengths {
    std::vector<uint8_t> v4, v6;  // longest first
  };
  static uint64_t hash_of(uint8_t family, unsigned length, const Bits128& prefix) {
    return mix(static_cast<uint64_t>(family) << 8 | length, prefix);
  }
  Route* exact(const Address& prefix, unsigned length) const;
  void publish();
  void unlink(Route* route);

  size_t capacity_;
  Reclaimer& reclaimer_;
  RcuHash<Route> table_;
  std::atomic<const Lengths*> lengths_;
  uint32_t used_[2][129] = {};
  size_t size_ = 0;
  std::atomic<uint64_t> version_{1};

  std::vector<Route*> all_;
};

}  // namespace kw
