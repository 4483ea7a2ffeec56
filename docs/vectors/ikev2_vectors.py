#!/usr/bin/env python3
"""Works the vectors of ikev2.txt out of the texts of the RFCs.

Nothing of Keyway is used: hmac and hashlib, and for AES-GCM the package "cryptography".
    python3 ikev2_vectors.py > ikev2.txt
"""
import hashlib
import hmac
from struct import pack

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PRFS = {"sha256": (5, hashlib.sha256), "sha384": (6, hashlib.sha384), "sha512": (7, hashlib.sha512)}
SPI_I = bytes.fromhex("0102030405060708")
SPI_R = bytes.fromhex("1112131415161718")
NI, NR = bytes([5] * 32), bytes([6] * 32)
SHARED = [bytes([2] * 32), bytes([3] * 32), bytes([4] * 56)]  # SK(0), SK(1), SK(2)
SA, KE, NONCE, NOTIFY, SK, SKF, PS = 33, 34, 40, 41, 46, 53, 54
IKE_SA_INIT, IKE_AUTH, CREATE_CHILD_SA, INTERMEDIATE, FOLLOWUP = 34, 35, 36, 43, 44


def say(name, value):
    print(name, "=", value if isinstance(value, str) else value.hex())


def prf(name, key, data):
    return hmac.new(key, data, PRFS[name][1]).digest()


def prf_plus(name, key, data, octets):  # RFC 7296 section 2.13
    out, t, i = b"", b"", 1
    while len(out) < octets:
        t = prf(name, key, t + data + bytes([i]))
        out, i = out + t, i + 1
    return out[:octets]


# --- layouts: RFC 7296 section 3 ---------------------------------------------------------------


def chain(payloads, after=0):
    """[(type, body)] to octets; what follows the last one is of type `after`."""
    out = b""
    for i, (_, body) in enumerate(payloads):
        following = payloads[i + 1][0] if i + 1 < len(payloads) else after
        out += pack(">BBH", following, 0, 4 + len(body)) + body
    return out


def header(first, exchange, flags, message_id, length, responder=SPI_R):
    return SPI_I + responder + pack(">BBBBII", first, 0x20, exchange, flags, message_id, length)


def clear(exchange, flags, message_id, payloads, responder=SPI_R):
    body = chain(payloads)
    first = payloads[0][0]
    return header(first, exchange, flags, message_id, 28 + len(body), responder) + body


def notify(kind, data=b"", protocol=0):
    return NOTIFY, pack(">BBH", protocol, 0, kind) + data


# --- puzzles: RFC 8019 -------------------------------------------------------------------------


def zero_bits(octets):
    value = int.from_bytes(octets, "big")
    return len(octets) * 8 if value == 0 else (value & -value).bit_length() - 1


def solve(name, string, bits):
    """The first four keys of 4 octets, counted from 0, whose results end in enough zeros."""
    keys, n = [], 0
    while len(keys) < 4:
        key = pack(">I", n)
        if zero_bits(prf(name, key, string)) >= bits:
            keys.append(key)
        n += 1
    return b"".join(keys)


COOKIE = bytes(range(0x40, 0x54))
solutions = {}
for name, (number, _) in PRFS.items():
    say(f"puzzle.{name}.notify", chain([notify(16434, pack(">HB", number, 10))]))
    for where, string in ("init", COOKIE), ("auth", NR + SPI_R):
        keys = solve(name, string, 10)
        solutions[name, where] = keys
        say(f"puzzle.{name}.{where}.string", string)
        say(f"puzzle.{name}.{where}.keys", keys)

first = clear(
    IKE_SA_INIT,
    0x08,
    0,
    [notify(16390, COOKIE), (PS, solutions["sha256", "init"]), (NONCE, NI)],
    bytes(8),
)
say("puzzle.message.init", first)

# A solution ahead of SK: AES-GCM-16-256 (RFC 5282) with SK_ei of 32 octets and a salt of 4.
KEY, SALT, IV = bytes([0x21] * 32), bytes([0x22] * 4), bytes([0x23] * 8)


def sealed(exchange, flags, message_id, ahead, kind, fields, first_inner, inner):
    body_octets = 8 + len(inner) + 1 + 16  # IV, payloads, Pad Length, ICV
    in_clear = chain(ahead, kind)
    length = 28 + len(in_clear) + 4 + len(fields) + body_octets
    aad = header(ahead[0][0] if ahead else kind, exchange, flags, message_id, length)
    aad += in_clear
    aad += pack(">BBH", first_inner, 0, 4 + len(fields) + body_octets) + fields
    return aad + IV + AESGCM(KEY).encrypt(SALT + IV, inner + b"\0", aad)


INNER = chain([notify(16384), notify(16404)])  # INITIAL_CONTACT, MULTIPLE_AUTH_SUPPORTED
solution = [(PS, solutions["sha256", "auth"])]
say("puzzle.auth.sk-ei", KEY + SALT)
say("puzzle.auth.inner", INNER)
say("puzzle.message.auth", sealed(IKE_AUTH, 0x08, 1, solution, SK, b"", NOTIFY, INNER))
say("puzzle.message.auth.fragment-1",
    sealed(IKE_AUTH, 0x08, 1, solution, SKF, pack(">HH", 1, 2), NOTIFY, INNER[:9]))
say("puzzle.message.auth.fragment-2",
    sealed(IKE_AUTH, 0x08, 1, [], SKF, pack(">HH", 2, 2), 0, INNER[9:]))

# --- IntAuth: RFC 9242 section 3.3 -------------------------------------------------------------


def associated(flags, message_id, ahead, inner):
    """A: the header to the generic header of SK, with lengths as if P followed at once."""
    in_clear = chain(ahead, SK)
    a = header(ahead[0][0] if ahead else SK, INTERMEDIATE, flags, message_id,
               28 + len(in_clear) + 4 + len(inner))
    return a + in_clear + pack(">BBH", KE, 0, 4 + len(inner))


FROM_I, FROM_R = chain([(KE, pack(">HH", 36, 0) + b"\xaa\xbb\xcc\xdd")]), chain(
    [(KE, pack(">HH", 36, 0) + b"\x11\x22\x33\x44")])
for name in PRFS:
    for what, ahead in ("plain", []), ("solution", [(PS, solutions[name, "auth"])]):
        i = r = b""
        for number in 1, 2:
            pi, pr = bytes([5 + 2 * number] * 32), bytes([6 + 2 * number] * 32)
            i = prf(name, pi, i + associated(0x08, number, ahead if number == 1 else [], FROM_I) + FROM_I)
            r = prf(name, pr, r + associated(0x20, number, [], FROM_R) + FROM_R)
        say(f"intauth.{name}.{what}", i + r + pack(">I", 3))

# --- keys of several key exchanges: RFC 9370 ---------------------------------------------------

SK_D = bytes([1] * 32)
NAMES = "skd", "skei", "sker", "skpi", "skpr"


def ike_keys(name, skeyseed):
    size = hashlib.new(name).digest_size  # AES-GCM-16-256: no SK_a, SK_e of 32 + 4
    octets = prf_plus(name, skeyseed, NI + NR + SPI_I + SPI_R, 3 * size + 72)
    cuts = [0, size, size + 36, size + 72, 2 * size + 72, 3 * size + 72]
    return [octets[a:b] for a, b in zip(cuts, cuts[1:])]


for name in PRFS:
    d = SK_D
    for n in 1, 2:  # section 2.2.2: SKEYSEED(n) = prf(SK_d(n-1), SK(n) | Ni | Nr)
        keys = ike_keys(name, prf(name, d, SHARED[n] + NI + NR))
        d = keys[0]
        for key, value in zip(NAMES, keys):
            say(f"multiple.{name}.intermediate-{n}.{key}", value)
    # section 2.2.4: prf(SK_d, SK(0) | Ni | Nr | SK(1) | ... SK(n)), and KEYMAT alike
    material = SHARED[0] + NI + NR + SHARED[1] + SHARED[2]
    for key, value in zip(NAMES, ike_keys(name, prf(name, SK_D, material))):
        say(f"multiple.{name}.rekey.{key}", value)
    say(f"multiple.{name}.child.keymat", prf_plus(name, SK_D, material, 72))


def transform(last, kind, number, attribute=b""):
    return pack(">BBHBBH", 0 if last else 3, 0, 8 + len(attribute), kind, 0, number) + attribute


# ENCR AES-GCM-16-256, PRF, KE x25519, ADDKE1 ML-KEM-768, ADDKE2 ecp384
TRANSFORMS = (transform(False, 1, 20, pack(">HH", 0x800E, 256)) + transform(False, 2, 6)
              + transform(False, 4, 31) + transform(False, 6, 36) + transform(True, 7, 20))
PROPOSAL = pack(">BBHBBBB", 0, 0, 8 + len(TRANSFORMS), 1, 1, 0, 5) + TRANSFORMS
say("multiple.message.offer",
    clear(IKE_SA_INIT, 0x08, 0, [(SA, PROPOSAL), (NONCE, NI), notify(16438)], bytes(8)))
LINK = bytes.fromhex("a1a2a3a4a5a6a7a8")
say("multiple.message.link", clear(CREATE_CHILD_SA, 0x20, 2, [(NONCE, NR), notify(16441, LINK)]))
say("multiple.message.followup",
    clear(FOLLOWUP, 0x08, 3, [(KE, pack(">HH", 36, 0) + b"\xaa\xbb\xcc\xdd"), notify(16441, LINK)]))

# --- quick crash detection: RFC 6290 section 4 -------------------------------------------------

TOKEN = bytes(range(0x60, 0x70))
say("crash.message.token",
    clear(37, 0x20, 5, [notify(4), notify(16419, TOKEN, 1)]))

# --- AlgorithmIdentifiers: RFC 7427 appendix A, RFC 8420 ---------------------------------------


def der(tag, *parts):
    body = b"".join(parts)
    return bytes([tag, len(body)]) + body


def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = bytes([40 * first + second])
    for arc in rest:
        octets = [arc & 0x7F]
        while arc > 0x7F:
            arc >>= 7
            octets.insert(0, arc & 0x7F | 0x80)
        out += bytes(octets)
    return der(6, out)


NULL = der(5)
RSA = "1.2.840.113549.1.1."
for number, sha in (11, "256"), (12, "384"), (13, "512"):
    say(f"algorithm.rsa-sha{sha}", der(0x30, oid(RSA + str(number)), NULL))
for number, sha in (2, "256"), (3, "384"), (4, "512"):
    say(f"algorithm.ecdsa-sha{sha}", der(0x30, oid(f"1.2.840.10045.4.3.{number}")))
for number, sha in (1, "256"), (2, "384"), (3, "512"):
    hashed = der(0x30, oid(f"2.16.840.1.101.3.4.2.{number}"), NULL)
    parameters = der(0x30,
                     der(0xA0, hashed),
                     der(0xA1, der(0x30, oid(RSA + "8"), hashed)),
                     der(0xA2, der(2, bytes([int(sha) // 8]))))
    say(f"algorithm.rsa-pss-sha{sha}", der(0x30, oid(RSA + "10"), parameters))
say("algorithm.ed25519", der(0x30, oid("1.3.101.112")))
