package io.keyway.api.store;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import java.util.List;
import java.util.Optional;

/**
 * Secrets by name, in a file that only we can read. They enter by name and are read inside only;
 * nothing northbound gets them back. Calls may touch the disk: keep them off hot paths.
 */
public interface SecretStore {

  /** What a secret is for. */
  enum Kind {
    /** IKE pre-shared key: raw octets. */
    PRE_SHARED_KEY,
    /** Post-quantum pre-shared key (RFC 8784). */
    PPK,
    /** EAP password, UTF-8. */
    EAP_PASSWORD,
    /** Private key: PKCS #8, PKCS #1 or SEC 1, DER or PEM, without a passphrase. */
    PRIVATE_KEY,
    /** Our own certificate, DER or PEM; in PEM followed by intermediate ones. No secret at all. */
    CERTIFICATE,
    /** Certificates of authorities that we trust, DER or PEM. No secret at all. */
    CA_CERTIFICATE,
    /** Certificate revocation list, DER or PEM. No secret at all. */
    CRL
  }

  /** Name and kind, all that can be listed. */
  record Listed(String name, Kind kind) {}

  /** Adds or replaces; ownership of {@code secret} passes. Durable when OK. */
  Outcome put(String name, Kind kind, SecretBytes secret);

  /** A secret on its way in. */
  record NewSecret(String name, Kind kind, SecretBytes secret) {
    /** Never the secret. */
    @Override
    public String toString() {
      return "NewSecret[" + name + ", " + kind + "]";
    }
  }

  /**
   * Adds or replaces many, with one result per item in their order; ownership of all secrets
   * passes. One write to the disk for all, where {@link #put} costs one each.
   */
  default List<Outcome> putAll(List<NewSecret> secrets) {
    return secrets.stream().map(s -> put(s.name(), s.kind(), s.secret())).toList();
  }

  /**
   * A copy that the caller owns and must close; empty when there is none of that kind.
   *
   * @throws IllegalStateException naming cause and cure, when the file cannot be used
   */
  Optional<SecretBytes> get(String name, Kind kind);

  /** Removes; ABSENT when there was none. */
  Outcome remove(String name);

  /**
   * Names and kinds, ordered by name.
   *
   * @throws IllegalStateException naming cause and cure, when the file cannot be used
   */
  List<Listed> list();
}
