"""Packets that do not fit, lifetimes, and IKE by way of the controller."""

import queue
import threading
import time

from base import RouterTest
from lab import DEADLINE, ICMP, IP, IPv6, PEER4, PEER6, ROUTER4, ROUTER6, UDP, pb
from sa import PAIR6, Sa, inner, install, octets, pair
from scapy.layers.inet import defragment, fragment
from scapy.layers.inet6 import ICMPv6PacketTooBig, defragment6, fragment6, IPv6ExtHdrFragment


class Sizes(RouterTest):
    SETTINGS = dict(mtu=1400)

    def test_the_largest_packet_that_fits_goes_whole(self):
        out = Sa(True, 0x6001)
        install(self.router, out)
        # 20 outer, 8 ESP, 8 IV, 16 ICV, 2 trailer: 1346 octets inside make 1400.
        size = 1346 - len(inner(1, 0))
        self.inside.send(inner(1, size, flags="DF"))
        esp = self.one(self.outside)
        self.assertEqual(len(esp), 1400)
        self.assertEqual(len(out.decrypt(esp)), 1346)

    def test_longer_ones_are_cut_before_encryption(self):
        out = Sa(True, 0x6002)
        install(self.router, out)
        self.inside.send(inner(1, 1420))
        parts = [IP(bytes(out.decrypt(p))) for p in self.outside.receive(2)]
        self.assertTrue(all(len(p) <= 1346 for p in parts))
        whole = defragment(parts)
        self.assertEqual(bytes(whole[0][UDP]), bytes(inner(1, 1420)[UDP]))

    def test_the_sender_is_told_where_df_forbids_it(self):
        out = Sa(True, 0x6003)
        install(self.router, out)
        self.inside.send(inner(1, 1400, flags="DF"))
        error = self.one(self.inside)
        self.assertEqual((error[ICMP].type, error[ICMP].code, error[ICMP].nexthopmtu), (3, 4, 1346))
        self.dropped("too_big", 1)
        self.assertEqual(self.outside.nothing(), [])

    def test_the_sender_is_told_over_ipv6(self):
        out = Sa(True, 0x6004, pairs=[pair(*PAIR6)])
        install(self.router, out)
        self.inside.send(inner(1, 1400, v6=True))
        error = self.one(self.inside)
        self.assertEqual(error[ICMPv6PacketTooBig].mtu, 1346)

    def test_a_message_from_the_way_narrows_the_path_of_one_sa(self):
        out = Sa(True, 0x6005)
        install(self.router, out)
        self.inside.send(inner(1, 1000, flags="DF"))
        esp = self.one(self.outside)
        self.outside.send(IP(src="192.0.2.200", dst=ROUTER4) / ICMP(type=3, code=4, nexthopmtu=700) / bytes(esp)[:28])
        until = time.monotonic() + 3
        while self.router.call("QuerySa", pb.QuerySaRequest(id=out.id())).path_mtu != 700:
            self.assertLess(time.monotonic(), until)
        self.inside.send(inner(2, 1000, flags="DF"))
        self.assertEqual(self.one(self.inside)[ICMP].nexthopmtu, 646)
        # Nobody makes it narrower than every network carries, nor any SA of somebody else.
        self.outside.send(IP(src="192.0.2.200", dst=ROUTER4) / ICMP(type=3, code=4, nexthopmtu=68) / bytes(esp)[:28])
        stranger = bytes(esp)[:20] + (0x7777).to_bytes(4, "big") + bytes(4)
        self.outside.send(IP(src="192.0.2.200", dst=ROUTER4) / ICMP(type=3, code=4, nexthopmtu=68) / stranger)
        time.sleep(0.2)
        self.assertEqual(self.router.call("QuerySa", pb.QuerySaRequest(id=out.id())).path_mtu, 576)

    def test_outer_fragments_are_put_together_before_decryption(self):
        into = Sa(False, 0x6011)
        install(self.router, None, into)
        esp = into.encrypt(inner(1, 1300, from_inside=False))
        for part in reversed(fragment(esp, 600)):
            self.outside.send(part)
        self.assertEqual(bytes(self.one(self.inside)), bytes(inner(1, 1300, from_inside=False, ttl=63)))

    def test_outer_fragments_over_ipv6(self):
        into = Sa(False, 0x6012, local=ROUTER6, remote=PEER6)
        install(self.router, None, into)
        esp = into.encrypt(inner(1, 1300, from_inside=False))
        header = esp.copy()
        header.remove_payload()
        header.nh, header.plen = 44, None
        for part in fragment6(header / IPv6ExtHdrFragment(nh=50, id=99) / bytes(esp.payload), 700):
            self.outside.send(part)
        self.assertEqual(bytes(self.one(self.inside)), bytes(inner(1, 1300, from_inside=False, ttl=63)))

    def test_ipv6_packets_of_the_least_size_always_pass(self):
        out = Sa(True, 0x6013, local=ROUTER6, remote=PEER6, pairs=[pair(*PAIR6)])
        install(self.router, out)
        esp_too_big = ICMPv6PacketTooBig(mtu=1280)
        self.inside.send(inner(1, 100, v6=True))
        first = self.one(self.outside)
        self.outside.send(IPv6(src=PEER6, dst=ROUTER6) / esp_too_big / bytes(first))
        until = time.monotonic() + 3
        while self.router.call("QuerySa", pb.QuerySaRequest(id=out.id())).path_mtu != 1280:
            self.assertLess(time.monotonic(), until)
        self.inside.send(inner(2, 1280 - len(inner(0, 0, v6=True)), v6=True))
        esp = self.one(self.outside)
        self.assertEqual(len(out.decrypt(esp)), 1280)


class Tap(Sizes):
    """The same through a tap device: here fragments come as they are, and the agent puts them together."""
    SETTINGS = dict(mtu=1400, tap=True)

    def test_fragments_that_never_become_a_packet_are_forgotten(self):
        into = Sa(False, 0x6021)
        install(self.router, None, into)
        parts = fragment(into.encrypt(inner(1, 1300, from_inside=False)), 600)
        for part in (parts[0], parts[0], parts[2]):  # one of them twice, one not at all
            part.id = 4710
            del part.chksum
            self.outside.send(IP(bytes(part)))
        self.assertEqual(self.inside.nothing(), [])
        for part in fragment(into.encrypt(inner(2, 1300, from_inside=False), 2), 600):
            part.id = 4711
            del part.chksum
            self.outside.send(IP(bytes(part)))
        self.assertEqual(bytes(self.one(self.inside)), bytes(inner(2, 1300, from_inside=False, ttl=63)))


class Lifetimes(RouterTest):
    def test_packets_end_an_sa_softly_and_then_for_good(self):
        out = Sa(True, 0x6101, soft=pb.Limits(packets=3), hard=pb.Limits(packets=5))
        install(self.router, out)
        events = self.router.events()
        for n in range(7):
            self.inside.send(inner(n))
        self.assertEqual(len(self.outside.receive(7, 1)), 5)
        self.dropped("sa_expired", 2)
        told = [events.wait("expired"), events.wait("expired")]
        self.assertEqual([(e.id.spi, e.hard, e.limit) for e in told],
                         [(0x6101, False, pb.PACKETS), (0x6101, True, pb.PACKETS)])
        self.assertIsNone(events.wait("expired", 0.3))
        self.assertEqual(self.router.call("QuerySa", pb.QuerySaRequest(id=out.id())).state, pb.HARD_EXPIRED)
        events.close()

    def test_the_limit_holds_for_what_comes_in(self):
        into = Sa(False, 0x6104, hard=pb.Limits(packets=3))
        install(self.router, None, into)
        for packet in [into.encrypt(inner(n, from_inside=False), n + 1) for n in range(8)]:
            self.outside.send(packet)
        self.assertEqual(len(self.inside.receive(8, 1)), 3)
        self.dropped("sa_expired", 5)

    def test_bytes_are_those_of_inner_packets(self):
        one = len(inner(1))
        into = Sa(False, 0x6102, soft=pb.Limits(bytes=2 * one))
        install(self.router, None, into)
        events = self.router.events()
        self.outside.send(into.encrypt(inner(1, from_inside=False), 1))
        self.assertIsNone(events.wait("expired", 0.4))
        self.outside.send(into.encrypt(inner(2, from_inside=False), 2))
        told = events.wait("expired")
        self.assertEqual((told.id.direction, told.hard, told.limit), (pb.INBOUND, False, pb.BYTES))
        events.close()

    def test_time_ends_an_sa_that_nobody_uses(self):
        events = self.router.events()
        begin = time.monotonic()
        self.router.must("AddSa", Sa(True, 0x6103, soft=pb.Limits(seconds=1), hard=pb.Limits(seconds=2)).request())
        soft = events.wait("expired")
        self.assertEqual((soft.hard, soft.limit), (False, pb.TIME))
        self.assertGreaterEqual(time.monotonic() - begin, 1)
        hard = events.wait("expired")
        self.assertEqual((hard.hard, hard.limit), (True, pb.TIME))
        self.assertGreaterEqual(time.monotonic() - begin, 2)
        events.close()


class Ike(RouterTest):
    def setUp(self):
        super().setUp()
        self.out = queue.Queue()
        self.came = queue.Queue()
        self.stream = self.router.stub.Packets(iter(self.out.get, None))
        self.stream.initial_metadata()

        def read():
            try:
                for packet in self.stream:
                    self.came.put(packet)
            except Exception:
                pass

        threading.Thread(target=read, daemon=True).start()

    def tearDown(self):
        self.out.put(None)
        self.stream.cancel()
        super().tearDown()

    def test_datagrams_reach_the_controller_and_answers_go_out(self):
        for port, marker in ((500, b""), (4500, bytes(4))):
            for version, local, remote in ((IP, ROUTER4, PEER4), (IPv6, ROUTER6, PEER6)):
                message = b"an IKE message of port %d" % port
                self.outside.send(version(src=remote, dst=local) / UDP(sport=port + 1, dport=port) / (marker + message))
                got = self.came.get(timeout=DEADLINE)
                self.assertEqual((got.local, got.local_port, got.remote, got.remote_port, got.marker, got.payload),
                                 (octets(local), port, octets(remote), port + 1, bool(marker), message))
                self.out.put(pb.PacketOut(local=got.local, local_port=port, remote=got.remote,
                                          remote_port=got.remote_port, marker=got.marker, payload=b"the answer"))
                answer = self.one(self.outside)
                self.assertEqual((answer.src, answer.dst, answer[UDP].sport, answer[UDP].dport),
                                 (local, remote, port, port + 1))
                self.assertEqual(bytes(answer[UDP].payload), marker + b"the answer")
                again = answer.copy()
                del again[UDP].chksum
                self.assertEqual(version(bytes(again))[UDP].chksum, answer[UDP].chksum)

    def test_long_messages_are_cut_and_put_together(self):
        message = bytes(range(256)) * 9
        self.out.put(pb.PacketOut(local=octets(ROUTER4), local_port=500, remote=octets(PEER4), remote_port=500,
                                  payload=message))
        parts = self.outside.receive(2)
        self.assertEqual(bytes(defragment(parts)[0][UDP].payload), message)
        self.out.put(pb.PacketOut(local=octets(ROUTER6), local_port=500, remote=octets(PEER6), remote_port=500,
                                  payload=message))
        parts = self.outside.receive(2)
        self.assertEqual(bytes(IPv6(bytes(defragment6(parts)))[UDP].payload), message)
        for part in fragment(IP(src=PEER4, dst=ROUTER4) / UDP(sport=500, dport=500) / message, 1000):
            self.outside.send(part)
        self.assertEqual(self.came.get(timeout=DEADLINE).payload, message)

    def test_keepalives_and_wrong_checksums_do_not_come(self):
        self.outside.send(IP(src=PEER4, dst=ROUTER4) / UDP(sport=4500, dport=4500) / b"\xff")
        self.dropped("nat_keepalive", 1)
        self.outside.send(IP(src=PEER4, dst=ROUTER4) / UDP(sport=500, dport=500, chksum=1) / b"broken on the way")
        self.dropped("ip_header", 1)
        self.outside.send(IP(src=PEER4, dst=ROUTER4) / UDP(sport=500, dport=501) / b"no IKE")
        self.dropped("no_service", 1)
        self.assertTrue(self.came.empty())

    def test_a_datagram_that_cannot_be_sent_hurts_nobody(self):
        for bad in (pb.PacketOut(), pb.PacketOut(local=octets("192.0.2.99"), local_port=500, remote=octets(PEER4),
                                                 remote_port=500, payload=b"not our address"),
                    pb.PacketOut(local=octets(ROUTER4), local_port=22, remote=octets(PEER4), remote_port=500,
                                 payload=b"no IKE port"),
                    pb.PacketOut(local=octets(ROUTER4), local_port=500, remote=octets(PEER4), remote_port=500,
                                 payload=bytes(64000))):
            self.out.put(bad)
        self.out.put(pb.PacketOut(local=octets(ROUTER4), local_port=500, remote=octets(PEER4), remote_port=500,
                                  payload=b"good"))
        self.assertEqual(bytes(self.one(self.outside)[UDP].payload), b"good")
