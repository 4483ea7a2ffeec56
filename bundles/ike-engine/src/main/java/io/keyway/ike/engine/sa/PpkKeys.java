package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Post-quantum pre-shared keys by their PPK_ID, and PPK_ID on the wire (RFC 8784 section 5). */
final class PpkKeys {
  /** PPK_ID_FIXED: octets that both sides know. The opaque ones are not defined further. */
  private static final int FIXED = 2;

  private static final int LONGEST = 255;

  private PpkKeys() {}

  /** The PPK_IDENTITY of an initiator. */
  static NotifyPayload identity(String id) {
    byte[] text = id.getBytes(StandardCharsets.UTF_8);
    byte[] data = new byte[1 + text.length];
    data[0] = FIXED;
    System.arraycopy(text, 0, data, 1, text.length);
    return NotifyPayload.of(NotifyType.PPK_IDENTITY, Octets.copyOf(data));
  }

  /** The PPK_ID that an initiator names; empty for one that we can have no key for. */
  static Optional<String> named(NotifyPayload identity) {
    byte[] data = identity.data().toArray();
    if (data.length < 2 || data.length > 1 + LONGEST || data[0] != FIXED) {
      return Optional.empty();
    }
    for (int i = 1; i < data.length; i++) {
      // It goes to logs and into the status; those that people configure are printable.
      if (data[i] < 0x21 || data[i] > 0x7e) {
        return Optional.empty();
      }
    }
    return Optional.of(new String(data, 1, data.length - 1, StandardCharsets.US_ASCII));
  }

  /** The key, which the caller owns; completes on the worker. */
  static CompletableFuture<Result<SecretBytes>> fetch(IkeSa sa, String id) {
    Optional<String> secret = sa.config().authentication().ppk().secretOf(id);
    if (secret.isEmpty()) {
      return CompletableFuture.completedFuture(
          Result.failed(Outcome.refused("no PPK '" + id + "' is configured")));
    }
    return sa.home(
        sa.ctx().authenticators().ppk(secret.get()),
        problem -> Result.<SecretBytes>failed(Outcome.unavailable(problem)));
  }

  /** Tells of it once both sides know that it is in use. */
  static void used(IkeSa sa) {
    sa.ctx().counters().count("ike-ppk-used");
    IkeLog.IKE.info(sa, "PPK '{}' is mixed into the keys", sa.crypto().ppkId());
  }
}
