package io.keyway.shell.command;

import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore.Kind;
import io.keyway.shell.CommandFailure;
import io.keyway.shell.yaml.SecretText;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What people may put into the store, and what it must look like. */
final class SecretFormat {
  private static final String NOTHING = "; nothing was stored";
  private static final int DER_SEQUENCE = 0x30;
  private static final Map<String, Kind> KINDS = kinds();

  private SecretFormat() {}

  private static Map<String, Kind> kinds() {
    Map<String, Kind> kinds = new TreeMap<>();
    for (Kind kind : Kind.values()) {
      kinds.put(word(kind), kind);
    }
    return kinds;
  }

  static String word(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Kind kind(String word) {
    Kind kind = KINDS.get(word);
    if (kind == null) {
      throw new CommandFailure("'" + word + "' is not a kind; kinds are " + KINDS.keySet());
    }
    return kind;
  }

  /** Whether it is a text of several lines, or DER. */
  static boolean isFile(Kind kind) {
    return switch (kind) {
      case PRE_SHARED_KEY, PPK, EAP_PASSWORD -> false;
      case PRIVATE_KEY, CERTIFICATE, CA_CERTIFICATE, CRL -> true;
    };
  }

  /** Whether it may be shown while it is typed. */
  static boolean isPublic(Kind kind) {
    return kind == Kind.CERTIFICATE || kind == Kind.CA_CERTIFICATE || kind == Kind.CRL;
  }

  /** The octets of a key that is one line; the caller owns them. */
  static SecretBytes line(String line, Kind kind) {
    if (line == null || line.isEmpty()) {
      throw new CommandFailure("the secret is empty" + NOTHING);
    }
    if (kind == Kind.EAP_PASSWORD) {
      return SecretBytes.wrap(line.getBytes(StandardCharsets.UTF_8));
    }
    return SecretText.problem(line)
        .<SecretBytes>map(
            wrong -> {
              throw new CommandFailure(wrong + NOTHING);
            })
        .orElseGet(() -> SecretText.parse(line));
  }

  /**
   * Looks at a key or certificate, PEM or DER, so that a mistake shows here and not when a peer
   * calls. It is not quoted.
   */
  static void check(byte[] octets, Kind kind) {
    if (octets.length == 0) {
      throw new CommandFailure("the " + word(kind) + " is empty" + NOTHING);
    }
    if (kind == Kind.PRIVATE_KEY) {
      checkKey(octets);
      return;
    }
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      ByteArrayInputStream in = new ByteArrayInputStream(octets);
      boolean some =
          kind == Kind.CRL
              ? !factory.generateCRLs(in).isEmpty()
              : !factory.generateCertificates(in).isEmpty();
      if (some) {
        return;
      }
    } catch (CertificateException | CRLException e) {
      // Said below, without what the exception quotes.
    }
    throw new CommandFailure(
        "this is no " + word(kind) + ", PEM or DER, that can be read" + NOTHING);
  }

  private static void checkKey(byte[] octets) {
    if (octets[0] == DER_SEQUENCE) {
      return;
    }
    String text = new String(octets, StandardCharsets.ISO_8859_1);
    if (text.contains("-----BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENC")) {
      throw new CommandFailure(
          "the private key has a passphrase; take it off (openssl pkey -in KEY -out PLAIN), for"
              + " the store is protected as a whole"
              + NOTHING);
    }
    if (!text.contains("PRIVATE KEY-----")) {
      throw new CommandFailure(
          "this is no private key, PEM or DER (PKCS #8, PKCS #1 or SEC 1)" + NOTHING);
    }
  }
}
