package io.keyway.ike.crypto.sign;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Hash functions of SIGNATURE_HASH_ALGORITHMS (RFC 7427 section 4, RFC 8420 section 2). */
public enum HashId {
  SHA1(1, "SHA-1", 20),
  SHA2_256(2, "SHA-256", 32),
  SHA2_384(3, "SHA-384", 48),
  SHA2_512(4, "SHA-512", 64),
  /** The signature function takes the message itself. */
  IDENTITY(5, "", 0);

  private final int number;
  private final String jcaName;
  private final int octets;

  HashId(int number, String jcaName, int octets) {
    this.number = number;
    this.jcaName = jcaName;
    this.octets = octets;
  }

  /** Number of the IANA registry. */
  public int number() {
    return number;
  }

  String jcaName() {
    return jcaName;
  }

  int octets() {
    return octets;
  }

  static Optional<HashId> of(int number) {
    for (HashId id : values()) {
      if (id.number == number) {
        return Optional.of(id);
      }
    }
    return Optional.empty();
  }

  /** What we announce: everything but SHA-1 (RFC 8247 section 4.2). Two octets each. */
  public static byte[] announcement() {
    List<HashId> ours = List.of(SHA2_256, SHA2_384, SHA2_512, IDENTITY);
    byte[] octets = new byte[2 * ours.size()];
    for (int i = 0; i < ours.size(); i++) {
      octets[2 * i + 1] = (byte) ours.get(i).number;
    }
    return octets;
  }

  /** What a peer announces; numbers that are not known here are left out. */
  public static Set<HashId> announced(byte[] octets) {
    List<HashId> known = new ArrayList<>();
    for (int i = 0; i + 1 < octets.length; i += 2) {
      of((octets[i] & 0xff) << 8 | octets[i + 1] & 0xff).ifPresent(known::add);
    }
    return known.isEmpty() ? EnumSet.noneOf(HashId.class) : EnumSet.copyOf(known);
  }
}
