package io.keyway.ike.engine.recovery;

import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.StateStore;
import io.keyway.api.store.StateStore.StateRecord;
import io.keyway.ike.message.Octets;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens of ours for quick crash detection (RFC 6290 section 5.1): made of the SPIs alone, so that
 * who forgot an IKE SA can still make its token. There are none without a store that keeps the
 * secret. May be used from any thread.
 */
public final class CrashTokens {
  /**
   * Octets of a token; 16 to 128 are allowed (RFC 6290 section 5). The least of them, so that an
   * answer with it is hardly longer than the shortest request.
   */
  public static final int TOKEN_OCTETS = 16;

  private static final Logger LOG = LoggerFactory.getLogger(CrashTokens.class);
  private static final String KEY = "crash-detection-secret";
  private static final int SCHEMA = 1;
  private static final int SECRET_OCTETS = 32;

  /** Keeps these HMACs apart from all others. */
  private static final byte[] PURPOSE = "Keyway QCD 1".getBytes(StandardCharsets.US_ASCII);

  private final String owner;
  private final SecureRandom random;
  private volatile SecretBytes secret;

  public CrashTokens(String owner, SecureRandom random) {
    this.owner = owner;
    this.random = random;
  }

  /** Takes the secret of an earlier life from a store, or leaves one there for the next. */
  public synchronized void use(StateStore store) {
    SecretBytes kept = secret == null ? stored(store) : secret;
    if (kept != null) {
      note(store, kept);
      secret = kept;
      return;
    }
    byte[] octets = new byte[SECRET_OCTETS];
    random.nextBytes(octets);
    SecretBytes fresh = SecretBytes.wrap(octets);
    note(store, fresh);
    // A token that the next life could not make again would be worth nothing.
    store
        .sync()
        .whenComplete(
            (nothing, error) -> {
              if (error == null) {
                secret = fresh;
              } else {
                LOG.warn(
                    "no quick crash detection, its secret cannot be kept: {}", error.getMessage());
              }
            });
  }

  private SecretBytes stored(StateStore store) {
    return store
        .get(owner, KEY)
        .filter(r -> r.schema() == SCHEMA && r.octets().length == SECRET_OCTETS)
        .map(r -> SecretBytes.wrap(r.octets()))
        .orElse(null);
  }

  private void note(StateStore store, SecretBytes kept) {
    byte[] octets = kept.read(byte[]::clone);
    store.put(new StateRecord(owner, KEY, SCHEMA, octets));
    Arrays.fill(octets, (byte) 0);
  }

  /**
   * Our token for an IKE SA. It depends on which of the SPIs is ours: who swaps them in a request
   * must not get the token that the peer holds of a living IKE SA (RFC 6290 section 10.2).
   *
   * @return empty while there is no secret that the next life will know
   */
  public Optional<Octets> token(boolean initiator, long spiI, long spiR) {
    SecretBytes key = secret;
    if (key == null) {
      return Optional.empty();
    }
    byte[] input =
        ByteBuffer.allocate(PURPOSE.length + 17)
            .put(PURPOSE)
            .put((byte) (initiator ? 1 : 0))
            .putLong(spiI)
            .putLong(spiR)
            .array();
    return Optional.of(
        Octets.copyOf(
            key.read(
                octets -> {
                  try {
                    Mac mac = Mac.getInstance("HmacSHA256");
                    mac.init(new SecretKeySpec(octets, "HmacSHA256"));
                    return Arrays.copyOf(mac.doFinal(input), TOKEN_OCTETS);
                  } catch (GeneralSecurityException e) {
                    throw new IllegalStateException("every Java platform has HmacSHA256", e);
                  }
                })));
  }
}
