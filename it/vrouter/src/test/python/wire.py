"""Looks at every frame on a device until SIGTERM, and says what it saw in a line of JSON.

    wire.py DEVICE

For ESP, plain or in UDP: how many, by sender and SPI, and each (sender, SPI, sequence number) that came twice, which no sender
may ever send. Frames that hold the text of a stream in clear. How many frames the kernel could not keep for us.
"""

import collections
import json
import select
import signal
import socket
import struct
import sys

MARK = b"keyway flow"
SOL_PACKET, PACKET_STATISTICS = 263, 6


def main():
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    # No protocol until it is bound: before, it would hear all devices, and what is forwarded twice.
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
    s.bind((sys.argv[1], 3))
    s.setblocking(False)
    print("listening", flush=True)
    frames = ike = 0
    seen = collections.Counter()
    clear = []
    while True:
        ready = select.select([s], [], [], 0.1)[0]
        if not ready:
            if ended:
                break
            continue
        frame = s.recv(65535)
        frames += 1
        if MARK in frame:
            clear.append(frame[:64].hex())
        if len(frame) < 34 or frame[12:14] != b"\x08\x00":
            continue
        at = 14 + (frame[14] & 15) * 4
        esp = None
        if frame[23] == 50:
            esp = frame[at:]
        elif frame[23] == 17 and struct.unpack_from("!HH", frame, at)[1] in (500, 4500) or (
                frame[23] == 17 and struct.unpack_from("!H", frame, at)[0] in (500, 4500)):
            if 4500 in struct.unpack_from("!HH", frame, at) and len(frame) >= at + 16 and frame[at + 8:at + 12] != b"\0" * 4:
                esp = frame[at + 8:]
            else:
                ike += 1
        if esp is not None and len(esp) >= 8:
            seen[(socket.inet_ntoa(frame[26:30]),) + struct.unpack_from("!II", esp)] += 1
    lost = struct.unpack("II", s.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]
    of = collections.Counter()
    for (sender, spi, _), count in seen.items():
        of["%s 0x%08x" % (sender, spi)] += count
    print(json.dumps({"frames": frames, "ike": ike, "esp": dict(of), "lost": lost, "clear": clear[:5],
                      "twice": ["%s 0x%08x %d" % k for k, count in seen.items() if count > 1][:20]}), flush=True)


main()
