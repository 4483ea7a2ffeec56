package io.keyway.emulator.infrap4d.program;

/** Names of the IPsec part of the program {@code fxp-net_linux-networking}. */
public final class LinuxNetworking {
  private static final String CONTROL = "linux_networking_control.";
  private static final String DECRYPT = "MainControlDecrypt.";
  private static final String IPV4 = "hdrs.ipv4[vmeta.common.depth].";

  public static final String RX_SA_CLASSIFICATION = DECRYPT + "ipsec_rx_sa_classification_table";
  public static final String SPD = CONTROL + "ipsec_spd";
  public static final String TX_SA_CLASSIFICATION = CONTROL + "ipsec_tx_sa_classification_table";
  public static final String TUNNEL_ENCAP_MOD = CONTROL + "ipsec_tunnel_encap_mod_table";
  public static final String TUNNEL = CONTROL + "ipsec_tunnel_table";
  public static final String TUNNEL_TERM = CONTROL + "ipv4_ipsec_tunnel_term_table";

  public static final String IPSEC_DECRYPT = DECRYPT + "ipsec_decrypt";
  public static final String PROTECT = CONTROL + "ipsec_protect_set_metadata";
  public static final String BYPASS = CONTROL + "ipsec_bypass";
  public static final String TX_TUNNEL = CONTROL + "tx_ipsec_tunnel";
  public static final String TX_TRANSPORT = CONTROL + "tx_ipsec_transport";
  public static final String TX_TRANSPORT_UNDERLAY = CONTROL + "tx_ipsec_transport_with_underlay";
  public static final String SET_TUNNEL = CONTROL + "set_ipsec_tunnel";
  public static final String ENCAP_MOD = CONTROL + "ipsec_tunnel_encap_mod";
  public static final String DECAP_TUNNEL = CONTROL + "decap_ipsec_tunnel_hdr";
  public static final String DROP = CONTROL + "drop";

  public static final String FIELD_SRC_IP = IPV4 + "src_ip";
  public static final String FIELD_DST_IP = IPV4 + "dst_ip";
  public static final String FIELD_PROTOCOL = IPV4 + "protocol";
  public static final String FIELD_SPI = "hdrs.esp.spi";
  public static final String FIELD_IS_TUNNEL = "user_meta.cmeta.is_tunnel";
  public static final String FIELD_MOD_BLOB_PTR = "vmeta.common.mod_blob_ptr";
  public static final String FIELD_SAIDX = "vmeta.common.saidx";
  public static final String FIELD_TERM_SRC = "ipv4_src";
  public static final String FIELD_TERM_DST = "ipv4_dst";

  private LinuxNetworking() {}
}
