package io.keyway.emulator.infrap4d;

import java.util.Arrays;
import java.util.Optional;

/**
 * Oddities of the real server that can be switched, because sources conflict or tests need both.
 */
public enum Quirk {
  INBOUND_IS_TRUE(
      "inbound-is-true",
      true,
      "direction of an inbound SA in the SAD is true, as the reference client sends; off: false, as"
          + " the YANG module says"),
  SPI_SWAPPED(
      "spi-swapped",
      true,
      "rx-spi is answered in the other byte order than the SPI has on the wire"),
  DEVICE_ALGORITHM_NUMBERS(
      "device-algorithm-numbers",
      true,
      "encryption_algorithm 0 is AES-GCM-16 and 1 is AES-GMAC; off: the IANA numbers 20 and 21"),
  KEY_LENGTH_WITH_SALT(
      "key-length-with-salt", true, "key_len counts the four octets of salt: 20 or 36"),
  STRICT_INDEX(
      "strict-index",
      true,
      "an inbound SA is refused unless its offload-id is the low 24 bits of its SPI"),
  ROLE_FIX(
      "role-fix",
      true,
      "a Write without role is accepted with any election id once any controller has connected"),
  CRASH_ON_SHORT_PATH(
      "crash-on-short-path",
      true,
      "the server dies, and comes back empty, on a Set path below ipsec-offload with fewer than four"
          + " elements and on a delete without usable keys; off: INVALID_ARGUMENT"),
  LEAK_ON_PARSE_FAILURE(
      "leak-on-parse-failure",
      false,
      "a SAD text that does not parse comes back in the error message, key and all"),
  PADDED_READS(
      "padded-reads",
      true,
      "values are read back padded to the width of their field; off: in the canonical form, as with"
          + " infrap4d's flag incompatible_enable_tdi_legacy_bytestring_responses=false"),
  NO_CHASSIS_CONFIG(
      "no-chassis-config",
      false,
      "the server was started without chassis config: every gNMI Get is FAILED_PRECONDITION"),
  SAD_SURVIVES_REPUSH(
      "sad-survives-repush", false, "SAs outlive a pipeline that is set again; rows never do");

  private final String text;
  private final boolean byDefault;
  private final String meaning;

  Quirk(String text, boolean byDefault, String meaning) {
    this.text = text;
    this.byDefault = byDefault;
    this.meaning = meaning;
  }

  /** The name in options and configuration. */
  public String text() {
    return text;
  }

  /** What holds when nothing is said. */
  public boolean byDefault() {
    return byDefault;
  }

  /** One sentence for the help. */
  public String meaning() {
    return meaning;
  }

  static Optional<Quirk> of(String text) {
    return Arrays.stream(values()).filter(q -> q.text.equals(text)).findFirst();
  }
}
