// Between the verdict on a packet and its leaving: what waits for a neighbour while the policies change, and what an ICMP
// error quotes.
#include "check.h"
#include "dataplane/esp_packets.h"
#include "packet/link.h"
#include "rig/rig.h"

using namespace kw;
using rig::Octets;
using rig::Rig;
using rig::the_rig;

namespace {

unsigned last_host = 100;  // of 192.0.2.0/24, another one for each test: nobody has heard of it yet
uint32_t spi = 0x6000;

std::string stranger() { return "192.0.2." + std::to_string(last_host); }

Selector from_inside(const std::string& to) {
  Selector s;
  s.family = 4;
  s.source_first = Address::parse("10.1.0.0")->bits;
  s.source_last = Address::parse("10.1.255.255")->bits;
  s.destination_first = s.destination_last = Address::parse(to)->bits;
  return s;
}

PolicySpec policy(const Selector& place, Action action) {
  PolicySpec spec;
  spec.selector = place;
  spec.priority = 10;
  spec.action = action;
  return spec;
}

void put(Rig& rig, Action action) { CHECK(rig.plane().outbound->put(policy(from_inside(stranger()), action)).done()); }

// Frames that left outside and are no questions for neighbours.
std::vector<Octets> left(Rig& rig) {
  std::vector<Octets> packets;
  for (const Octets& frame : rig.sent(Rig::kOutside)) {
    if (load_be16(&frame[12]) == kEtherIpv4) packets.push_back(frame);
  }
  return packets;
}

// Under a bypass policy a packet goes to a neighbour that is not known yet: it waits.
void wait(Rig& rig, const Octets& packet) {
  ++last_host;
  put(rig, Action::kBypass);
  Octets ip = packet;
  Address::parse(stranger())->store(&ip[16]);
  write_ipv4_checksum(ip.data(), 20);
  rig.packet(Rig::kInside, ip);
  rig.settle();
  CHECK(left(rig).empty());
}

void neighbour_answers(Rig& rig) {
  Octets frame(kArpFrame);
  write_arp(false, 0x020000000f77ULL, *Address::parse(stranger()), rig.plane().ports[Rig::kOutside].mac,
            *Address::parse("192.0.2.1"), frame.data());
  rig.frame(Rig::kOutside, frame);
  rig.settle();
}

Octets any_packet() { return host_packet("10.1.0.9", "192.0.2.9"); }

}  // namespace

TEST(a_packet_that_waits_for_a_neighbour_leaves_when_other_policies_change) {
  Rig& rig = the_rig();
  wait(rig, any_packet());
  uint64_t passed = rig.plane().outbound->at(from_inside(stranger()))->counters->packets();
  CHECK(rig.plane().outbound->put(policy(from_inside("192.0.2.99"), Action::kDiscard)).done());
  neighbour_answers(rig);
  CHECK(left(rig).size() == 1);
  CHECK(rig.plane().outbound->at(from_inside(stranger()))->counters->packets() == passed);  // counted once
  rig.remove_sas();
}

TEST(a_packet_that_waits_for_a_neighbour_heeds_a_policy_that_came_since) {
  Rig& rig = the_rig();
  struct {
    Action action;
    Drop reason;
  } changes[] = {{Action::kDiscard, Drop::kDiscard}, {Action::kHold, Drop::kHold}, {Action::kTrap, Drop::kTrap},
                 {Action::kProtect, Drop::kNoSa}};
  for (const auto& change : changes) {
    wait(rig, any_packet());
    uint64_t before = rig.drops(change.reason);
    put(rig, change.action);
    neighbour_answers(rig);
    CHECK(left(rig).empty());
    CHECK(rig.drops(change.reason) == before + 1);
    rig.remove_sas();
  }
}

TEST(a_packet_that_waits_for_a_neighbour_heeds_that_its_policy_went) {
  Rig& rig = the_rig();
  wait(rig, any_packet());
  uint64_t before = rig.drops(Drop::kNoPolicy);
  rig.plane().outbound->flush("");
  neighbour_answers(rig);
  CHECK(left(rig).empty());
  CHECK(rig.drops(Drop::kNoPolicy) == before + 1);
}

TEST(a_packet_that_waited_leaves_as_esp_when_its_policy_protects_now) {
  Rig& rig = the_rig();
  wait(rig, any_packet());
  SaConfig c = rig.config(Direction::kOutbound, ++spi);
  Sa* sa = rig.add(c, kKey);
  PolicySpec protect = policy(from_inside(stranger()), Action::kProtect);
  protect.sa = sa->ref;
  CHECK(rig.plane().outbound->put(protect).done());
  neighbour_answers(rig);
  std::vector<Octets> packets = left(rig);
  CHECK(packets.size() == 1);
  CHECK(packets[0][14 + 9] == kProtoEsp);
  rig.remove_sas();
}

// Whoever looks at a part alone does not see the ports by which the whole was judged (RFC 4301 section 7).
TEST(parts_of_a_packet_that_wait_for_a_neighbour_do_not_outlive_a_change) {
  Rig& rig = the_rig();
  Octets big = any_packet();
  big.resize(2000);
  store_be16(&big[2], 2000);
  // The rig has ports of one width; a host's own fragments are longer together than any.
  Octets first(big.begin(), big.begin() + 1020), second(big.begin(), big.begin() + 20);
  second.insert(second.end(), big.begin() + 1020, big.end());
  store_be16(&first[2], static_cast<uint16_t>(first.size()));
  store_be16(&first[6], 0x2000);
  store_be16(&second[2], static_cast<uint16_t>(second.size()));
  store_be16(&second[6], 125);
  wait(rig, first);
  last_host--;
  wait(rig, second);
  uint64_t before = rig.drops(Drop::kPolicyChanged);
  CHECK(rig.plane().outbound->put(policy(from_inside("192.0.2.99"), Action::kDiscard)).done());
  neighbour_answers(rig);
  CHECK(left(rig).empty());
  CHECK(rig.drops(Drop::kPolicyChanged) == before + 2);
  rig.remove_sas();
}

TEST(policies_that_are_not_complete_any_more_stop_what_waits) {
  Rig& rig = the_rig();
  wait(rig, any_packet());
  uint64_t before = rig.drops(Drop::kNotComplete);
  rig.plane().policies_complete.store(false);
  CHECK(rig.plane().outbound->put(policy(from_inside("192.0.2.99"), Action::kDiscard)).done());
  neighbour_answers(rig);
  rig.plane().policies_complete.store(true);
  CHECK(left(rig).empty());
  CHECK(rig.drops(Drop::kNotComplete) == before + 1);
  rig.remove_sas();
}

namespace {

// Whatever the router itself says may go in clear.
void let_the_router_speak(Rig& rig) {
  PolicySpec any = policy({}, Action::kBypass);
  any.selector.family = 4;
  any.selector.source_last = any.selector.destination_last = Address::parse("255.255.255.255")->bits;
  any.priority = 1;
  CHECK(rig.plane().outbound->put(any).done());
}

}  // namespace

TEST(an_error_about_a_packet_of_a_tunnel_goes_back_through_the_tunnel) {
  Rig& rig = the_rig();
  let_the_router_speak(rig);
  rig.add(rig.config(Direction::kInbound, ++spi), kKey);
  uint32_t into = spi;
  rig.add(rig.config(Direction::kOutbound, ++spi), kKey);
  rig.packet(Rig::kOutside, esp_packet(into, host_packet("10.2.0.9", "10.1.0.9", 1), 1, false));
  rig.settle();
  std::vector<Octets> packets = left(rig);
  CHECK(packets.size() == 1);
  CHECK(packets[0][14 + 9] == kProtoEsp);
  rig.remove_sas();
}

TEST(an_error_that_quotes_what_came_protected_never_leaves_in_clear) {
  Rig& rig = the_rig();
  let_the_router_speak(rig);
  rig.add(rig.config(Direction::kInbound, ++spi), kKey);  // the other direction is gone
  uint64_t before = rig.drops(Drop::kNoPolicy);
  rig.packet(Rig::kOutside, esp_packet(spi, host_packet("10.2.0.9", "10.1.0.9", 1), 1, false));
  rig.settle();
  CHECK(left(rig).empty());
  CHECK(rig.drops(Drop::kNoPolicy) == before + 1);
  rig.remove_sas();
}

TEST(an_error_about_a_packet_from_inside_never_leaves_in_clear) {
  Rig& rig = the_rig();
  let_the_router_speak(rig);
  rig.add(rig.config(Direction::kOutbound, ++spi), kKey);
  // In the name of somebody outside.
  rig.packet(Rig::kInside, host_packet("192.0.2.2", "10.2.0.9", 1));
  rig.settle();
  CHECK(left(rig).empty());
  rig.remove_sas();
}

TEST(an_error_about_a_packet_that_came_in_clear_goes_back_in_clear) {
  Rig& rig = the_rig();
  let_the_router_speak(rig);
  PolicySpec in = policy({}, Action::kBypass);
  in.selector.family = 4;
  in.selector.source_last = in.selector.destination_last = Address::parse("255.255.255.255")->bits;
  CHECK(rig.plane().inbound->put(in).done());
  rig.packet(Rig::kOutside, host_packet("192.0.2.2", "10.1.0.9", 1));
  rig.settle();
  std::vector<Octets> packets = left(rig);
  CHECK(packets.size() == 1);
  CHECK(packets[0][14 + 9] == kProtoIcmp);
  rig.remove_sas();
}
