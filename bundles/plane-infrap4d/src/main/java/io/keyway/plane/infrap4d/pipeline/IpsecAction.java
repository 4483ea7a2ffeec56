package io.keyway.plane.infrap4d.pipeline;

import java.util.List;

/** The actions that rows of the IPsec tables get from us. */
public enum IpsecAction {
  DECRYPT(
      IpsecTable.RX_CLASSIFICATION, "MainControlDecrypt.ipsec_decrypt", Field.number("saidx", 24)),
  DECAP(IpsecTable.TUNNEL_TERM, "linux_networking_control.decap_ipsec_tunnel_hdr"),
  PROTECT(
      IpsecTable.SPD,
      "linux_networking_control.ipsec_protect_set_metadata",
      Field.number("saidx", 24)),
  BYPASS(IpsecTable.SPD, "linux_networking_control.ipsec_bypass"),
  TX_TUNNEL(
      IpsecTable.TX_CLASSIFICATION,
      "linux_networking_control.tx_ipsec_tunnel",
      Field.ipv4("dst_addr")),
  TX_TRANSPORT(IpsecTable.TX_CLASSIFICATION, "linux_networking_control.tx_ipsec_transport"),
  TX_TRANSPORT_UNDERLAY(
      IpsecTable.TX_CLASSIFICATION, "linux_networking_control.tx_ipsec_transport_with_underlay"),
  DROP(IpsecTable.TX_CLASSIFICATION, "linux_networking_control.drop"),
  ENCAP(
      IpsecTable.ENCAP_MOD,
      "linux_networking_control.ipsec_tunnel_encap_mod",
      Field.ipv4("ipsec_src_addr"),
      Field.ipv4("ipsec_dst_addr"),
      Field.number("proto", 8)),
  SET_TUNNEL(
      IpsecTable.TUNNEL,
      "linux_networking_control.set_ipsec_tunnel",
      Field.number("tunnel_id", 24));

  private final IpsecTable table;
  private final String fullName;
  private final List<Field> params;

  IpsecAction(IpsecTable table, String fullName, Field... params) {
    this.table = table;
    this.fullName = fullName;
    this.params = List.of(params);
  }

  public IpsecTable table() {
    return table;
  }

  public String fullName() {
    return fullName;
  }

  List<Field> params() {
    return params;
  }
}
