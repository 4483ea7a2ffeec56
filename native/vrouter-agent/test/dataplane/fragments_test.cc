// Fragments to the router itself, more of them in one poll than the library has room to give up at once.
#include "check.h"
#include "packet/arrival.h"
#include "rig/rig.h"

using namespace kw;
using rig::Octets;
using rig::Rig;
using rig::the_rig;

namespace {

constexpr unsigned kFlows = 32;  // of each side: what one poll takes from a port

Octets fragment(Rig::Side side, uint16_t identification, unsigned at, bool more) {
  Octets ip(20 + 64);
  ip[0] = 0x45;
  store_be16(&ip[2], static_cast<uint16_t>(ip.size()));
  store_be16(&ip[4], identification);
  store_be16(&ip[6], static_cast<uint16_t>((more ? 0x2000 : 0) | at / 8));
  ip[8] = 64;
  ip[9] = kProtoUdp;
  Address::parse(side == Rig::kInside ? "10.1.0.9" : "192.0.2.2")->store(&ip[12]);
  Address::parse(side == Rig::kInside ? "10.1.0.1" : "192.0.2.1")->store(&ip[16]);
  write_ipv4_checksum(ip.data(), 20);
  return ip;
}

// The same fragment of every flow of both sides, in one poll.
void all_flows(Rig& rig, unsigned at, bool more) {
  for (unsigned flow = 0; flow < kFlows; flow++) {
    for (Rig::Side side : {Rig::kInside, Rig::kOutside}) {
      rig.packet(side, fragment(side, static_cast<uint16_t>(100 + flow), at, more));
    }
  }
  rig.settle();
}

}  // namespace

TEST(fragments_given_up_all_at_once_are_counted_and_freed) {
  Rig& rig = the_rig();
  unsigned held = rig.buffers_held();
  uint64_t before = rig.drops(Drop::kReassembly);
  // Eight of each packet wait, as many as the library keeps; the ninth ends it.
  all_flows(rig, 0, true);
  for (unsigned i = 1; i <= 6; i++) all_flows(rig, 64 * i, true);
  all_flows(rig, 6400, false);
  CHECK(rig.buffers_held() == held + 2 * kFlows * 8);
  CHECK(rig.drops(Drop::kReassembly) == before);
  all_flows(rig, 64 * 7, true);
  CHECK(rig.drops(Drop::kReassembly) == before + 2 * kFlows * 9);
  CHECK(rig.buffers_held() == held);
}
