package io.keyway.ike.engine.eap;

import io.keyway.api.key.SecretBytes;
import java.util.Optional;

/** What the sides have in common: a method, and the key that it leaves. */
public abstract sealed class EapConversation implements AutoCloseable permits EapPeer, EapServer {
  /**
   * Honest conversations take far fewer; EAP-TLS with long chains in small pieces is the longest.
   */
  private static final int MOST_PACKETS = 64;

  private EapMethod method;
  private Optional<SecretBytes> key = Optional.empty();
  private boolean closed;
  private int packets;

  EapConversation() {}

  /** The MSK, if the method makes one; only to be looked at, and only after success. */
  public final synchronized Optional<SecretBytes> key() {
    return key;
  }

  /** The method that was agreed on. */
  public final synchronized Optional<EapMethod> method() {
    return Optional.ofNullable(method);
  }

  /** In words, for the log. */
  public final String methodName() {
    return method().map(m -> "EAP-" + m.type()).orElse("EAP");
  }

  final boolean tooMany() {
    return ++packets > MOST_PACKETS;
  }

  final synchronized void use(EapMethod chosen) {
    if (method != null) {
      method.close();
    }
    method = chosen;
    if (closed) {
      method.close();
    }
  }

  final synchronized void keep(Optional<SecretBytes> made) {
    key = made;
    if (closed) {
      made.ifPresent(SecretBytes::close);
    }
  }

  /** Wipes what the conversation left; idempotent. */
  @Override
  public final synchronized void close() {
    closed = true;
    key.ifPresent(SecretBytes::close);
    if (method != null) {
      method.close();
    }
  }
}
