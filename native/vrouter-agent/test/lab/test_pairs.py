"""Two agents that talk to each other with plain ESP. Every frame between them passes through the test, which decrypts
and verifies it (scapy for all, tshark for what it knows), and spoils some on the way.

    host --- agent --- the test --- agent --- host
"""

import time
import unittest

import oracle
from lab import (FAR4, FAR6, FAR_SITE, IP, INSIDE4, INSIDE6, PEER4, PEER6, ROUTER4, ROUTER6, UDP, Ether, IPv6, Router,
                 pb)
from sa import CBC, CHACHA, GCM, GMAC, NULL, PAIR6, Sa, inner, pair, policy

HOSTS = {4: (INSIDE4, FAR4), 6: (INSIDE6, FAR6)}
OUTER = {4: (ROUTER4, PEER4), 6: (ROUTER6, PEER6)}
NAMES = {GCM: "gcm", CBC: "cbc", CHACHA: "chacha", GMAC: "gmac", NULL: "null"}


class Row:
    """One combination, with an SA for each direction as both agents see it."""

    def __init__(self, number, suite, esn, mode, outer, inside):
        self.encryption, self.bits, self.integrity = suite
        self.esn, self.mode, self.outer, self.inside = esn, mode, outer, inside
        left, right = HOSTS[inside] if mode == pb.TRANSPORT else OUTER[outer]
        if mode == pb.TRANSPORT:
            there, back = (a + ("/32" if inside == 4 else "/128") for a in HOSTS[inside])
        else:
            there, back = PAIR6 if inside == 6 else ("10.1.0.0/24", "10.2.0.0/24")
        settings = dict(encryption=self.encryption, key_bits=self.bits, integrity=self.integrity, esn=esn, mode=mode)
        spi = 0x10000 + 16 * number
        # `there` is what the left agent sends, `back` what it gets.
        self.out = Sa(True, spi, local=left, remote=right, pairs=[pair(there, back)], **settings)
        self.into = Sa(False, spi + 1, local=left, remote=right, pairs=[pair(there, back)], **settings)
        self.far_into = Sa(False, spi, local=right, remote=left, pairs=[pair(back, there)], **settings)
        self.far_out = Sa(True, spi + 1, local=right, remote=left, pairs=[pair(back, there)], **settings)
        for mine, theirs in ((self.out, self.far_into), (self.into, self.far_out)):
            theirs.key, theirs.integrity_key = mine.key, mine.integrity_key

    def changes(self, into, out):
        yield pb.Change(add_sa=into.add())
        yield pb.Change(add_sa=out.add())
        for sa in (into, out):
            yield pb.Change(add_policy=policy(pb.PROTECT, pb.OUTBOUND if sa.outbound else pb.INBOUND,
                                              sa.message.selectors[0], sa=sa if sa.outbound else None).item)

    def __str__(self):
        return "%s-%d-%d%s %s %s" % (
            NAMES[self.encryption], self.bits, self.integrity, " esn" if self.esn else "",
            "transport" if self.mode == pb.TRANSPORT else "tunnel",
            "ipv%d" % self.inside if self.mode == pb.TRANSPORT else "ipv%d in ipv%d" % (self.inside, self.outer))


def suites(router):
    """What the agent says that it can do, as (encryption, bits, integrity, may ESN)."""
    offered = router.call("GetCapabilities", pb.GetCapabilitiesRequest()).capabilities.algorithms
    for a in offered:
        salt = 4 if a.encryption in (GCM, GMAC, CHACHA) else 0
        yield a.encryption, (a.encryption_key_octets - salt) * 8, a.integrity, a.esn


def rows(router):
    number = 0
    for encryption, bits, integrity, may_esn in suites(router):
        for esn in (False, True) if may_esn else (False,):
            for mode, outer, inside in ((pb.TUNNEL, 4, 4), (pb.TUNNEL, 4, 6), (pb.TUNNEL, 6, 4), (pb.TUNNEL, 6, 6),
                                        (pb.TRANSPORT, 4, 4), (pb.TRANSPORT, 6, 6)):
                number += 1
                yield Row(number, (encryption, bits, integrity), esn, mode, outer, inside)


class Pairs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.left = Router()
        try:
            cls.right = Router(site=FAR_SITE)
        except BaseException:
            cls.left.close()
            raise
        for router in (cls.left, cls.right):
            router.reset()
            router.complete()

    @classmethod
    def tearDownClass(cls):
        cls.left.close()
        cls.right.close()

    def apply(self, router, changes):
        changes = list(changes)
        answer = router.call("Apply", pb.ApplyRequest(changes=changes))
        for change, result in zip(changes, answer.results):
            self.assertIn(result.code, (pb.OK, pb.SAME), result.reason)

    def one(self, wire, what):
        packets = wire.receive(1, 3)
        if not packets:
            self.fail("%s did not come; left dropped %s, right dropped %s" % (
                what, *({r: n for r, n in a.drops().items() if n} for a in (self.left, self.right))))
        return packets[0]

    def status(self, router, sa):
        return router.call("QuerySa", pb.QuerySaRequest(id=sa.id()))

    def sent(self, number, here, there, out, v6):
        """What an agent makes of a host's packet, after scapy has decrypted it."""
        host = here.site.inside6 if v6 else here.site.inside4
        peer = there.site.inside6 if v6 else there.site.inside4
        packet = (IPv6(src=host, dst=peer) if v6 else IP(src=host, dst=peer)) / UDP(sport=1000, dport=2000) / (
            b"%08d" % number + bytes(40 + number % 7))
        here.inside.send(packet)
        esp = self.one(here.outside, "ESP")
        self.wire.append(bytes(Ether(src=here.outside.router_mac, dst=here.outside.mac,
                                     type=0x86DD if esp.version == 6 else 0x0800) / esp))
        clear = out.decrypt(esp.copy())
        self.assertEqual(bytes(clear[UDP]), bytes(packet[UDP]), "what scapy decrypts")
        return packet, esp

    def arrives(self, there, packet, esp):
        there.outside.send(esp)
        got = self.one(there.inside, "the packet of the host")
        self.assertEqual((got.src, got.dst, bytes(got[UDP])), (packet.src, packet.dst, bytes(packet[UDP])))

    def across(self, number, here, there, out, v6):
        packet, esp = self.sent(number, here, there, out, v6)
        self.arrives(there, packet, esp)

    def spoiled(self, esp):
        """Forged in each part that counts, and cut."""
        data = bytes(esp)
        at = 40 if esp.version == 6 else 20
        for place in (at + 5, at + 8, -20, -1):  # sequence number, IV, what is encrypted, ICV
            bad = bytearray(data)
            bad[place] ^= 0x20
            yield "integrity", type(esp)(bytes(bad))
        for size in (at + 8, at + 12, len(data) - 4):
            cut = type(esp)(data[:size])
            if esp.version == 6:
                cut.plen = size - at
            else:
                cut.len = size
                del cut.chksum
            yield "truncated", type(esp)(bytes(cut))

    def spoil(self, number, here, there, out, into, v6):
        """A packet comes forged, cut, as it is, and once more."""
        packet, esp = self.sent(number, here, there, out, v6)
        before, drops = self.status(there, into), there.drops()
        forged = cut = 0
        for what, bad in self.spoiled(esp):
            there.outside.send(bad)
            forged += what == "integrity"
            cut += what == "truncated"
        self.arrives(there, packet, esp)
        there.outside.send(esp)
        until = time.monotonic() + 3
        while True:
            now = self.status(there, into)
            told = (now.replayed - before.replayed, now.integrity_failed - before.integrity_failed,
                    now.other_dropped - before.other_dropped)
            if sum(told) == forged + cut + 1:
                break
            self.assertLess(time.monotonic(), until, "dropped and counted only %s" % (told,))
        self.assertEqual(told[0], 1, "the replayed one")
        # What was cut where a block of the cipher ends is found out by its ICV.
        self.assertGreaterEqual(told[1], forged)
        self.assertEqual(now.packets, before.packets + 1)
        metrics = {r: n - drops[r] for r, n in there.drops().items() if n != drops[r]}
        expected = {"replay": 1, "integrity": told[1], "esp_malformed": told[2]}
        self.assertEqual(metrics, {r: n for r, n in expected.items() if n}, "what the metrics say")
        self.assertEqual(there.inside.nothing(0.01), [], "nothing else of it reaches the host")

    def one_row(self, row):
        v6 = row.inside == 6
        self.apply(self.left, row.changes(row.into, row.out))
        self.apply(self.right, row.changes(row.far_into, row.far_out))
        self.across(1, self.left, self.right, row.out, v6)
        self.spoil(2, self.left, self.right, row.out, row.far_into, v6)
        self.spoil(1, self.right, self.left, row.far_out, row.into, v6)
        self.across(3, self.left, self.right, row.out, v6)
        for a, b in ((self.status(self.left, row.out), self.status(self.right, row.far_into)),
                     (self.status(self.right, row.far_out), self.status(self.left, row.into))):
            self.assertEqual((a.packets, a.bytes), (b.packets, b.bytes), "the counters of both ends")

    def run_rows(self, some):
        self.wire, sas = [], []
        for row in some:
            with self.subTest(str(row)):
                sas += [row.out, row.into]
                self.one_row(row)
            for router, pair_of_sas in ((self.left, (row.out, row.into)), (self.right, (row.far_out, row.far_into))):
                self.apply(router, [pb.Change(del_policy=pb.DelPolicy(place=pb.PolicyPlace(
                    direction=sa.message.id.direction, selectors=sa.message.selectors[0]))) for sa in pair_of_sas])
                self.apply(router, [pb.Change(del_sa=pb.DelSa(id=sa.id())) for sa in pair_of_sas])
        return sas

    def seen_by_tshark(self, sas):
        if not oracle.here():
            self.fail("tshark is missing (apt-get install tshark)")
        verdicts = oracle.judge(self.wire, sas)
        self.assertEqual(len(verdicts), len(self.wire))
        decrypted = verified = 0
        for sa, sequence, holds, data in verdicts:
            self.assertIsNotNone(sa)
            if oracle.reads(sa):
                self.assertIn((b"%08d" % sequence).hex(), data, "%s: what tshark decrypts" % hex(sa.spi))
                decrypted += 1
            if oracle.verifies(sa):
                self.assertTrue(holds, "%s: the ICV in the eyes of tshark" % hex(sa.spi))
                verified += 1
        self.assertGreater(decrypted, 0)
        self.assertGreater(verified, 0)

    def test_every_algorithm_mode_and_family_with_and_without_esn(self):
        all_rows = list(rows(self.left))
        self.assertGreater(len(all_rows), 150)
        sas = self.run_rows(all_rows)
        self.seen_by_tshark(sas)

    def test_what_is_sent_while_an_sa_is_replaced_arrives_once(self):
        """Both ends go from one algorithm to another, one after the other, under a numbered stream."""
        self.wire = []
        suite = [s for s in suites(self.left) if s[0] in (GCM, CBC)]
        old, new = (Row(0x700 + n, s[:3], False, pb.TUNNEL, 4, 4) for n, s in enumerate((suite[0], suite[-1])))
        self.apply(self.left, old.changes(old.into, old.out))
        self.apply(self.right, old.changes(old.far_into, old.far_out))
        for n in range(60):
            if n == 20:
                self.apply(self.right, list(new.changes(new.far_into, new.far_out))[:2])
                self.apply(self.left, list(new.changes(new.into, new.out)))
            now = old if n < 20 else new
            self.across(n, self.left, self.right, now.out, False)
            self.across(n, self.right, self.left, old.far_out, False)


if __name__ == "__main__":
    unittest.main()
