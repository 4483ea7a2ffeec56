package io.keyway.it.fuzz;

import io.keyway.ike.engine.negotiate.Identities;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.PayloadType;
import java.util.Arrays;
import java.util.Optional;

/** The payloads that are a few fields and a rest; the first octet says which. */
public final class SmallTarget {
  private static final int[] TYPES = {
    PayloadType.KE,
    PayloadType.ID_I,
    PayloadType.ID_R,
    PayloadType.AUTH,
    PayloadType.NONCE,
    PayloadType.NOTIFY,
    PayloadType.DELETE,
    PayloadType.VENDOR_ID,
    PayloadType.PUZZLE_SOLUTION
  };

  private SmallTarget() {}

  /** The first octet for a type. */
  static int index(int payloadType) {
    for (int i = 0; i < TYPES.length; i++) {
      if (TYPES[i] == payloadType) {
        return i;
      }
    }
    return 0;
  }

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    int type = TYPES[(data[0] & 0xff) % TYPES.length];
    Optional<Payload> payload = Wire.payload(type, Arrays.copyOfRange(data, 1, data.length));
    if (payload.isPresent() && payload.get() instanceof IdPayload id) {
      // As it is shown to operators.
      Identities.fromWire(id)
          .ifPresent(
              identity ->
                  Wire.require(
                      identity.toString().chars().noneMatch(Character::isISOControl),
                      "an identity that steers a terminal"));
    }
  }
}
