"""IPv6 inside and outside, both families in one SA, transport mode, UDP encapsulation, neighbours."""

from base import RouterTest
from lab import FAR4, INSIDE4, IP, IPv6, PEER4, PEER6, ROUTER4, ROUTER6, UDP, Ether, ARP, ICMP, pb
from sa import CBC, PAIR6, Sa, inner, install, octets, pair, policy
from scapy.layers.inet6 import ICMPv6EchoRequest, ICMPv6EchoReply

OUTER6 = dict(local=ROUTER6, remote=PEER6)


class Families(RouterTest):
    def both_ways(self, v6_inner, **settings):
        pairs = [pair(*PAIR6)] if v6_inner else [pair()]
        out, into = Sa(True, 0x3001, pairs=pairs, **settings), Sa(False, 0x3002, pairs=pairs, **settings)
        install(self.router, out, into)
        self.inside.send(inner(1, v6=v6_inner))
        clear = out.decrypt(self.one(self.outside))
        ttl = dict(hlim=63) if v6_inner else dict(ttl=63)
        self.assertEqual(bytes(clear), bytes(inner(1, v6=v6_inner, **ttl)))
        self.outside.send(into.encrypt(inner(2, from_inside=False, v6=v6_inner)))
        got = self.one(self.inside)
        self.assertEqual(bytes(got), bytes(inner(2, from_inside=False, v6=v6_inner, **ttl)))

    def test_ipv6_in_ipv4(self):
        self.both_ways(True)

    def test_ipv4_in_ipv6(self):
        self.both_ways(False, **OUTER6)

    def test_ipv6_in_ipv6(self):
        self.both_ways(True, **OUTER6)

    def test_ipv6_in_ipv6_with_cbc(self):
        self.both_ways(True, encryption=CBC, integrity=12, **OUTER6)

    def test_one_sa_carries_both_families(self):
        pairs = [pair(), pair(*PAIR6)]
        out, into = Sa(True, 0x3011, pairs=pairs), Sa(False, 0x3012, pairs=pairs)
        install(self.router, out, into)
        for n, v6 in enumerate([False, True, True, False]):
            self.inside.send(inner(n, v6=v6))
            clear = out.decrypt(self.one(self.outside))
            self.assertEqual(bytes(clear), bytes(inner(n, v6=v6, **({"hlim": 63} if v6 else {"ttl": 63}))))
            self.outside.send(into.encrypt(inner(n, from_inside=False, v6=v6), n + 1))
            self.assertEqual(bytes(self.one(self.inside).payload), bytes(inner(n, from_inside=False, v6=v6).payload))

    def test_dscp_is_copied_on_demand_and_ecn_follows_rfc_6040(self):
        out, into = Sa(True, 0x3021, copy_dscp=True), Sa(False, 0x3022)
        install(self.router, out, into)
        self.inside.send(inner(1, tos=0xBA))
        self.assertEqual(self.one(self.outside).tos, 0xBA)
        marked = into.encrypt(inner(1, from_inside=False, tos=0x02), 1)
        marked.tos = 3
        del marked.chksum
        self.outside.send(IP(bytes(marked)))
        self.assertEqual(self.one(self.inside).tos, 3)
        marked = into.encrypt(inner(2, from_inside=False, tos=0x00), 2)
        marked.tos = 3
        del marked.chksum
        self.outside.send(IP(bytes(marked)))
        self.dropped("ecn", 1)

    def test_a_fixed_dscp_for_the_tunnel(self):
        out = Sa(True, 0x3023, dscp=46)
        install(self.router, out)
        self.inside.send(inner(1, tos=0x01))
        self.assertEqual(self.one(self.outside).tos, 46 << 2 | 1)


class Transport(RouterTest):
    """For hosts behind the router: what they send to each other is protected, their addresses stay."""

    def sas(self, **settings):
        pairs = [pair(INSIDE4 + "/32", FAR4 + "/32")]
        ends = dict(mode=pb.TRANSPORT, local=INSIDE4, remote=FAR4, pairs=pairs)
        return Sa(True, 0x3101, **ends, **settings), Sa(False, 0x3102, **ends, **settings)

    def both_ways(self, **settings):
        out, into = self.sas(**settings)
        install(self.router, out, into)
        self.inside.send(inner(1))
        esp = self.one(self.outside)
        self.assertEqual((esp.src, esp.dst, esp.proto), (INSIDE4, FAR4, 50))
        self.assertEqual(bytes(out.decrypt(esp)[UDP]), bytes(inner(1)[UDP]))
        self.outside.send(into.encrypt(inner(2, from_inside=False)))
        self.assertEqual(bytes(self.one(self.inside)), bytes(inner(2, from_inside=False, ttl=63)))

    def test_gcm(self):
        self.both_ways()

    def test_cbc_with_esn(self):
        self.both_ways(encryption=CBC, integrity=14, esn=True)

    def test_the_routers_own_ping_in_transport_mode(self):
        pairs = [pair(ROUTER4 + "/32", PEER4 + "/32", protocol=1)]
        ends = dict(mode=pb.TRANSPORT, pairs=pairs)
        out, into = Sa(True, 0x3111, **ends), Sa(False, 0x3112, **ends)
        install(self.router, out, into)
        self.outside.send(into.encrypt(IP(src=PEER4, dst=ROUTER4) / ICMP(id=5, seq=6) / b"are you there"))
        answer = out.decrypt(self.one(self.outside))
        self.assertEqual((answer[ICMP].type, answer[ICMP].id, answer[ICMP].seq), (0, 5, 6))
        self.assertIn(b"are you there", bytes(answer))

    def test_nat_traversal_in_transport_mode(self):
        pairs = [pair(ROUTER4 + "/32", PEER4 + "/32", protocol=1)]
        ends = dict(mode=pb.TRANSPORT, pairs=pairs, ports=(4500, 4500))
        out, into = Sa(True, 0x3121, **ends), Sa(False, 0x3122, **ends)
        install(self.router, out, into)
        self.outside.send(into.encrypt(IP(src=PEER4, dst=ROUTER4) / ICMP(id=7, seq=8) / b"through a nat"))
        esp = self.one(self.outside)
        self.assertEqual((esp.proto, esp[UDP].sport, esp[UDP].dport), (17, 4500, 4500))
        self.assertEqual(out.decrypt(esp)[ICMP].type, 0)


class Encapsulation(RouterTest):
    NAT = dict(ports=(4500, 4500))

    def both_ways(self, **settings):
        out, into = Sa(True, 0x3201, **settings), Sa(False, 0x3202, **settings)
        install(self.router, out, into)
        self.inside.send(inner(1))
        esp = self.one(self.outside)
        self.assertEqual((esp[UDP].sport, esp[UDP].dport, esp[UDP].len), (*settings["ports"], len(esp[UDP])))
        if esp.version == 6:
            again = esp.copy()
            del again[UDP].chksum
            self.assertEqual(IPv6(bytes(again))[UDP].chksum, esp[UDP].chksum)
        else:
            self.assertEqual(esp[UDP].chksum, 0)
        self.assertEqual(bytes(out.decrypt(esp)), bytes(inner(1, ttl=63)))
        self.outside.send(into.encrypt(inner(2, from_inside=False)))
        self.assertEqual(bytes(self.one(self.inside)), bytes(inner(2, from_inside=False, ttl=63)))

    def test_esp_in_udp_over_ipv4(self):
        self.both_ways(ports=(4500, 40001))

    def test_esp_in_udp_over_ipv6(self):
        self.both_ways(ports=(4500, 4500), **OUTER6)

    def test_a_peer_that_moved_is_told_and_followed_on_demand(self):
        out, into = Sa(True, 0x3211, **self.NAT), Sa(False, 0x3212, **self.NAT)
        install(self.router, out, into)
        events = self.router.events()
        moved = into.encrypt(inner(1, from_inside=False))
        moved[UDP].sport = 55555
        self.outside.send(moved)
        self.one(self.inside)
        told = events.wait("peer_moved")
        self.assertEqual((told.id.spi, told.address, told.port), (0x3212, octets(PEER4), 55555))
        # A forged packet tells nothing.
        forged = into.encrypt(inner(2, from_inside=False), 2, wrong_key=True)
        forged[UDP].sport = 6666
        self.outside.send(forged)
        self.assertIsNone(events.wait("peer_moved", 0.5))
        to = pb.Endpoints(local=octets(ROUTER4), remote=octets(PEER4), local_port=4500, remote_port=55555)
        for sa in (out, into):
            self.router.must("UpdateSa", pb.UpdateSaRequest(item=pb.UpdateSa(id=sa.id(), endpoints=to)))
        self.inside.send(inner(3))
        esp = self.one(self.outside)
        self.assertEqual(esp[UDP].dport, 55555)
        # The same key and counter go on.
        self.assertIn(b"00000003", bytes(out.decrypt(esp)))
        self.assertEqual(bytes(esp[UDP].payload)[4:8], (1).to_bytes(4, "big"))
        events.close()

    def test_plain_esp_is_no_substitute_for_udp(self):
        into = Sa(False, 0x3221, **self.NAT)
        install(self.router, None, into)
        into.ports = (0, 0)
        self.outside.send(into.encrypt(inner(1, from_inside=False)))
        self.dropped("encapsulation", 1)

    def test_an_sa_moves_to_another_address_and_keeps_counting(self):
        out = Sa(True, 0x3231)
        install(self.router, out)
        self.inside.send(inner(1))
        self.one(self.outside)
        new = "198.51.100.77"
        to = pb.Endpoints(local=octets(ROUTER4), remote=octets(new))
        self.router.must("UpdateSa", pb.UpdateSaRequest(item=pb.UpdateSa(id=out.id(), endpoints=to)))
        self.inside.send(inner(2))
        esp = self.one(self.outside)
        self.assertEqual((esp.dst, bytes(esp.payload)[4:8]), (new, (2).to_bytes(4, "big")))
        # It keeps its name.
        self.assertEqual(self.router.call("QuerySa", pb.QuerySaRequest(id=out.id())).packets, 2)
        self.router.must("DelSa", pb.DelSaRequest(item=pb.DelSa(id=out.id())))


class Neighbours(RouterTest):
    def test_packets_wait_for_an_answer_to_arp(self):
        self.router.must("AddPolicy", policy(pb.BYPASS, selectors=pair("10.1.0.0/24", "192.0.2.0/24")))
        late = "192.0.2.55"
        for n in range(5):
            self.inside.send(IP(src=INSIDE4, dst=late) / UDP(sport=1, dport=n) / b"wait")
        question = next(f for f in self.outside.frames(3) if ARP in f)
        self.assertEqual((question[ARP].op, question[ARP].pdst, question[ARP].psrc), (1, late, ROUTER4))
        self.outside.send_frame(Ether(src=self.outside.mac, dst=question.src) / ARP(
            op=2, hwsrc=self.outside.mac, psrc=late, hwdst=question.src, pdst=ROUTER4))
        self.assertEqual([p[UDP].dport for p in self.outside.receive(5)], list(range(5)))

    def test_a_neighbour_that_never_answers_costs_its_packets_only(self):
        self.router.must("AddPolicy", policy(pb.BYPASS, selectors=pair("10.1.0.0/24", "192.0.2.0/24")))
        self.inside.send(IP(src=INSIDE4, dst="192.0.2.66") / UDP(sport=1, dport=1) / b"lost")
        self.dropped("no_neighbour", 1, 6)

    def test_ipv6_neighbours_are_found(self):
        self.router.must("AddPolicy", policy(pb.BYPASS, selectors=pair("2001:db8:1::/64", "2001:db8:f::/64")))
        self.outside.addresses.append("2001:db8:f::77")
        self.inside.send(IPv6(src="2001:db8:1::9", dst="2001:db8:f::77") / UDP(sport=1, dport=7) / b"hello")
        self.assertEqual(self.one(self.outside)[UDP].dport, 7)

    def test_the_router_answers_a_ping_of_the_protected_side(self):
        self.inside.send(IP(src=INSIDE4, dst="10.1.0.1") / ICMP(id=3, seq=4) / b"ping")
        answer = self.one(self.inside)
        self.assertEqual((answer.src, answer[ICMP].type, answer[ICMP].seq), ("10.1.0.1", 0, 4))
        self.inside.send(IPv6(src="2001:db8:1::9", dst="2001:db8:1::1") / ICMPv6EchoRequest(id=3, seq=9))
        self.assertEqual(self.one(self.inside)[ICMPv6EchoReply].seq, 9)

    def test_a_ping_of_the_unprotected_side_needs_a_policy_for_its_answer(self):
        self.outside.send(IP(src=PEER4, dst=ROUTER4) / ICMP())
        self.dropped("no_policy", 1)

    def test_packets_that_travelled_too_far_are_reported(self):
        install(self.router, Sa(True, 0x3301))
        self.inside.send(inner(1, ttl=1))
        error = self.one(self.inside)
        self.assertEqual((error.src, error[ICMP].type), ("10.1.0.1", 11))
        self.assertEqual(self.outside.nothing(), [])
