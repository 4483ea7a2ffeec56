// ICMP errors are for those who need them: no stranger takes them all.
#include "check.h"
#include "dataplane/esp_packets.h"
#include "dataplane/icmp_limit.h"

using namespace kw;
using rig::Rig;
using rig::the_rig;

namespace {

Address v4(uint32_t bits) {
  Address a;
  a.family = 4;
  a.bits = {static_cast<uint64_t>(bits) << 32, 0};
  return a;
}

}  // namespace

TEST(a_source_gets_thirty_errors_at_once_and_ten_a_second) {
  IcmpLimit limit(1);
  unsigned sent = 0;
  for (unsigned i = 0; i < 1000; i++) sent += limit.may(v4(1), false, 5'000'000);
  CHECK(sent == 30);
  sent = 0;
  for (unsigned i = 0; i < 1000; i++) sent += limit.may(v4(1), false, 6'000'000);
  CHECK(sent == 10);
}

TEST(sources_outside_take_nothing_from_those_inside_however_many) {
  IcmpLimit limit(1);
  for (uint32_t source = 0; source < 100'000; source++) limit.may(v4(source), true, 1'000'000);
  unsigned sent = 0;
  for (unsigned i = 0; i < 30; i++) sent += limit.may(v4(7), false, 1'000'000);
  CHECK(sent == 30);
}

// Some may share the place of the loud one.
TEST(one_source_leaves_others_of_its_side_theirs) {
  IcmpLimit limit(1);
  for (unsigned i = 0; i < 100'000; i++) limit.may(v4(7), false, 1'000'000);
  unsigned sent = 0;
  for (uint32_t other = 100; other < 120; other++) sent += limit.may(v4(other), false, 1'000'000);
  CHECK(sent >= 14);
}

TEST(a_flood_of_pings_leaves_room_for_errors_to_hosts_inside) {
  Rig& rig = the_rig();
  rig.add(rig.config(Direction::kOutbound, 0x7000), kKey);
  // As many as the slow path's ring holds, before it has its turn.
  rig::Octets ping = host_packet("192.0.2.2", "192.0.2.1");
  ping[9] = kProtoIcmp;
  ping[20] = 8;
  write_ipv4_checksum(ping.data(), 20);
  uint64_t full = rig.drops(Drop::kSlowRing);
  for (unsigned i = 0; rig.drops(Drop::kSlowRing) == full && i < 4000; i++) {
    rig.packet(Rig::kOutside, ping);
    if (i % 32 == 31) rig.plane().workers[0]->poll();
  }
  rig.packet(Rig::kInside, host_packet("10.1.0.9", "10.2.0.9", 1));
  rig.settle();
  bool told = false;
  for (const rig::Octets& frame : rig.sent(Rig::kInside)) told |= frame[14 + 9] == kProtoIcmp;
  CHECK(told);
  CHECK(rig.drops(Drop::kSlowRing) > full);
  rig.sent(Rig::kOutside);
  rig.remove_sas();
}
