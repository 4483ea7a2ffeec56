"""An agent and DPDK's own example gateway, ipsec-secgw, which knows nothing of it. Its SAs are in its file, so one process has
them all: each row has a network of its own behind it.

    host --- agent --- the test --- ipsec-secgw --- host
"""

import os
import signal
import subprocess
import time
import unittest

import oracle
from lab import IP, PEER4, ROUTER4, UDP, Ether, Namespace, Router, Wire, _libc, pb
from sa import CBC, CHACHA, GCM, Sa, pair, policy

PROGRAM = os.environ.get("KEYWAY_IPSEC_SECGW", "")
INSIDE = "10.1.0.9"

AEAD = {(GCM, 128): "aes-128-gcm", (GCM, 192): "aes-192-gcm", (GCM, 256): "aes-256-gcm",
        (CHACHA, 256): "chacha20-poly1305"}
CIPHER = {(CBC, 128): "aes-128-cbc", (CBC, 192): "aes-192-cbc", (CBC, 256): "aes-256-cbc"}
AUTH = {2: "sha1-hmac", 12: "sha256-hmac", 13: "sha384-hmac", 14: "sha512-hmac"}
SUITES = [(encryption, bits, 0) for encryption, bits in AEAD] + [
    (encryption, bits, integrity) for encryption, bits in CIPHER for integrity in AUTH]


def octets(key):
    return ":".join("%02x" % o for o in key)


class Row:
    def __init__(self, number, suite, mode, esn):
        self.number, self.suite, self.mode, self.esn = number, suite, mode, esn
        self.far = "10.2.%d.9" % number
        network = "10.2.%d.0/24" % number
        transport = mode == pb.TRANSPORT
        ends = (INSIDE, self.far) if transport else (ROUTER4, PEER4)
        pairs = [pair(INSIDE + "/32", self.far + "/32") if transport else pair("10.1.0.0/24", network)]
        settings = dict(encryption=suite[0], key_bits=suite[1], integrity=suite[2], esn=esn, mode=mode, local=ends[0],
                        remote=ends[1], pairs=pairs)
        # ipsec-secgw finds SAs by the low bits of their SPI: these run on.
        self.out = Sa(True, 1000 + number, **settings)
        self.into = Sa(False, 2000 + number, **settings)

    def algorithms(self, sa):
        encryption, bits, integrity = self.suite
        if (encryption, bits) in AEAD:
            return "aead_algo %s aead_key %s" % (AEAD[encryption, bits], octets(sa.key))
        return "cipher_algo %s cipher_key %s auth_algo %s auth_key %s" % (
            CIPHER[encryption, bits], octets(sa.key), AUTH[integrity], octets(sa.integrity_key))

    def lines(self):
        """What ipsec-secgw has to know: its "in" is the agent's outbound."""
        for direction, sa, source, destination in (("in", self.out, ROUTER4, PEER4), ("out", self.into, PEER4, ROUTER4)):
            mode = "mode transport" if self.mode == pb.TRANSPORT else "mode ipv4-tunnel src %s dst %s" % (
                source, destination)
            yield "sa %s %d %s %s" % (direction, sa.spi, self.algorithms(sa), mode)
        network = "10.2.%d.0/24" % self.number
        yield "sp ipv4 in esp protect %d pri 1 dst %s sport 0:65535 dport 0:65535" % (self.out.spi, network)
        yield "sp ipv4 out esp protect %d pri 1 src %s dst 10.1.0.0/24 sport 0:65535 dport 0:65535" % (
            self.into.spi, network)

    def changes(self):
        for sa in (self.into, self.out):
            yield pb.Change(add_sa=sa.add())
            yield pb.Change(add_policy=policy(pb.PROTECT, pb.OUTBOUND if sa.outbound else pb.INBOUND,
                                              sa.message.selectors[0], sa=sa if sa.outbound else None).item)

    def __str__(self):
        return "%s %s%s" % (self.suite, "transport" if self.mode == pb.TRANSPORT else "tunnel",
                            " esn" if self.esn else "")


class Gateway:
    """ipsec-secgw between two cables of its own."""

    def __init__(self, rows, directory, esn):
        self.spaces = [Namespace(n) for n in ("gin", "g", "gout")]
        inside, self.space, outside = self.spaces
        self.inside = Wire(inside, "in0", self.space, "in0", "02:00:00:00:02:09", ["10.2.1.9"])
        self.outside = Wire(outside, "out0", self.space, "out0", "02:00:00:00:0f:01", [ROUTER4])
        file = os.path.join(directory, "secgw.cfg")
        with open(file, "w") as f:
            for row in rows:
                f.write("\n".join(row.lines()) + "\n")
            f.write("rt ipv4 dst 10.2.0.0/16 port 0\nrt ipv4 dst 10.1.0.0/24 port 1\nrt ipv4 dst 192.0.2.0/24 port 1\n"
                    "neigh port 0 %s\nneigh port 1 %s\n" % (self.inside.mac, self.outside.mac))
        self.log = open(os.path.join(directory, "secgw.log"), "wb+")
        command = ["ip", "netns", "exec", self.space.name, PROGRAM, "--no-pci", "--no-huge", "--no-shconf",
                   "--no-telemetry", "-m", "320", "--lcores", "0@(0-%d)" % (os.cpu_count() - 1),
                   "--vdev=net_af_packet0,iface=in0", "--vdev=net_af_packet1,iface=out0",
                   "--vdev=crypto_aesni_mb0", "--", "-p", "0x3", "-P", "-u", "0x2", "-l", "-w", "64", "-s", "2048",
                   "--config=(0,0,0),(1,0,0)", "-f", file] + (["-e"] if esn else [])
        # It spins: others on this machine come first.
        self.process = subprocess.Popen(["nice", "-n", "10"] + command, stdout=self.log, stderr=self.log,
                                        stdin=subprocess.DEVNULL, preexec_fn=lambda: _libc.prctl(1, signal.SIGKILL))
        until = time.monotonic() + 60
        while b"entering main loop" not in self.text():
            if self.process.poll() is not None or time.monotonic() > until:
                text = self.text().decode(errors="replace")
                self.close()
                raise RuntimeError("ipsec-secgw does not start: " + text[-2000:])
            time.sleep(0.05)

    def text(self):
        self.log.seek(0)
        return self.log.read()

    def close(self):
        self.process.kill()
        self.process.wait(20)
        self.log.close()
        for space in self.spaces:
            space.close()


@unittest.skipUnless(PROGRAM, "KEYWAY_IPSEC_SECGW names no program")
class Secgw(unittest.TestCase):
    ESN = False

    @classmethod
    def setUpClass(cls):
        cls.rows, number = [], 0
        for suite in SUITES:
            for mode in (pb.TUNNEL, pb.TRANSPORT):
                number += 1
                cls.rows.append(Row(number, suite, mode, cls.ESN))
        cls.router = Router()
        try:
            cls.router.reset()
            cls.router.complete()
            cls.gateway = Gateway(cls.rows, cls.router.directory, cls.ESN)
        except BaseException:
            cls.router.close()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.gateway.close()
        cls.router.close()

    def one(self, wire, what):
        packets = wire.receive(1, 3)
        if not packets:
            self.fail("%s did not come; the agent dropped %s" % (
                what, {r: n for r, n in self.router.drops().items() if n}))
        return packets[0]

    def wired(self, number, esp, sa, wire):
        self.wire.append(bytes(Ether(src=wire.mac, dst=wire.router_mac, type=0x0800) / esp))
        clear = sa.decrypt(esp.copy())
        self.assertIn(b"%08d" % number, bytes(clear))

    def there(self, number, row):
        """Through the agent, then through ipsec-secgw."""
        sent = IP(src=INSIDE, dst=row.far) / UDP(sport=1, dport=2) / (b"%08d" % number + bytes(50))
        self.router.inside.send(sent)
        esp = self.one(self.router.outside, "ESP of the agent")
        self.wired(number, esp, row.out, self.router.outside)
        self.gateway.outside.send(esp)
        got = self.one(self.gateway.inside, "what ipsec-secgw decrypts")
        self.assertEqual((got.src, got.dst, bytes(got[UDP])), (INSIDE, row.far, bytes(sent[UDP])))

    def from_gateway(self, number, row):
        sent = IP(src=row.far, dst=INSIDE) / UDP(sport=3, dport=4) / (b"%08d" % number + bytes(61))
        self.gateway.inside.send(sent)
        esp = self.one(self.gateway.outside, "ESP of ipsec-secgw")
        self.wired(number, esp, row.into, self.gateway.outside)
        return sent, esp

    def back(self, number, row):
        sent, esp = self.from_gateway(number, row)
        self.router.outside.send(esp)
        got = self.one(self.router.inside, "what the agent decrypts")
        self.assertEqual((got.src, got.dst, bytes(got[UDP])), (row.far, INSIDE, bytes(sent[UDP])))
        return esp

    def status(self, sa):
        return self.router.call("QuerySa", pb.QuerySaRequest(id=sa.id()))

    def spoil(self, row):
        sent, esp = self.from_gateway(2, row)
        drops = self.router.drops()
        for place in (-1, -20, 28):
            bad = bytearray(bytes(esp))
            bad[place] ^= 4
            self.router.outside.send(IP(bytes(bad)))
        cut = IP(bytes(esp)[:28])
        cut.len = 28
        del cut.chksum
        self.router.outside.send(IP(bytes(cut)))
        self.router.outside.send(esp)
        self.one(self.router.inside, "the genuine packet")
        self.router.outside.send(esp)
        until = time.monotonic() + 3
        while True:
            now = self.status(row.into)
            told = (now.packets, now.replayed, now.integrity_failed, now.other_dropped)
            if told == (2, 1, 3, 1):
                break
            self.assertLess(time.monotonic(), until, "accepted, replayed, forged, cut: %s" % (told,))
        metrics = {r: n - drops[r] for r, n in self.router.drops().items() if n != drops[r]}
        self.assertEqual(metrics, {"replay": 1, "integrity": 3, "esp_malformed": 1})
        self.assertEqual(self.router.inside.nothing(0.01), [])

    def test_every_algorithm_that_both_know_in_both_modes(self):
        self.wire, sas = [], []
        for row in self.rows:
            with self.subTest(str(row)):
                sas += [row.out, row.into]
                answer = self.router.call("Apply", pb.ApplyRequest(changes=row.changes()))
                for result in answer.results:
                    self.assertEqual(result.code, pb.OK, result.reason)
                self.there(1, row)
                self.there(2, row)
                self.back(1, row)
                self.spoil(row)
                self.assertEqual(self.status(row.out).packets, 2)
        verdicts = oracle.judge(self.wire, sas)
        self.assertEqual(len(verdicts), len(self.wire))
        for sa, sequence, holds, data in verdicts:
            if oracle.reads(sa):
                self.assertIn((b"%08d" % sequence).hex(), data, "%d: what tshark decrypts" % sa.spi)
            if oracle.verifies(sa):
                self.assertTrue(holds, "%d: the ICV in the eyes of tshark" % sa.spi)


class SecgwEsn(Secgw):
    """The same with extended sequence numbers."""
    ESN = True


if __name__ == "__main__":
    unittest.main()
