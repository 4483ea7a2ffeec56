// Bursts whose packets belong to many SAs, which are worked on SA by SA.
#include <openssl/evp.h>

#include <map>

#include "check.h"
#include "packet/arrival.h"
#include "rig/rig.h"

using namespace kw;
using rig::Octets;
using rig::Rig;
using rig::the_rig;

namespace {

constexpr uint32_t kFirstSpi = 0x5000;
const Octets kSalt = {'s', 'a', 'l', 't'};

// Every SA has a key of its own, so that what opens was made by the right one.
std::string key_of(unsigned site) { return "0123456789abcde" + std::string(1, static_cast<char>('A' + site)) + "salt"; }

// To a host of this site; the source port tells packets from one another.
Octets host_packet(unsigned site, uint16_t number) {
  Octets ip(60);
  ip[0] = 0x45;
  store_be16(&ip[2], 60);
  ip[8] = 64;
  ip[9] = kProtoUdp;
  Address::parse("10.1.0.9")->store(&ip[12]);
  Address::parse("10.2." + std::to_string(site) + ".9")->store(&ip[16]);
  store_be16(&ip[20], number);
  write_ipv4_checksum(ip.data(), 20);
  return ip;
}

// The ESP packet in a frame, opened; empty when it is not authentic.
Octets opened(const Octets& frame, const std::string& key) {
  const uint8_t* esp = &frame[34];
  size_t length = frame.size() - 34 - 32;
  Octets nonce = kSalt, clear(length);
  nonce.insert(nonce.end(), esp + 8, esp + 16);
  EVP_CIPHER_CTX* c = EVP_CIPHER_CTX_new();
  int n = 0;
  EVP_DecryptInit_ex(c, EVP_aes_128_gcm(), nullptr, reinterpret_cast<const uint8_t*>(key.data()), nonce.data());
  EVP_DecryptUpdate(c, nullptr, &n, esp, 8);
  EVP_DecryptUpdate(c, clear.data(), &n, esp + 16, static_cast<int>(length));
  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, 16, const_cast<uint8_t*>(esp + 16 + length));
  bool good = EVP_DecryptFinal_ex(c, clear.data(), &n) == 1;
  EVP_CIPHER_CTX_free(c);
  return good ? clear : Octets{};
}

// As the peer would send it: what the router itself made, back with the addresses of the other way.
Octets turned(const Octets& frame) {
  Octets ip(frame.begin() + 14, frame.end());
  Address::parse("192.0.2.2")->store(&ip[12]);
  Address::parse("192.0.2.1")->store(&ip[16]);
  write_ipv4_checksum(ip.data(), 20);
  return ip;
}

SaConfig site_config(Rig& rig, Direction direction, unsigned site) {
  SaConfig c = rig.config(direction, kFirstSpi + site);
  c.selectors.resize(1);
  Selector& s = c.selectors[0];
  Bits128 first = Address::parse("10.2." + std::to_string(site) + ".0")->bits;
  Bits128 last = Address::parse("10.2." + std::to_string(site) + ".255")->bits;
  bool out = direction == Direction::kOutbound;
  (out ? s.destination_first : s.source_first) = first;
  (out ? s.destination_last : s.source_last) = last;
  return c;
}

}  // namespace

TEST(packets_of_many_sas_in_one_burst_each_get_their_own_and_keep_their_order) {
  Rig& rig = the_rig();
  for (unsigned sites : {2u, 7u, 20u}) {
    std::vector<Sa*> sas;
    for (unsigned s = 0; s < sites; s++) sas.push_back(rig.add(site_config(rig, Direction::kOutbound, s), key_of(s)));
    // In no order, in three bursts, of which the last is not full.
    constexpr unsigned kPackets = 75;
    std::vector<unsigned> site_of;
    for (unsigned i = 0; i < kPackets; i++) site_of.push_back(i * i * 7 % 31 % sites);
    for (unsigned i = 0; i < kPackets; i++) rig.packet(Rig::kInside, host_packet(site_of[i], static_cast<uint16_t>(i)));
    rig.settle();
    std::map<unsigned, uint32_t> sequence;
    std::map<unsigned, int> last;
    auto frames = rig.sent(Rig::kOutside);
    CHECK(frames.size() == kPackets);
    for (const Octets& frame : frames) {
      unsigned site = load_be32(&frame[34]) - kFirstSpi;
      CHECK(site < sites && load_be32(&frame[38]) == ++sequence[site]);
      Octets inner = opened(frame, key_of(site));
      CHECK(inner.size() >= 60);
      int number = load_be16(&inner[20]);
      CHECK(inner[18] == site && site_of[static_cast<size_t>(number)] == site);
      CHECK(last.count(site) == 0 || last[site] < number);
      last[site] = number;
    }
    uint64_t counted = 0;
    for (unsigned s = 0; s < sites; s++) {
      CHECK(sas[s]->packets.load() == sequence[s] && sas[s]->sequence.load() == sequence[s]);
      CHECK(sas[s]->bytes.load() == 60 * sequence[s] && sas[s]->admitted_packets == sequence[s]);
      counted += sas[s]->packets.load();
    }
    CHECK(counted == kPackets);
    rig.remove_sas();
  }
}

TEST(limits_and_counters_of_policies_are_exact_in_bursts_of_many_sas) {
  Rig& rig = the_rig();
  std::vector<Sa*> sas;
  for (unsigned s = 0; s < 4; s++) {
    SaConfig c = site_config(rig, Direction::kOutbound, s);
    c.hard.packets = 3 + s;
    sas.push_back(rig.add(c, key_of(s)));
  }
  for (uint16_t i = 0; i < 40; i++) rig.packet(Rig::kInside, host_packet(i % 4u, i));
  rig.settle();
  CHECK(rig.sent(Rig::kOutside).size() == 3 + 4 + 5 + 6);
  for (unsigned s = 0; s < 4; s++) {
    CHECK(sas[s]->packets.load() == 3 + s && sas[s]->state_now() == SaState::kHardExpired);
    const Policy* policy = rig.plane().outbound->at(site_config(rig, Direction::kOutbound, s).selectors[0]);
    CHECK(policy != nullptr && policy->counters->packets() == 10 && policy->counters->bytes() == 600);
  }
  rig.notes();
  rig.remove_sas();
}

TEST(packets_of_many_sas_come_in_once_each) {
  Rig& rig = the_rig();
  constexpr unsigned kSites = 5, kEach = 6;
  std::vector<Octets> esp;
  for (unsigned s = 0; s < kSites; s++) rig.add(site_config(rig, Direction::kOutbound, s), key_of(s));
  for (uint16_t i = 0; i < kSites * kEach; i++) {
    Octets ip = host_packet(i % kSites, i);
    rig.packet(Rig::kInside, ip);
  }
  rig.settle();
  for (const Octets& frame : rig.sent(Rig::kOutside)) esp.push_back(turned(frame));
  CHECK(esp.size() == kSites * kEach);
  rig.remove_sas();

  // What was sent from 10.1.0.9 to the site's host comes in by an SA that allows just that.
  std::vector<Sa*> sas;
  for (unsigned s = 0; s < kSites; s++) {
    SaConfig c = site_config(rig, Direction::kInbound, s);
    Selector& selector = c.selectors[0];
    std::swap(selector.source_first, selector.destination_first);
    std::swap(selector.source_last, selector.destination_last);
    sas.push_back(rig.add(c, key_of(s)));
  }
  // Each of them twice, interleaved; one of them spoilt on its way.
  esp[7][40] ^= 1;
  for (size_t i = 0; i < esp.size(); i++) {
    rig.packet(Rig::kOutside, esp[i]);
    rig.packet(Rig::kOutside, esp[(i + 11) % esp.size()]);
  }
  rig.settle();
  uint64_t packets = 0, replayed = 0, forged = 0;
  for (Sa* sa : sas) {
    packets += sa->packets.load();
    replayed += sa->replayed.load();
    forged += sa->integrity_failed.load();
  }
  CHECK(packets == kSites * kEach - 1 && replayed == packets && forged == 2);
  rig.sent(Rig::kInside);
  rig.sent(Rig::kOutside);
  rig.notes();
  rig.remove_sas();
}

TEST(a_neighbour_with_another_address_gets_the_very_next_packet) {
  Rig& rig = the_rig();
  rig.add(site_config(rig, Direction::kOutbound, 1), key_of(1));
  auto to = [&] {
    rig.packet(Rig::kInside, host_packet(1, 1));
    rig.settle();
    auto frames = rig.sent(Rig::kOutside);
    CHECK(frames.size() == 1);
    return load_mac(frames[0].data());
  };
  Neighbours& neighbours = *rig.plane().neighbours;
  uint64_t before = to();
  uint16_t port = 0;
  while (neighbours.get(port, *Address::parse("192.0.2.2")) == nullptr) port++;
  Neighbour* peer = neighbours.get(port, *Address::parse("192.0.2.2"));
  uint64_t version = neighbours.version();
  neighbours.answered(peer, before);
  CHECK(neighbours.version() == version && to() == before);
  neighbours.answered(peer, 0x020000000f77);
  CHECK(neighbours.version() > version && to() == 0x020000000f77);
  neighbours.answered(peer, before);
  CHECK(to() == before);
  rig.remove_sas();
}
