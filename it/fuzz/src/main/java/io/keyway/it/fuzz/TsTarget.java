package io.keyway.it.fuzz;

import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.engine.negotiate.Selectors;
import io.keyway.ike.message.PayloadType;
import io.keyway.ike.message.TsPayload;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** A TS payload, and how it is narrowed to what is configured. */
public final class TsTarget {
  private static final List<TrafficSelector> OURS =
      List.of(
          TrafficSelector.prefix(address("10.0.0.0"), 8),
          TrafficSelector.prefix(address("2001:db8::"), 32).withProtocol(17));

  private TsTarget() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Wire.payload(PayloadType.TS_I, data).ifPresent(payload -> narrow((TsPayload) payload));
  }

  private static void narrow(TsPayload payload) {
    List<TrafficSelector> offered = Selectors.fromWire(payload);
    List<TrafficSelector> common = Selectors.narrow(offered, OURS);
    Wire.require(Selectors.covers(OURS, common), "narrowed to more than is configured");
    Selectors.pairs(common, OURS);
    if (!common.isEmpty() && common.size() < 256) {
      Selectors.toWire(true, common);
    }
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
