#include <memory>
#include <random>
#include <thread>

#include "check.h"
#include "fixtures.h"
#include "spd/flow_cache.h"
#include "spd/spd.h"

using namespace fixtures;

namespace {

struct Table {
  ManualGrace grace;
  Reclaimer reclaimer{grace};
  Spd spd{4096, reclaimer};

  Outcome put(const Selector& s, int32_t priority, Action action, SaRef sa = {}) {
    PolicySpec spec;
    spec.selector = s;
    spec.priority = priority;
    spec.action = action;
    spec.sa = sa;
    return spd.put(spec);
  }
  Action find(const std::vector<uint8_t>& p) {
    const Policy* policy = spd.find(view(p));
    return policy == nullptr ? static_cast<Action>(0) : policy->action;
  }
};

constexpr Action kNothing = static_cast<Action>(0);

}  // namespace

TEST(spd_finds_prefixes_hosts_and_nothing_outside) {
  Table t;
  CHECK(t.put(selector("10.1.0.0", "10.1.255.255", "10.2.0.0", "10.2.0.255"), 0, Action::kHold).code == Code::kOk);
  CHECK(t.find(packet("10.1.2.3", "10.2.0.9")) == Action::kHold);
  CHECK(t.find(packet("10.1.2.3", "10.2.1.9")) == kNothing);
  CHECK(t.find(packet("10.2.2.3", "10.2.0.9")) == kNothing);
  CHECK(t.find(packet("2001:db8::1", "2001:db8::2")) == kNothing);
}

TEST(spd_holds_ranges_that_are_no_prefix_exactly) {
  Table t;
  CHECK(t.put(selector("10.0.0.5", "10.0.0.20", "0.0.0.0", "255.255.255.255"), 0, Action::kHold).done());
  CHECK(t.find(packet("10.0.0.4", "1.1.1.1")) == kNothing);
  CHECK(t.find(packet("10.0.0.5", "1.1.1.1")) == Action::kHold);
  CHECK(t.find(packet("10.0.0.20", "1.1.1.1")) == Action::kHold);
  CHECK(t.find(packet("10.0.0.21", "1.1.1.1")) == kNothing);
}

TEST(spd_matches_protocol_and_port_ranges) {
  Table t;
  CHECK(t.put(selector("0.0.0.0", "255.255.255.255", "0.0.0.0", "255.255.255.255", 17, {}, {1000, 2000}), 0,
              Action::kHold).done());
  CHECK(t.put(selector("0.0.0.0", "255.255.255.255", "0.0.0.0", "255.255.255.255", 6, {22, 22}, {}), 0,
              Action::kDiscard).done());
  CHECK(t.find(packet("1.1.1.1", "2.2.2.2", 17, 5, 1000)) == Action::kHold);
  CHECK(t.find(packet("1.1.1.1", "2.2.2.2", 17, 5, 2000)) == Action::kHold);
  CHECK(t.find(packet("1.1.1.1", "2.2.2.2", 17, 5, 2001)) == kNothing);
  CHECK(t.find(packet("1.1.1.1", "2.2.2.2", 6, 22, 9)) == Action::kDiscard);
  CHECK(t.find(packet("1.1.1.1", "2.2.2.2", 6, 23, 9)) == kNothing);
}

TEST(spd_gives_later_fragments_only_to_policies_without_ports) {
  Table t;
  CHECK(t.put(selector("0.0.0.0", "255.255.255.255", "0.0.0.0", "255.255.255.255", 17, {}, {2000, 2000}), 10,
              Action::kBypass).done());
  auto later = packet("1.1.1.1", "2.2.2.2", 17, 5, 2000);
  CHECK(t.find(later) == Action::kBypass);
  store_be16(&later[6], 0x0010);
  write_ipv4_checksum(later.data(), 20);
  CHECK(t.find(later) == kNothing);
  CHECK(t.put(selector("0.0.0.0", "255.255.255.255", "0.0.0.0", "255.255.255.255", 17, {65535, 0}, {}), 5,
              Action::kHold).done());
  CHECK(t.find(later) == Action::kHold);
  CHECK(t.find(packet("1.1.1.1", "2.2.2.2", 17, 5, 7)) == kNothing);
}

TEST(spd_prefers_priority_then_longer_prefixes_then_age) {
  Table t;
  CHECK(t.put(selector("10.0.0.0", "10.255.255.255", "0.0.0.0", "255.255.255.255"), 5, Action::kHold).done());
  CHECK(t.put(selector("10.1.0.0", "10.1.255.255", "0.0.0.0", "255.255.255.255"), 5, Action::kDiscard).done());
  CHECK(t.find(packet("10.1.0.1", "8.8.8.8")) == Action::kDiscard);
  CHECK(t.put(selector("0.0.0.0", "255.255.255.255", "0.0.0.0", "255.255.255.255"), 6, Action::kBypass).done());
  CHECK(t.find(packet("10.1.0.1", "8.8.8.8")) == Action::kBypass);
  CHECK(t.spd.remove(selector("0.0.0.0", "255.255.255.255", "0.0.0.0", "255.255.255.255")).done());
  CHECK(t.find(packet("10.1.0.1", "8.8.8.8")) == Action::kDiscard);
}

TEST(spd_replaces_a_policy_in_one_step_and_keeps_its_counters) {
  Table t;
  Selector s = selector("10.0.0.0", "10.0.0.255", "10.1.0.0", "10.1.0.255");
  CHECK(t.put(s, 100, Action::kProtect, {1, 7}).code == Code::kOk);
  const Policy* before = t.spd.find(view(packet("10.0.0.1", "10.1.0.1")));
  before->counters->add(0, 41, 0);
  CHECK(t.put(s, 100, Action::kProtect, {1, 7}).code == Code::kSame);
  CHECK(t.put(s, 100, Action::kProtect, {2, 8}).code == Code::kOk);
  // A reader that still stands on the old one can go on: nothing is freed before it moved on.
  CHECK(t.reclaimer.poll() > 0);
  CHECK(before->sa.slot == 1);
  const Policy* now = t.spd.find(view(packet("10.0.0.1", "10.1.0.1")));
  CHECK(now->sa.slot == 2);
  CHECK(now->counters->packets() == 41);
  CHECK(t.spd.size() == 1);
  t.grace.pass();
  CHECK(t.reclaimer.poll() == 0);
}

TEST(spd_leaves_a_policy_that_names_another_sa) {
  Table t;
  Selector s = selector("10.0.0.0", "10.0.0.255", "10.1.0.0", "10.1.0.255");
  CHECK(t.put(s, 1, Action::kProtect, {2, 8}).done());
  CHECK(t.spd.remove(s, {1, 7}).code == Code::kSame);
  CHECK(t.spd.remove(s, {2, 8}).code == Code::kOk);
  CHECK(t.spd.remove(s).code == Code::kAbsent);
}

TEST(spd_is_full_at_its_capacity_and_still_replaces) {
  ManualGrace grace;
  Reclaimer reclaimer{grace};
  Spd spd(2, reclaimer);
  PolicySpec spec;
  spec.action = Action::kHold;
  spec.selector = selector("10.0.0.1", "10.0.0.1", "1.1.1.1", "1.1.1.1");
  CHECK(spd.put(spec).done());
  spec.selector = selector("10.0.0.2", "10.0.0.2", "1.1.1.1", "1.1.1.1");
  CHECK(spd.put(spec).done());
  spec.action = Action::kDiscard;
  CHECK(spd.put(spec).code == Code::kOk);
  spec.selector = selector("10.0.0.3", "10.0.0.3", "1.1.1.1", "1.1.1.1");
  CHECK(spd.put(spec).code == Code::kFull);
}

TEST(spd_agrees_with_a_list_searched_from_front_to_back) {
  std::mt19937 random(20260101);
  ManualGrace grace;
  Reclaimer reclaimer{grace};
  Spd spd(4096, reclaimer);
  struct Known {
    PolicySpec spec;
  };
  std::vector<Known> known;
  auto number = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  auto address = [&] { return Bits128{static_cast<uint64_t>(0x0a000000u | number(64)) << 32, 0}; };
  auto range = [&](Bits128& first, Bits128& last) {
    first = address();
    if (number(3) == 0) {
      last = first;
    } else if (number(2) == 0) {
      unsigned length = 26 + number(7);
      first = masked(first, length);
      last = last_of(first, length, 4);
    } else {
      last = address();
      if (last < first) std::swap(first, last);
    }
  };
  auto ports = [&]() -> PortRange {
    uint16_t p = static_cast<uint16_t>(number(4)), q = static_cast<uint16_t>(number(4));
    switch (number(4)) {
      case 0: return {p, p};
      case 1: return {std::min(p, q), std::max(p, q)};
      case 2: return number(4) == 0 ? PortRange{65535, 0} : PortRange{};
      default: return {};
    }
  };
  for (int step = 0; step < 4000; step++) {
    if (known.size() < 60 || number(2) == 0) {
      PolicySpec spec;
      spec.selector.family = 4;
      spec.selector.protocol = number(3) == 0 ? 0 : number(2) == 0 ? 6 : 17;
      range(spec.selector.source_first, spec.selector.source_last);
      range(spec.selector.destination_first, spec.selector.destination_last);
      spec.selector.source_ports = ports();
      spec.selector.destination_ports = ports();
      // Priorities are unique, so that there is one right answer.
      spec.priority = step;
      spec.action = Action::kProtect;
      spec.sa = {static_cast<uint32_t>(step), 1};
      CHECK(spd.put(spec).done());
      bool replaced = false;
      for (auto& k : known) {
        if (k.spec.selector == spec.selector) {
          k.spec = spec;
          replaced = true;
        }
      }
      if (!replaced) known.push_back({spec});
    } else {
      size_t at = number(static_cast<uint32_t>(known.size()));
      CHECK(spd.remove(known[at].spec.selector).code == Code::kOk);
      known.erase(known.begin() + static_cast<long>(at));
    }
    IpView v;
    v.family = 4;
    v.source = address();
    v.destination = address();
    v.protocol = number(2) == 0 ? 6 : 17;
    v.ports_visible = number(5) != 0;
    v.source_port = v.ports_visible ? static_cast<uint16_t>(number(4)) : 0;
    v.destination_port = v.ports_visible ? static_cast<uint16_t>(number(4)) : 0;
    const PolicySpec* best = nullptr;
    for (const auto& k : known) {
      if (k.spec.selector.holds(v) && (best == nullptr || k.spec.priority > best->priority)) best = &k.spec;
    }
    const Policy* found = spd.find(v);
    CHECK((found == nullptr) == (best == nullptr));
    CHECK(found == nullptr || found->priority == best->priority);
    grace.pass();
    reclaimer.poll();
  }
  CHECK(spd.size() == known.size());
}

TEST(flow_cache_sees_every_change_from_the_next_round_on) {
  Table t;
  FlowCache flows;
  auto ask = [&](const std::vector<uint8_t>& p) {
    const FlowCache::Flow* flow = flows.find(t.spd, view(p));
    return flow == nullptr ? kNothing : flow->policy->action;
  };
  auto wide = selector("10.1.0.0", "10.1.255.255", "10.2.0.0", "10.2.0.255");
  auto host = selector("10.1.0.1", "10.1.0.1", "10.2.0.9", "10.2.0.9");
  auto p = packet("10.1.0.1", "10.2.0.9");
  flows.begin(t.spd);
  CHECK(ask(p) == kNothing);
  CHECK(t.put(wide, 0, Action::kHold).code == Code::kOk);
  flows.begin(t.spd);
  CHECK(ask(p) == Action::kHold);
  CHECK(ask(p) == Action::kHold);
  CHECK(ask(packet("10.1.0.1", "10.2.1.9")) == kNothing);
  CHECK(t.put(wide, 0, Action::kProtect).code == Code::kOk);
  flows.begin(t.spd);
  CHECK(ask(p) == Action::kProtect);
  CHECK(t.put(host, 5, Action::kDiscard).code == Code::kOk);
  flows.begin(t.spd);
  CHECK(ask(p) == Action::kDiscard);
  CHECK(t.spd.remove(host).code == Code::kOk);
  flows.begin(t.spd);
  CHECK(ask(p) == Action::kProtect);
  CHECK(t.spd.flush("") == 1);
  flows.begin(t.spd);
  CHECK(ask(p) == kNothing);
}

TEST(flow_cache_agrees_with_the_policies_whatever_changes) {
  Table t;
  FlowCache flows;
  std::mt19937 random(7);
  for (int round = 0; round < 2000; round++) {
    auto host = [&] { return "10.0.0." + std::to_string(random() % 6); };
    std::string from = host(), to = host();
    auto s = selector(from.c_str(), from.c_str(), to.c_str(), to.c_str());
    if (random() % 3 == 0) {
      (void)t.spd.remove(s);
    } else {
      (void)t.put(s, static_cast<int32_t>(random() % 3), random() % 2 == 0 ? Action::kHold : Action::kDiscard);
    }
    t.grace.pass();
    t.reclaimer.poll();
    flows.begin(t.spd);
    for (int i = 0; i < 20; i++) {
      std::string source = host(), destination = host();
      auto p = packet(source.c_str(), destination.c_str());
      const FlowCache::Flow* peeked = flows.peek(view(p));
      const FlowCache::Flow* found = flows.find(t.spd, view(p));
      CHECK((found == nullptr ? nullptr : found->policy) == t.spd.find(view(p)));
      CHECK(peeked == nullptr || peeked == found);
    }
  }
}

TEST(flow_cache_keeps_flows_that_meet_at_one_place) {
  Table t;
  auto cache = std::make_unique<FlowCache>();
  CHECK(t.put(selector("10.0.0.0", "10.255.255.255", "10.0.0.0", "10.255.255.255"), 0, Action::kProtect).done());
  cache->begin(t.spd);
  // Far more than there are places: whatever is found is of the flow that was asked for, and the last two of a place stay.
  std::vector<IpView> views;
  for (int i = 0; i < 20000; i++) {
    std::string to = "10.2." + std::to_string(i / 200) + "." + std::to_string(i % 200);
    views.push_back(view(packet("10.1.0.1", to.c_str())));
  }
  for (const IpView& v : views) {
    FlowCache::Flow* flow = cache->find(t.spd, v);
    CHECK(flow != nullptr && flow->destination == v.destination && cache->peek(v) == flow);
  }
  unsigned kept = 0;
  for (const IpView& v : views) {
    const FlowCache::Flow* flow = cache->peek(v);
    CHECK(flow == nullptr || flow->destination == v.destination);
    kept += flow != nullptr;
  }
  CHECK(kept > 3000);
}

TEST(policy_counters_of_several_cores_add_up) {
  PolicyCounters counters;
  std::vector<std::thread> cores;
  for (uint16_t core = 0; core < 4; core++) {
    cores.emplace_back([&counters, core] {
      for (int i = 0; i < 50000; i++) counters.add(core, 2, 100);
    });
  }
  for (auto& c : cores) c.join();
  CHECK(counters.packets() == 400000 && counters.bytes() == 20000000);
}

TEST(flow_cache_forgets_who_passed_with_every_change) {
  Table t;
  FlowCache flows;
  CHECK(t.put(selector("10.1.0.0", "10.1.255.255", "10.2.0.0", "10.2.0.255"), 0, Action::kProtect).code == Code::kOk);
  flows.begin(t.spd);
  auto v = view(packet("10.1.0.1", "10.2.0.9"));
  FlowCache::Flow* flow = flows.find(t.spd, v);
  CHECK(flow != nullptr && flow->passed.none());
  flow->passed = {3, 5};
  CHECK(flows.peek(v) == flow && (flow->passed == SaRef{3, 5}));
  CHECK(t.put(selector("10.7.0.0", "10.7.0.255", "10.2.0.0", "10.2.0.255"), 0, Action::kProtect).code == Code::kOk);
  flows.begin(t.spd);
  CHECK(flows.peek(v) == nullptr);
  CHECK(flows.find(t.spd, v)->passed.none());
}
