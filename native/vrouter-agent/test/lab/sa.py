"""SAs and policies for tests: as messages to the agent, and as scapy sees them."""

import ipaddress
import os

from lab import FAR4, FAR6, INSIDE4, INSIDE6, PEER4, PEER6, ROUTER4, ROUTER6, pb
from scapy.all import IP, IPv6, UDP
from scapy.layers.ipsec import ESP, SecurityAssociation

GCM, CBC, GMAC, CHACHA, NULL = 20, 12, 21, 28, 11
INTEGRITY = {0: (0, None), 2: (20, "HMAC-SHA1-96"), 12: (32, "SHA2-256-128"), 13: (48, "SHA2-384-192"),
             14: (64, "SHA2-512-256")}


def octets(address):
    return ipaddress.ip_address(address).packed


def selector(prefix, first_port=0, last_port=65535):
    network = ipaddress.ip_network(prefix, strict=False)
    return pb.Selector(first=network[0].packed, last=network[-1].packed, first_port=first_port, last_port=last_port)


def pair(local="10.1.0.0/24", remote="10.2.0.0/24", protocol=0, local_ports=(0, 65535), remote_ports=(0, 65535)):
    return pb.SelectorPair(local=selector(local, *local_ports), remote=selector(remote, *remote_ports),
                           protocol=protocol)


PAIR6 = ("2001:db8:1::/64", "2001:db8:2::/64")


class Sa:
    """One SA; `inbound` and `outbound` are the router's view."""

    def __init__(self, outbound, spi, encryption=GCM, key_bits=256, integrity=0, esn=False, mode=pb.TUNNEL,
                 local=ROUTER4, remote=PEER4, ports=(0, 0), window=64, pairs=None, **more):
        self.outbound, self.spi, self.encryption, self.integrity, self.esn = outbound, spi, encryption, integrity, esn
        self.mode, self.local, self.remote, self.ports = mode, local, remote, ports
        salt = 4 if encryption in (GCM, GMAC, CHACHA) else 0
        self.key = os.urandom((0 if encryption == NULL else key_bits // 8) + salt)
        self.integrity_key = os.urandom(INTEGRITY[integrity][0])
        self.message = pb.SecurityAssociation(
            id=self.id(), mode=mode, encryption=encryption, integrity=integrity, esn=esn,
            endpoints=pb.Endpoints(local=octets(local), remote=octets(remote), local_port=ports[0],
                                   remote_port=ports[1]),
            replay_window=0 if outbound else window, selectors=pairs or [pair()], **more)

    def id(self):
        return pb.SaId(direction=pb.OUTBOUND if self.outbound else pb.INBOUND, spi=self.spi,
                       destination=octets(self.remote if self.outbound else self.local))

    def add(self):
        return pb.AddSa(sa=self.message, keys=pb.SaKeys(encryption_key=self.key, integrity_key=self.integrity_key))

    def request(self):
        return pb.AddSaRequest(item=self.add())

    # ------------------------------------------------------------------------------------------ scapy

    def scapy(self, sequence=1, high=0, wrong_key=False):
        source, destination = (self.local, self.remote) if self.outbound else (self.remote, self.local)
        outer = (IPv6 if ":" in source else IP)(src=source, dst=destination)
        key = bytes(len(self.key)) if wrong_key else self.key
        arguments = dict(spi=self.spi, seq_num=sequence, esn_en=self.esn, esn=high)
        if self.mode == pb.TUNNEL:
            arguments["tunnel_header"] = outer
        arguments["crypt_algo"] = {GCM: "AES-GCM", CBC: "AES-CBC", CHACHA: "CHACHA20-POLY1305", NULL: "NULL"}[
            self.encryption]
        if self.encryption != NULL:
            arguments["crypt_key"] = key
        if self.integrity:
            arguments["auth_algo"] = INTEGRITY[self.integrity][1]
            arguments["auth_key"] = self.integrity_key
        return SecurityAssociation(ESP, **arguments)

    def encrypt(self, packet, sequence=1, high=0, wrong_key=False):
        """An IP packet with ESP in it, in UDP where the SA says so."""
        done = self.scapy(sequence, high, wrong_key).encrypt(packet)
        if self.integrity and self.esn:
            done = self._swap(done, b"", high.to_bytes(4, "big"))
        if self.ports[0]:
            done = self._into_udp(done)
        return type(done)(bytes(done))

    def decrypt(self, packet, high=0):
        if UDP in packet:
            packet = self._out_of_udp(packet)
        if self.encryption == GMAC:
            return self._check_gmac(packet)
        if self.integrity and self.esn:
            packet = self._swap(packet, high.to_bytes(4, "big"), b"")
        return self.scapy(high=high).decrypt(packet)

    # What scapy does not know: RFC 4543, everything in clear and under the tag.
    def _check_gmac(self, packet):
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        at = 40 if packet.version == 6 else 20
        data = bytes(packet)
        esp, icv = data[at:-16], data[-16:]
        if AESGCM(self.key[:-4]).encrypt(self.key[-4:] + esp[8:16], b"", esp) != icv:
            raise ValueError("the tag of GMAC is wrong")
        clear = esp[16:-2 - esp[-2]]
        if self.mode == pb.TUNNEL:
            return (IPv6 if esp[-1] == 41 else IP)(clear)
        header = bytearray(data[:at])
        header[6 if packet.version == 6 else 9] = esp[-1]
        whole = type(packet)(bytes(header) + clear)
        for field in ("len", "chksum", "plen"):
            if field in whole.fields:
                delattr(whole, field)
        return type(packet)(bytes(whole))

    # With a separate integrity algorithm scapy leaves the high half of an extended sequence number out of the ICV
    # (RFC 4303 section 3.3.2.1); Python's own HMAC puts that right.
    def _icv(self, data):
        import hashlib
        import hmac
        name, size = {2: ("sha1", 12), 12: ("sha256", 16), 13: ("sha384", 24), 14: ("sha512", 32)}[self.integrity]
        return hmac.new(self.integrity_key, data, getattr(hashlib, name)).digest()[:size]

    def _swap(self, packet, old, new):
        data = bytes(packet)
        at = 40 if packet.version == 6 else 20
        size = len(self._icv(b""))
        esp = data[at:-size]
        if data[-size:] != self._icv(esp + old):
            raise ValueError("the ICV with the extended sequence number is wrong")
        return type(packet)(data[:at] + esp + self._icv(esp + new))

    def _into_udp(self, packet):
        esp = bytes(packet.payload)
        local, remote = self.ports
        source, destination = (local, remote) if self.outbound else (remote, local)
        header = packet.copy()
        header.remove_payload()
        if header.version == 4:
            header.proto, header.len, header.chksum = 17, None, None
        else:
            header.nh, header.plen = 17, None
        done = header / UDP(sport=source, dport=destination, chksum=0 if header.version == 4 else None) / esp
        return type(packet)(bytes(done))

    @staticmethod
    def _out_of_udp(packet):
        esp = bytes(packet[UDP].payload)
        header = packet.copy()
        header.remove_payload()
        if header.version == 4:
            header.proto, header.len, header.chksum = 50, None, None
        else:
            header.nh, header.plen = 50, None
        return type(header)(bytes(header / esp))


def policy(action, direction=pb.OUTBOUND, selectors=None, priority=1000, sa=None, **more):
    return pb.AddPolicyRequest(item=pb.AddPolicy(policy=pb.Policy(
        direction=direction, selectors=selectors or pair(), priority=priority, action=action,
        sa=sa.id() if sa else None, **more)))


def install(router, out=None, into=None, pairs=None):
    """Adds the SAs, and PROTECT policies for their selectors."""
    for sa in (into, out):
        if sa is None:
            continue
        router.must("AddSa", sa.request())
        for s in pairs or sa.message.selectors:
            direction = pb.OUTBOUND if sa.outbound else pb.INBOUND
            router.must("AddPolicy", policy(pb.PROTECT, direction, s, sa=sa if sa.outbound else None))


def inner(number=0, size=64, from_inside=True, v6=False, **more):
    """A UDP packet between the inside host and the far one, with a number and a length to recognise it by."""
    a, b = (INSIDE6, FAR6) if v6 else (INSIDE4, FAR4)
    if not from_inside:
        a, b = b, a
    body = b"%08d" % number + bytes(size)
    return (IPv6 if v6 else IP)(src=a, dst=b, **more) / UDP(sport=1000, dport=2000) / body
