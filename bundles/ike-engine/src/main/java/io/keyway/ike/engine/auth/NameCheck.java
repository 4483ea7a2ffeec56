package io.keyway.ike.engine.auth;

import io.keyway.api.ike.Identity;
import io.keyway.ike.crypto.cert.Certificates;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Whether a certificate names an identity (RFC 4945 section 3.1): the subject for a distinguished
 * name, an entry of subjectAltName of the same type for everything else, and the subject key
 * identifier for a key id. A common name is no domain name, and a wildcard no name at all.
 */
final class NameCheck {
  private static final int RFC822 = 1;
  private static final int DNS = 2;
  private static final int IP = 7;
  private static final String SUBJECT_KEY_ID = "2.5.29.14";

  private NameCheck() {}

  /** What is wrong; empty when the certificate names the identity. */
  static Optional<String> problem(X509Certificate certificate, Identity identity) {
    List<Identity> names = names(certificate);
    return names.stream().anyMatch(name -> same(name, identity))
        ? Optional.empty()
        : Optional.of(
            "certificate '"
                + Certificates.name(certificate)
                + "' does not name '"
                + identity
                + "'; it names "
                + words(names));
  }

  private static String words(List<Identity> names) {
    String text =
        String.join(", ", names.stream().map(n -> "'" + n + "'").toList())
            .replaceAll("\\p{Cntrl}", "?");
    return text.length() > 300 ? text.substring(0, 300) + "..." : text;
  }

  /** Every identity that a certificate vouches for. */
  static List<Identity> names(X509Certificate certificate) {
    List<Identity> names = new ArrayList<>();
    names.add(
        new Identity(
            Identity.Type.DER_ASN1_DN, certificate.getSubjectX500Principal().getEncoded()));
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        alternatives.forEach(entry -> alternative(entry).ifPresent(names::add));
      }
    } catch (CertificateParsingException e) {
      // What cannot be read names nobody.
    }
    byte[] keyId = certificate.getExtensionValue(SUBJECT_KEY_ID);
    if (keyId != null && keyId.length > 4) {
      // An OCTET STRING within an OCTET STRING, both short.
      names.add(new Identity(Identity.Type.KEY_ID, Arrays.copyOfRange(keyId, 4, keyId.length)));
    }
    return names;
  }

  private static Optional<Identity> alternative(List<?> entry) {
    if (!(entry.get(1) instanceof String text)) {
      return Optional.empty();
    }
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    return switch ((Integer) entry.get(0)) {
      case RFC822 -> Optional.of(new Identity(Identity.Type.RFC822_ADDR, octets));
      case DNS -> Optional.of(new Identity(Identity.Type.FQDN, octets));
      case IP -> address(text);
      default -> Optional.empty();
    };
  }

  private static Optional<Identity> address(String text) {
    try {
      // The JDK made the text from octets; a literal is never looked up.
      return text.matches("[0-9a-fA-F.:]+")
          ? Optional.of(Identity.of(InetAddress.getByName(text)))
          : Optional.empty();
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  private static boolean same(Identity name, Identity identity) {
    if (name.type() != identity.type()) {
      return false;
    }
    return switch (identity.type()) {
      case FQDN, RFC822_ADDR -> sameText(name.octets(), identity.octets());
      default -> name.equals(identity);
    };
  }

  /**
   * ASCII letters of either case are the same (RFC 4343); for mail addresses we are as generous.
   */
  private static boolean sameText(byte[] a, byte[] b) {
    if (a.length != b.length) {
      return false;
    }
    for (int i = 0; i < a.length; i++) {
      if (lower(a[i]) != lower(b[i])) {
        return false;
      }
    }
    return a.length > 0;
  }

  private static int lower(byte octet) {
    return octet >= 'A' && octet <= 'Z' ? octet + 32 : octet;
  }
}
