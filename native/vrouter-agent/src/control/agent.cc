#include "control/agent.h"

#include <rte_cycles.h>
#include <rte_ethdev.h>

#include <algorithm>

#include "dataplane/worker.h"

namespace kw {

Agent::Agent(Plane& plane, EventHub& events, uint64_t generation, std::vector<const Suite*> suites,
             std::string crypto_device)
    : plane_(plane),
      events_(events),
      generation_(generation),
      started_us_(wall_clock_us()),
      suites_(std::move(suites)),
      crypto_device_(std::move(crypto_device)),
      told_drops_(kDropReasons),
      links_(plane.ports.size(), true),
      cycles_at_start_(rte_rdtsc()) {}

// ------------------------------------------------------------------------------------------------ who and what

Outcome Agent::check(uint64_t expected) const {
  if (expected == 0 || expected == generation_) return Outcome::ok();
  return Outcome::unavailable("this is generation " + std::to_string(generation_) + ", not " +
                              std::to_string(expected) + ": the agent started anew; attach again");
}

pb::Attached Agent::attached() {
  std::lock_guard<std::mutex> lock(mutex_);
  return attached_locked();
}

pb::Attached Agent::attached_locked() const {
  pb::Attached attached;
  attached.set_controller_instance(controller_);
  attached.set_gone(listened_ && present_.count(controller_) == 0);
  return attached;
}

// Told under the lock, so that the order in which it is heard is that in which it happened.
void Agent::tell_attached_locked() {
  pb::Event event;
  *event.mutable_attached() = attached_locked();
  events_.publish(std::move(event));
}

Agent::Presence::Presence(Agent& agent, std::string name) : agent_(agent), name_(std::move(name)) {
  if (name_.empty()) return;
  std::lock_guard<std::mutex> lock(agent_.mutex_);
  bool came = ++agent_.present_[name_] == 1;
  if (name_ != agent_.controller_) return;
  bool back = came && agent_.listened_;
  agent_.listened_ = true;
  if (back) agent_.tell_attached_locked();
}

Agent::Presence::~Presence() {
  if (name_.empty()) return;
  std::lock_guard<std::mutex> lock(agent_.mutex_);
  auto at = agent_.present_.find(name_);
  if (--at->second != 0) return;
  agent_.present_.erase(at);
  if (name_ == agent_.controller_) agent_.tell_attached_locked();
}

void Agent::attach(const pb::AttachRequest& request, pb::AttachResponse* response, Outcome& outcome) {
  const std::string& instance = request.controller_instance();
  if (instance.empty() || instance.size() > 64 || request.controller_name().size() > 128) {
    outcome = Outcome::refused("a controller instance has 1 to 64 octets, a name up to 128");
    return;
  }
  {
    std::lock_guard<std::mutex> lock(mutex_);
    response->set_previous_controller_instance(controller_);
    if (controller_ != instance) {
      controller_ = instance;
      listened_ = present_.count(instance) != 0;
      tell_attached_locked();
    }
  }
  response->set_generation(generation_);
  response->set_policies_complete(policies_complete());
  response->set_started_us(started_us_);
  response->set_version("0.1.0");
  capabilities(response->mutable_capabilities());
}

void Agent::capabilities(pb::Capabilities* to) {
  for (const Suite* s : suites_) {
    auto* a = to->add_algorithms();
    a->set_encryption(s->encryption);
    a->set_integrity(s->integrity);
    a->set_encryption_key_octets(s->key + s->salt);
    a->set_integrity_key_octets(s->integrity_key);
    a->set_esn(s->esn);
  }
  to->set_tunnel_mode(true);
  to->set_transport_mode(true);
  to->set_esn(true);
  to->set_max_replay_window(kMaxReplayWindow);
  to->set_udp_encapsulation(true);
  to->set_ipv6_outer(true);
  to->set_ipv6_inner(true);
  to->set_mixed_families(true);
  to->set_hold(true);
  to->set_trap(true);
  to->set_move_sa(true);
  to->set_move_between_families(true);
  to->set_byte_limits(true);
  to->set_packet_limits(true);
  to->set_time_limits(true);
  to->set_max_batch(kMaxBatch);
  to->set_crypto_device(crypto_device_);
  to->set_forwarding_cores(plane_.forwarding_cores);
  to->set_crypto_cores(plane_.crypto_cores);
  for (size_t i = 0; i < plane_.ports.size(); i++) {
    const Port& p = plane_.ports[i];
    auto* s = to->add_ports();
    s->set_port(static_cast<uint32_t>(i));
    s->set_name(p.name);
    s->set_protected_side(p.protected_side);
    rte_eth_link link{};
    s->set_link_up(rte_eth_link_get_nowait(p.id, &link) == 0 && link.link_status == RTE_ETH_LINK_UP);
    s->set_mtu(p.mtu);
    uint8_t mac[6];
    store_mac(mac, p.mac);
    s->set_mac(mac, sizeof mac);
    for (const auto& a : p.addresses) to->add_local_addresses(a.address.octets());
  }
  std::lock_guard<std::mutex> lock(mutex_);
  to->set_sas_used(plane_.sad->size());
  to->set_sas_max(plane_.sad->capacity());
  to->set_policies_used(static_cast<uint32_t>(plane_.outbound->size() + plane_.inbound->size()));
  to->set_policies_max(static_cast<uint32_t>(plane_.outbound->capacity() + plane_.inbound->capacity()));
}

// ------------------------------------------------------------------------------------------------ changes

Outcome Agent::lease(const std::string& owner, uint32_t count, std::vector<uint32_t>& spis) {
  if (owner.size() > 64) return Outcome::refused("an owner has up to 64 octets");
  if (count < 1 || count > kMaxBatch) {
    return Outcome::refused("1 to " + std::to_string(kMaxBatch) + " SPIs can be had at a time, not " +
                            std::to_string(count));
  }
  std::lock_guard<std::mutex> lock(mutex_);
  Outcome outcome;
  for (uint32_t i = 0; i < count && outcome.done(); i++) {
    uint32_t spi = 0;
    outcome = plane_.sad->lease(owner, monotonic_us(), spi);
    if (outcome.done()) spis.push_back(spi);
  }
  if (!outcome.done()) {
    for (uint32_t spi : spis) (void)plane_.sad->release(spi);
    spis.clear();
  }
  return outcome;
}

Outcome Agent::release(uint32_t spi) {
  std::lock_guard<std::mutex> lock(mutex_);
  return plane_.sad->release(spi);
}

uint32_t Agent::path_mtu(const Address& remote) const {
  const Route* route = plane_.routes->find(remote.family, remote.bits);
  return route == nullptr ? 1500 : plane_.ports[route->port].mtu;
}

Outcome Agent::add_sa(pb::AddSa& item) {
  SaConfig config;
  KeyMaterial keys;
  Outcome outcome = read_keys(item, config, keys);
  wipe(&item);
  Outcome rest = read(item.sa(), config);
  if (outcome.done()) outcome = rest;
  // ESN is read with the rest, and has its say about the suite.
  if (outcome.done() && config.esn && !config.suite->esn) {
    outcome = Outcome::refused(std::string(config.suite->name) + " does not go with extended sequence numbers here");
  }
  if (!outcome.done()) return outcome;
  if (std::find(suites_.begin(), suites_.end(), config.suite) == suites_.end()) {
    return Outcome::refused("the crypto device " + crypto_device_ + " cannot do " + config.suite->name +
                            " with these key lengths");
  }
  std::lock_guard<std::mutex> lock(mutex_);
  uint64_t now = monotonic_us();
  outcome = plane_.sad->add(config, keys, plane_.home_of(config.spi), path_mtu(config.outer.remote), wall_clock_us(), now);
  if (!outcome.done()) return outcome;
  Sa* sa = plane_.sad->find(config.direction, config.spi, config.name);
  constexpr uint64_t kSecond = 1000 * 1000;
  constexpr uint64_t kMost = 1ULL << 32;  // seconds; more is for ever
  if (config.soft.seconds != 0 && config.soft.seconds < kMost) remind_locked(now + config.soft.seconds * kSecond, sa->ref, false);
  if (config.hard.seconds != 0 && config.hard.seconds < kMost) remind_locked(now + config.hard.seconds * kSecond, sa->ref, true);
  return outcome;
}

void Agent::remind_locked(uint64_t at_us, SaRef sa, bool hard) {
  due_.push({at_us, sa, hard}, [this](SaRef ref) { return plane_.sad->by_ref(ref) != nullptr; });
}

Outcome Agent::update_sa(const pb::UpdateSa& item) {
  SaName name;
  Outer to;
  Outcome outcome = read(item.id(), true, name);
  if (outcome.done()) outcome = read(item.endpoints(), to);
  if (!outcome.done()) return outcome;
  std::lock_guard<std::mutex> lock(mutex_);
  outcome = plane_.sad->move(name.direction, name.spi, name.destination, to);
  if (outcome.code == Code::kOk && name.direction == Direction::kOutbound) {
    // Another way, another width.
    Sa* sa = plane_.sad->find(name.direction, name.spi, name.destination);
    sa->path_mtu.store(path_mtu(to.remote), std::memory_order_relaxed);
  }
  return outcome;
}

Outcome Agent::del_sa(const pb::DelSa& item) {
  SaName name;
  Outcome outcome = read(item.id(), false, name);
  if (!outcome.done()) return outcome;
  std::lock_guard<std::mutex> lock(mutex_);
  return plane_.sad->remove(name.direction, name.spi, name.destination);
}

Outcome Agent::add_policy(const pb::AddPolicy& item) {
  Direction direction = Direction::kInbound;
  PolicySpec spec;
  SaName sa_name;
  bool has_sa = false;
  Outcome outcome = read(item.policy(), direction, spec, has_sa, sa_name);
  if (!outcome.done()) return outcome;
  std::lock_guard<std::mutex> lock(mutex_);
  if (has_sa) {
    Sa* sa = plane_.sad->find(sa_name.direction, sa_name.spi, sa_name.destination);
    if (sa == nullptr) {
      return Outcome::refused("the policy names an SA that is not there; add the SA first, or a HOLD policy");
    }
    if (sa->mode == Mode::kTransport && sa->inner_family != spec.selector.family) {
      return Outcome::refused("the SA is in transport mode for the other address family");
    }
    spec.sa = sa->ref;
  }
  return spd(direction).put(spec);
}

Outcome Agent::del_policy(const pb::DelPolicy& item) {
  Direction direction = Direction::kInbound;
  Selector place;
  Outcome outcome = read(item.place(), direction, place);
  if (!outcome.done()) return outcome;
  SaName only;
  if (item.has_only_sa()) {
    outcome = read(item.only_sa(), true, only);
    if (!outcome.done()) return outcome;
  }
  std::lock_guard<std::mutex> lock(mutex_);
  if (item.has_only_sa()) {
    // By name, as the SA itself may be gone already.
    const Policy* policy = spd(direction).at(place);
    if (policy != nullptr && (policy->sa_spi != only.spi || policy->sa_destination != only.destination)) {
      return Outcome::same("the policy names another SA, and stays");
    }
  }
  return spd(direction).remove(place);
}

Outcome Agent::change(pb::Change& item) {
  switch (item.change_case()) {
    case pb::Change::kAddSa:
      return add_sa(*item.mutable_add_sa());
    case pb::Change::kUpdateSa:
      return update_sa(item.update_sa());
    case pb::Change::kDelSa:
      return del_sa(item.del_sa());
    case pb::Change::kAddPolicy:
      return add_policy(item.add_policy());
    case pb::Change::kDelPolicy:
      return del_policy(item.del_policy());
    case pb::Change::CHANGE_NOT_SET:
      break;
  }
  return Outcome::refused("the change is empty, or of a kind that this agent does not know");
}

uint32_t Agent::flush_sas(const std::string& owner) {
  std::lock_guard<std::mutex> lock(mutex_);
  return plane_.sad->flush(owner);
}

uint32_t Agent::flush_policies(const std::string& owner) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (owner.empty()) plane_.policies_complete.store(false, std::memory_order_release);
  return plane_.outbound->flush(owner) + plane_.inbound->flush(owner);
}

Outcome Agent::complete(uint64_t expected) {
  if (expected == 0) return Outcome::refused("name the generation whose policies are complete");
  Outcome outcome = check(expected);
  if (!outcome.done()) return outcome;
  return plane_.policies_complete.exchange(true) ? Outcome::same() : Outcome::ok();
}

void Agent::learned(const PathMtu& m) {
  std::lock_guard<std::mutex> lock(mutex_);
  Sa* sa = plane_.sad->outbound_to(m.spi, m.destination);
  if (sa == nullptr || sa->outer.load()->local != m.source) return;
  // Anybody can send such a message: nothing below what every network carries is believed (RFC 8201, RFC 1191).
  uint32_t least = m.destination.family == 4 ? 576 : 1280;
  uint32_t mtu = std::max(m.mtu, least);
  if (mtu >= sa->path_mtu.load()) return;
  sa->path_mtu.store(mtu);
  sa->learned_mtu_at_us = monotonic_us();
  remind_locked(sa->learned_mtu_at_us + kPathMtuUs, sa->ref, false);
}

// ------------------------------------------------------------------------------------------------ looking

uint64_t Agent::to_wall_us(uint64_t cycles) const {
  if (cycles == 0) return 0;
  auto since = static_cast<double>(cycles - cycles_at_start_) / static_cast<double>(plane_.hz) * 1e6;
  return started_us_ + static_cast<uint64_t>(std::max(since, 0.0));
}

void Agent::status(const Sa& sa, pb::SaStatus* to) const {
  auto get = [](const std::atomic<uint64_t>& v) { return v.load(std::memory_order_relaxed); };
  to->mutable_result()->set_code(pb::OK);
  write(sa.direction, sa.spi, sa.config.name, to->mutable_id());
  to->set_state(static_cast<pb::SaState>(sa.state.load()));
  to->set_packets(get(sa.packets));
  to->set_bytes(get(sa.bytes));
  to->set_last_use_us(to_wall_us(get(sa.last_use)));
  to->set_added_us(sa.added_us);
  to->set_sequence(get(sa.sequence));
  to->set_replayed(get(sa.replayed));
  to->set_integrity_failed(get(sa.integrity_failed));
  to->set_selector_mismatched(get(sa.selector_mismatched));
  to->set_other_dropped(get(sa.other_dropped));
  if (sa.direction == Direction::kOutbound) to->set_path_mtu(sa.path_mtu.load());
}

void Agent::query(const pb::SaId& id, pb::SaStatus* to) {
  SaName name;
  Outcome outcome = read(id, false, name);
  if (outcome.done()) {
    std::lock_guard<std::mutex> lock(mutex_);
    Sa* sa = plane_.sad->find(name.direction, name.spi, name.destination);
    if (sa != nullptr) return status(*sa, to);
    outcome = Outcome::absent("there is no such SA");
  }
  put(outcome, to->mutable_result());
  *to->mutable_id() = id;
}

void Agent::query(const pb::PolicyPlace& place, pb::PolicyStatus* to) {
  Direction direction = Direction::kInbound;
  Selector selector;
  Outcome outcome = read(place, direction, selector);
  if (outcome.done()) {
    std::lock_guard<std::mutex> lock(mutex_);
    const Policy* policy = spd(direction).at(selector);
    if (policy != nullptr) {
      to->mutable_result()->set_code(pb::OK);
      return write(direction, *policy, to);
    }
    outcome = Outcome::absent("there is no policy of this place");
  }
  put(outcome, to->mutable_result());
  *to->mutable_place() = place;
}

bool Agent::snapshot(bool counters, const std::function<bool(const pb::SnapshotPart&)>& send) {
  constexpr uint32_t kSlots = 512;
  pb::SnapshotPart part;
  part.set_generation(generation_);
  part.set_policies_complete(policies_complete());
  {
    std::lock_guard<std::mutex> lock(mutex_);
    for (uint32_t spi : plane_.sad->leased()) part.add_leased_spis(spi);
  }
  if (!send(part)) return false;
  for (uint32_t at = 0;; at += kSlots) {
    part.Clear();
    part.set_generation(generation_);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (at >= plane_.sad->slots_used()) break;
      for (uint32_t i = at; i < at + kSlots; i++) {
        const Sa* sa = plane_.sad->slot(i);
        if (sa == nullptr) continue;
        auto* s = part.add_sas();
        write(sa->config, s->mutable_sa());
        if (counters) {
          status(*sa, s->mutable_status());
        } else {
          s->mutable_status()->set_state(static_cast<pb::SaState>(sa->state.load()));
        }
      }
    }
    if (!send(part)) return false;
  }
  for (Direction d : {Direction::kOutbound, Direction::kInbound}) {
    size_t parts = spd(d).parts();
    for (size_t at = 0; at < parts; at += kSlots) {
      part.Clear();
      part.set_generation(generation_);
      {
        std::lock_guard<std::mutex> lock(mutex_);
        for (size_t i = at; i < std::min<size_t>(at + kSlots, parts); i++) {
          spd(d).each_of_part(i, [&](const Policy& policy) {
            auto* p = part.add_policies();
            write(d, policy, p->mutable_policy());
            if (counters) write(d, policy, p->mutable_status());
          });
        }
      }
      if (part.policies_size() != 0 && !send(part)) return false;
    }
  }
  part.Clear();
  part.set_generation(generation_);
  part.set_policies_complete(policies_complete());
  part.set_last(true);
  return send(part);
}

void Agent::each_sa(const std::function<void(const Sa&)>& visit) {
  for (uint32_t at = 0;; at += 512) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (at >= plane_.sad->slots_used()) return;
    for (uint32_t i = at; i < at + 512; i++) {
      if (const Sa* sa = plane_.sad->slot(i)) visit(*sa);
    }
  }
}

void Agent::each_policy(const std::function<void(Direction, const Policy&)>& visit) {
  for (Direction d : {Direction::kOutbound, Direction::kInbound}) {
    size_t parts = spd(d).parts();
    for (size_t at = 0; at < parts; at += 512) {
      std::lock_guard<std::mutex> lock(mutex_);
      for (size_t i = at; i < std::min<size_t>(at + 512, parts); i++) {
        spd(d).each_of_part(i, [&](const Policy& policy) { visit(d, policy); });
      }
    }
  }
}

std::vector<uint64_t> Agent::drops() const {
  std::vector<uint64_t> sums(kDropReasons);
  for (unsigned r = 0; r < kDropReasons; r++) {
    for (const auto& worker : plane_.workers) sums[r] += worker->counters().drops[r].get();
    if (plane_.slow_counters != nullptr) sums[r] += plane_.slow_counters->drops[r].get();
  }
  return sums;
}

}  // namespace kw
