"""A host that sends numbered datagrams at a steady pace, and notes which of the other host's arrive.

    stream.py GO SECONDS RATE [OWN-ADDRESS OTHER-ADDRESS]...

Every pair of addresses is a stream of its own, of RATE small datagrams a second, and one a second that does not fit into a
frame. A line "listening" says that what comes is counted; sending begins when there is a file GO. What is sent in the first
second only lets neighbours and path MTUs be found; it has no number. At the end a line of JSON: for each own address and each size what was sent and received, and
the time between the two arrivals that were farthest apart.
"""

import json
import os
import select
import socket
import struct
import sys
import time

PORT = 7007
MARK = b"keyway stream, seen by nobody outside "
LARGE = 2600
WARM, GRACE = 1.0, 3.0
# Linux: IP_MTU_DISCOVER, IP_PMTUDISC_DONT: the router is to cut.
IP_MTU_DISCOVER, DONT = 10, 0


class Stream:
    def __init__(self, own, other):
        self.own, self.other = own, other
        v6 = ":" in own
        self.socket = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
        if not v6:
            self.socket.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, DONT)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind((own, PORT))
        self.socket.setblocking(False)
        self.sent = {"small": 0, "large": 0}
        self.received = {"small": {}, "large": {}}
        self.farthest = 0.0
        self.last = None

    def send(self, kind, numbered=True):
        number = self.sent[kind] if numbered else 0xffffffff
        body = MARK + struct.pack("!BI", kind == "large", number)
        try:
            self.socket.sendto(body.ljust(LARGE if kind == "large" else 100, b"."), (self.other, PORT))
        except (BlockingIOError, ConnectionRefusedError, OSError) as e:
            if numbered:
                print("not sent: %s" % e, file=sys.stderr)
            return
        if numbered:
            self.sent[kind] += 1

    def receive(self, now):
        while True:
            try:
                body = self.socket.recv(65535)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            large, number = struct.unpack_from("!BI", body, len(MARK))
            if number == 0xffffffff:
                continue
            of = self.received["large" if large else "small"]
            of[number] = of.get(number, 0) + 1
            if not large:
                if self.last is not None:
                    self.farthest = max(self.farthest, now - self.last)
                self.last = now

    def result(self):
        def of(kind):
            seen = self.received[kind]
            return {"sent": self.sent[kind], "received": len(seen), "twice": sum(n - 1 for n in seen.values()),
                    "highest": max(seen, default=-1),
                    "missing": [n for n in range(max(seen, default=-1) + 1) if n not in seen][:100]}
        return {"own": self.own, "small": of("small"), "large": of("large"), "farthest": round(self.farthest, 3)}


def wait(streams, until):
    while True:
        left = until - time.monotonic()
        ready = select.select([s.socket for s in streams], [], [], max(0, left))[0]
        now = time.monotonic()
        for s in streams:
            if s.socket in ready:
                s.receive(now)
        if now >= until:
            return


def main():
    seconds, rate = float(sys.argv[2]), int(sys.argv[3])
    streams = [Stream(a, b) for a, b in zip(sys.argv[4::2], sys.argv[5::2])]
    print("listening", flush=True)
    while not os.path.exists(sys.argv[1]):
        wait(streams, time.monotonic() + 0.02)
    for n in range(10):
        for s in streams:
            s.send("small" if n % 2 else "large", numbered=False)
        wait(streams, time.monotonic() + WARM / 10)
    begin = time.monotonic()
    for n in range(int(seconds * rate)):
        wait(streams, begin + n / rate)
        for s in streams:
            s.send("small")
            if n % rate == rate // 2:
                s.send("large")
    wait(streams, time.monotonic() + GRACE)
    print(json.dumps([s.result() for s in streams]))


main()
