#include "dataplane/neighbours.h"

#include <algorithm>

namespace kw {

Neighbour* Neighbours::get(uint16_t port, const Address& address) const {
  uint64_t hash = hash_of(port, address);
  for (Neighbour* n = table_.first(hash); n != nullptr; n = RcuHash<Neighbour>::after(n)) {
    if (n->hash == hash && n->port == port && n->address == address) return n;
  }
  return nullptr;
}

Neighbour* Neighbours::insert(uint16_t port, const Address& address) {
  auto* n = new Neighbour;
  n->hash = hash_of(port, address);
  n->port = port;
  n->address = address;
  table_.insert(n);
  all_.push_back(n);
  return n;
}

Neighbour* Neighbours::await(uint16_t port, const Address& address) {
  if (Neighbour* known = get(port, address)) return known;
  if (awaited_.size() >= kMostAwaited) {
    remove(awaited_.front());
  } else if (all_.size() >= capacity_) {
    // The dynamic neighbour that was confirmed longest ago goes.
    Neighbour* oldest = nullptr;
    for (Neighbour* n : all_) {
      if (!n->is_static && !n->awaited && (oldest == nullptr || n->confirmed_us < oldest->confirmed_us)) oldest = n;
    }
    if (oldest == nullptr) return nullptr;
    remove(oldest);
  }
  Neighbour* n = insert(port, address);
  n->awaited = true;
  awaited_.push_back(n);
  return n;
}

Neighbour* Neighbours::learn(uint16_t port, const Address& address) {
  Neighbour* known = get(port, address);
  if (known != nullptr || all_.size() >= capacity_ / 4 * 3) return known;
  return insert(port, address);
}

Neighbour* Neighbours::add_static(uint16_t port, const Address& address, uint64_t mac) {
  Neighbour* n = get(port, address);
  if (n == nullptr && all_.size() >= capacity_) return nullptr;
  if (n == nullptr) n = insert(port, address);
  answered(n, mac);
  n->is_static = true;
  return n;
}

void Neighbours::answered(Neighbour* neighbour, uint64_t mac) {
  if (neighbour->awaited) {
    awaited_.erase(std::find(awaited_.begin(), awaited_.end(), neighbour));
    neighbour->awaited = false;
  }
  // Most answers confirm what was known.
  if (neighbour->mac.exchange(mac, std::memory_order_release) != mac) version_.fetch_add(1);
}

void Neighbours::remove(Neighbour* neighbour) {
  on_removal_(neighbour);
  if (neighbour->awaited) awaited_.erase(std::find(awaited_.begin(), awaited_.end(), neighbour));
  table_.remove(neighbour);
  version_.fetch_add(1);
  all_.erase(std::find(all_.begin(), all_.end(), neighbour));
  reclaimer_.retire_delete(neighbour);
}

}  // namespace kw
