"""What somebody tries who knows how IPsec gateways break: on the wire outside, on the wire inside, or as a peer with keys."""

import queue
import random
import threading
import time

from base import RouterTest
from lab import (ARP, DEADLINE, FAR4, ICMP, INSIDE4, IP, IPv6, PEER4, PEER6, ROUTER4, ROUTER6, UDP, Ether, Raw, pb)
from sa import CBC, PAIR6, Sa, inner, install, octets, pair, policy
from scapy.all import IPOption, TCP
from scapy.layers.inet import fragment
from scapy.layers.inet6 import IPv6ExtHdrRouting


class Fragments(RouterTest):
    def test_parts_of_esp_that_overlap_or_are_tiny_make_no_packet_and_cost_only_themselves(self):
        into = Sa(False, 0x8001)
        install(self.router, None, into)
        esp = into.encrypt(inner(1, 600, from_inside=False), 1)
        body = bytes(esp.payload)

        def part(at, end, more, ident):
            p = IP(src=esp.src, dst=esp.dst, proto=50, id=ident, flags="MF" if more else 0, frag=at // 8)
            self.outside.send(IP(bytes(p / body[at:end])))

        # The second reaches back over the first; the first comes twice with different ends; a gap; one of 8 octets.
        part(0, 320, True, 1)
        part(312, len(body), False, 1)
        part(0, 160, True, 2)
        part(0, 320, True, 2)
        part(320, len(body), False, 2)
        part(0, 8, True, 3)
        part(16, len(body), False, 3)
        for at in range(0, 72, 8):  # nine parts, and the library takes eight
            part(at, at + 8, True, 4)
        self.assertEqual(self.inside.nothing(), [])
        status = self.router.call("QuerySa", pb.QuerySaRequest(id=into.id()))
        self.assertEqual(status.packets, 0)
        for p in fragment(into.encrypt(inner(2, 600, from_inside=False), 2), 320):
            p.id = 77
            del p.chksum
            self.outside.send(IP(bytes(p)))
        self.assertEqual(bytes(self.one(self.inside)), bytes(inner(2, 600, from_inside=False, ttl=63)))

    def test_a_flood_of_first_parts_leaves_room_for_whole_packets(self):
        into = Sa(False, 0x8002)
        install(self.router, None, into)
        for n in range(3000):
            self.outside.send_frame(bytes(Ether(src=self.outside.mac, dst=self.outside.router_mac, type=0x0800) / IP(
                src="198.51.100.%d" % (n % 250 + 1), dst=ROUTER4, proto=50, id=n, flags="MF") / bytes(64)))
        self.outside.send(into.encrypt(inner(1, from_inside=False), 1))
        self.assertEqual(bytes(self.one(self.inside)), bytes(inner(1, from_inside=False, ttl=63)))

    def test_ports_cannot_hide_in_a_fragment_inside(self):
        """A selector with ports takes no later fragment, whose ports nobody sees (RFC 4301 section 7)."""
        into = Sa(False, 0x8003, pairs=[pair(protocol=17, local_ports=(2000, 2000))])
        install(self.router, None, into)
        whole = inner(1, 400, from_inside=False)
        parts = fragment(whole, 200)
        self.outside.send(into.encrypt(IP(bytes(parts[0])), 1))
        self.one(self.inside)
        self.outside.send(into.encrypt(IP(bytes(parts[1])), 2))
        self.dropped("selectors", 1)


class Inside(RouterTest):
    """A peer with keys that wants more than its selectors."""

    def setUp(self):
        super().setUp()
        self.into = Sa(False, 0x8101)
        install(self.router, None, self.into)
        self.number = 0

    def come(self, packet):
        self.number += 1
        self.outside.send(self.into.encrypt(packet, self.number))

    def test_it_cannot_speak_for_another_tunnels_network(self):
        other = Sa(False, 0x8102, pairs=[pair("10.1.0.0/24", "10.7.0.0/24")])
        install(self.router, None, other)
        self.come(IP(src="10.7.0.9", dst=INSIDE4) / UDP(sport=1, dport=2) / b"spoofed")
        self.dropped("selectors", 1)
        self.assertEqual(self.inside.nothing(), [])
        self.assertEqual(self.router.call("QuerySa", pb.QuerySaRequest(id=self.into.id())).selector_mismatched, 1)

    def test_source_routes_are_refused_inside_and_outside(self):
        for option in (b"\x83\x07\x04\x0a\x03\x00\x01", b"\x89\x07\x04\x0a\x03\x00\x01"):
            self.come(IP(src=FAR4, dst=INSIDE4, options=IPOption(option)) / UDP(sport=1, dport=2) / b"routed")
        self.come(IP(src=FAR4, dst=INSIDE4, options=IPOption(b"\x94\x04\x00\x00")) / UDP(sport=1, dport=2) / b"alert")
        self.assertIn(b"alert", bytes(self.one(self.inside)))
        self.dropped("ip_header", 2)
        six = Sa(False, 0x8103, pairs=[pair(*PAIR6)])
        install(self.router, None, six)
        self.outside.send(six.encrypt(IPv6(src="2001:db8:2::9", dst="2001:db8:1::9") / IPv6ExtHdrRouting(
            addresses=["2001:db8:9::1"], segleft=1) / UDP(sport=1, dport=2) / b"routed"))
        self.dropped("ip_header", 3)
        self.assertEqual(self.inside.nothing(), [])

    def test_addresses_that_no_host_has_do_not_pass(self):
        wide = Sa(False, 0x8104, pairs=[pair("0.0.0.0/0", "0.0.0.0/0")])
        install(self.router, None, wide)
        for n, (source, destination) in enumerate(((FAR4, "224.0.0.5"), (FAR4, "255.255.255.255"), ("127.0.0.1", INSIDE4),
                                                   ("0.0.0.0", INSIDE4), ("239.1.1.1", INSIDE4), (FAR4, "127.0.0.1"))):
            self.outside.send(wide.encrypt(IP(src=source, dst=destination) / UDP(sport=1, dport=2) / b"nobody", n + 1))
        self.dropped("martian", 6)
        self.assertEqual(self.inside.nothing(), [])
        # Nor in clear, nor in the router's own name.
        self.outside.send(IP(src="127.0.0.1", dst=ROUTER4) / ICMP())
        self.outside.send(IP(src=ROUTER4, dst=ROUTER4) / ICMP())
        self.dropped("martian", 8)

    def test_packets_at_the_end_of_their_hops_end_here(self):
        install(self.router, Sa(True, 0x8105))
        for hops in (0, 1):
            self.come(inner(1, from_inside=False, ttl=hops))
        self.dropped("ttl", 2)
        self.assertEqual(self.inside.nothing(), [])

    def test_esp_inside_of_esp_is_taken_for_what_it_is(self):
        """ESP to a host inside is carried, ESP to the router is decrypted again, if selectors allow."""
        nested = Sa(False, 0x8106)
        wide = Sa(False, 0x8107, pairs=[pair(ROUTER4 + "/32", PEER4 + "/32")])
        install(self.router, None, wide)
        self.router.must("AddSa", nested.request())
        once = nested.encrypt(inner(1, from_inside=False), 1)
        self.outside.send(wide.encrypt(once, 1))
        self.assertEqual(bytes(self.one(self.inside)), bytes(inner(1, from_inside=False, ttl=63)))
        # Not for an SA whose selectors do not hold the outer addresses.
        self.come(nested.encrypt(inner(2, from_inside=False), 2))
        self.dropped("selectors", 1)
        self.assertEqual(self.inside.nothing(), [])


class Icmp(RouterTest):
    def test_forged_errors_lower_no_path_but_that_of_the_sa_they_name_and_not_below_576(self):
        out, other = Sa(True, 0x8201), Sa(True, 0x8202, pairs=[pair("10.1.0.0/24", "10.7.0.0/24")])
        install(self.router, out)
        install(self.router, other)
        self.inside.send(inner(1))
        esp = bytes(self.one(self.outside))

        def error(quoted, mtu):
            self.outside.send(IP(src="198.51.100.66", dst=ROUTER4) / ICMP(type=3, code=4, nexthopmtu=mtu) / quoted)

        wrong_source = IP(src="192.0.2.77", dst=PEER4, proto=50) / esp[20:28]
        udp = IP(src=ROUTER4, dst=PEER4) / UDP(sport=53, dport=53) / bytes(20)
        inner_packet = bytes(inner(1))[:28]
        for quoted in (bytes(wrong_source), bytes(udp), inner_packet, esp[:20], esp[:23]):
            error(quoted, 600)
        for mtu in (0, 1, 68, 575):
            error(esp[:28], mtu)
        time.sleep(0.3)
        mtus = [self.router.call("QuerySa", pb.QuerySaRequest(id=sa.id())).path_mtu for sa in (out, other)]
        self.assertEqual(mtus, [576, 1500])
        self.inside.send(inner(2, 400))
        self.assertIn(b"00000002", bytes(out.decrypt(self.one(self.outside))))

    def test_the_router_sends_no_more_errors_than_it_must(self):
        install(self.router, Sa(True, 0x8203))
        for n in range(1000):
            self.inside.send(inner(n, ttl=1))
        errors = self.inside.receive(1000, 0.5)
        self.assertGreater(len(errors), 20)
        self.assertLess(len(errors), 400)


class Floods(RouterTest):
    def stream(self):
        self.out = queue.Queue()
        self.came = queue.Queue()
        stream = self.router.stub.Packets(iter(self.out.get, None))
        stream.initial_metadata()

        def read():
            try:
                for packet in stream:
                    self.came.put(packet)
            except Exception:
                pass

        threading.Thread(target=read, daemon=True).start()
        return stream

    def test_ike_is_bounded_and_counted_and_leaves_esp_alone(self):
        into = Sa(False, 0x8301)
        install(self.router, None, into)
        stream = self.stream()
        datagram = bytes(Ether(src=self.outside.mac, dst=self.outside.router_mac, type=0x0800) / IP(
            src="198.51.100.7", dst=ROUTER4) / UDP(sport=500, dport=500) / Raw(bytes(900)))
        sent = 0
        for n in range(40):
            for _ in range(100):
                self.outside.send_frame(datagram)
                sent += 1
            # Each comes before the next hundred is sent, so the kernel's own queue never overflows.
            self.outside.send(into.encrypt(inner(n, from_inside=False), n + 1))
            self.assertIn(b"%08d" % n, bytes(self.one(self.inside)))
        until = time.monotonic() + DEADLINE

        def counted():
            now = self.router.drops()
            return self.came.qsize() + sum(now[r] - self.before[r] for r in ("ike_queue_full", "slow_path_full"))

        while counted() < sent:
            self.assertLess(time.monotonic(), until, "%d of %d came or were counted" % (counted(), sent))
            time.sleep(0.05)
        self.assertEqual(counted(), sent)
        self.out.put(None)
        stream.cancel()

    def test_ike_gets_through_a_flood_of_arp(self):
        stream = self.stream()
        question = Ether(src=self.inside.mac, dst="ff:ff:ff:ff:ff:ff") / ARP(op=1, hwsrc=self.inside.mac, psrc=INSIDE4,
                                                                           pdst="10.1.0.200")
        question = bytes(question)
        for n in range(4000):
            self.inside.send_frame(question)
            if n % 400 == 0:
                self.outside.send(IP(src=PEER4, dst=ROUTER4) / UDP(sport=500, dport=500) / b"still here")
        for _ in range(10):
            self.assertEqual(self.came.get(timeout=DEADLINE).payload, b"still here")
        self.out.put(None)
        stream.cancel()

    def test_hosts_that_are_not_there_do_not_take_the_place_of_those_that_are(self):
        """A scan of a network (RFC 6583): thousands of addresses that never answer, then one that does."""
        self.router.must("AddPolicy", policy(pb.BYPASS, selectors=pair("2001:db8:1::/64", "2001:db8:f::/64")))
        scan = [bytes(Ether(src=self.inside.mac, dst=self.inside.router_mac, type=0x86DD) / IPv6(
            src="2001:db8:1::9", dst="2001:db8:f::%x:%x" % (n >> 12, n & 0xFFF)) / UDP(sport=1, dport=9) / b"scan")
            for n in range(0x1000, 0x1000 + 9000)]
        # Each part is taken before the next one comes, so that nothing is lost on the way, and what is asked now comes while
        # the router has as many questions open as it may.
        for sent in range(100, len(scan) + 1, 100):
            for frame in scan[sent - 100:sent]:
                self.inside.send_frame(frame)
            until = time.monotonic() + DEADLINE
            while sent - self.given_up() > self.MOST_AWAITED:
                self.assertLess(time.monotonic(), until, "%d of %d were given up" % (self.given_up(), sent))
            self.outside.quiet(0.001)
        for last in ("77", "78", "79"):
            self.outside.addresses.append("2001:db8:f::" + last)
            self.inside.send(IPv6(src="2001:db8:1::9", dst="2001:db8:f::" + last) / UDP(sport=1, dport=7) / b"hello")
            until, got = time.monotonic() + DEADLINE, []
            while not got and time.monotonic() < until:  # among questions for those that are not there
                got = self.hellos(1, DEADLINE)
            self.assertEqual(got + self.hellos(20, 0.3), ["2001:db8:f::" + last])

    MOST_AWAITED = 512  # neighbours that packets wait for

    def given_up(self):
        now = self.router.drops()
        return sum(now[r] - self.before[r] for r in ("no_neighbour", "slow_path_full"))

    def hellos(self, count, seconds):
        return [p.dst for p in self.outside.receive(count, seconds) if p[UDP].dport == 7]

    def test_strangers_that_ask_for_the_router_do_not_push_out_its_neighbours(self):
        for n in range(9000):
            self.inside.send_frame(bytes(Ether(src="02:00:00:01:00:00", dst="ff:ff:ff:ff:ff:ff") / ARP(
                op=1, hwsrc="02:00:00:01:00:00", psrc="10.1.%d.%d" % (n >> 8, n & 255), pdst="10.1.0.1")))
        self.inside.quiet(0.2)
        into = Sa(False, 0x8302)
        install(self.router, None, into)
        self.outside.send(into.encrypt(inner(1, from_inside=False), 1))
        self.assertEqual(bytes(self.one(self.inside)), bytes(inner(1, from_inside=False, ttl=63)))


class Nat(RouterTest):
    """Transport mode through a NAT: RFC 3948 section 3.1.2."""
    BEHIND = "172.16.5.9"  # what the peer thinks that it is

    def sas(self, **more):
        pairs = [pair(INSIDE4 + "/32", FAR4 + "/32")]
        sa = Sa(False, 0x8401, mode=pb.TRANSPORT, local=INSIDE4, remote=FAR4, pairs=pairs, ports=(4500, 4500), **more)
        return sa

    def through(self, into, upper, number):
        """What the peer sends: its checksum is of its own address; the NAT changes the source."""
        own = IP(bytes(IP(src=self.BEHIND, dst=INSIDE4) / upper))
        natted = IP(bytes(own))
        natted.src = FAR4
        del natted.chksum
        self.outside.send(into.encrypt(IP(bytes(natted)), number))
        return self.one(self.inside)

    def right(self, packet):
        again = packet.copy()
        upper = again.payload
        del upper.chksum
        self.assertEqual(type(upper)(bytes(IP(bytes(again)).payload)).chksum, packet.payload.chksum)

    def both(self, **more):
        for sa, unreachable in ((self.sas(**more), None),):
            install(self.router, None, sa)
        self.right(self.through(sa, TCP(sport=80, dport=1025, seq=7, flags="PA") / b"of odd length", 1))
        self.right(self.through(sa, UDP(sport=53, dport=1026) / b"even", 2))
        # None was computed: none it stays.
        self.assertEqual(self.through(sa, UDP(sport=53, dport=1027, chksum=0) / b"none", 3)[UDP].chksum, 0)
        return sa

    def test_checksums_are_computed_anew_where_the_addresses_are_not_known(self):
        self.both()

    def test_checksums_are_put_right_by_the_addresses_that_the_controller_names(self):
        known = dict(original_remote=octets(self.BEHIND), original_local=octets(INSIDE4))
        sa = self.both(**known)
        # What was broken before it was encrypted is still broken.
        broken = self.through(sa, TCP(sport=80, dport=1025, seq=8, chksum=0x1234) / b"broken", 4)
        again = broken.copy()
        del again[TCP].chksum
        self.assertNotEqual(IP(bytes(again))[TCP].chksum, broken[TCP].chksum)

    def test_original_addresses_where_they_mean_nothing_are_refused(self):
        for sa, why in ((Sa(False, 0x8402, original_remote=octets("10.0.0.1"), original_local=octets("10.0.0.2")),
                         "transport mode"),
                        (self.sas(original_remote=octets("2001:db8::1"), original_local=octets("2001:db8::2")), "family"),
                        (self.sas(original_remote=octets("10.0.0.1")), "original local")):
            refusal = self.router.call("AddSa", sa.request())
            self.assertEqual(refusal.code, pb.REFUSED)
            self.assertIn(why, refusal.reason)


class Moves(RouterTest):
    """MOBIKE from one family to the other: keys, counters and windows go on."""

    def endpoints(self, v6, ports=(0, 0)):
        local, remote = (ROUTER6, PEER6) if v6 else (ROUTER4, PEER4)
        return pb.Endpoints(local=octets(local), remote=octets(remote), local_port=ports[0], remote_port=ports[1]), (
            local, remote)

    def test_there_and_back_with_and_without_udp(self):
        for encryption, integrity in ((20, 0), (CBC, 12)):
            out = Sa(True, 0x8501, encryption, 256, integrity, pairs=[pair(), pair(*PAIR6)])
            into = Sa(False, 0x8502, encryption, 256, integrity, pairs=[pair(), pair(*PAIR6)])
            install(self.router, out, into)
            names = out.id(), into.id()
            number = 0
            for v6, ports in ((True, (0, 0)), (True, (4500, 4500)), (False, (4500, 4501)), (False, (0, 0))):
                to, (local, remote) = self.endpoints(v6, ports)
                for sa, name in zip((out, into), names):
                    self.router.must("UpdateSa", pb.UpdateSaRequest(item=pb.UpdateSa(id=name, endpoints=to)))
                    sa.local, sa.remote, sa.ports = local, remote, ports
                for inside6 in (False, True):
                    number += 1
                    hops = {"hlim": 63} if inside6 else {"ttl": 63}
                    self.inside.send(inner(number, 200, v6=inside6))
                    esp = self.one(self.outside)
                    self.assertEqual((esp.src, esp.dst), (local, remote))
                    at = bytes(esp.payload)[12 if ports[0] else 4:]
                    self.assertEqual(int.from_bytes(at[:4], "big"), number)
                    self.assertEqual(bytes(out.decrypt(esp)), bytes(inner(number, 200, v6=inside6, **hops)))
                    self.outside.send(into.encrypt(inner(number, 90, from_inside=False, v6=inside6), number))
                    self.assertEqual(bytes(self.one(self.inside)),
                                     bytes(inner(number, 90, from_inside=False, v6=inside6, **hops)))
            self.outside.send(into.encrypt(inner(1, from_inside=False), 1))
            self.dropped("replay", 1)
            self.router.reset()
            self.before = self.router.drops()


class Limits(RouterTest):
    def test_a_hard_limit_holds_under_load(self):
        out = Sa(True, 0x8601, hard=pb.Limits(packets=1000))
        install(self.router, out)
        frames = [bytes(Ether(src=self.inside.mac, dst=self.inside.router_mac, type=0x0800) / inner(n))
                  for n in range(3000)]
        got = []
        for at in range(0, 3000, 100):
            for frame in frames[at:at + 100]:
                self.inside.send_frame(frame)
            got += self.outside.receive(100, 0.02)
        got += self.outside.receive(3000, 0.5)
        numbers = [int.from_bytes(bytes(p.payload)[4:8], "big") for p in got]
        self.assertEqual(numbers, list(range(1, 1001)))
        self.dropped("sa_expired", 2000)

    def test_the_window_of_4096_ends_where_it_says_also_after_a_leap(self):
        into = Sa(False, 0x8602, window=4096, esn=True)
        install(self.router, None, into)

        def comes(low, high=0):
            self.outside.send(into.encrypt(inner(1, from_inside=False), low, high))
            return bool(self.inside.receive(1, 0.3))

        self.assertTrue(comes(1))
        self.assertTrue(comes(5000))
        self.assertTrue(comes(5000 - 4095))
        self.assertFalse(comes(5000 - 4095))
        self.assertTrue(comes(2 ** 31 + 4000))
        self.assertTrue(comes(2 ** 31 + 4000 - 4095))
        self.assertTrue(comes(2 ** 32 - 1))
        self.assertTrue(comes(10, 1))
        self.assertTrue(comes(2 ** 32 - 2))
        self.assertTrue(comes((10 - 4095) % 2 ** 32))
        self.assertFalse(comes(10, 1))
        self.assertFalse(comes(2 ** 32 - 1))
