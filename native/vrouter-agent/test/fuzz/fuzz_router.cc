// The whole data plane under fire: cores, reassembly, librte_ipsec, slow path. An input is a script of packets that come
// from either side; some are sealed with the keys of an SA, so that what a peer may put inside is tried too.
//
// What must hold, besides that nothing breaks: what leaves on the unprotected side is ESP or talk with neighbours, what
// leaves on the protected side comes from where SAs may bring it from or from the router itself, and no packet buffer is lost.
#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>

#include "packet/arrival.h"
#include "packet/checksum.h"
#include "rig/rig.h"

using namespace kw;
using rig::Octets;
using rig::Rig;

namespace {

void must(bool condition) {
  if (!condition) std::abort();
}

Address a(const char* text) { return *Address::parse(text); }

// Inbound SAs that inputs can seal for: two families outside, both modes, with and without UDP.
struct Seal {
  uint32_t spi;
  const char *from, *to;
  bool udp;
  Mode mode;
};
const Seal kSeals[] = {{0x1001, "192.0.2.2", "192.0.2.1", false, Mode::kTunnel},
                       {0x1002, "2001:db8:f::2", "2001:db8:f::1", false, Mode::kTunnel},
                       {0x1003, "192.0.2.2", "192.0.2.1", false, Mode::kTransport},
                       {0x1004, "192.0.2.2", "192.0.2.1", true, Mode::kTunnel},
                       {0x1005, "192.0.2.2", "192.0.2.1", true, Mode::kTransport},
                       {0x1006, "2001:db8:f::2", "2001:db8:f::1", true, Mode::kTransport}};
constexpr size_t kSealCount = sizeof kSeals / sizeof *kSeals;
const std::string kKey = "0123456789abcdefsalt";

Selector hosts(const Address& source, const Address& destination) {
  Selector s;
  s.family = source.family;
  s.source_first = s.source_last = source.bits;
  s.destination_first = s.destination_last = destination.bits;
  return s;
}

struct World {
  Rig rig;
  EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
  uint32_t sequence = 0;

  World() {
    // Nothing in clear, not even from one protected host to another: so all that comes out has a reason.
    rig.plane().policies_complete.store(false);
    for (const Seal& seal : kSeals) {
      SaConfig c = rig.config(Direction::kInbound, seal.spi, a(seal.to).family);
      c.mode = seal.mode;
      c.replay_window = 1024;
      if (seal.udp) c.outer.local_port = c.outer.remote_port = 4500;
      if (seal.mode == Mode::kTransport) c.selectors = {hosts(a(seal.from), a(seal.to))};
      rig.add(c, kKey);
    }
    rig.add(rig.config(Direction::kOutbound, 0x2001), kKey);
    SaConfig own = rig.config(Direction::kOutbound, 0x2002);
    own.mode = Mode::kTransport;
    own.selectors = {hosts(own.outer.local, own.outer.remote)};
    rig.add(own, kKey);
    EVP_EncryptInit_ex(cipher, EVP_aes_128_gcm(), nullptr, nullptr, nullptr);
  }

  Octets seal(const Seal& s, const uint8_t* clear, size_t length, uint32_t number) {
    Octets esp(16 + length + 16);
    store_be32(&esp[0], s.spi);
    store_be32(&esp[4], number);
    store_be64(&esp[8], number);
    uint8_t nonce[12];
    std::memcpy(nonce, kKey.data() + 16, 4);
    std::memcpy(nonce + 4, &esp[8], 8);
    int n = 0;
    EVP_EncryptInit_ex(cipher, nullptr, nullptr, reinterpret_cast<const uint8_t*>(kKey.data()), nonce);
    EVP_EncryptUpdate(cipher, nullptr, &n, esp.data(), 8);
    if (length > 0) EVP_EncryptUpdate(cipher, &esp[16], &n, clear, static_cast<int>(length));
    EVP_EncryptFinal_ex(cipher, &esp[16 + length], &n);
    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, 16, &esp[16 + length]);
    return esp;
  }
};

Octets ip_header(const Address& from, const Address& to, uint8_t protocol, uint8_t tos, uint8_t ttl, size_t payload) {
  Octets ip(from.family == 4 ? 20 : 40);
  if (from.family == 4) {
    ip[0] = 0x45;
    ip[1] = tos;
    store_be16(&ip[2], static_cast<uint16_t>(20 + payload));
    ip[8] = ttl;
    ip[9] = protocol;
    from.store(&ip[12]);
    to.store(&ip[16]);
    write_ipv4_checksum(ip.data(), 20);
  } else {
    store_be32(&ip[0], 0x60000000u | static_cast<uint32_t>(tos) << 20);
    store_be16(&ip[4], static_cast<uint16_t>(payload));
    ip[6] = protocol;
    ip[7] = ttl;
    from.store(&ip[8]);
    to.store(&ip[24]);
  }
  return ip;
}

const Address& place(bool v6, unsigned choice) {
  static const Address v4s[] = {a("192.0.2.1"), a("10.1.0.1"), a("10.1.0.9"), a("10.2.0.9"),
                                a("192.0.2.2"), a("224.0.0.1"), a("10.1.255.255"), a("127.0.0.1")};
  static const Address v6s[] = {a("2001:db8:f::1"), a("2001:db8:1::1"), a("2001:db8:1::9"), a("2001:db8:2::9"),
                                a("2001:db8:f::2"), a("ff02::1"), a("fe80::5"), a("::1")};
  return v6 ? v6s[choice & 7] : v4s[choice & 7];
}

// A packet whose header is right, from seven octets that say what is in it: which addresses, protocol, TOS, TTL,
// fragment offset and flags, identification; then its payload. An ICMP checksum is put right on demand.
Octets made(const uint8_t* p, size_t length) {
  if (length < 8) return {};
  bool v6 = (p[0] & 1) != 0, mend = (p[0] & 128) != 0;
  const Address& to = place(v6, p[0] >> 1);
  const Address& from = place(v6, p[0] >> 4);
  uint16_t fragment = load_be16(p + 4);
  Octets body(p + 8, p + length);
  uint8_t protocol = p[1];
  if (v6 && fragment != 0) {
    Octets header(8);
    header[0] = protocol;
    store_be16(&header[2], fragment);
    header[7] = p[6];
    body.insert(body.begin(), header.begin(), header.end());
    protocol = kProtoFragment;
  }
  Octets ip = ip_header(from, to, protocol, p[2], p[3], body.size());
  if (!v6) {
    store_be16(&ip[4], p[6]);
    store_be16(&ip[6], fragment);
    write_ipv4_checksum(ip.data(), 20);
  }
  size_t header = ip.size();
  ip.insert(ip.end(), body.begin(), body.end());
  if (mend && body.size() >= 4 && (protocol == kProtoIcmp || protocol == kProtoIcmp6)) {
    store_be16(&ip[header + 2], 0);
    uint64_t pseudo = v6 ? pseudo_header(ip.data(), protocol, static_cast<uint32_t>(body.size())) : 0;
    store_be16(&ip[header + 2], fold(sum16(&ip[header], body.size(), pseudo)));
  }
  return ip;
}

Octets sealed(World& w, const Seal& s, const uint8_t* p, size_t length, bool with_trailer, bool again) {
  Octets clear(p, p + length);
  if (with_trailer) {
    uint8_t next = s.mode == Mode::kTransport ? kProtoUdp : length > 0 && p[0] >> 4 == 6 ? kProtoIpv6 : kProtoIpv4;
    uint8_t pad = static_cast<uint8_t>((4 - (length + 2) % 4) % 4);
    for (uint8_t i = 1; i <= pad; i++) clear.push_back(i);
    clear.push_back(pad);
    clear.push_back(next);
  }
  Octets esp = w.seal(s, clear.data(), clear.size(), again ? w.sequence : ++w.sequence);
  if (s.udp) {
    Octets udp(8);
    store_be16(&udp[0], 4500);
    store_be16(&udp[2], 4500);
    store_be16(&udp[4], static_cast<uint16_t>(8 + esp.size()));
    esp.insert(esp.begin(), udp.begin(), udp.end());
  }
  Octets ip = ip_header(a(s.from), a(s.to), s.udp ? kProtoUdp : kProtoEsp, 3, 64, esp.size());
  ip.insert(ip.end(), esp.begin(), esp.end());
  return ip;
}

// Two parts of an IPv4 packet that need not fit together: where the second begins, and how far back it reaches.
void send_in_parts(Rig& rig, const Octets& ip, uint8_t cut, uint8_t back) {
  if (ip.size() < 28 || ip[0] >> 4 != 4) return;
  size_t most = (ip.size() - 20) / 8;
  size_t at = std::min<size_t>(1 + cut, most) * 8;
  size_t from = at - std::min<size_t>(back % 4 * 8u, at);
  auto part = [&](size_t begin, size_t end, bool more) {
    Octets p(ip.begin(), ip.begin() + 20);
    p.insert(p.end(), ip.begin() + 20 + static_cast<long>(begin), ip.begin() + 20 + static_cast<long>(end));
    store_be16(&p[2], static_cast<uint16_t>(p.size()));
    store_be16(&p[4], cut);
    store_be16(&p[6], static_cast<uint16_t>(begin / 8 | (more ? 0x2000 : 0)));
    write_ipv4_checksum(p.data(), 20);
    rig.packet(Rig::kOutside, p);
  };
  part(from, ip.size() - 20, false);
  part(0, at, true);
}

void judge(Rig& rig) {
  for (const Octets& f : rig.sent(Rig::kOutside)) {
    must(f.size() >= 14);
    if (load_be16(&f[12]) == kEtherArp) continue;
    IpView v;
    must(parse_ip(&f[14], f.size() - 14, v) == IpError::kNone);
    must(v.protocol == kProtoEsp || (v.family == 6 && is_neighbour_discovery(v)));
    must(v.protocol != kProtoEsp || v.source_address() == place(v.family == 6, 0));
  }
  for (const Octets& f : rig.sent(Rig::kInside)) {
    must(f.size() >= 14);
    if (load_be16(&f[12]) == kEtherArp) continue;
    IpView v;
    must(parse_ip(&f[14], f.size() - 14, v) == IpError::kNone);
    bool v6 = v.family == 6;
    if (v6 && is_neighbour_discovery(v)) continue;
    bool far = masked(v.source, v6 ? 48 : 16) == masked(place(v6, 3).bits, v6 ? 48 : 16);
    must(far || rig.plane().is_local(v.family, v.source));
    must(masked(v.destination, v6 ? 48 : 16) == masked(place(v6, 2).bits, v6 ? 48 : 16));
  }
  for (const IkeDatagram& d : rig.ike()) must(!d.payload.empty());
  rig.ike().clear();
  rig.notes();
  // What may wait: fragments, eight for each of 64 packets, and packets for 512 neighbours.
  must(rig.buffers_held() <= 64 * 8 + 512 + 64);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static World* w = new World;
  // Few packets, so that a slow input is one with a reason.
  for (unsigned steps = 0; size >= 3 && steps < 24; steps++) {
    uint8_t op = data[0];
    size_t length = std::min<size_t>(load_be16(data + 1), size - 3);
    const uint8_t* p = data + 3;
    Rig::Side side = (op & 8) != 0 ? Rig::kInside : Rig::kOutside;
    const Seal& seal = kSeals[(op >> 4) % kSealCount];
    switch (op & 7) {
      case 0:
        w->rig.packet(side, Octets(p, p + length));
        break;
      case 1:
        w->rig.frame(side, Octets(p, p + length));
        break;
      case 2:
        w->rig.packet(side, made(p, length));
        break;
      case 3:
        w->rig.packet(Rig::kOutside, sealed(*w, seal, p, length, false, (op & 8) != 0));
        break;
      case 4:
        w->rig.packet(Rig::kOutside, sealed(*w, seal, p, length, true, (op & 8) != 0));
        break;
      case 5: {
        // Sealed, what is inside being a packet with a right header.
        Octets inner = made(p, length);
        w->rig.packet(Rig::kOutside, sealed(*w, seal, inner.data(), inner.size(), true, (op & 8) != 0));
        break;
      }
      case 6: {
        // ESP inside of ESP.
        Octets inner = sealed(*w, seal, p, length, true, false);
        w->rig.packet(Rig::kOutside, sealed(*w, kSeals[0], inner.data(), inner.size(), true, false));
        break;
      }
      case 7:
        if (length >= 2) send_in_parts(w->rig, sealed(*w, seal, p + 2, length - 2, true, false), p[0], p[1]);
        break;
    }
    if ((op & 128) != 0 || steps % 8 == 7) w->rig.settle();
    data += 3 + length;
    size -= 3 + length;
  }
  w->rig.settle();
  judge(w->rig);
  return 0;
}
