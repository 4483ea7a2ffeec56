#include "check.h"
#include "control/due_times.h"
#include "fixtures.h"
#include "route/routes.h"
#include "sa/replay.h"
#include "sa/sad.h"

using namespace fixtures;

namespace {

struct Database {
  ManualGrace grace;
  Reclaimer reclaimer{grace};
  FakeSessions sessions;
  uint32_t next = 1000;
  Sad sad{4, reclaimer, sessions, [this] { return next++; }};

  SaConfig config(Direction d, uint32_t spi) {
    SaConfig c;
    c.direction = d;
    c.spi = spi;
    c.outer.local = ip("192.0.2.1");
    c.outer.remote = ip("192.0.2.2");
    c.name = c.destination();
    c.suite = find_suite(kEncrAesGcm16, 0, 36, 0);
    c.selectors.push_back(selector("10.0.0.0", "10.0.0.255", "10.1.0.0", "10.1.0.255"));
    return c;
  }
  Outcome add(const SaConfig& c) {
    KeyMaterial keys;
    keys.encryption.assign(36, 'k');
    return sad.add(c, keys, 0, 1500, 0, 0);
  }
};

}  // namespace

TEST(sad_finds_inbound_sas_by_spi_and_outbound_ones_by_reference) {
  Database d;
  CHECK(d.add(d.config(Direction::kInbound, 0x1111)).done());
  CHECK(d.add(d.config(Direction::kOutbound, 0x1111)).done());
  CHECK(d.sad.by_spi(0x1111)->direction == Direction::kInbound);
  CHECK(d.sad.by_spi(0x1112) == nullptr);
  Sa* out = d.sad.find(Direction::kOutbound, 0x1111, ip("192.0.2.2"));
  CHECK(out != nullptr && d.sad.by_ref(out->ref) == out);
  CHECK(d.sad.find(Direction::kOutbound, 0x1111, ip("192.0.2.9")) == nullptr);
}

TEST(sad_refuses_a_second_sa_with_the_same_spi) {
  Database d;
  CHECK(d.add(d.config(Direction::kInbound, 0x1111)).code == Code::kOk);
  CHECK(d.add(d.config(Direction::kInbound, 0x1111)).code == Code::kConflict);
  CHECK(d.sessions.opened == 1);
}

TEST(sad_keeps_nothing_of_an_sa_that_the_device_refuses) {
  Database d;
  d.sessions.refuse = true;
  CHECK(d.add(d.config(Direction::kInbound, 0x1111)).code == Code::kRefused);
  CHECK(d.sad.by_spi(0x1111) == nullptr && d.sad.size() == 0);
}

TEST(sad_frees_an_sa_only_when_readers_moved_on_and_the_device_is_done) {
  Database d;
  CHECK(d.add(d.config(Direction::kOutbound, 0x1111)).done());
  Sa* sa = d.sad.find(Direction::kOutbound, 0x1111, ip("192.0.2.2"));
  SaRef ref = sa->ref;
  sa->in_flight = 3;
  CHECK(d.sad.remove(Direction::kOutbound, 0x1111, ip("192.0.2.2")).code == Code::kOk);
  CHECK(d.sad.by_ref(ref) == nullptr);
  d.reclaimer.poll();
  CHECK(d.sessions.closed == 0);
  d.grace.pass();
  d.reclaimer.poll();
  CHECK(d.sessions.closed == 0);
  sa->in_flight = 0;
  d.grace.pass();
  d.reclaimer.poll();
  CHECK(d.sessions.closed == 1);
}

TEST(sad_never_finds_a_new_tenant_by_an_old_reference) {
  Database d;
  CHECK(d.add(d.config(Direction::kOutbound, 0x1111)).done());
  SaRef old = d.sad.find(Direction::kOutbound, 0x1111, ip("192.0.2.2"))->ref;
  CHECK(d.sad.remove(Direction::kOutbound, 0x1111, ip("192.0.2.2")).done());
  CHECK(d.add(d.config(Direction::kOutbound, 0x2222)).done());
  SaRef now = d.sad.find(Direction::kOutbound, 0x2222, ip("192.0.2.2"))->ref;
  CHECK(now.slot == old.slot && now.tenant != old.tenant);
  CHECK(d.sad.by_ref(old) == nullptr);
}

TEST(sad_is_full_until_a_removed_sa_is_really_gone) {
  Database d;
  for (uint32_t spi = 300; spi < 304; spi++) CHECK(d.add(d.config(Direction::kInbound, spi)).done());
  CHECK(d.add(d.config(Direction::kInbound, 400)).code == Code::kFull);
  CHECK(d.sad.remove(Direction::kInbound, 300, {}).done());
  CHECK(d.add(d.config(Direction::kInbound, 400)).code == Code::kFull);
  d.grace.pass();
  d.reclaimer.poll();
  CHECK(d.add(d.config(Direction::kInbound, 400)).code == Code::kOk);
}

TEST(sad_moves_an_sa_that_keeps_its_name) {
  Database d;
  CHECK(d.add(d.config(Direction::kOutbound, 0x1111)).done());
  Outer to;
  to.local = ip("192.0.2.1");
  to.remote = ip("198.51.100.7");
  to.local_port = to.remote_port = 4500;
  CHECK(d.sad.move(Direction::kOutbound, 0x1111, ip("192.0.2.2"), to).code == Code::kOk);
  CHECK(d.sad.find(Direction::kOutbound, 0x1111, ip("198.51.100.7")) == nullptr);
  Sa* sa = d.sad.find(Direction::kOutbound, 0x1111, ip("192.0.2.2"));
  CHECK(sa != nullptr && sa->outer.load()->udp() && sa->cost.outer == 28);
  CHECK(d.sad.outbound_to(0x1111, ip("198.51.100.7")) == sa);
  CHECK(d.sad.outbound_to(0x1111, ip("192.0.2.2")) == nullptr);
  CHECK(d.sad.move(Direction::kOutbound, 0x1111, ip("192.0.2.2"), to).code == Code::kSame);
  to.local = ip("2001:db8::1");
  to.remote = ip("2001:db8::2");
  CHECK(d.sad.move(Direction::kOutbound, 0x1111, ip("192.0.2.2"), to).code == Code::kOk);
  CHECK(sa->cost.outer == 48 && sa->header_family == 4);
  CHECK(d.sad.remove(Direction::kOutbound, 0x1111, ip("192.0.2.2")).code == Code::kOk);
  CHECK(d.sad.outbound_to(0x1111, ip("2001:db8::2")) == nullptr);
}

TEST(sad_leases_spis_that_nobody_has_and_takes_them_back) {
  Database d;
  d.next = 250;  // below 256 nothing is given
  uint32_t spi = 0;
  CHECK(d.sad.lease("ike", 0, spi).done() && spi == 256);
  CHECK(d.sad.release(256).code == Code::kOk);
  CHECK(d.sad.release(256).code == Code::kAbsent);
  CHECK(d.add(d.config(Direction::kInbound, 257)).done());
  CHECK(d.sad.release(257).code == Code::kConflict);
  d.next = 257;
  CHECK(d.sad.lease("ike", 0, spi).done() && spi == 258);
  d.sad.expire_leases(Sad::kLeaseUs - 1);
  CHECK(d.sad.leased().size() == 1);
  d.sad.expire_leases(Sad::kLeaseUs);
  CHECK(d.sad.leased().empty());
}

TEST(sad_flushes_by_owner) {
  Database d;
  auto c = d.config(Direction::kInbound, 500);
  c.owner = "a";
  CHECK(d.add(c).done());
  c.spi = 501;
  c.owner = "b";
  CHECK(d.add(c).done());
  CHECK(d.sad.flush("a") == 1);
  CHECK(d.sad.by_spi(500) == nullptr && d.sad.by_spi(501) != nullptr);
  CHECK(d.sad.flush("") == 1);
}

TEST(routes_take_the_longest_prefix_of_either_family) {
  ManualGrace grace;
  Reclaimer reclaimer{grace};
  Routes routes(16, reclaimer);
  CHECK(routes.put(ip("0.0.0.0"), 0, 1, ip("192.0.2.9")).done());
  CHECK(routes.put(ip("10.0.0.0"), 8, 2, {}).done());
  CHECK(routes.put(ip("10.1.0.0"), 16, 3, {}).done());
  CHECK(routes.put(ip("2001:db8::"), 32, 4, {}).done());
  auto port = [&](const char* to) {
    const Route* r = routes.find(ip(to).family, ip(to).bits);
    return r == nullptr ? -1 : static_cast<int>(r->port);
  };
  CHECK(port("10.1.2.3") == 3 && port("10.2.2.3") == 2 && port("11.0.0.1") == 1);
  CHECK(port("2001:db8:1::1") == 4 && port("2001:db9::1") == -1);
  // Who keeps what was found is told by the version that it is over.
  uint64_t version = routes.version();
  CHECK(routes.put(ip("10.1.0.0"), 16, 7, {}).done() && port("10.1.2.3") == 7);
  CHECK(routes.version() > version);
  version = routes.version();
  CHECK(routes.remove(ip("10.1.0.0"), 16).done() && port("10.1.2.3") == 2);
  CHECK(routes.version() > version);
  CHECK(routes.remove(ip("10.1.0.0"), 16).code == Code::kAbsent);
  CHECK(routes.put(ip("10.0.0.0"), 40, 1, {}).code == Code::kRefused);
}

TEST(replay_window_takes_every_number_once_and_none_too_old) {
  for (uint32_t size : {1u, 32u, 64u, 65u, 128u, 1000u, 4096u}) {
    // Against a list of what came, with steps back and forth and leaps.
    ReplayWindow window(size);
    std::vector<uint64_t> came;
    uint64_t random = 88172645463325252ULL, top = 0;
    for (int i = 0; i < 5000; i++) {
      random ^= random << 13;
      random ^= random >> 7;
      random ^= random << 17;
      uint64_t n = random % 97 == 0 ? top + random % 20000 : top + 3 < random % (size + 10) ? 1 : top + 3 - random % (size + 10);
      bool is_new = n != 0 && (n > top || top - n < size);
      for (auto at = came.rbegin(); is_new && at != came.rend(); ++at) is_new = *at != n;
      CHECK(window.accept(n) == is_new);
      if (is_new) came.push_back(n);
      if (is_new && n > top) top = n;
      CHECK(window.highest() == top);
    }
  }
}

TEST(replay_window_finds_the_high_half_of_a_number) {
  ReplayWindow window(64);
  CHECK(window.whole(5) == 5 && window.accept(5));
  CHECK(window.accept(0xfffffff0) && window.whole(0xffffffff) == 0xffffffff);
  CHECK(window.whole(3) == 0x100000003ULL && window.accept(0x100000003ULL));
  CHECK(window.whole(0xfffffff1) == 0xfffffff1 && window.accept(0xfffffff1) && !window.accept(0xfffffff0));
  CHECK(window.whole(0xf0000000) == 0x1f0000000ULL);
}

TEST(replay_window_knows_an_old_extended_number_for_what_it_is) {
  // Behind the window, and still no number of the next 2^32.
  for (uint32_t size : {1u, 32u, 63u, 64u, 4096u}) {
    for (uint64_t top : {5000ull, (1ull << 32) - 1, (1ull << 32) + 10, (7ull << 32) + 4000}) {
      ReplayWindow window(size);
      CHECK(window.accept(top));
      for (uint64_t back = 0; back < (size > 64 ? size : 64); back++) {
        CHECK(window.whole(static_cast<uint32_t>(top - back)) == top - back);
        CHECK(window.accept(top - back) == (back != 0 && back < size));
      }
      for (uint64_t on : {1ull, 5ull, 100000ull, 1ull << 31}) {
        CHECK(window.whole(static_cast<uint32_t>(top + on)) == top + on);
      }
      CHECK(window.highest() == top);
    }
  }
}

TEST(due_times_come_in_order_and_those_of_sas_that_are_gone_take_no_room) {
  DueTimes times;
  // One SA lives, and one after the other comes and goes with limits far away.
  auto is_there = [](SaRef ref) { return ref.slot == 0; };
  times.push({500, {0, 1}, true}, is_there);
  times.push({400, {0, 1}, false}, is_there);
  for (uint32_t i = 1; i <= 200000; i++) times.push({1000000 + i * 7919 % 1000, {i, 1}, true}, is_there);
  CHECK(times.size() <= DueTimes::kFree);
  DueTimes::Due due{};
  CHECK(!times.pop(399, due));
  CHECK(times.pop(1000, due) && due.at_us == 400 && !due.hard && due.sa.slot == 0);
  CHECK(times.pop(1000, due) && due.at_us == 500 && due.hard);
  CHECK(!times.pop(1000, due));
  uint64_t last = 0;
  while (times.pop(~0ull, due)) {
    CHECK(due.at_us >= last);
    last = due.at_us;
  }
  CHECK(times.size() == 0);
}
