package io.keyway.sad;

import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Spi;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What the journal says about one key: the intent to install it, and where. Never the key.
 *
 * @param burnt its fingerprint
 * @param sa the SA it was meant for
 * @param generation the life of the plane
 * @param owner name of the SA's owner
 * @param connection name of the child's configuration, for people
 * @param noted Unix time in seconds
 */
record KeyNote(
    Fingerprint burnt,
    SaId sa,
    Generation generation,
    String owner,
    String connection,
    long noted) {

  /** Marks a line that says that a key is about to be installed. */
  static final String INTENT = "install";

  String line() {
    return String.join(
        "\t",
        INTENT,
        burnt.toString(),
        text(sa.plane()),
        sa.direction() == Direction.OUTBOUND ? "out" : "in",
        Long.toString(sa.spi().value()),
        sa.destination().getHostAddress(),
        Long.toString(sa.index()),
        generation.toString(),
        text(owner),
        text(connection),
        Long.toString(noted));
  }

  /** Reads the fields of a line after {@link #INTENT}. */
  static KeyNote parse(List<String> fields) {
    SaId sa =
        new SaId(
            plain(fields.get(2)),
            fields.get(3).equals("out") ? Direction.OUTBOUND : Direction.INBOUND,
            new Spi(Long.parseLong(fields.get(4))),
            address(fields.get(5)),
            Long.parseLong(fields.get(6)));
    return new KeyNote(
        Fingerprint.parse(fields.get(1)),
        sa,
        new Generation(Long.parseLong(fields.get(7))),
        plain(fields.get(8)),
        plain(fields.get(9)),
        Long.parseLong(fields.get(10)));
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("'" + text + "' is not an address", e);
    }
  }

  private static String text(String plain) {
    return URLEncoder.encode(plain, StandardCharsets.UTF_8);
  }

  private static String plain(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
