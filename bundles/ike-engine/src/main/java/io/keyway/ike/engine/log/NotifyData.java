package io.keyway.ike.engine.log;

import io.keyway.ike.message.NotifyType;
import java.util.Set;

/** Which notifications carry data that everybody may read. */
final class NotifyData {
  private static final Set<Integer> PUBLIC =
      Set.of(
          NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD,
          NotifyType.INVALID_KE_PAYLOAD,
          NotifyType.INVALID_SPI,
          NotifyType.INVALID_MESSAGE_ID,
          NotifyType.SET_WINDOW_SIZE,
          NotifyType.IPCOMP_SUPPORTED,
          NotifyType.NAT_DETECTION_SOURCE_IP,
          NotifyType.NAT_DETECTION_DESTINATION_IP,
          NotifyType.ADDITIONAL_IP4_ADDRESS,
          NotifyType.ADDITIONAL_IP6_ADDRESS,
          NotifyType.REDIRECT,
          NotifyType.REDIRECTED_FROM,
          NotifyType.AUTH_LIFETIME,
          NotifyType.SIGNATURE_HASH_ALGORITHMS,
          NotifyType.PPK_IDENTITY);

  private NotifyData() {}

  /**
   * A cookie, a session ticket or a token for crash detection is worth something to who has it, and
   * NO_PPK_AUTH is an AUTH.
   */
  static boolean isPublic(int type) {
    return PUBLIC.contains(type);
  }
}
