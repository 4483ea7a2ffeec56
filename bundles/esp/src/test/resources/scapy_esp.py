"""Second opinion on ESP: protects or opens packets with scapy, one JSON request per line."""
import json
import sys

from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.layers.ipsec import ESP, SecurityAssociation


def layer(raw):
    return IP(raw) if raw[0] >> 4 == 4 else IPv6(raw)


def association(q):
    args = dict(spi=q["spi"], crypt_algo=q["crypt"], crypt_key=bytes.fromhex(q["key"]),
                seq_num=q["seq"] & 0xFFFFFFFF)
    if q.get("auth"):
        args.update(auth_algo=q["auth"], auth_key=bytes.fromhex(q["authKey"]))
    if q["esn"]:
        args.update(esn_en=True, esn=q["seq"] >> 32)
    if q.get("outer"):
        source, destination = q["outer"]
        outer = IPv6 if ":" in source else IP
        args.update(tunnel_header=outer(src=source, dst=destination))
    return SecurityAssociation(ESP, **args)


for line in sys.stdin:
    q = json.loads(line)
    try:
        sa = association(q)
        packet = layer(bytes.fromhex(q["packet"]))
        extra = dict(esn_en=True, esn=q["seq"] >> 32) if q["esn"] else {}
        if q["op"] == "open":
            result = sa.decrypt(packet, **extra)
        else:
            result = sa.encrypt(packet, seq_num=q["seq"] & 0xFFFFFFFF, **extra)
        print("ok " + bytes(result).hex(), flush=True)
    except Exception as e:
        print("error " + type(e).__name__ + " " + str(e).replace("\n", " "), flush=True)
