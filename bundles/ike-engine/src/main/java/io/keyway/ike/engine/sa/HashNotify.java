package io.keyway.ike.engine.sa;

import io.keyway.ike.crypto.sign.HashId;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import java.util.Set;

/** SIGNATURE_HASH_ALGORITHMS (RFC 7427 section 4). */
final class HashNotify {
  private HashNotify() {}

  static NotifyPayload ours() {
    return NotifyPayload.of(
        NotifyType.SIGNATURE_HASH_ALGORITHMS, Octets.copyOf(HashId.announcement()));
  }

  /** What the peer announces; nothing when it does not do RFC 7427. */
  static Set<HashId> read(IkeMessage message) {
    return message
        .notification(NotifyType.SIGNATURE_HASH_ALGORITHMS)
        .map(n -> HashId.announced(n.data().toArray()))
        .orElse(Set.of());
  }
}
