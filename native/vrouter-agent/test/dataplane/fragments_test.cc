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

namespace {

// Half of an IKE message of somebody outside.
Octets half(const std::string& from, uint16_t identification, bool second) {
  Octets udp(8 + 56);
  store_be16(&udp[0], 500);
  store_be16(&udp[2], 500);
  store_be16(&udp[4], static_cast<uint16_t>(udp.size()));
  Octets ip(20);
  ip[0] = 0x45;
  store_be16(&ip[2], 20 + 32);
  store_be16(&ip[4], identification);
  store_be16(&ip[6], second ? 4 : 0x2000);
  ip[8] = 64;
  ip[9] = kProtoUdp;
  Address::parse(from)->store(&ip[12]);
  Address::parse("192.0.2.1")->store(&ip[16]);
  write_ipv4_checksum(ip.data(), 20);
  ip.insert(ip.end(), udp.begin() + (second ? 32 : 0), udp.begin() + (second ? 64 : 32));
  return ip;
}

std::string host(const char* network, unsigned n) {
  return network + std::to_string(n / 250) + "." + std::to_string(n % 250 + 1);
}

// Messages of ten peers that come through, each in two halves, while first halves of strangers fill the room and go on.
unsigned through_a_flood(Rig& rig, unsigned strangers) {
  unsigned next = 0;
  auto flood = [&](unsigned fragments) {
    for (unsigned i = 0; i < fragments; i++, next++) {
      rig.packet(Rig::kOutside, half(host("198.18.", next % strangers), static_cast<uint16_t>(next), false));
      if (i % 4 == 3) rig.settle();
    }
  };
  rig.ike().clear();
  flood(2000);
  for (unsigned peer = 0; peer < 10; peer++) {
    rig.packet(Rig::kOutside, half(host("203.0.", peer), 7, false));
    rig.settle();
    flood(16);
    rig.packet(Rig::kOutside, half(host("203.0.", peer), 7, true));
    rig.settle();
  }
  return static_cast<unsigned>(rig.ike().size());
}

}  // namespace

// Two or three of ten peers may share a count with a stranger.
TEST(one_stranger_with_first_halves_does_not_keep_others_from_coming_in_two) {
  Rig& rig = the_rig();
  CHECK(through_a_flood(rig, 1) >= 7);
  CHECK(rig.buffers_held() <= 64 * 8);
}

TEST(strangers_under_many_names_do_not_keep_others_from_coming_in_two) {
  Rig& rig = the_rig();
  CHECK(through_a_flood(rig, 2000) >= 7);
  CHECK(rig.buffers_held() <= 64 * 8);
}
