package io.keyway.plane.infrap4d.pipeline;

import java.net.Inet4Address;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What a row does: an action with its parameters, as numbers. */
public record RowAction(IpsecAction action, List<Long> params) {

  /** Protocol number of IPv4 in IPv4 in the outer header. */
  private static final long PROTO_IPIP = 4;

  public RowAction {
    params = List.copyOf(params);
    RowKey.check(action.name(), action.params(), params);
  }

  public static RowAction decrypt(long index) {
    return of(IpsecAction.DECRYPT, index);
  }

  public static RowAction decap() {
    return of(IpsecAction.DECAP);
  }

  public static RowAction protect(long index) {
    return of(IpsecAction.PROTECT, index);
  }

  public static RowAction bypass() {
    return of(IpsecAction.BYPASS);
  }

  public static RowAction txTunnel(Inet4Address remote) {
    return of(IpsecAction.TX_TUNNEL, RowKey.number(remote));
  }

  /** Transport mode: another action when the packet rides on a VXLAN underlay. */
  public static RowAction txTransport(int isTunnel) {
    return of(isTunnel == 1 ? IpsecAction.TX_TRANSPORT_UNDERLAY : IpsecAction.TX_TRANSPORT);
  }

  public static RowAction drop() {
    return of(IpsecAction.DROP);
  }

  public static RowAction encap(Inet4Address local, Inet4Address remote) {
    return of(IpsecAction.ENCAP, RowKey.number(local), RowKey.number(remote), PROTO_IPIP);
  }

  public static RowAction setTunnel(long index) {
    return of(IpsecAction.SET_TUNNEL, index);
  }

  private static RowAction of(IpsecAction action, long... params) {
    return new RowAction(action, Arrays.stream(params).boxed().toList());
  }

  /** Parameter by parameter, for people. */
  public Map<String, String> print() {
    return RowKey.print(action.params(), params);
  }

  @Override
  public String toString() {
    return action.fullName() + print();
  }
}
