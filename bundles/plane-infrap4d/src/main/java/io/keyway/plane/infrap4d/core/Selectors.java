package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import java.net.Inet4Address;

/**
 * The place that a policy takes in the tables.
 *
 * @param destination the remote host
 * @param protocol 1..255
 */
record Selectors(Inet4Address destination, int protocol) {

  /** UDP, which IKE rides on. */
  static final int UDP = 17;

  /** What the device cannot match exactly is refused by name, never approximated. */
  static Result<Selectors> of(SelectorPair pair) {
    TrafficSelector remote = pair.remote();
    String cannot = problem(remote, "remote");
    if (cannot == null) {
      cannot = problem(pair.local(), "local");
    }
    if (cannot == null && remote.isAnyProtocol()) {
      cannot =
          "the E2100 matches one exact protocol, and "
              + pair
              + " names none; list them in the child policy's protocols";
    }
    if (cannot == null
        && !pair.local().isAnyProtocol()
        && pair.local().protocol() != remote.protocol()) {
      cannot = pair + " names two protocols";
    }
    return cannot == null
        ? Result.ok(new Selectors((Inet4Address) remote.first(), remote.protocol()))
        : Result.failed(Outcome.refused(cannot));
  }

  private static String problem(TrafficSelector selector, String side) {
    if (!selector.isIpv4()) {
      return "the E2100 matches IPv4 only, and the " + side + " selector is " + selector;
    }
    if (!selector.isHost()) {
      return "the E2100 matches exact hosts, and the "
          + side
          + " selector "
          + selector
          + " is a range; write one tunnel for each host";
    }
    if (!selector.isAnyPort()) {
      return "the E2100 does not match ports, and the "
          + side
          + " selector is "
          + selector
          + "; leave the ports out";
    }
    return null;
  }

  @Override
  public String toString() {
    return destination.getHostAddress() + "/" + protocol;
  }
}
