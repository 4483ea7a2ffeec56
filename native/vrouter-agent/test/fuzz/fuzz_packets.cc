// Everything of the agent that reads octets of strangers, in one target. With libFuzzer it searches; linked with
// replay.cc it reads the files that it is given.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "packet/icmp.h"
#include "packet/ip.h"
#include "packet/link.h"
#include "packet/tunnel.h"
#include "spd/selector.h"

using namespace kw;

namespace {

void must(bool condition) {
  if (!condition) std::abort();
}

void check(const IpView& v, size_t size) {
  must(v.family == 4 || v.family == 6);
  must(v.length <= size && v.header_length <= v.length);
  must(v.header_length >= (v.family == 4 ? 20 : 40));
  must(v.fragment_header_at == 0 || v.fragment_header_at + 8 <= v.header_length);
  must(v.next_header_at < v.header_length);
  must(!v.ports_visible || v.fragment_offset == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A copy of exactly this size, so that a sanitizer sees the first octet too far.
  std::vector<uint8_t> octets(data, data + size);
  const uint8_t* p = octets.data();
  IpView view;
  if (parse_quoted_ip(p, size, view) == IpError::kNone) must(view.header_length <= view.length);
  if (size >= 14) (void)read_arp(p, size);
  (void)read_nd(p, size);
  (void)classify_encap(p, size);
  if (parse_ip(p, size, view) != IpError::kNone) return 0;
  check(view, size);
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
