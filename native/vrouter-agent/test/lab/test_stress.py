"""Everything at once: rekeys, policies and removals in batches as fast as they go, streams opened and cut, packets from both
sides on two forwarding cores and a crypto core, and an end in the middle. What it is for is a build with sanitizers
(README.md); without them it shows that no number comes twice and nothing leaves in clear.

KEYWAY_STRESS_SECONDS: how long, 3 without it.
"""

import os
import random
import signal
import socket
import struct
import threading
import time
import unittest

import grpc
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lab import DEADLINE, FAR4, INSIDE4, PEER4, ROUTER4, Ether, Router, pb
from sa import Sa, octets, pair, policy
from scapy.all import IP, UDP

SECONDS = float(os.environ.get("KEYWAY_STRESS_SECONDS", "3"))
TUNNELS = 8


def selectors(tunnel):
    return pair(protocol=17, local_ports=(1000 + tunnel, 1000 + tunnel))


def sealed(sa, number, clear):
    """ESP in tunnel mode for the router, without scapy's pace."""
    padding = (-len(clear) - 2) % 4
    clear += bytes(range(1, 1 + padding)) + bytes([padding, 4])
    head, iv = struct.pack("!II", sa.spi, number), struct.pack("!Q", number)
    return head + iv + AESGCM(sa.key[:-4]).encrypt(sa.key[-4:] + iv, clear, head)


class Stress(unittest.TestCase):
    def setUp(self):
        self.router = Router(forwarding=2, crypto_cores=1)
        self.addCleanup(self.router.close)
        self.over = threading.Event()
        self.faults = []
        self.live = []       # inbound SAs, newest last
        self.spis = set()    # of outbound SAs
        self.sent = self.seen = self.rekeys = self.cuts = 0

    def thread(self, work):
        def guarded():
            while not self.over.is_set():
                try:
                    work()
                except Exception as e:  # noqa: BLE001: told by the test itself
                    if not self.over.is_set():
                        self.faults.append("%s: %r" % (work.__name__, e))
                        return
        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        return thread

    # ---------------------------------------------------------------------------------------- what goes on

    def hosts(self):
        """Both sides send: clear packets of all tunnels from inside; ESP, good, again and forged, from outside."""
        inside = self.router.inside
        for tunnel in range(TUNNELS):
            inside.socket.send(self.clear[tunnel])
            inside.socket.send(self.clear[tunnel])
        for sa in self.live[-TUNNELS:]:
            sa.number = getattr(sa, "number", 0) + 1
            esp = sealed(sa, sa.number, self.inner)
            for data in (esp, esp, esp[:-1] + bytes([esp[-1] ^ 1])):
                self.router.outside.socket.send(self.outer + data)
        self.sent += 2 * TUNNELS
        time.sleep(0.0005)

    def wire(self):
        """Every frame that the router sends outside."""
        try:
            frame = self.router.outside.socket.recv(65535)
        except (socket.timeout, BlockingIOError):
            return
        if frame[12:14] != b"\x08\x00" or frame[6:12] == self.own_mac:
            return
        at = 14 + 20
        if frame[23] == 17 and frame[at:at + 4] == struct.pack("!HH", 4500, 4500):
            at += 8
        elif frame[23] != 50:
            self.faults.append("not ESP: " + frame.hex())
            self.over.set()
        numbers = frame[at:at + 8]
        if numbers in self.came or struct.unpack("!I", numbers[:4])[0] not in self.spis:
            self.faults.append("(SPI, sequence number) twice, or of nobody: " + numbers.hex())
            self.over.set()
        self.came.add(numbers)
        self.seen += 1

    def rekey(self):
        """New SAs, the policies switched to them, the old ones gone, in one batch; now and then something else."""
        number = self.rekeys = self.rekeys + 1
        batch, into = pb.ApplyRequest(), []
        for tunnel in range(TUNNELS):
            spi = 0x10000 + number * TUNNELS + tunnel
            out = Sa(True, spi, key_bits=128, pairs=[selectors(tunnel)])
            into.append(Sa(False, spi, key_bits=128, pairs=[selectors(tunnel)], esn=False))
            self.spis.add(spi)
            batch.changes.add(add_sa=into[-1].add())
            batch.changes.add(add_sa=out.add())
            held = number % 7 == tunnel
            if held:
                batch.changes.add(add_policy=policy(pb.HOLD, selectors=selectors(tunnel)).item)
            else:
                batch.changes.add(add_policy=policy(pb.PROTECT, selectors=selectors(tunnel), sa=out).item)
            batch.changes.add(add_policy=policy(pb.PROTECT, pb.INBOUND, selectors(tunnel)).item)
            if number % 3 == 0:
                for sa in (out, into[-1]):
                    batch.changes.add(update_sa=pb.UpdateSa(id=sa.id(), endpoints=pb.Endpoints(
                        local=octets(ROUTER4), remote=octets(PEER4), local_port=4500, remote_port=4500)))
            if number > 1:
                old = spi - TUNNELS
                batch.changes.add(del_sa=pb.DelSa(id=pb.SaId(direction=pb.OUTBOUND, spi=old, destination=octets(PEER4))))
                batch.changes.add(del_sa=pb.DelSa(id=pb.SaId(direction=pb.INBOUND, spi=old, destination=octets(ROUTER4))))
        results = self.router.call("Apply", batch).results
        # An SA that is gone has its room until every core has looked away; who is faster finds none, and no SA for the policy.
        bad = [r.reason for r in results if r.code not in (pb.OK, pb.SAME, pb.ABSENT, pb.FULL)
               and "an SA that is not there" not in r.reason]
        if bad:
            self.faults.append("a batch: %s" % bad[:3])
        self.live = into
        if number % 50 == 0:
            self.router.call("FlushPolicies", pb.FlushRequest())
            self.router.call("FlushSas", pb.FlushRequest())

    def silence(self):
        self.over.wait(0.2)
        yield from ()

    def streams(self):
        """Streams opened, read a little or not at all, and cut."""
        stub = self.router.stub
        call = random.choice([
            lambda: stub.Events(pb.EventsRequest(controller_instance=random.choice(["", "a", "b"]))),
            lambda: stub.Snapshot(pb.SnapshotRequest()),
            lambda: stub.Packets(self.silence())])()
        try:
            if random.random() < 0.7:
                next(call)
        except (StopIteration, grpc.RpcError):
            pass
        call.cancel()
        self.router.metrics()
        self.cuts += 1

    # ---------------------------------------------------------------------------------------- the test

    def test_batches_streams_and_packets_at_once_and_an_end_in_the_middle(self):
        self.router.complete()
        self.came = set()
        inside, outside = self.router.inside, self.router.outside
        self.own_mac = bytes.fromhex(outside.mac.replace(":", ""))
        self.clear = [bytes(Ether(src=inside.mac, dst=inside.router_mac) / IP(src=INSIDE4, dst=FAR4) /
                            UDP(sport=1000 + i, dport=2000) / bytes(100)) for i in range(TUNNELS)]
        self.inner = bytes(IP(src=FAR4, dst=INSIDE4) / UDP(sport=2000, dport=1000) / bytes(40))
        esp = 8 + 8 + len(self.inner) + (-len(self.inner) - 2) % 4 + 2 + 16
        self.outer = bytes(Ether(src=outside.mac, dst=outside.router_mac) / IP(
            src=PEER4, dst=ROUTER4, proto=50, len=20 + esp))
        outside.socket.settimeout(0.1)
        threads = [self.thread(w) for w in (self.hosts, self.wire, self.rekey, self.streams)]
        self.over.wait(SECONDS)
        self.assertTrue(self.router.alive(), self.router.log_text())
        # In the middle of it all.
        self.over.set()
        status = self.router.kill(signal.SIGTERM)
        for thread in threads:
            thread.join(DEADLINE)
        self.assertEqual(self.faults, [])
        self.assertEqual(status, 0, "the agent's end")
        self.assertGreater(min(self.sent, self.seen, self.rekeys, self.cuts), 10,
                           (self.sent, self.seen, self.rekeys, self.cuts))
