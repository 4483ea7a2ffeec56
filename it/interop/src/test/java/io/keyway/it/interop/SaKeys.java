package io.keyway.it.interop;

import io.keyway.it.kit.lab.Tshark;
import java.net.InetAddress;
import java.net.UnknownHostException;
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

  /** As tshark wants them. */
  String tshark() {
    return Tshark.esp(src, dst, spi, encryption, encryptionKey, integrity, integrityKey);
  }

  /** The same with every IPv6 address as Java writes it and selectors in one order. */
  SaKeys plain() {
    return at(address(src), address(dst));
  }

  /** The same without the outer addresses, which differ from end to end behind a NAT. */
  SaKeys anywhere() {
    return at("", "");
  }

  /** The same between other outer addresses. */
  SaKeys at(String source, String destination) {
    return new SaKeys(
        spi,
        source,
        destination,
        mode,
        encryption,
        encryptionKey,
        integrity,
        integrityKey,
        esn,
        sources.stream().map(SaKeys::selector).sorted().toList(),
        destinations.stream().map(SaKeys::selector).sorted().toList());
  }

  private static String selector(String text) {
    String[] parts = text.split("[-\\[]", 3);
    return address(parts[0]) + "-" + address(parts[1]) + "[" + parts[2];
  }

  private static String address(String text) {
    try {
      return InetAddress.getByName(text).getHostAddress();
    } catch (UnknownHostException e) {
      throw new AssertionError(text, e);
    }
  }
}
