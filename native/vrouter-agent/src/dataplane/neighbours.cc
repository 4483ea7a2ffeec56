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

Neighbour* Neighbours::entry(uint16_t port, const Address& address) {
  Neighbour* known = get(port, address);
  if (known != nullptr) return known;
  if (all_.size() >= capacity_) {
    // Room for what matters: the dynamic neighbour that was confirmed longest ago goes.
    Neighbour* oldest = nullptr;
    for (Neighbour* n : all_) {
      if (!n->is_static && (oldest == nullptr || n->confirmed_us < oldest->confirmed_us)) oldest = n;
    }
    if (oldest == nullptr) return nullptr;
    remove(oldest);
  }
  auto* n = new Neighbour;
  n->hash = hash_of(port, address);
  n->port = port;
  n->address = address;
  table_.insert(n);
  all_.push_back(n);
  return n;
}

void Neighbours::remove(Neighbour* neighbour) {
  table_.remove(neighbour);
  all_.erase(std::find(all_.begin(), all_.end(), neighbour));
  reclaimer_.retire_delete(neighbour);
}

}  // namespace kw
