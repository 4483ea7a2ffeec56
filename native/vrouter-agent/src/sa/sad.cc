#include "sa/sad.h"

#include <openssl/crypto.h>

#include <cstdio>

namespace kw {
namespace {

std::string hex(uint32_t spi) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%08x", spi);
  return text;
}

}  // namespace

KeyMaterial::~KeyMaterial() {
  OPENSSL_cleanse(encryption.data(), encryption.size());
  OPENSSL_cleanse(integrity.data(), integrity.size());
}

Sad::Sad(uint32_t capacity, Reclaimer& reclaimer, EspSessions& sessions, std::function<uint32_t()> random)
    : capacity_(capacity),
      reclaimer_(reclaimer),
      sessions_(sessions),
      random_(std::move(random)),
      inbound_(capacity),
      slots_(std::make_unique<std::atomic<Sa*>[]>(capacity)) {
  for (uint32_t i = 0; i < capacity; i++) slots_[i].store(nullptr, std::memory_order_relaxed);
}

Sad::~Sad() {
  // Nobody reads any more, and what waits to be freed needs this table's sessions.
  reclaimer_.drain();
  for (uint32_t i = 0; i < high_water_; i++) {
    Sa* sa = slots_[i].load();
    if (sa == nullptr) continue;
    sessions_.close(sa->session);
    delete sa->outer.load();
    delete sa;
  }
}

std::string Sad::outbound_key(uint32_t spi, const Address& destination) {
  return std::string(reinterpret_cast<const char*>(&spi), 4) + destination.octets();
}

Outcome Sad::lease(const std::string& owner, uint64_t now_us, uint32_t& spi) {
  if (leases_.size() >= capacity_) {
    return Outcome::full("all " + std::to_string(capacity_) + " leases of SPIs are out; release some");
  }
  for (int attempt = 0; attempt < 1000; attempt++) {
    uint32_t candidate = random_();
    // RFC 4303 section 2.1 reserves 1 to 255; 0 is local.
    if (candidate < 256 || leases_.count(candidate) != 0 || by_spi(candidate) != nullptr) continue;
    leases_[candidate] = {owner, now_us + kLeaseUs};
    spi = candidate;
    return Outcome::ok();
  }
  return Outcome::unavailable("no free SPI was found in 1000 attempts; try again");
}

Outcome Sad::release(uint32_t spi) {
  if (leases_.erase(spi) != 0) return Outcome::ok();
  if (by_spi(spi) != nullptr) return Outcome::conflict("SPI " + hex(spi) + " is in use by an SA; remove the SA");
  return Outcome::absent("SPI " + hex(spi) + " is not leased");
}

void Sad::expire_leases(uint64_t now_us) {
  for (auto at = leases_.begin(); at != leases_.end();) {
    at = at->second.until_us <= now_us ? leases_.erase(at) : std::next(at);
  }
}

std::vector<uint32_t> Sad::leased() const {
  std::vector<uint32_t> spis;
  spis.reserve(leases_.size());
  for (const auto& [spi, lease] : leases_) spis.push_back(spi);
  return spis;
}

Sa* Sad::find(Direction direction, uint32_t spi, const Address& destination) const {
  if (direction == Direction::kInbound) {
    Sa* sa = by_spi(spi);
    return sa != nullptr && (destination.family == 0 || destination == sa->config.name) ? sa : nullptr;
  }
  auto found = outbound_.find(outbound_key(spi, destination));
  return found == outbound_.end() ? nullptr : found->second;
}

Sa* Sad::outbound_to(uint32_t spi, const Address& destination) const {
  auto [at, end] = outbound_spis_.equal_range(spi);
  for (; at != end; ++at) {
    if (at->second->outer.load(std::memory_order_relaxed)->remote == destination) return at->second;
  }
  return nullptr;
}

Outcome Sad::add(const SaConfig& config, const KeyMaterial& keys, uint16_t home, uint32_t path_mtu, uint64_t now_us,
                 uint64_t monotonic_us) {
  bool inbound = config.direction == Direction::kInbound;
  if (inbound ? by_spi(config.spi) != nullptr : outbound_.count(outbound_key(config.spi, config.name)) != 0) {
    return Outcome::conflict("there is an " + std::string(inbound ? "inbound" : "outbound") + " SA with SPI " +
                             hex(config.spi) + (inbound ? "" : " to " + config.name.text()) +
                             " already; remove it, or take another SPI");
  }
  if (size_ + retired_ >= capacity_) {
    return Outcome::full("all " + std::to_string(capacity_) +
                         " SAs of this agent are in use; remove some, or start it with more");
  }
  Outcome outcome;
  EspSession* session = sessions_.open(config, keys, outcome);
  if (session == nullptr) return outcome;

  auto* sa = new Sa;
  uint32_t slot;
  if (free_.empty()) {
    slot = high_water_++;
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  if (++tenants_ == 0) tenants_ = 1;
  sa->ref = {slot, tenants_};
  sa->spi = config.spi;
  sa->hash = mix(config.spi);
  sa->outer.store(new Outer(config.outer), std::memory_order_relaxed);
  sa->session = session;
  sa->home = home;
  sa->direction = config.direction;
  sa->mode = config.mode;
  sa->inner_family = config.inner_family();
  sa->header_family = config.outer.local.family;
  sa->sequence.store(config.first_sequence - 1, std::memory_order_relaxed);
  if (inbound) sa->window = ReplayWindow(config.replay_window);
  sa->esn = config.esn;
  sa->copy_dscp = config.copy_dscp;
  sa->dscp = config.dscp;
  sa->dont_fragment = config.dont_fragment;
  sa->suite = config.suite;
  sa->soft = config.soft;
  sa->hard = config.hard;
  uint16_t ip = config.mode == Mode::kTunnel ? (config.outer.local.family == 4 ? 20 : 40) : 0;
  sa->cost = {static_cast<uint16_t>(ip + (config.outer.udp() ? 8 : 0)), config.suite->iv, config.suite->icv,
              config.suite->align};
  sa->path_mtu.store(path_mtu, std::memory_order_relaxed);
  sa->config = config;
  sa->selectors = sa->config.selectors.data();
  sa->selectors_count = static_cast<uint32_t>(sa->config.selectors.size());
  sa->config.first_peer = config.direction == Direction::kOutbound ? config.name : config.outer.remote;
  sa->added_us = now_us;
  sa->added_monotonic_us = monotonic_us;

  slots_[slot].store(sa, std::memory_order_release);
  if (inbound) {
    leases_.erase(config.spi);
    inbound_.insert(sa);
  } else {
    outbound_[outbound_key(config.spi, config.name)] = sa;
    outbound_spis_.emplace(config.spi, sa);
  }
  size_++;
  return Outcome::ok();
}

Outcome Sad::move(Direction direction, uint32_t spi, const Address& destination, const Outer& to) {
  Sa* sa = find(direction, spi, destination);
  if (sa == nullptr) return Outcome::absent("there is no SA with SPI " + hex(spi));
  const Outer* before = sa->outer.load(std::memory_order_relaxed);
  if (to.local == before->local && to.remote == before->remote && to.local_port == before->local_port &&
      to.remote_port == before->remote_port) {
    return Outcome::same();
  }
  if (sa->mode == Mode::kTransport && (to.local != before->local || to.remote != before->remote)) {
    return Outcome::refused("SA " + hex(spi) + " is in transport mode, whose selectors are its addresses");
  }
  // The header grows with UDP around it, or with IPv6; until readers see that, a packet may be too long by that and is fragmented.
  uint16_t ip = sa->mode == Mode::kTunnel ? (to.local.family == 4 ? 20 : 40) : 0;
  sa->config.outer = to;
  __atomic_store_n(&sa->cost.outer, static_cast<uint16_t>(ip + (to.udp() ? 8 : 0)), __ATOMIC_RELAXED);
  sa->outer.store(new Outer(to), std::memory_order_release);
  reclaimer_.retire_delete(before);
  return Outcome::ok();
}

Outcome Sad::remove(Direction direction, uint32_t spi, const Address& destination) {
  Sa* sa = find(direction, spi, destination);
  if (sa == nullptr) return Outcome::absent("there is no SA with SPI " + hex(spi));
  drop(sa);
  return Outcome::ok();
}

uint32_t Sad::flush(const std::string& owner) {
  uint32_t removed = 0;
  for (uint32_t i = 0; i < high_water_; i++) {
    Sa* sa = slots_[i].load(std::memory_order_relaxed);
    if (sa != nullptr && (owner.empty() || sa->config.owner == owner)) {
      drop(sa);
      removed++;
    }
  }
  for (auto at = leases_.begin(); at != leases_.end();) {
    at = owner.empty() || at->second.owner == owner ? leases_.erase(at) : std::next(at);
  }
  return removed;
}

void Sad::drop(Sa* sa) {
  slots_[sa->ref.slot].store(nullptr, std::memory_order_release);
  if (sa->direction == Direction::kInbound) {
    inbound_.remove(sa);
  } else {
    outbound_.erase(outbound_key(sa->spi, sa->config.name));
    auto [at, end] = outbound_spis_.equal_range(sa->spi);
    while (at != end && at->second != sa) ++at;
    if (at != end) outbound_spis_.erase(at);
  }
  free_.push_back(sa->ref.slot);
  size_--;
  retired_++;
  reclaimer_.retire([this, sa] {
    if (sa->in_flight.load(std::memory_order_acquire) != 0) return false;
    sessions_.close(sa->session);
    delete sa->outer.load();
    delete sa;
    retired_--;
    return true;
  });
}

}  // namespace kw
