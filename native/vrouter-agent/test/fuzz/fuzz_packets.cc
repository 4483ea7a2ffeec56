// Everything of the agent that reads octets of strangers and needs no DPDK, in one target. With libFuzzer it searches;
// linked with replay.cc it reads the files that it is given. What happens to packets between these functions is what
// fuzz_router.cc is for.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "packet/arrival.h"
#include "packet/icmp.h"
#include "packet/ip.h"
#include "packet/link.h"
#include "packet/transport_checksum.h"
#include "packet/tunnel.h"
#include "spd/selector.h"

using namespace kw;

namespace {

// Exactly so many octets, so that a sanitizer sees the first one too far.
using Octets = std::vector<uint8_t>;

void must(bool condition) {
  if (!condition) std::abort();
}

bool checksum_holds(const Octets& ip) {
  return ip[0] >> 4 != 4 || fold(sum16(ip.data(), static_cast<size_t>(ip[0] & 0xf) * 4)) == 0;
}

void check(const IpView& v, size_t size) {
  must(v.family == 4 || v.family == 6);
  must(v.length <= size && v.header_length <= v.length);
  must(v.header_length >= (v.family == 4 ? 20 : 40));
  must(v.fragment_header_at == 0 || v.fragment_header_at + 8 <= v.header_length);
  must(v.next_header_at < v.header_length);
  must(!v.ports_visible || v.fragment_offset == 0);
}

void esp_and_ike(const Octets& octets, const IpView& view) {
  const uint8_t* p = octets.data();
  IkePorts ports;
  Asked service = service_of(p, view, ports);
  for (bool udp : {false, true}) {
    auto esp = read_esp(p, view, udp);
    if (!esp) {
      must(service != Asked::kEspInUdp || !udp);
      continue;
    }
    must(esp->length <= view.length && esp->at + 8u <= esp->length);
    if (!udp || view.protocol != kProtoUdp || view.fragment) continue;
    // Without its UDP header it is a packet of ESP with the same SPI.
    Octets plain(p, p + esp->length);
    take_udp_out(plain.data(), view, esp->length);
    plain.erase(plain.begin(), plain.begin() + 8);
    if (view.family == 4) write_ipv4_checksum(plain.data(), view.header_length);
    IpView now;
    must(parse_ip(plain.data(), plain.size(), now) == IpError::kNone && now.protocol == kProtoEsp);
    auto again = read_esp(plain.data(), now, false);
    must(again && again->spi == esp->spi && again->sequence == esp->sequence);
  }
  if (auto ike = read_ike(p, view, ports)) must(ike->length > 0 && ike->at + ike->length <= view.length);
}

// What the router changes in packets that pass through.
void rewrite(const Octets& octets, const IpView& view) {
  if (view.ttl > 0) {
    Octets hop = octets;
    take_hop(hop.data(), view.family);
    must(checksum_holds(hop));
  }
  for (unsigned ecn = 0; ecn < 4; ecn++) {
    Octets marked = octets;
    write_ecn(marked.data(), view, ecn);
    IpView now;
    must(checksum_holds(marked) && parse_ip(marked.data(), marked.size(), now) == IpError::kNone);
    must(now.tos == ((view.tos & 0xfc) | ecn));
  }
  Octets fresh = octets, changed = octets, back = octets;
  bool mended = mend_transport_checksum(fresh.data(), view, {});
  must(!mended || !mend_transport_checksum(fresh.data(), view, {}));
  Address other{view.family, {0xc633640700000000ULL, view.family == 4 ? 0 : 7ULL}};
  OriginalAddresses originals{other, view.destination_address()};
  if (!mend_transport_checksum(changed.data(), view, originals)) return;
  // The other way round it is what it was, but for the two zeros of one's complement.
  uint8_t* address = changed.data() + (view.family == 4 ? 12 : 8);
  other.store(address);
  IpView moved = view;
  moved.source = other.bits;
  mend_transport_checksum(changed.data(), moved, {view.source_address(), view.destination_address()});
  view.source_address().store(address);
  size_t at = view.header_length + (view.protocol == kProtoTcp ? 16u : view.protocol == kProtoUdp ? 6u : 2u);
  uint16_t a = load_be16(changed.data() + at), b = load_be16(back.data() + at);
  must(a == b || (a + b) % 0xffff == 0);
}

bool same(const IpView& a, const IpView& b) {
  return a.family == b.family && a.protocol == b.protocol && a.tos == b.tos && a.ttl == b.ttl &&
         a.dont_fragment == b.dont_fragment && a.fragment == b.fragment && a.more_fragments == b.more_fragments &&
         a.fragment_offset == b.fragment_offset && a.ports_visible == b.ports_visible && a.source_port == b.source_port &&
         a.destination_port == b.destination_port && a.header_length == b.header_length && a.length == b.length &&
         a.next_header_at == b.next_header_at && a.fragment_header_at == b.fragment_header_at && a.source == b.source &&
         a.destination == b.destination;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Octets octets(data, data + size);
  const uint8_t* p = octets.data();
  IpView view;
  Frame frame = classify_frame(p, size, 0x020000000001ULL);
  must(frame == Frame::kUnknown || size >= kEthernetHeader);
  if (parse_quoted_ip(p, size, view) == IpError::kNone) must(view.header_length <= view.length);
  if (size >= 14) (void)read_arp(p, size);
  (void)read_nd(p, size);
  (void)classify_encap(p, size);
  IpView quick;
  IpError error_found = parse_ip(p, size, view);
  must(parse_ip_quickly(p, size, quick) == error_found);
  if (error_found != IpError::kNone) return 0;
  must(same(view, quick));
  check(view, size);
  (void)is_neighbour_discovery(view);
  (void)is_no_host(view.family, view.source);
  esp_and_ike(octets, view);
  rewrite(octets, view);
  (void)read_too_big(p, view);
  Selector all;
  all.family = view.family;
  all.source_last = all.destination_last = mask_of(128);
  must(all.holds(view));
  uint8_t error[kIcmpErrorRoom];
  for (IcmpError kind : {IcmpError::kTooBig, IcmpError::kTimeExceeded}) {
    Address from{view.family, {0x0a00000100000000ULL, 0}};
    size_t length = build_icmp_error(kind, 1400, from, p, view, error);
    must(length <= sizeof error);
    IpView built;
    must(length == 0 || parse_ip(error, length, built) == IpError::kNone);
  }
  (void)make_echo_reply(octets.data(), view);
  return 0;
}
