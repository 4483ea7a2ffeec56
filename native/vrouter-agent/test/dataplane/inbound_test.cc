// What comes in by an inbound SA, at the places of its window where a mistake costs the whole SA.
#include <openssl/evp.h>

#include "check.h"
#include "packet/arrival.h"
#include "rig/rig.h"

using namespace kw;
using rig::Octets;
using rig::Rig;
using rig::the_rig;

namespace {

const std::string kKey = "0123456789abcdefsalt";
uint32_t spi = 0x4000;  // another one for each SA

// ESP for the router, in tunnel mode, with an IPv4 packet inside. `from_port` other than 0: in UDP.
Octets sealed(uint64_t number, bool esn, uint16_t from_port = 0) {
  Octets inner(62);  // two octets of trailer make it even
  inner[0] = 0x45;
  store_be16(&inner[2], 60);
  inner[8] = 64;
  inner[9] = kProtoUdp;
  Address::parse("10.2.0.9")->store(&inner[12]);
  Address::parse("10.1.0.9")->store(&inner[16]);
  write_ipv4_checksum(inner.data(), 20);
  inner[61] = kProtoIpv4;
  inner.insert(inner.begin() + 60, {1, 2});
  inner[62] = 2;

  auto low = static_cast<uint32_t>(number);
  Octets esp(16 + inner.size() + 16);
  store_be32(&esp[0], spi);
  store_be32(&esp[4], low);
  store_be32(&esp[8], static_cast<uint32_t>(number >> 32));
  store_be32(&esp[12], low);
  Octets aad(esp.begin(), esp.begin() + 4);
  if (esn) aad.insert(aad.end(), esp.begin() + 8, esp.begin() + 12);
  aad.insert(aad.end(), esp.begin() + 4, esp.begin() + 8);
  Octets nonce(kKey.begin() + 16, kKey.end());
  nonce.insert(nonce.end(), esp.begin() + 8, esp.begin() + 16);
  EVP_CIPHER_CTX* c = EVP_CIPHER_CTX_new();
  int n = 0;
  EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), nullptr, reinterpret_cast<const uint8_t*>(kKey.data()), nonce.data());
  EVP_EncryptUpdate(c, nullptr, &n, aad.data(), static_cast<int>(aad.size()));
  EVP_EncryptUpdate(c, &esp[16], &n, inner.data(), static_cast<int>(inner.size()));
  EVP_EncryptFinal_ex(c, &esp[16 + inner.size()], &n);
  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, 16, &esp[16 + inner.size()]);
  EVP_CIPHER_CTX_free(c);

  Octets ip(from_port != 0 ? 28 : 20);
  ip[0] = 0x45;
  store_be16(&ip[2], static_cast<uint16_t>(ip.size() + esp.size()));
  ip[8] = 64;
  ip[9] = from_port != 0 ? kProtoUdp : kProtoEsp;
  Address::parse("192.0.2.2")->store(&ip[12]);
  Address::parse("192.0.2.1")->store(&ip[16]);
  write_ipv4_checksum(ip.data(), 20);
  if (from_port != 0) {
    store_be16(&ip[20], from_port);
    store_be16(&ip[22], 4500);
    store_be16(&ip[24], static_cast<uint16_t>(8 + esp.size()));
  }
  ip.insert(ip.end(), esp.begin(), esp.end());
  return ip;
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
