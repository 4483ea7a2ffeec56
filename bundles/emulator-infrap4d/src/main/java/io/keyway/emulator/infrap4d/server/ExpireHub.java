package io.keyway.emulator.infrap4d.server;

import io.keyway.emulator.infrap4d.pipeline.ExpireEvent;
import io.keyway.esp.IpPacket;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Carries {@code sadb-expire} events to everybody who subscribed: no replay for those who come
 * later, no acknowledgement, at most 256 waiting per subscriber.
 */
final class ExpireHub {
  static final int DEPTH = 256;

  private final CopyOnWriteArrayList<Subscription> subscribers = new CopyOnWriteArrayList<>();

  void add(Subscription subscription) {
    subscribers.addIfAbsent(subscription);
  }

  void remove(Subscription subscription) {
    subscribers.remove(subscription);
  }

  int subscribers() {
    return subscribers.size();
  }

  /** Tells everybody; the number of those who still had room for it. */
  int publish(ExpireEvent event) {
    String text = text(event);
    return (int) subscribers.stream().filter(s -> s.offer(text)).count();
  }

  /** Five items in fixed order; numbers and booleans as decimal text. */
  static String text(ExpireEvent event) {
    byte[] address = event.destination().getAddress();
    return "ipsec-sa-spi: "
        + Integer.toUnsignedString(event.spi())
        + ", soft-lifetime-expire: "
        + (event.soft() ? 1 : 0)
        + ", ipsec-sa-protocol: "
        + IpPacket.ESP
        + ", ipsec-sa-dest-address: "
        + event.destination().getHostAddress()
        + ", address-family: "
        + (address.length == 4 ? 1 : 0);
  }
}
