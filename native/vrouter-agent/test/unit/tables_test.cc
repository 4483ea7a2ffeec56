#include "check.h"
#include "fixtures.h"
#include "route/routes.h"
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
  CHECK(d.sad.move(Direction::kOutbound, 0x1111, ip("192.0.2.2"), to).code == Code::kRefused);
  CHECK(d.sad.remove(Direction::kOutbound, 0x1111, ip("192.0.2.2")).code == Code::kOk);
  CHECK(d.sad.outbound_to(0x1111, ip("198.51.100.7")) == nullptr);
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
  CHECK(routes.put(ip("10.1.0.0"), 16, 7, {}).done() && port("10.1.2.3") == 7);
  CHECK(routes.remove(ip("10.1.0.0"), 16).done() && port("10.1.2.3") == 2);
  CHECK(routes.remove(ip("10.1.0.0"), 16).code == Code::kAbsent);
  CHECK(routes.put(ip("10.0.0.0"), 40, 1, {}).code == Code::kRefused);
}
