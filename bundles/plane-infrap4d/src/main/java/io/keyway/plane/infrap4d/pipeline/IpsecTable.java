package io.keyway.plane.infrap4d.pipeline;

import java.util.List;

/**
 * The tables of program {@code fxp-net_linux-networking} that IPsec uses. Only exact matches.
 *
 * <p>Names are the program's; ids change with each compile and are looked up in {@link Pipeline}.
 */
public enum IpsecTable {
  /** Which ESP packets are decrypted with which SA. */
  RX_CLASSIFICATION(
      "MainControlDecrypt.ipsec_rx_sa_classification_table",
      Field.ipv4("src_ip"),
      Field.ipv4("dst_ip"),
      Field.spi("spi")),
  /** Outer headers that are taken off after decryption. */
  TUNNEL_TERM(
      "linux_networking_control.ipv4_ipsec_tunnel_term_table",
      Field.ipv4("ipv4_src"),
      Field.ipv4("ipv4_dst")),
  /** Which packets to send belong to which SA. */
  SPD("linux_networking_control.ipsec_spd", Field.ipv4("dst_ip"), Field.number("protocol", 8)),
  /** How packets to send are treated; {@code is_tunnel} is about a VXLAN underlay, not IPsec. */
  TX_CLASSIFICATION(
      "linux_networking_control.ipsec_tx_sa_classification_table",
      Field.ipv4("dst_ip"),
      Field.number("protocol", 8),
      Field.number("is_tunnel", 1)),
  /** The outer header of an SA. */
  ENCAP_MOD(
      "linux_networking_control.ipsec_tunnel_encap_mod_table", Field.number("mod_blob_ptr", 24)),
  /** From an SA to its outer header. */
  TUNNEL(
      "linux_networking_control.ipsec_tunnel_table",
      Field.number("saidx", 24),
      Field.number("bit16_zeros", 13));

  private final String fullName;
  private final List<Field> fields;

  IpsecTable(String fullName, Field... fields) {
    this.fullName = fullName;
    this.fields = List.of(fields);
  }

  /** Name in the program, with its control. */
  public String fullName() {
    return fullName;
  }

  /** Last part of the name. */
  public String shortName() {
    return fullName.substring(fullName.lastIndexOf('.') + 1);
  }

  List<Field> fields() {
    return fields;
  }
}
