package io.keyway.api.ike;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/**
 * Distinguished names between text and DER. The text is in the order of the DER, the country first,
 * as strongSwan and openssl write it; the JDK writes the other end first (RFC 2253).
 */
final class DistinguishedName {
  private DistinguishedName() {}

  /**
   * DER of a name.
   *
   * @throws IllegalArgumentException when it is none
   */
  static byte[] encode(String text) {
    try {
      // The only parser of the JDK that tells the parts; the first of them is the last written.
      List<String> parts = new ArrayList<>();
      for (Rdn part : new LdapName(text.strip()).getRdns()) {
        parts.add(part.toString());
      }
      return new X500Principal(String.join(",", parts)).getEncoded();
    } catch (InvalidNameException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is no distinguished name; write it as 'C=CH, O=Example, CN=gw'", e);
    }
  }

  /** The same for all encodings of a name; empty for octets that are none. */
  static Optional<String> canonical(byte[] der) {
    return principal(der).map(p -> p.getName(X500Principal.CANONICAL));
  }

  /** For people; can be read back. */
  static Optional<String> text(byte[] der) {
    return principal(der)
        .map(
            p -> {
              try {
                List<String> parts = new ArrayList<>();
                for (Rdn part : new LdapName(p.getName(X500Principal.RFC2253)).getRdns()) {
                  parts.add(part.toString().replaceAll("\\p{Cntrl}", "?"));
                }
                return String.join(", ", parts);
              } catch (InvalidNameException e) {
                return null;
              }
            });
  }

  /**
   * One part of a name, for comparison.
   *
   * @param type in lower case, such as {@code cn}
   * @param value with case and spaces that do not count taken out (RFC 5280 section 7.1)
   */
  record Part(String type, String value) {}

  /**
   * Parts of a name as people write it, whose values may be {@code *}, in the order of the DER.
   *
   * @throws IllegalArgumentException when it is none
   */
  static List<Part> parts(String text) {
    try {
      // Through DER where that can be: one spelling of each type, as names from the wire have it.
      return parts(encode(text)).orElseThrow(IllegalArgumentException::new);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is no distinguished name; write it as 'C=CH, O=Example, CN=*'", e);
    }
  }

  /** Parts of a name in DER; empty for octets that are none, or have several values in one part. */
  static Optional<List<Part>> parts(byte[] der) {
    return principal(der)
        .flatMap(
            p -> {
              try {
                List<Part> parts = new ArrayList<>();
                for (Rdn part : new LdapName(p.getName(X500Principal.RFC2253)).getRdns()) {
                  if (part.size() != 1) {
                    return Optional.empty();
                  }
                  String value =
                      part.getValue() instanceof String text
                          ? text.strip().replaceAll(" +", " ").toLowerCase(Locale.ROOT)
                          : part.toString();
                  parts.add(new Part(part.getType().toLowerCase(Locale.ROOT), value));
                }
                return Optional.of(parts);
              } catch (InvalidNameException e) {
                return Optional.empty();
              }
            });
  }

  private static Optional<X500Principal> principal(byte[] der) {
    try {
      return Optional.of(new X500Principal(der));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
