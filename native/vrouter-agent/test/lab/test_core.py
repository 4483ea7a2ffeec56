"""A tunnel of IPv4 in IPv4 with AES-GCM, and what happens to packets that are none of it."""

from base import RouterTest
from lab import IP, UDP, pb
from sa import Sa, inner, install, octets, pair, policy


class Tunnel(RouterTest):
    def test_packets_go_out_encrypted_and_scapy_reads_them(self):
        out = Sa(True, 0x1001)
        install(self.router, out)
        self.inside.send(inner(1, tos=0xB9))
        esp = self.one(self.outside)
        self.assertEqual((esp.src, esp.dst, esp.proto), ("192.0.2.1", "192.0.2.2", 50))
        # ECN is copied, DSCP only on demand; the checksum is right.
        self.assertEqual(esp.tos, 0x01)
        again = esp.copy()
        del again.chksum
        self.assertEqual(IP(bytes(again)).chksum, esp.chksum)
        clear = out.decrypt(esp)[IP]
        sent = inner(1, tos=0xB9, ttl=63)
        self.assertEqual(bytes(clear), bytes(sent))
        status = self.router.call("QuerySa", pb.QuerySaRequest(id=out.id()))
        self.assertEqual((status.packets, status.bytes, status.sequence), (1, len(sent), 1))

    def test_sequence_numbers_count_from_one(self):
        out = Sa(True, 0x1002)
        install(self.router, out)
        for n in range(50):
            self.inside.send(inner(n))
        packets = self.outside.receive(50)
        self.assertEqual([int.from_bytes(bytes(p.payload)[4:8], "big") for p in packets], list(range(1, 51)))
        for n, p in enumerate(packets):
            self.assertIn(b"%08d" % n, bytes(out.decrypt(p)))

    def test_encrypted_packets_come_in_as_they_were(self):
        into = Sa(False, 0x2001)
        install(self.router, None, into)
        self.outside.send(into.encrypt(inner(7, from_inside=False)))
        got = self.one(self.inside)
        self.assertEqual(bytes(got), bytes(inner(7, from_inside=False, ttl=63)))
        status = self.router.call("QuerySa", pb.QuerySaRequest(id=into.id()))
        self.assertEqual((status.packets, status.sequence), (1, 1))
        self.assertGreater(status.last_use_us, status.added_us - 1)

    def test_forged_replayed_and_truncated_packets_are_dropped_and_counted(self):
        into = Sa(False, 0x2002)
        install(self.router, None, into)
        events = self.router.events()
        good = into.encrypt(inner(1, from_inside=False), 10)
        self.outside.send(good)
        self.one(self.inside)
        self.outside.send(good)
        self.dropped("replay", 1)
        forged = bytearray(bytes(into.encrypt(inner(2, from_inside=False), 11)))
        forged[-1] ^= 1
        self.outside.send(IP(bytes(forged)))
        self.outside.send(into.encrypt(inner(3, from_inside=False), 12, wrong_key=True))
        self.dropped("integrity", 2)
        fresh = bytes(into.encrypt(inner(4, from_inside=False), 13).payload)
        for size in (0, 4, 8, 20, 31):
            self.outside.send(IP(bytes(IP(src=good.src, dst=good.dst, proto=50) / fresh[:size])))
        self.dropped("esp_malformed", 5)
        self.assertEqual(self.inside.nothing(), [])
        status = self.router.call("QuerySa", pb.QuerySaRequest(id=into.id()))
        self.assertEqual((status.packets, status.replayed, status.integrity_failed), (1, 1, 2))
        replay = events.wait("packet_dropped", where=lambda e: e.reason == pb.PacketDropped.REPLAY)
        self.assertEqual((replay.id.spi, replay.sequence_low, replay.outer_source), (0x2002, 10, octets("192.0.2.2")))
        self.assertIsNotNone(events.wait("packet_dropped", where=lambda e: e.reason == pb.PacketDropped.INTEGRITY))
        events.close()

    def test_an_unknown_spi_is_told(self):
        events = self.router.events()
        stranger = Sa(False, 0x2BAD)
        self.outside.send(stranger.encrypt(inner(1, from_inside=False)))
        told = events.wait("unknown_spi")
        self.assertEqual((told.spi, told.source, told.source_port), (0x2BAD, octets("192.0.2.2"), 0))
        self.dropped("unknown_spi", 1)
        events.close()

    def test_what_an_sa_may_not_carry_is_dropped_after_decryption(self):
        into = Sa(False, 0x2003)
        install(self.router, None, into)
        events = self.router.events()
        other = IP(src="10.3.0.9", dst="10.1.0.9") / UDP(sport=1, dport=2) / b"outside of the selectors"
        self.outside.send(into.encrypt(other))
        self.dropped("selectors", 1)
        told = events.wait("packet_dropped")
        self.assertEqual((told.reason, told.id.spi), (pb.PacketDropped.SELECTORS, 0x2003))
        # In the selectors, but no policy lets it in.
        self.router.must("DelPolicy", pb.DelPolicyRequest(item=pb.DelPolicy(place=pb.PolicyPlace(
            direction=pb.INBOUND, selectors=pair()))))
        self.outside.send(into.encrypt(inner(1, from_inside=False), 2))
        self.dropped("inbound_policy", 1)
        self.assertEqual(self.inside.nothing(), [])
        events.close()

    def test_clear_packets_of_a_protected_flow_do_not_come_in(self):
        install(self.router, None, Sa(False, 0x2004))
        self.outside.send(inner(1, from_inside=False))
        self.dropped("clear_for_protected", 1)
        self.assertEqual(self.inside.nothing(), [])

    def test_a_rekey_switches_a_stream_without_losing_a_packet(self):
        old, new = Sa(True, 0x1011), Sa(True, 0x1012)
        install(self.router, old)
        for n in range(100):
            self.inside.send(inner(n))
            if n == 50:
                self.router.must("AddSa", new.request())
                self.router.must("AddPolicy", policy(pb.PROTECT, sa=new))
            if n == 80:
                # A late removal of the old half leaves the new policy alone.
                late = self.router.call("DelPolicy", pb.DelPolicyRequest(item=pb.DelPolicy(
                    place=pb.PolicyPlace(direction=pb.OUTBOUND, selectors=pair()), only_sa=old.id())))
                self.assertEqual(late.code, pb.SAME)
                self.router.must("DelSa", pb.DelSaRequest(item=pb.DelSa(id=old.id())))
        numbers, spis = [], []
        for packet in self.outside.receive(100):
            spi = int.from_bytes(bytes(packet.payload)[:4], "big")
            spis.append(spi)
            numbers.append(int(bytes((old if spi == old.spi else new).decrypt(packet)[UDP].payload)[:8]))
        self.assertEqual(numbers, list(range(100)))
        self.assertEqual(spis, sorted(spis))
        self.assertEqual(set(spis), {old.spi, new.spi})

    def test_a_policy_whose_sa_is_gone_drops(self):
        out = Sa(True, 0x1013)
        install(self.router, out)
        self.router.must("DelSa", pb.DelSaRequest(item=pb.DelSa(id=out.id())))
        self.inside.send(inner(1))
        self.dropped("no_sa", 1)
        self.assertEqual(self.outside.nothing(), [])


class Policies(RouterTest):
    def test_nothing_goes_in_clear_without_a_policy(self):
        self.inside.send(inner(1))
        self.outside.send(inner(1, from_inside=False))
        self.dropped("no_policy", 2)
        self.assertEqual(self.outside.nothing(), [])
        self.assertEqual(self.inside.nothing(), [])

    def test_bypass_waits_until_policies_are_complete(self):
        self.router.call("FlushPolicies", pb.FlushRequest())
        for direction in (pb.OUTBOUND, pb.INBOUND):
            self.router.must("AddPolicy", policy(pb.BYPASS, direction))
        self.inside.send(inner(1))
        self.outside.send(inner(2, from_inside=False))
        self.dropped("policies_incomplete", 2)
        self.router.complete()
        self.inside.send(inner(3))
        self.assertEqual(bytes(self.one(self.outside)), bytes(inner(3, ttl=63)))
        self.outside.send(inner(4, from_inside=False))
        self.assertEqual(bytes(self.one(self.inside)), bytes(inner(4, from_inside=False, ttl=63)))

    def test_hold_and_discard_drop_and_count(self):
        self.router.must("AddPolicy", policy(pb.HOLD))
        self.inside.send(inner(1))
        self.dropped("hold", 1)
        self.router.must("AddPolicy", policy(pb.DISCARD))
        self.inside.send(inner(1))
        self.dropped("discard", 1)
        status = self.router.call("QueryPolicies", pb.QueryPoliciesRequest(
            places=[pb.PolicyPlace(direction=pb.OUTBOUND, selectors=pair())])).policies[0]
        self.assertEqual((status.dropped_packets, status.dropped_bytes), (2, 2 * len(inner(1))))

    def test_a_trap_asks_for_an_sa_once_a_second(self):
        events = self.router.events()
        self.router.must("AddPolicy", policy(pb.TRAP, tag=b"tunnel-7"))
        for _ in range(20):
            self.inside.send(inner(1))
        told = events.wait("acquire")
        self.assertEqual((told.tag, told.source, told.protocol, told.source_port, told.destination_port),
                         (b"tunnel-7", octets("10.1.0.9"), 17, 1000, 2000))
        self.assertEqual(told.place.selectors, pair())
        self.dropped("trap", 20)
        self.assertIsNone(events.wait("acquire", 0.5))
        events.close()

    def test_ports_and_protocols_choose_among_policies(self):
        out = Sa(True, 0x1021)
        install(self.router, out)
        self.router.must("AddPolicy", policy(pb.DISCARD, selectors=pair(protocol=17, remote_ports=(2000, 2100)),
                                             priority=2000))
        self.inside.send(inner(1))
        self.dropped("discard", 1)
        self.inside.send(IP(src="10.1.0.9", dst="10.2.0.9") / UDP(sport=1, dport=3000) / b"protected")
        self.assertIn(b"protected", bytes(out.decrypt(self.one(self.outside))))


class CryptoCore(Tunnel):
    """The same with a core that does crypto only."""
    SETTINGS = dict(crypto_cores=1)


class OpenSsl(Tunnel):
    """The same with the portable crypto device, and two forwarding cores."""
    SETTINGS = dict(crypto="crypto_openssl", forwarding=2)
