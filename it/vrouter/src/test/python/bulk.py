"""Moves octets over TCP in both directions, again and again, and compares what came with what was sent.

    bulk.py serve ADDRESS...
    bulk.py run OCTETS PAUSE SECONDS [OWN-ADDRESS OTHER-ADDRESS]...

A transfer is OCTETS there and the same number back; then there is a PAUSE. "run" ends after SECONDS, when the transfer that it
is in is complete, and prints a line of JSON: transfers, octets each way, seconds of the longest transfer.
"""

import hashlib
import json
import os
import socket
import sys
import threading
import time

PORT = 7008
LIMIT = 30
# Little on its way at a time: bursts of more would only show how long the queues are.
WINDOW = 48 * 1024


def stream(address):
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WINDOW)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.settimeout(LIMIT)
    return s


def exactly(s, count):
    digest, left = hashlib.sha256(), count
    while left:
        data = s.recv(min(left, 65536))
        if not data:
            raise EOFError("%d octets are missing" % left)
        digest.update(data)
        left -= len(data)
    return digest.digest()


def some(count):
    # A part of it at random is enough to notice whatever is lost, doubled or moved.
    block = os.urandom(65521)
    return (block * (count // len(block) + 1))[:count]


def answer(s):
    with s:
        s.settimeout(LIMIT)
        count = int.from_bytes(s.recv(8, socket.MSG_WAITALL), "big")
        s.sendall(exactly(s, count))
        data = some(count)
        s.sendall(hashlib.sha256(data).digest() + data)


def serve(address):
    listener = stream(address)
    listener.settimeout(None)
    listener.bind((address, PORT))
    listener.listen(4)
    while True:
        s, _ = listener.accept()
        threading.Thread(target=answer, args=(s,), daemon=True).start()


def transfer(own, other, count):
    with stream(own) as s:
        s.bind((own, 0))
        s.connect((other, PORT))
        data = some(count)
        s.sendall(count.to_bytes(8, "big") + data)
        if s.recv(32, socket.MSG_WAITALL) != hashlib.sha256(data).digest():
            raise ValueError("the other end got something else")
        digest = s.recv(32, socket.MSG_WAITALL)
        if exactly(s, count) != digest:
            raise ValueError("something else came back")


def run(count, pause, seconds, pairs, results):
    until = time.monotonic() + seconds
    done, longest = 0, 0.0
    try:
        while time.monotonic() < until:
            begin = time.monotonic()
            transfer(*pairs, count)
            longest = max(longest, time.monotonic() - begin)
            done += 1
            time.sleep(pause)
        results.append({"own": pairs[0], "transfers": done, "octets": done * count, "longest": round(longest, 3)})
    except Exception as e:
        results.append({"own": pairs[0], "transfers": done, "error": repr(e)})


def main():
    if sys.argv[1] == "serve":
        for address in sys.argv[2:]:
            threading.Thread(target=serve, args=(address,), daemon=True).start()
        print("serving", flush=True)
        threading.Event().wait()
    results = []
    threads = [threading.Thread(target=run, args=(int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]), pair, results))
               for pair in zip(sys.argv[5::2], sys.argv[6::2])]
    for t in threads:
        t.start()
    print("running", flush=True)
    for t in threads:
        t.join()
    print(json.dumps(results))


main()
