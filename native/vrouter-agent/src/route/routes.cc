#include "route/routes.h"

#include <algorithm>

namespace kw {

Routes::Routes(size_t capacity, Reclaimer& reclaimer)
    : capacity_(capacity), reclaimer_(reclaimer), table_(capacity * 2), lengths_(new Lengths) {}

Routes::~Routes() {
  for (Route* r : all_) delete r;
  delete lengths_.load();
}

const Route* Routes::find(uint8_t family, const Bits128& destination) const {
  const Lengths* lengths = lengths_.load(std::memory_order_acquire);
  for (uint8_t length : family == 4 ? lengths->v4 : lengths->v6) {
    Bits128 prefix = masked(destination, length);
    uint64_t hash = hash_of(family, length, prefix);
    for (const Route* r = table_.first(hash); r != nullptr; r = RcuHash<Route>::after(r)) {
      if (r->hash == hash && r->length == length && r->prefix.family == family && r->prefix.bits == prefix) return r;
    }
  }
  return nullptr;
}

Route* Routes::exact(const Address& prefix, unsigned length) const {
  uint64_t hash = hash_of(prefix.family, length, prefix.bits);
  for (Route* r = table_.first(hash); r != nullptr; r = RcuHash<Route>::after(r)) {
    if (r->length == length && r->prefix == prefix) return r;
  }
  return nullptr;
}

Outcome Routes::put(const Address& address, unsigned length, uint16_t port, const Address& gateway) {
  if (address.family == 0 || length > address.width()) {
    return Outcome::refused("prefix length " + std::to_string(length) + " does not fit " + address.text());
  }
  if (gateway.family != 0 && gateway.family != address.family) {
    return Outcome::refused("the gateway " + gateway.text() + " is of another family than " + address.text());
  }
  Address prefix{address.family, masked(address.bits, length)};
  Route* before = exact(prefix, length);
  if (before == nullptr && size_ >= capacity_) return Outcome::full("the routing table is full");
  auto* route = new Route;
  route->hash = hash_of(prefix.family, length, prefix.bits);
  route->prefix = prefix;
  route->length = static_cast<uint8_t>(length);
  route->port = port;
  route->gateway = gateway;
  table_.insert(route);
  all_.push_back(route);
  size_++;
  if (used_[prefix.family == 6][length]++ == 0) publish();
  version_.fetch_add(1);
  if (before != nullptr) {
    used_[prefix.family == 6][length]--;
    unlink(before);
  }
  return Outcome::ok();
}

Outcome Routes::remove(const Address& address, unsigned length) {
  if (length > address.width()) return Outcome::absent("there is no such route");
  Address prefix{address.family, masked(address.bits, length)};
  Route* route = exact(prefix, length);
  if (route == nullptr) return Outcome::absent("there is no route to " + prefix.text() + "/" + std::to_string(length));
  if (--used_[prefix.family == 6][length] == 0) publish();
  unlink(route);
  return Outcome::ok();
}

void Routes::unlink(Route* route) {
  table_.remove(route);
  version_.fetch_add(1);
  all_.erase(std::find(all_.begin(), all_.end(), route));
  size_--;
  reclaimer_.retire_delete(route);
}

void Routes::publish() {
  auto* lengths = new Lengths;
  for (int length = 128; length >= 0; length--) {
    if (length <= 32 && used_[0][length] != 0) lengths->v4.push_back(static_cast<uint8_t>(length));
    if (used_[1][length] != 0) lengths->v6.push_back(static_cast<uint8_t>(length));
  }
  reclaimer_.retire_delete(lengths_.exchange(lengths, std::memory_order_acq_rel));
}

}  // namespace kw
