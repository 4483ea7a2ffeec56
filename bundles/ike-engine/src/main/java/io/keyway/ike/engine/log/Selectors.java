package io.keyway.ike.engine.log;

import io.keyway.ike.message.Selector;
import io.keyway.ike.message.TsType;

/** Traffic selectors in words. */
final class Selectors {
  private Selectors() {}

  static String text(Selector selector) {
    if (selector instanceof Selector.AddressRange range) {
      return Addresses.text(range.start())
          + ".."
          + Addresses.text(range.end())
          + " protocol "
          + (range.protocol() == 0 ? "any" : range.protocol())
          + " ports "
          + (range.startPort() > range.endPort()
              ? "OPAQUE"
              : range.startPort() + ".." + range.endPort());
    }
    if (selector instanceof Selector.Other other) {
      return TsType.name(other.type()) + ", " + MessagePrinter.hidden(other.body());
    }
    return "not shown";
  }
}
