#include "check.h"
#include "fixtures.h"
#include "packet/arrival.h"
#include "packet/icmp.h"
#include "packet/link.h"
#include "packet/transport_checksum.h"
#include "packet/tunnel.h"

using namespace fixtures;

TEST(parser_reads_addresses_ports_and_lengths_of_both_families) {
  IpView v = view(packet("10.0.0.1", "10.0.0.2", 17, 7, 9));
  CHECK(v.family == 4 && v.ports_visible && v.source_port == 7 && v.destination_port == 9 && v.header_length == 20);
  CHECK(v.source_address() == ip("10.0.0.1"));
  v = view(packet("2001:db8::1", "2001:db8::2", 6, 80, 443));
  CHECK(v.family == 6 && v.protocol == 6 && v.destination_port == 443 && v.header_length == 40);
}

TEST(parser_refuses_every_cut_of_a_packet) {
  for (const char* peer : {"10.0.0.2", "2001:db8::2"}) {
    auto p = packet(peer[0] == '1' ? "10.0.0.1" : "2001:db8::1", peer);
    for (size_t n = 0; n < p.size(); n++) {
      IpView v;
      std::vector<uint8_t> cut(p.begin(), p.begin() + static_cast<long>(n));
      CHECK(parse_ip(cut.data(), cut.size(), v) == IpError::kTruncated);
    }
  }
}

TEST(parser_refuses_a_wrong_ipv4_checksum_and_impossible_lengths) {
  auto p = packet("10.0.0.1", "10.0.0.2");
  IpView v;
  p[10] ^= 1;
  CHECK(parse_ip(p.data(), p.size(), v) == IpError::kChecksum);
  p = packet("10.0.0.1", "10.0.0.2");
  p[0] = 0x44;
  CHECK(parse_ip(p.data(), p.size(), v) == IpError::kHeader);
  p[0] = 0x55;
  CHECK(parse_ip(p.data(), p.size(), v) == IpError::kVersion);
}

TEST(checksum_of_a_header_holds_for_the_right_value_alone_and_stays_right_with_each_hop) {
  auto p = packet("10.0.0.1", "10.0.0.2");
  for (unsigned id = 0; id < 0x10000; id += 5) {
    store_be16(&p[4], static_cast<uint16_t>(id));
    write_ipv4_checksum(p.data(), 20);
    CHECK(ipv4_checksum_holds(p.data(), 20));
    auto q = p;
    q[8] = 255;
    write_ipv4_checksum(q.data(), 20);
    take_hop(q.data(), 4);
    CHECK(q[8] == 254 && ipv4_checksum_holds(q.data(), 20));
  }
  uint16_t right = load_be16(&p[10]);
  for (unsigned sum = 0; sum < 0x10000; sum++) {
    store_be16(&p[10], static_cast<uint16_t>(sum));
    CHECK(ipv4_checksum_holds(p.data(), 20) == (fold(sum16(p.data(), 20)) == 0));
    CHECK(ipv4_checksum_holds(p.data(), 20) == (sum == right));
  }
}

TEST(parser_walks_extension_headers_and_stops_at_later_fragments) {
  auto p = packet("2001:db8::1", "2001:db8::2", kProtoHopOptions, 0, 0, 16);
  // Hop-by-hop options of 8 octets, then UDP.
  p[40] = 17;
  p[41] = 0;
  store_be16(&p[48], 500);
  store_be16(&p[50], 4500);
  IpView v = view(p);
  CHECK(v.protocol == 17 && v.header_length == 48 && v.source_port == 500 && v.next_header_at == 40);
  p[6] = kProtoFragment;
  store_be16(&p[42], 8);
  v = view(p);
  CHECK(v.fragment && v.fragment_offset == 8 && !v.ports_visible && v.fragment_header_at == 40);
  p[41] = 200;
  p[6] = kProtoDestOptions;
  CHECK(view(p).family == 0);
}

TEST(icmp_type_and_code_stand_in_for_ports) {
  IpView v = view(packet("10.0.0.1", "10.0.0.2", 1, 0x0800, 0));
  CHECK(v.ports_visible && v.source_port == 0x0800 && v.destination_port == 0x0800);
}

TEST(encapsulated_octets_are_ike_esp_or_a_keepalive) {
  const uint8_t keepalive[] = {0xff}, marker[] = {0, 0, 0, 0, 1}, esp[] = {0, 0, 1, 0, 0, 0, 0, 1};
  CHECK(classify_encap(keepalive, 1) == UdpEncap::kKeepalive);
  CHECK(classify_encap(marker, 5) == UdpEncap::kIke);
  CHECK(classify_encap(marker, 4) == UdpEncap::kMalformed);
  CHECK(classify_encap(esp, 8) == UdpEncap::kEsp);
  CHECK(classify_encap(esp, 7) == UdpEncap::kMalformed);
  CHECK(classify_encap(keepalive, 0) == UdpEncap::kMalformed);
}

// RFC 6040 section 4.2, figure 4, all sixteen cells; columns Not-ECT, ECT(0), ECT(1), CE of the outer header.
TEST(ecn_is_decapsulated_as_rfc_6040_says) {
  const int expected[4][4] = {{0, 0, 0, -1}, {1, 1, 1, 3}, {2, 2, 1, 3}, {3, 3, 3, 3}};
  const uint8_t outer[4] = {0, 2, 1, 3};
  const int inner_of_row[4] = {0, 1, 2, 3};
  for (int row = 0; row < 4; row++) {
    for (int column = 0; column < 4; column++) {
      CHECK(ecn_at_egress(static_cast<uint8_t>(inner_of_row[row]), outer[column]) == expected[row][column]);
    }
  }
  CHECK(tos_at_ingress(0xb9, true, 0) == 0xb9);
  CHECK(tos_at_ingress(0xb9, false, 10) == (10 << 2 | 1));
}

TEST(what_fits_into_a_tunnel_is_exactly_what_fits) {
  for (EspCost cost : {EspCost{20, 8, 16, 4}, EspCost{28, 16, 12, 16}, EspCost{48, 8, 16, 4}}) {
    for (uint32_t mtu : {576u, 1280u, 1400u, 1500u, 9000u}) {
      uint32_t fits = cost.fits(mtu);
      CHECK(cost.wire(fits) <= mtu);
      CHECK(cost.wire(fits + 1) > mtu);
    }
    CHECK(cost.fits(40) == 0);
  }
  CHECK((EspCost{20, 8, 16, 4}).wire(100) == 20 + 8 + 8 + 104 + 16);
}

TEST(icmp_error_quotes_the_packet_and_is_read_back) {
  auto esp = packet("192.0.2.1", "192.0.2.2", kProtoEsp, 0x1122, 0x3344, 1000);
  uint8_t out[kIcmpErrorRoom];
  size_t n = build_icmp_error(IcmpError::kTooBig, 1400, ip("198.51.100.1"), esp.data(), view(esp), out);
  CHECK(n == 576);
  IpView v;
  CHECK(parse_ip(out, n, v) == IpError::kNone);
  auto read = read_too_big(out, v);
  CHECK(read && read->spi == 0x11223344 && read->mtu == 1400);
  CHECK(read->source == ip("192.0.2.1") && read->destination == ip("192.0.2.2"));
  // No error about an error.
  CHECK(build_icmp_error(IcmpError::kTimeExceeded, 0, ip("198.51.100.1"), out, v, esp.data()) == 0);
  out[n - 1] ^= 1;
  CHECK(!read_too_big(out, v));
}

TEST(icmp_error_of_ipv6_is_read_back_through_udp) {
  auto esp = packet("2001:db8::1", "2001:db8::2", 17, 4500, 4500, 1300);
  store_be32(&esp[48], 0xcafe0001);
  uint8_t out[kIcmpErrorRoom];
  size_t n = build_icmp_error(IcmpError::kTooBig, 1280, ip("2001:db8::9"), esp.data(), view(esp), out);
  CHECK(n == 1280);
  IpView v;
  CHECK(parse_ip(out, n, v) == IpError::kNone);
  auto read = read_too_big(out, v);
  CHECK(read && read->spi == 0xcafe0001 && read->mtu == 1280);
}

TEST(echo_requests_become_replies_with_right_checksums) {
  for (bool v4 : {true, false}) {
    auto p = v4 ? packet("10.0.0.1", "10.0.0.2", 1, 0x0800, 0) : packet("2001:db8::1", "2001:db8::2", 58, 0x8000, 0);
    size_t header = v4 ? 20 : 40;
    uint64_t pseudo = v4 ? 0 : pseudo_header(p.data(), 58, 16);
    store_be16(&p[header + 2], fold(sum16(&p[header], 16, pseudo)));
    CHECK(make_echo_reply(p.data(), view(p)));
    IpView v = view(p);
    CHECK(v.source_address() == (v4 ? ip("10.0.0.2") : ip("2001:db8::2")));
    CHECK(p[header] == (v4 ? 0 : 129));
    CHECK(fold(sum16(&p[header], 16, v4 ? 0 : pseudo_header(p.data(), 58, 16))) == 0);
    CHECK(!make_echo_reply(p.data(), v));
  }
}

TEST(arp_and_neighbour_discovery_are_read_as_written) {
  uint8_t frame[kNdFrame];
  size_t n = write_arp(true, 0x020000000001, ip("10.0.0.1"), 0, ip("10.0.0.2"), frame);
  auto r = read_arp(frame, n);
  CHECK(r && r->request && r->sender == ip("10.0.0.1") && r->target == ip("10.0.0.2"));
  CHECK(r->sender_mac == 0x020000000001);
  CHECK(frame[0] == 0xff);
  n = write_nd_solicitation(0x020000000001, ip("fe80::1"), ip("2001:db8::12:3456"), frame);
  CHECK(frame[0] == 0x33 && frame[3] == 0x12 && frame[5] == 0x56);
  r = read_nd(frame + 14, n - 14);
  CHECK(r && r->request && r->sender == ip("fe80::1") && r->target == ip("2001:db8::12:3456"));
  n = write_nd_advertisement(0x020000000002, ip("2001:db8::2"), 0x020000000001, ip("fe80::1"), true, frame);
  r = read_nd(frame + 14, n - 14);
  CHECK(r && !r->request && r->sender == ip("2001:db8::2") && r->sender_mac == 0x020000000002);
  frame[14 + 7] = 254;  // from beyond the link
  CHECK(!read_nd(frame + 14, n - 14));
}

TEST(source_routes_of_ipv4_are_refused_and_other_options_are_not) {
  auto p = packet("10.0.0.1", "10.0.0.2", 17, 7, 9, 12);
  p[0] = 0x46;
  auto with = [&](std::initializer_list<uint8_t> option) {
    std::copy(option.begin(), option.end(), p.begin() + 20);
    write_ipv4_checksum(p.data(), 24);
    IpView v;
    return parse_ip(p.data(), p.size(), v);
  };
  CHECK(with({148, 4, 0, 0}) == IpError::kNone);
  CHECK(with({1, 1, 1, 0}) == IpError::kNone);
  CHECK(with({131, 3, 4, 0}) == IpError::kExtensions);
  CHECK(with({1, 137, 3, 4}) == IpError::kExtensions);
  CHECK(with({148, 9, 0, 0}) == IpError::kHeader);
  CHECK(with({148, 1, 0, 0}) == IpError::kHeader);
  CHECK(with({1, 1, 1, 148}) == IpError::kHeader);
}

TEST(checksums_behind_a_nat_are_put_right_with_and_without_the_original_addresses) {
  for (uint8_t protocol : {kProtoTcp, kProtoUdp}) {
    auto p = packet("172.16.0.9", "10.0.0.2", protocol, 7, 9, 31);
    size_t at = 20 + (protocol == kProtoTcp ? 16u : 6u);
    auto size = static_cast<uint32_t>(p.size() - 20);
    if (protocol == kProtoUdp) store_be16(&p[24], static_cast<uint16_t>(size));
    store_be16(&p[at], 0);
    store_be16(&p[at], fold(sum16(&p[20], size, pseudo_header(p.data(), protocol, size))));
    ip("192.0.2.77").store(&p[12]);
    write_ipv4_checksum(p.data(), 20);
    auto known = p, unknown = p;
    CHECK(mend_transport_checksum(known.data(), view(p), {ip("172.16.0.9"), ip("10.0.0.2")}));
    CHECK(mend_transport_checksum(unknown.data(), view(p), {}));
    CHECK(known == unknown);
    CHECK(fold(sum16(&known[20], size, pseudo_header(known.data(), protocol, size))) == 0);
    CHECK(!mend_transport_checksum(unknown.data(), view(p), {}));
    // What was broken before stays so, where the difference is known.
    p[30] ^= 1;
    CHECK(mend_transport_checksum(p.data(), view(p), {ip("172.16.0.9"), ip("10.0.0.2")}));
    CHECK(fold(sum16(&p[20], size, pseudo_header(p.data(), protocol, size))) != 0);
  }
}
