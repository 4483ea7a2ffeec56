package io.keyway.tunnels.plan;

import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneModel;
import io.keyway.api.plane.PlaneStatus.TableUse;
import io.keyway.api.sa.Direction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What of a tunnel that cannot be carried out can be held, so that a mistake does not send in clear
 * what should be protected. Where the plane matches single hosts and protocols only, a range or
 * "any protocol" becomes many exact holds, as far as there is room; the rest is named.
 *
 * @param whole the pairs are all that was asked for
 * @param remark what passes in clear; empty when nothing does
 */
record Holdable(List<SelectorPair> pairs, boolean whole, String remark) {

  /** Nothing is known that could be held. */
  static final Holdable NOTHING =
      new Holdable(List.of(), false, "what it should protect is not known, so nothing is held");

  /** A mistake must not eat up the room of tunnels that work. */
  private static final int MOST = 256;

  private static final BigInteger MOST_HOSTS = BigInteger.valueOf(MOST);

  Holdable {
    pairs = List.copyOf(pairs);
  }

  /**
   * @param gateway where known, so that IKE to it is left alone
   */
  static Holdable of(PlaneModel plane, Optional<Gateway> gateway, List<SelectorPair> wanted) {
    Set<SelectorPair> found = new LinkedHashSet<>();
    List<String> open = new ArrayList<>();
    int room = room(plane);
    for (SelectorPair pair : wanted) {
      boolean ike = gateway.isPresent() && IkePath.caughtBy(pair, gateway.get(), plane);
      if (!ike && plane.place(Direction.OUTBOUND, pair).done()) {
        found.add(pair);
      } else if (!expand(plane, gateway, pair, room, found)) {
        open.add(pair.toString());
      }
    }
    if (wanted.isEmpty()) {
      return NOTHING;
    }
    String remark =
        open.isEmpty()
            ? ""
            : "only a part of its traffic can be held ("
                + found.size()
                + " pairs of address and protocol); the rest of "
                + String.join(", ", open)
                + " passes in CLEAR until this is corrected";
    return new Holdable(List.copyOf(found), open.isEmpty(), remark);
  }

  /** True when all of the pair could be expressed by exact ones. */
  private static boolean expand(
      PlaneModel plane,
      Optional<Gateway> gateway,
      SelectorPair pair,
      int room,
      Set<SelectorPair> found) {
    TrafficSelector remote = pair.remote();
    if (!remote.isAnyPort()) {
      // Without its ports a hold would drop what nobody asked to protect.
      return false;
    }
    List<List<Integer>> tiers =
        remote.isAnyProtocol()
            ? List.of(Protocols.COMMON, Protocols.OTHERS)
            : List.of(List.of(remote.protocol()));
    boolean whole = !remote.isAnyProtocol() && remote.size().compareTo(MOST_HOSTS) <= 0;
    for (List<Integer> protocols : tiers) {
      InetAddress host = remote.first();
      for (int n = 0; n < MOST && remote.contains(hostOf(host, remote)); n++) {
        for (int protocol : protocols) {
          SelectorPair exact =
              new SelectorPair(
                  TrafficSelector.host(pair.local().first(), protocol),
                  TrafficSelector.host(host, protocol));
          boolean ike = gateway.isPresent() && IkePath.caughtBy(exact, gateway.get(), plane);
          if (ike || !plane.place(Direction.OUTBOUND, exact).done()) {
            whole = false;
          } else if (found.size() >= room && !found.contains(exact)) {
            return false;
          } else {
            found.add(exact);
          }
        }
        if (host.equals(remote.last())) {
          break;
        }
        host = next(host);
      }
    }
    return whole;
  }

  private static TrafficSelector hostOf(InetAddress host, TrafficSelector like) {
    return TrafficSelector.host(host, like.protocol());
  }

  /** A quarter of what is free: a hold takes two rows on an E2100, and others need some too. */
  private static int room(PlaneModel plane) {
    if (!(plane instanceof DataPlane device)) {
      return MOST;
    }
    long free = Long.MAX_VALUE;
    for (TableUse table : device.status().tables()) {
      free = Math.min(free, table.size() - table.used());
    }
    return (int) Math.min(MOST, Math.max(0, free / 4));
  }

  private static InetAddress next(InetAddress address) {
    byte[] octets = address.getAddress();
    for (int i = octets.length - 1; i >= 0 && ++octets[i] == 0; i--) {
      // The carry goes on.
    }
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 octets", e);
    }
  }
}
