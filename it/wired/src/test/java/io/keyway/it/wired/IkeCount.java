package io.keyway.it.wired;

import io.keyway.api.Registration;
import io.keyway.api.ike.IkeTransport;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the IKE_SA_INIT messages that pass a transport, whoever says what about them. */
final class IkeCount implements AutoCloseable {

  /** Exchange type, and where it stands in the header (RFC 7296 section 3.1). */
  private static final int IKE_SA_INIT = 34;

  private static final int EXCHANGE_TYPE = 18;

  private final AtomicLong inits = new AtomicLong();
  private final AtomicLong others = new AtomicLong();
  private final Registration observing;

  IkeCount(IkeTransport transport) {
    observing =
        transport.observe(
            (sent, datagram) -> {
              byte[] octets = datagram.octets();
              boolean init = octets.length > EXCHANGE_TYPE && octets[EXCHANGE_TYPE] == IKE_SA_INIT;
              (init ? inits : others).incrementAndGet();
            });
  }

  /** IKE_SA_INIT messages in both directions. */
  long inits() {
    return inits.get();
  }

  /** All other messages. */
  long others() {
    return others.get();
  }

  @Override
  public void close() {
    observing.close();
  }
}
