package io.keyway.api.ike;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * An IKE identity (RFC 7296 section 3.5).
 *
 * @param type how the octets are meant
 * @param octets identification data as on the wire
 */
public record Identity(Type type, byte[] octets) {

  /** ID types with their numbers of the IANA registry. */
  public enum Type {
    IPV4_ADDR(1),
    FQDN(2),
    RFC822_ADDR(3),
    IPV6_ADDR(5),
    DER_ASN1_DN(9),
    KEY_ID(11);

    private final int number;

    Type(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }

  public Identity {
    Objects.requireNonNull(type, "type");
    octets = octets.clone();
  }

  /**
   * Reads an identity as people write it: an address, {@code user@domain}, {@code @#hex} for a key
   * id, a distinguished name such as {@code C=CH, O=Example, CN=gw}, else a domain name.
   */
  public static Identity parse(String text) {
    if (text.startsWith("@#")) {
      return new Identity(Type.KEY_ID, HexFormat.of().parseHex(text.substring(2)));
    }
    if (text.contains("=")) {
      return new Identity(Type.DER_ASN1_DN, DistinguishedName.encode(text));
    }
    if (text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}") || text.contains(":")) {
      try {
        byte[] address = InetAddress.getByName(text).getAddress();
        return new Identity(address.length == 4 ? Type.IPV4_ADDR : Type.IPV6_ADDR, address);
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException("'" + text + "' is not an address", e);
      }
    }
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    return new Identity(text.contains("@") ? Type.RFC822_ADDR : Type.FQDN, octets);
  }

  /** The identity of an address. */
  public static Identity of(InetAddress address) {
    byte[] octets = address.getAddress();
    return new Identity(octets.length == 4 ? Type.IPV4_ADDR : Type.IPV6_ADDR, octets);
  }

  @Override
  public byte[] octets() {
    return octets.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Identity that
        && type == that.type
        && (Arrays.equals(octets, that.octets) || sameName(that));
  }

  /** Names of the same characters in other string types are the same (RFC 5280 section 7.1). */
  private boolean sameName(Identity that) {
    return type == Type.DER_ASN1_DN
        && DistinguishedName.canonical(octets)
            .filter(
                name -> DistinguishedName.canonical(that.octets).filter(name::equals).isPresent())
            .isPresent();
  }

  @Override
  public int hashCode() {
    int content =
        type == Type.DER_ASN1_DN
            ? DistinguishedName.canonical(octets)
                .map(String::hashCode)
                .orElseGet(() -> Arrays.hashCode(octets))
            : Arrays.hashCode(octets);
    // Not the constant's own hash code, which is another one in each process.
    return 31 * type.number() + content;
  }

  /** For people: strangers choose their names, so what would steer a terminal is escaped. */
  @Override
  public String toString() {
    String text = text();
    if (text.chars().noneMatch(Character::isISOControl)) {
      return text;
    }
    StringBuilder printable = new StringBuilder();
    text.chars()
        .forEach(
            c -> {
              if (Character.isISOControl(c)) {
                printable.append(String.format("\\x%02x", c));
              } else {
                printable.append((char) c);
              }
            });
    return printable.toString();
  }

  private String text() {
    return switch (type) {
      case IPV4_ADDR, IPV6_ADDR -> {
        try {
          yield InetAddress.getByAddress(octets).getHostAddress();
        } catch (UnknownHostException e) {
          yield "(address of " + octets.length + " octets)";
        }
      }
      case FQDN, RFC822_ADDR -> new String(octets, StandardCharsets.UTF_8);
      case DER_ASN1_DN ->
          DistinguishedName.text(octets)
              .orElseGet(() -> "(distinguished name of " + octets.length + " octets)");
      case KEY_ID -> "@#" + HexFormat.of().formatHex(octets);
    };
  }
}
