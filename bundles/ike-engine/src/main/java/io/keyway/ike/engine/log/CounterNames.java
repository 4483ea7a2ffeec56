package io.keyway.ike.engine.log;

import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.NotifyType;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Names of the counters of messages. A peer chooses the numbers on the wire, so whatever has no
 * registered name here shares one counter: no peer can make their number grow.
 */
public final class CounterNames {
  private static final String[][] EXCHANGES = new String[256][4];
  private static final Map<Integer, Notification> NOTIFICATIONS = new HashMap<>();
  private static final Notification OTHER_ERROR = new Notification("other-error");
  private static final Notification OTHER_STATUS = new Notification("other-status");

  private record Notification(String sent, String received, String failure) {
    Notification(String name) {
      this("notify-" + name + "-sent", "notify-" + name + "-received", "failure-" + name);
    }
  }

  static {
    for (int type = 0; type < EXCHANGES.length; type++) {
      String name = known(ExchangeType.name(type), "ExchangeType ", "other");
      for (int i = 0; i < 4; i++) {
        EXCHANGES[type][i] =
            "exchange-"
                + name
                + (i < 2 ? "-request" : "-response")
                + (i % 2 == 0 ? "-sent" : "-received");
      }
    }
    for (int type = 0; type < 0x10000; type++) {
      String name = known(NotifyType.name(type), "NotifyType ", "");
      if (!name.isEmpty()) {
        NOTIFICATIONS.put(type, new Notification(name));
      }
    }
  }

  private CounterNames() {}

  private static String known(String name, String unknownPrefix, String other) {
    return name.startsWith(unknownPrefix) ? other : name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Such as {@code exchange-ike-auth-request-received}. */
  public static String exchange(IkeHeader header, boolean received) {
    int index = (header.isResponse() ? 2 : 0) + (received ? 1 : 0);
    return EXCHANGES[header.exchangeType() & 0xff][index];
  }

  /** Such as {@code notify-temporary-failure-sent}. */
  public static String notification(int type, boolean received) {
    Notification names = names(type);
    return received ? names.received() : names.sent();
  }

  /** Such as {@code failure-ts-unacceptable}: why an IKE SA or a child did not come to be. */
  public static String failure(int notifyType) {
    return names(notifyType).failure();
  }

  private static Notification names(int type) {
    Notification shared = NotifyType.isError(type) ? OTHER_ERROR : OTHER_STATUS;
    return NOTIFICATIONS.getOrDefault(type, shared);
  }
}
