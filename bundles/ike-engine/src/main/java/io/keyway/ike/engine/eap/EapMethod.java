package io.keyway.ike.engine.eap;

import io.keyway.api.ike.EapSettings;
import java.util.concurrent.CompletableFuture;

/**
 * One method on one side, for one conversation. It is called again only after its last answer
 * completed; its futures may complete on any thread, and what is costly (public keys, a disk) must
 * not run on the caller's. What it fetched is wiped when it is closed, which may happen at any
 * moment.
 */
public interface EapMethod extends AutoCloseable {
  EapSettings.Type type();

  /**
   * As server, the first request.
   *
   * @param identifier of the packet that it goes into
   */
  CompletableFuture<EapStep> start(int identifier);

  /** As server a response, as peer a request of this method's type. */
  CompletableFuture<EapStep> process(EapPacket packet);

  /** Wipes; idempotent. */
  @Override
  void close();
}
