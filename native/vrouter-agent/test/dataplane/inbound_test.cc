// What comes in by an inbound SA, at the places of its window where a mistake costs the whole SA.
#include "check.h"
#include "dataplane/esp_packets.h"
#include "rig/rig.h"

using namespace kw;
using rig::Octets;
using rig::Rig;
using rig::the_rig;

namespace {

uint32_t spi = 0x4000;  // another one for each SA

Octets sealed(uint64_t number, bool esn, uint16_t from_port = 0) {
  return esp_packet(spi, host_packet("10.2.0.9", "10.1.0.9"), number, esn, from_port);
}

// How many of these came through, all in one burst.
size_t through(Rig& rig, std::vector<uint64_t> numbers, bool esn = true) {
  for (uint64_t n : numbers) rig.packet(Rig::kOutside, sealed(n, esn));
  rig.settle();
  return rig.sent(Rig::kInside).size();
}

}  // namespace

TEST(a_packet_that_a_burst_leaves_behind_the_window_does_not_carry_the_window_away) {
  Rig& rig = the_rig();
  for (uint32_t window : {32u, 64u, 4096u}) {
    SaConfig c = rig.config(Direction::kInbound, ++spi);
    c.esn = true;
    c.replay_window = window;
    Sa* sa = rig.add(c, kKey);
    CHECK(through(rig, {10000}) == 1);
    uint64_t replays = rig.drops(Drop::kReplay);
    // When the burst comes 9990 is within the window; when its turn comes it is not.
    CHECK(through(rig, {10000 + 2ull * window, 9990}) == 1);
    CHECK(sa->window.highest() == 10000 + 2ull * window);
    CHECK(sa->sequence.load() == 10000 + 2ull * window);
    CHECK(rig.drops(Drop::kReplay) == replays + 1);
    // The SA lives, and what came does not come again.
    CHECK(through(rig, {10001 + 2ull * window, 10002 + 2ull * window}) == 2);
    CHECK(through(rig, {10000, 10000 + 2ull * window, 10001 + 2ull * window}) == 0);
    rig.remove_sas();
  }
}

TEST(extended_numbers_come_once_each_over_the_end_of_32_bits) {
  Rig& rig = the_rig();
  for (uint32_t window : {32u, 64u, 1000u, 4096u}) {
    SaConfig c = rig.config(Direction::kInbound, ++spi);
    c.esn = true;
    c.replay_window = window;
    Sa* sa = rig.add(c, kKey);
    uint64_t end = 1ull << 32;
    // The receiver gets there in leaps of less than 2^31, as it must.
    CHECK(through(rig, {0x70000000}) == 1 && through(rig, {0xe0000000}) == 1 && through(rig, {end - 40}) == 1);
    // Around the end, every other first, then the rest, then all of them again.
    std::vector<uint64_t> even, odd;
    for (uint64_t n = end - 12; n < end + 12; n++) (n % 2 == 0 ? even : odd).push_back(n);
    CHECK(through(rig, even) == 12 && through(rig, odd) == 12);
    CHECK(sa->window.highest() == end + 11);
    CHECK(through(rig, even) == 0 && through(rig, odd) == 0);
    // From the far side of the end, the last of before that the window holds, and the first that it does not.
    uint64_t bottom = end + 11 - window + 1;
    if (bottom < end - 40) CHECK(through(rig, {bottom}) == 1);
    CHECK(through(rig, {bottom - 1}) == 0);
    CHECK(sa->window.highest() == end + 11);
    CHECK(through(rig, {end + 12}) == 1 && sa->window.highest() == end + 12);
    rig.remove_sas();
  }
}

TEST(a_packet_at_the_far_end_of_its_window_costs_no_later_one) {
  Rig& rig = the_rig();
  for (bool esn : {false, true}) {
    for (uint32_t window : {64u, 128u, 256u, 4096u}) {
      SaConfig c = rig.config(Direction::kInbound, ++spi);
      c.esn = esn;
      c.replay_window = window;
      rig.add(c, kKey);
      uint64_t top = 20000 / 64 * 64 + 3;
      CHECK(through(rig, {top}, esn) == 1);
      CHECK(through(rig, {top - window + 1, top - window + 2, top - window + 20}, esn) == 3);
      for (uint64_t n = top + 1; n <= top + 64; n += 16) {
        std::vector<uint64_t> next;
        for (uint64_t i = 0; i < 16; i++) next.push_back(n + i);
        CHECK(through(rig, next, esn) == 16);
      }
      rig.remove_sas();
    }
  }
}

TEST(a_peer_that_comes_from_here_and_there_is_told_of_once_a_second) {
  Rig& rig = the_rig();
  SaConfig c = rig.config(Direction::kInbound, ++spi);
  c.outer.local_port = c.outer.remote_port = 4500;
  rig.add(c, kKey);
  rig.notes();
  for (uint64_t n = 1; n <= 50; n++) rig.packet(Rig::kOutside, sealed(n, false, static_cast<uint16_t>(20000 + n % 2)));
  rig.settle();
  CHECK(rig.sent(Rig::kInside).size() == 50);
  unsigned told = 0;
  for (const Note& n : rig.notes()) told += n.kind == Note::Kind::kPeerMoved;
  CHECK(told >= 1 && told <= 2);  // a slow machine may see a second begin
  rig.remove_sas();
}

TEST(what_one_sa_may_carry_another_may_not_though_the_flow_is_the_same) {
  Rig& rig = the_rig();
  SaConfig wide = rig.config(Direction::kInbound, ++spi);
  rig.add(wide, kKey);
  SaConfig narrow = rig.config(Direction::kInbound, ++spi);
  narrow.selectors.resize(1);
  narrow.selectors[0].source_first = Address::parse("10.2.7.0")->bits;
  narrow.selectors[0].source_last = Address::parse("10.2.7.255")->bits;
  rig.add(narrow, kKey);
  auto by = [&](uint32_t sa, std::vector<uint64_t> numbers) {
    spi = sa;
    return through(rig, numbers, false);
  };
  CHECK(by(wide.spi, {1, 2}) == 2);
  CHECK(by(wide.spi, {3}) == 1);
  uint64_t refused = rig.drops(Drop::kSelectors);
  CHECK(by(narrow.spi, {1, 2}) == 0);
  CHECK(rig.drops(Drop::kSelectors) == refused + 2);
  CHECK(by(wide.spi, {4}) == 1);
  // A policy that takes the flow away is heeded at once, and so is its end.
  PolicySpec discard;
  discard.selector = wide.selectors[0];
  discard.selector.source_first = discard.selector.source_last = Address::parse("10.2.0.9")->bits;
  discard.priority = 2000;
  CHECK(rig.plane().inbound->put(discard).done());
  CHECK(by(wide.spi, {5, 6}) == 0);
  CHECK(rig.plane().inbound->remove(discard.selector).done());
  CHECK(by(wide.spi, {7}) == 1);
  spi = narrow.spi;
  rig.remove_sas();
}
