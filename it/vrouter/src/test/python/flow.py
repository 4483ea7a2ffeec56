"""One end of a steady stream between two hosts that goes on until SIGTERM, with times that other processes can compare.

    flow.py OWN-ADDRESS OTHER-ADDRESS RATE

Sends RATE numbered datagrams a second and notes which of the other end's arrive. A line "received N" is printed five times a
second. At the end, a line of JSON: what was sent and received, the numbers that are missing as ranges, and every pause of more than
100 ms between two arrivals, in nanoseconds of CLOCK_MONOTONIC, which is the same for all processes of a machine.
"""

import json
import select
import signal
import socket
import struct
import sys
import time

PORT = 7017
MARK = b"keyway flow, seen by nobody outside "
PAUSE = 100 * 1000 * 1000
GRACE = 1.5


class Flow:
    def __init__(self, own, other):
        self.other = other
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind((own, PORT))
        self.socket.setblocking(False)
        self.sent = 0
        self.received = {}
        self.last = None
        self.pauses = []

    def send(self):
        try:
            self.socket.sendto(MARK + struct.pack("!I", self.sent) + b"." * 60, (self.other, PORT))
        except (BlockingIOError, ConnectionRefusedError, OSError):
            pass  # it counts as sent, and will be missed
        self.sent += 1

    def wait(self, until):
        while True:
            left = until - time.monotonic()
            if select.select([self.socket], [], [], max(0, left))[0]:
                self.receive()
            if time.monotonic() >= until:
                return

    def receive(self):
        while True:
            try:
                body = self.socket.recv(2048)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            now = time.monotonic_ns()
            number, = struct.unpack_from("!I", body, len(MARK))
            self.received[number] = self.received.get(number, 0) + 1
            if self.last is not None and now - self.last > PAUSE:
                self.pauses.append([self.last, now])
            self.last = now

    def missing(self, of):
        ranges = []
        for n in range(of):
            if n in self.received:
                continue
            if ranges and ranges[-1][1] == n - 1:
                ranges[-1][1] = n
            else:
                ranges.append([n, n])
        return ranges


def main():
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    flow = Flow(sys.argv[1], sys.argv[2])
    rate = int(sys.argv[3])
    print("listening", flush=True)
    begin = time.monotonic()
    began = time.monotonic_ns()
    n = 0
    while not ended:
        flow.wait(begin + n / rate)
        flow.send()
        n += 1
        if n % (rate // 5) == 0:
            print("received %d" % len(flow.received), flush=True)
    flow.wait(time.monotonic() + GRACE)
    highest = max(flow.received, default=-1) + 1
    print(json.dumps({"began": began, "sent": flow.sent, "received": len(flow.received), "highest": highest,
                      "twice": sum(c - 1 for c in flow.received.values()), "missing": flow.missing(highest),
                      "pauses": flow.pauses}), flush=True)


main()
