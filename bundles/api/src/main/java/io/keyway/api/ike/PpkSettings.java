package io.keyway.api.ike;

import io.keyway.api.store.SecretName;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Post-quantum pre-shared keys (RFC 8784): mixed into the keys of an IKE SA, so that who records
 * its messages today and breaks the key exchange one day still cannot read what they protect.
 *
 * @param keys as initiator we use the first that is no pattern; as responder the first that fits
 *     what the peer names; none: no such keys
 * @param required whether a peer that cannot use one of them is refused
 */
public record PpkSettings(List<Ppk> keys, boolean required) {
  public static final PpkSettings NONE = new PpkSettings(List.of(), false);

  /**
   * One key.
   *
   * @param id PPK_ID, the same on both sides; one {@code *} in it stands for anything
   * @param secret its name in the secret store; a {@code *} at its end stands for the PPK_ID that
   *     the peer names
   */
  public record Ppk(String id, String secret) {
    public Ppk {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(secret, "secret");
    }

    /** Whether it stands for many keys, which only a responder can do with. */
    public boolean isPattern() {
      return id.indexOf('*') >= 0;
    }

    /** Whether a PPK_ID means this key. */
    public boolean fits(String named) {
      int star = id.indexOf('*');
      return star < 0
          ? id.equals(named)
          : named.length() >= id.length() - 1
              && named.startsWith(id.substring(0, star))
              && named.endsWith(id.substring(star + 1));
    }
  }

  public PpkSettings {
    keys = List.copyOf(keys);
  }

  /** Whether there are any. */
  public boolean isUsed() {
    return !keys.isEmpty();
  }

  /** What we name as initiator. */
  public Optional<Ppk> own() {
    return keys.stream().filter(key -> !key.isPattern()).findFirst();
  }

  /** The name of the key in the secret store that a peer's PPK_ID stands for. */
  public Optional<String> secretOf(String named) {
    return keys.stream()
        .filter(key -> key.fits(named))
        .findFirst()
        .flatMap(key -> SecretName.of(key.secret(), named));
  }
}
