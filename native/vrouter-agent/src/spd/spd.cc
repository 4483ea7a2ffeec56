#include "spd/spd.h"

#include <algorithm>

namespace kw {

namespace {

uint32_t class_key(uint32_t shape_key, uint8_t family) { return shape_key | (family == 6 ? 1u << 20 : 0u); }

bool better(const Policy* a, const Policy* b) {
  if (a->priority != b->priority) return a->priority > b->priority;
  if (a->specificity != b->specificity) return a->specificity > b->specificity;
  return a->age < b->age;
}

}  // namespace

size_t Spd::SelectorHash::operator()(const Selector& s) const {
  uint64_t h = mix(s.family | s.protocol << 8);
  h = mix(mix(h, s.source_first), s.source_last);
  h = mix(mix(h, s.destination_first), s.destination_last);
  return mix(h ^ (static_cast<uint64_t>(s.source_ports.first) << 48 | static_cast<uint64_t>(s.source_ports.last) << 32 |
                  static_cast<uint64_t>(s.destination_ports.first) << 16 | s.destination_ports.last));
}

Spd::Spd(size_t capacity, Reclaimer& reclaimer)
    : capacity_(capacity), reclaimer_(reclaimer), table_(capacity * 2), list_(new ClassList) {
  places_.reserve(capacity);
}

Spd::~Spd() {
  for (auto& [place, policy] : places_) delete policy;
  delete list_.load();
}

Spd::Shape Spd::shape_of(const Selector& s) {
  return {static_cast<uint8_t>(common_prefix(s.source_first, s.source_last, s.family)),
          static_cast<uint8_t>(common_prefix(s.destination_first, s.destination_last, s.family)), s.protocol != 0,
          s.source_ports.exact(), s.destination_ports.exact()};
}

inline uint64_t Spd::hash_of(uint32_t class_id, const Shape& shape, const Bits128& source, const Bits128& destination,
                      uint8_t protocol, uint16_t source_port, uint16_t destination_port) {
  uint64_t fixed = class_id;
  if (shape.protocol) fixed |= static_cast<uint64_t>(protocol) << 24;
  if (shape.source_port) fixed |= static_cast<uint64_t>(source_port) << 32;
  if (shape.destination_port) fixed |= static_cast<uint64_t>(destination_port) << 48;
  return mix(mix(fixed * 0x94d049bb133111ebULL, masked(source, shape.source_bits)), masked(destination, shape.destination_bits));
}

const Policy* Spd::find(const IpView& packet) const {
  const ClassList* list = list_.load(std::memory_order_acquire);
  const Policy* best = nullptr;
  for (const ClassEntry& c : packet.family == 4 ? list->v4 : list->v6) {
    if (best != nullptr && best->priority > c.highest) break;
    if ((c.shape.source_port || c.shape.destination_port) && !packet.ports_visible) continue;
    uint64_t hash = hash_of(c.id, c.shape, packet.source, packet.destination, packet.protocol, packet.source_port,
                            packet.destination_port);
    for (const Policy* p = table_.first(hash); p != nullptr; p = RcuHash<Policy>::after(p)) {
      if (p->hash == hash && p->class_id == c.id && p->selector.holds(packet) && (best == nullptr || better(p, best))) {
        best = p;
      }
    }
  }
  return best;
}

const Policy* Spd::at(const Selector& place) const {
  auto found = places_.find(place);
  return found == places_.end() ? nullptr : found->second;
}

Outcome Spd::put(const PolicySpec& spec) {
  auto found = places_.find(spec.selector);
  Policy* before = found == places_.end() ? nullptr : found->second;
  if (before != nullptr && before->priority == spec.priority && before->action == spec.action &&
      before->sa == spec.sa && before->owner == spec.owner && before->tag == spec.tag) {
    return Outcome::same();
  }
  if (before == nullptr && places_.size() >= capacity_) {
    return Outcome::full("all " + std::to_string(capacity_) +
                         " policies of this direction are in use; remove some, or start the agent with more");
  }
  Shape shape = shape_of(spec.selector);
  uint32_t key = class_key(shape.key(), spec.selector.family);
  auto at = classes_.find(key);
  if (at == classes_.end()) {
    if (classes_.size() >= kMostClasses) {
      return Outcome::full("the policies of this direction have " + std::to_string(kMostClasses) +
                           " combinations of prefix lengths already; use fewer different ones");
    }
    at = classes_.emplace(key, Class{{shape, spec.selector.family, spec.priority, key}, {}}).first;
  }
  Class& c = at->second;
  auto* policy = new Policy;
  policy->class_id = key;
  policy->hash = hash_of(key, shape, spec.selector.source_first, spec.selector.destination_first,
                         spec.selector.protocol, spec.selector.source_ports.first,
                         spec.selector.destination_ports.first);
  policy->priority = spec.priority;
  policy->specificity = (static_cast<uint32_t>(shape.source_bits) + shape.destination_bits) * 8 + shape.protocol * 4 +
                        shape.source_port + shape.destination_port;
  policy->action = spec.action;
  policy->sa = spec.sa;
  policy->selector = spec.selector;
  policy->sa_spi = spec.sa_spi;
  policy->sa_destination = spec.sa_destination;
  policy->owner = spec.owner;
  policy->tag = spec.tag;
  policy->age = before != nullptr ? before->age : ++ages_;
  policy->counters = before != nullptr ? before->counters : std::allocate_shared<PolicyCounters>(SlabAllocator<PolicyCounters>());

  c.priorities[spec.priority]++;
  bool news = c.priorities.size() == 1 ? c.priorities.begin()->second == 1 : spec.priority > c.entry.highest;
  if (c.entry.highest < spec.priority || news) {
    c.entry.highest = c.priorities.rbegin()->first;
    publish();
  }
  // First the new one, then away with the old one: in between a packet meets either, never neither.
  table_.insert(policy);
  places_[spec.selector] = policy;
  version_.fetch_add(1);
  if (before != nullptr) unlink(before);
  return Outcome::ok();
}

Outcome Spd::remove(const Selector& place, SaRef only) {
  auto found = places_.find(place);
  if (found == places_.end()) return Outcome::absent("there is no policy for " + place.text());
  Policy* policy = found->second;
  if (!only.none() && !(policy->sa == only)) return Outcome::same("the policy names another SA, and stays");
  places_.erase(found);
  unlink(policy);
  return Outcome::ok();
}

uint32_t Spd::flush(const std::string& owner) {
  uint32_t removed = 0;
  for (auto at = places_.begin(); at != places_.end();) {
    if (owner.empty() || at->second->owner == owner) {
      Policy* policy = at->second;
      at = places_.erase(at);
      unlink(policy);
      removed++;
    } else {
      ++at;
    }
  }
  return removed;
}

void Spd::unlink(Policy* policy) {
  table_.remove(policy);
  auto at = classes_.find(policy->class_id);
  Class& c = at->second;
  auto count = c.priorities.find(policy->priority);
  if (--count->second == 0) c.priorities.erase(count);
  if (c.priorities.empty()) {
    classes_.erase(at);
    publish();
  } else if (c.priorities.rbegin()->first != c.entry.highest) {
    c.entry.highest = c.priorities.rbegin()->first;
    publish();
  }
  // Before the period of grace begins: see flow_cache.h.
  version_.fetch_add(1);
  reclaimer_.retire_delete(policy);
}

void Spd::publish() {
  auto* list = new ClassList;
  for (const auto& [key, c] : classes_) (c.entry.family == 4 ? list->v4 : list->v6).push_back(c.entry);
  auto order = [](const ClassEntry& a, const ClassEntry& b) { return a.highest > b.highest; };
  std::stable_sort(list->v4.begin(), list->v4.end(), order);
  std::stable_sort(list->v6.begin(), list->v6.end(), order);
  const ClassList* before = list_.exchange(list, std::memory_order_acq_rel);
  reclaimer_.retire_delete(before);
}

}  // namespace kw
