"""Every algorithm, both ways, with and without extended sequence numbers; replay windows."""

import struct

from base import RouterTest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lab import IP, pb
from sa import CBC, CHACHA, GCM, GMAC, NULL, Sa, inner, install

SUITES = [(GCM, 128, 0), (GCM, 192, 0), (GCM, 256, 0), (CHACHA, 256, 0)] + [
    (CBC, bits, integrity) for bits in (128, 192, 256) for integrity in (2, 12, 13, 14)]


class Algorithms(RouterTest):
    def both_ways(self, encryption, bits, integrity, esn):
        spi = 0x4000 + len(self.router.metrics()) % 4096
        out = Sa(True, spi, encryption, bits, integrity, esn)
        into = Sa(False, spi, encryption, bits, integrity, esn)
        install(self.router, out, into)
        for n in range(3):
            self.inside.send(inner(n, 60 + n))
            self.assertEqual(bytes(out.decrypt(self.one(self.outside))), bytes(inner(n, 60 + n, ttl=63)))
            self.outside.send(into.encrypt(inner(n, 60 + n, from_inside=False), n + 1))
            self.assertEqual(bytes(self.one(self.inside)), bytes(inner(n, 60 + n, from_inside=False, ttl=63)))
        forged = bytearray(bytes(into.encrypt(inner(9, from_inside=False), 9)))
        forged[40] ^= 1
        before = self.router.drops()["integrity"]
        self.before = dict(self.before, integrity=before)
        self.outside.send(IP(bytes(forged)))
        self.dropped("integrity", 1)

    def test_every_suite_with_short_sequence_numbers(self):
        for suite in SUITES:
            with self.subTest(suite):
                self.both_ways(*suite, False)
                self.router.reset()

    def test_every_suite_with_extended_sequence_numbers(self):
        for suite in SUITES:
            with self.subTest(suite):
                self.both_ways(*suite, True)
                self.router.reset()

    def test_null_encryption_with_integrity(self):
        offered = [a for a in self.router.call("GetCapabilities", pb.GetCapabilitiesRequest()).capabilities.algorithms
                   if a.encryption == NULL]
        if not offered:
            refusal = self.router.call("AddSa", Sa(True, 0x4701, NULL, 0, 12).request())
            self.assertEqual(refusal.code, pb.REFUSED)
            self.assertIn("cannot do null", refusal.reason)
        for a in offered:
            with self.subTest(a.integrity):
                self.both_ways(NULL, 0, a.integrity, False)
                self.router.reset()

    def test_gmac_authenticates_what_rfc_4543_says(self):
        out, into = Sa(True, 0x4501, GMAC, 256), Sa(False, 0x4502, GMAC, 256)
        install(self.router, out, into)
        self.inside.send(inner(1))
        esp = bytes(self.one(self.outside).payload)
        # SPI, sequence number, IV, the packet in clear with its trailer, ICV.
        body, icv = esp[:-16], esp[-16:]
        nonce = out.key[32:] + esp[8:16]
        self.assertEqual(AESGCM(out.key[:32]).encrypt(nonce, b"", body), icv)
        packet = bytes(inner(1, ttl=63))
        self.assertEqual(body[16:16 + len(packet)], packet)
        clear = bytes(inner(2, from_inside=False))
        pad = -(len(clear) + 2) % 4
        body = struct.pack("!LLQ", 0x4502, 1, 77) + clear + bytes(range(1, pad + 1)) + bytes([pad, 4])
        icv = AESGCM(into.key[:32]).encrypt(into.key[32:] + body[8:16], b"", body)
        self.outside.send(IP(src="192.0.2.2", dst="192.0.2.1", proto=50) / (body + icv))
        self.assertEqual(bytes(self.one(self.inside)), bytes(inner(2, from_inside=False, ttl=63)))

    def test_traffic_flow_padding_is_cut_off_and_dummies_vanish(self):
        into = Sa(False, 0x4601)
        install(self.router, None, into)
        clear = bytes(inner(1, from_inside=False))
        aes = AESGCM(into.key[:32])

        def send(sequence, body):
            head = struct.pack("!LL", 0x4601, sequence)
            iv = struct.pack("!Q", sequence)
            self.outside.send(IP(src="192.0.2.2", dst="192.0.2.1", proto=50) /
                              (head + iv + aes.encrypt(into.key[32:] + iv, body, head)))

        filler = bytes(101)
        pad = -(len(clear) + len(filler) + 2) % 4
        send(1, clear + filler + bytes(range(1, pad + 1)) + bytes([pad, 4]))
        self.assertEqual(bytes(self.one(self.inside)), bytes(inner(1, from_inside=False, ttl=63)))
        send(2, bytes(30) + bytes([0, 59]))
        self.dropped("esp_dummy", 1)


class Replay(RouterTest):
    def sequence(self, into, number, high=0):
        self.outside.send(into.encrypt(inner(number, from_inside=False), number, high))

    def test_windows_reach_back_exactly_as_far_as_they_say(self):
        for window in (64, 128, 1024, 4096):
            with self.subTest(window):
                into = Sa(False, 0x5000 + window, window=window)
                install(self.router, None, into)
                top = 10000
                self.sequence(into, top)
                self.one(self.inside)
                self.sequence(into, top - window + 1)
                self.one(self.inside)
                self.before = self.router.drops()
                self.sequence(into, top - 2 * window - 64)
                self.sequence(into, top - window + 1)
                self.sequence(into, top)
                self.dropped("replay", 3)
                self.router.reset()

    def test_no_number_comes_twice_wherever_its_bit_stands(self):
        for window, esn in ((64, False), (64, True), (4096, True)):
            with self.subTest((window, esn)):
                into = Sa(False, 0x5400 + window + esn, window=window, esn=esn)
                install(self.router, None, into)
                packets = [into.encrypt(inner(n, from_inside=False), n) for n in range(1, 131)]
                for packet in packets:
                    self.outside.send(packet)
                    self.outside.send(packet)
                self.assertEqual(len(self.inside.receive(260, 0.5)), 130)
                # An older one would count as one of the next 2^32, and fail to authenticate.
                for packet in packets[70:]:
                    self.outside.send(packet)
                self.assertEqual(self.inside.nothing(), [])
                status = self.router.call("QuerySa", pb.QuerySaRequest(id=into.id()))
                self.assertEqual((status.packets, status.replayed), (130, 190))
                self.router.reset()

    def test_a_window_of_zero_lets_everything_authentic_in(self):
        into = Sa(False, 0x5201, window=0)
        install(self.router, None, into)
        for number in (5, 5, 1):
            self.sequence(into, number)
            self.one(self.inside)

    def test_extended_numbers_pass_the_32_bit_border(self):
        into = Sa(False, 0x5301, esn=True, window=128)
        install(self.router, None, into)
        for high, low in ((0, 0x7FFFFFFF), (0, 0xFFFFFFF0), (1, 2), (0, 0xFFFFFFFF), (1, 3)):
            self.outside.send(into.encrypt(inner(1, from_inside=False), low, high))
            self.one(self.inside)
        self.assertEqual(self.router.call("QuerySa", pb.QuerySaRequest(id=into.id())).sequence, 2**32 + 3)
        self.outside.send(into.encrypt(inner(1, from_inside=False), 3, 1))
        self.dropped("replay", 1)
