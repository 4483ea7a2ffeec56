// Sequence numbers where no test could send its way to: at the end of 32 bits. OpenSSL judges what was encrypted.
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

Octets host_packet() {
  Octets ip(60);
  ip[0] = 0x45;
  store_be16(&ip[2], 60);
  ip[8] = 64;
  ip[9] = kProtoUdp;
  Address::parse("10.1.0.9")->store(&ip[12]);
  Address::parse("10.2.0.9")->store(&ip[16]);
  write_ipv4_checksum(ip.data(), 20);
  return ip;
}

// Whether the packet is authentic with this high half of its number (RFC 4106 section 5).
bool opens(const Octets& frame, bool esn, uint32_t high) {
  Octets esp(frame.begin() + 34, frame.end());
  Octets aad(esp.begin(), esp.begin() + 4);
  if (esn) {
    aad.resize(8);
    store_be32(&aad[4], high);
  }
  aad.insert(aad.end(), esp.begin() + 4, esp.begin() + 8);
  Octets nonce(kKey.begin() + 16, kKey.end());
  nonce.insert(nonce.end(), esp.begin() + 8, esp.begin() + 16);
  EVP_CIPHER_CTX* c = EVP_CIPHER_CTX_new();
  int n = 0;
  Octets clear(esp.size());
  EVP_DecryptInit_ex(c, EVP_aes_128_gcm(), nullptr, reinterpret_cast<const uint8_t*>(kKey.data()), nonce.data());
  EVP_DecryptUpdate(c, nullptr, &n, aad.data(), static_cast<int>(aad.size()));
  EVP_DecryptUpdate(c, clear.data(), &n, &esp[16], static_cast<int>(esp.size() - 32));
  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, 16, &esp[esp.size() - 16]);
  bool ok = EVP_DecryptFinal_ex(c, clear.data(), &n) == 1;
  EVP_CIPHER_CTX_free(c);
  return ok;
}

std::vector<Octets> send(Rig& rig, unsigned packets) {
  for (unsigned i = 0; i < packets; i++) rig.packet(Rig::kInside, host_packet());
  rig.settle();
  return rig.sent(Rig::kOutside);
}

}  // namespace

TEST(extended_sequence_numbers_go_on_beyond_32_bits) {
  Rig& rig = the_rig();
  SaConfig c = rig.config(Direction::kOutbound, 0x3001);
  c.esn = true;
  c.first_sequence = 0xfffffffe;
  Sa* sa = rig.add(c, kKey);
  auto frames = send(rig, 5);
  CHECK(frames.size() == 5);
  const uint32_t low[] = {0xfffffffe, 0xffffffff, 0, 1, 2}, high[] = {0, 0, 1, 1, 1};
  for (size_t i = 0; i < 5; i++) {
    CHECK(load_be32(&frames[i][38]) == low[i]);
    CHECK(opens(frames[i], true, high[i]));
    CHECK(!opens(frames[i], true, 1 - high[i]));
  }
  CHECK(sa->sequence.load() == 0x100000002ULL);
  CHECK(sa->state_now() == SaState::kLive);
  rig.remove_sas();
}

TEST(short_sequence_numbers_end_an_sa_rather_than_come_again) {
  Rig& rig = the_rig();
  rig.notes();
  SaConfig c = rig.config(Direction::kOutbound, 0x3002);
  c.first_sequence = 0xfffffffd;
  Sa* sa = rig.add(c, kKey);
  uint64_t before = rig.drops(Drop::kSequence) + rig.drops(Drop::kSaExpired);
  auto frames = send(rig, 10);
  // The library leaves the very last number unused.
  CHECK(frames.size() == 2 || frames.size() == 3);
  for (size_t i = 0; i < frames.size(); i++) {
    CHECK(load_be32(&frames[i][38]) == 0xfffffffd + i);
    CHECK(opens(frames[i], false, 0));
  }
  CHECK(sa->state_now() == SaState::kHardExpired);
  CHECK(rig.drops(Drop::kSequence) + rig.drops(Drop::kSaExpired) == before + 10 - frames.size());
  unsigned told = 0;
  for (const Note& n : rig.notes()) {
    if (n.kind != Note::Kind::kExpired) continue;
    CHECK(n.hard && n.detail == static_cast<uint8_t>(LimitKind::kSequence) && n.sa == sa->ref);
    told++;
  }
  CHECK(told == 1);
  CHECK(send(rig, 3).empty());
  rig.remove_sas();
}

TEST(an_sa_whose_last_packets_the_device_lost_says_that_it_is_at_its_end) {
  Rig& rig = the_rig();
  rig.notes();
  SaConfig c = rig.config(Direction::kOutbound, 0x3004);
  c.hard.packets = 10;
  Sa* sa = rig.add(c, kKey);
  CHECK(send(rig, 4).size() == 4);
  // As if they had found no room in the device's queue: their numbers are gone.
  sa->admitted_packets += 6;
  CHECK(sa->state_now() == SaState::kLive);
  CHECK(send(rig, 3).empty());
  CHECK(sa->state_now() == SaState::kHardExpired);
  unsigned told = 0;
  for (const Note& n : rig.notes()) {
    if (n.kind != Note::Kind::kExpired) continue;
    CHECK(n.hard && n.detail == static_cast<uint8_t>(LimitKind::kPackets) && n.sa == sa->ref);
    told++;
  }
  CHECK(told == 1);
  rig.remove_sas();
}

TEST(no_buffer_is_lost_whatever_becomes_of_packets) {
  Rig& rig = the_rig();
  unsigned before = rig.buffers_held();
  rig.add(rig.config(Direction::kOutbound, 0x3003), kKey);
  // No policy, no neighbour, no route back, too long, and an ordinary one.
  for (int i = 0; i < 50; i++) {
    Octets ip = host_packet();
    rig.packet(Rig::kInside, ip);
    ip[9] = static_cast<uint8_t>(i);
    rig.packet(Rig::kOutside, ip);
    ip[8] = 1;
    write_ipv4_checksum(ip.data(), 20);
    rig.packet(Rig::kInside, ip);
    rig.frame(Rig::kOutside, Octets(static_cast<size_t>(i), 0xff));
  }
  rig.settle();
  rig.sent(Rig::kInside);
  rig.sent(Rig::kOutside);
  CHECK(rig.buffers_held() == before);
  rig.remove_sas();
}
