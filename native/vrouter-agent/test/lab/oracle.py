"""tshark as a second judge of what is on the wire."""

import os
import shutil
import struct
import subprocess
import tempfile

from lab import pb
from sa import CBC, GCM, NULL

INTEGRITY = {0: "NULL", 2: "HMAC-SHA-1-96 [RFC2404]", 12: "HMAC-SHA-256-128 [RFC4868]",
             13: "HMAC-SHA-384-192 [RFC4868]", 14: "HMAC-SHA-512-256 [RFC4868]"}
UNCHECKED = {2: "ANY 96 bit authentication [no checking]", 12: "ANY 128 bit authentication [no checking]",
             13: "ANY 192 bit authentication [no checking]", 14: "ANY 256 bit authentication [no checking]"}
CIPHER = {GCM: "AES-GCM with 16 octet ICV [RFC4106]", CBC: "AES-CBC [RFC3602]", NULL: "NULL"}


def here():
    return shutil.which("tshark") is not None


def reads(sa):
    """Whether tshark 4.0 can decrypt it: it knows no ChaCha20-Poly1305 and no GMAC in ESP."""
    return sa.encryption in CIPHER


def verifies(sa):
    """Whether it can also tell if the ICV is right: it knows of no extended sequence numbers."""
    return reads(sa) and not sa.esn


def judge(frames, sas):
    """For each frame: (SPI, sequence, does the ICV hold or None where it cannot tell, decrypted octets as hex)."""
    with tempfile.TemporaryDirectory(prefix="kw-vrouter-tshark") as directory:
        capture = os.path.join(directory, "wire.pcap")
        with open(capture, "wb") as f:
            f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for n, frame in enumerate(frames):
                f.write(struct.pack("<IIII", n, 0, len(frame), len(frame)) + frame)
        with open(os.path.join(directory, "esp_sa"), "w") as f:
            for sa in sas:
                if not reads(sa):
                    continue
                source, destination = (sa.local, sa.remote) if sa.outbound else (sa.remote, sa.local)
                key = "0x" + sa.key.hex() if sa.key else ""
                integrity = UNCHECKED[sa.integrity] if sa.esn and sa.integrity else INTEGRITY[sa.integrity]
                f.write('"%s","%s","%s","0x%08x","%s","%s","%s","%s"\n' % (
                    "IPv6" if ":" in source else "IPv4", source, destination, sa.spi, CIPHER[sa.encryption], key,
                    integrity, "0x" + sa.integrity_key.hex() if sa.integrity_key else ""))
        done = subprocess.run(
            ["tshark", "-r", capture, "-o", "esp.enable_encryption_decode:TRUE", "-o",
             "esp.enable_authentication_check:TRUE", "-T", "fields", "-E", "occurrence=f", "-E", "separator=|"] +
            [w for field in ("esp.spi", "esp.sequence", "esp.icv_good", "esp.icv_bad", "esp.decrypted_data",
                             "esp.contained_data") for w in ("-e", field)],
            capture_output=True, text=True, timeout=120, env=dict(os.environ, WIRESHARK_CONFIG_DIR=directory))
        if done.returncode != 0 or "esp_sa" in done.stderr:
            raise RuntimeError("tshark: " + done.stderr)
    by_spi = {sa.spi: sa for sa in sas}
    verdicts = []
    for line in done.stdout.splitlines():
        spi, sequence, good, bad, data, contained = (line.split("|") + [""] * 6)[:6]
        sa = by_spi.get(int(spi, 16)) if spi else None
        holds = None
        if sa is not None and verifies(sa):
            holds = good in ("1", "True") and bad not in ("1", "True")
        verdicts.append((sa, int(sequence) if sequence else None, holds, (data + contained).replace(":", "")))
    return verdicts
