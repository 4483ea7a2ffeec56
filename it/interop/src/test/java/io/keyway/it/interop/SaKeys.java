package io.keyway.it.interop;

import java.util.Comparator;
import java.util.List;

/**
 * One negotiated ESP SA as one end was told to install it, in a form that both ends can fill:
 * numbers of the IANA registries, octets as lower-case hex.
 *
 * <p>Selectors are named as packets of this SA have them, in an order of their own.
 *
 * <p>Only tests print keys, and only those of their own peers.
 */
record SaKeys(
    String spi,
    String src,
    String dst,
    String mode,
    int encryption,
    String encryptionKey,
    int integrity,
    String integrityKey,
    boolean esn,
    List<String> sources,
    List<String> destinations) {

  static final Comparator<SaKeys> BY_SPI = Comparator.comparing(SaKeys::spi);

  /** Both ends of one CHILD_SA in an order that does not depend on who asks. */
  static List<SaKeys> sorted(List<SaKeys> keys) {
    return keys.stream().sorted(BY_SPI).toList();
  }
}
