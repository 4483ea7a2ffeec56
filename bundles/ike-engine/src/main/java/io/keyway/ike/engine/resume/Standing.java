package io.keyway.ike.engine.resume;

import java.util.HexFormat;

/**
 * Stands for the credentials that a peer proved itself with, so that a ticket ends when they do:
 * whoever makes it can tell later whether it still holds.
 *
 * @param mark up to 255 octets in hexadecimal digits; empty: nothing is looked at again
 */
public record Standing(String mark) {
  public static final Standing NONE = new Standing("");

  /** Credentials for which there is no mark: nothing can be granted on their word for later. */
  public static final Standing UNTOLD = of(new byte[] {1, 0});

  /** From octets. */
  public static Standing of(byte[] octets) {
    return new Standing(HexFormat.of().formatHex(octets));
  }

  /** Never the mark, which was made with a secret. */
  @Override
  public String toString() {
    return "Standing[" + mark.length() / 2 + " octets]";
  }

  public byte[] octets() {
    return HexFormat.of().parseHex(mark);
  }
}
