package io.keyway.plane.infrap4d;

import io.keyway.protocol.p4runtime.config.Action;
import io.keyway.protocol.p4runtime.config.ActionRef;
import io.keyway.protocol.p4runtime.config.DirectCounter;
import io.keyway.protocol.p4runtime.config.MatchField;
import io.keyway.protocol.p4runtime.config.P4Info;
import io.keyway.protocol.p4runtime.config.PkgInfo;
import io.keyway.protocol.p4runtime.config.Preamble;
import io.keyway.protocol.p4runtime.config.Table;
import java.util.List;

/** The IPsec part of program fxp-net_linux-networking, with its published ids and shapes. */
public final class TestProgram {

  private static final String LNC = "linux_networking_control.";
  private static final String V4 = "hdrs.ipv4[vmeta.common.depth].";

  private TestProgram() {}

  /** As published. */
  public static P4Info info() {
    return P4Info.newBuilder()
        .setPkgInfo(PkgInfo.newBuilder().setName("linux_networking").setArch("pna"))
        .addTables(
            table(
                45068641,
                "MainControlDecrypt.ipsec_rx_sa_classification_table",
                List.of(
                    field(1, V4 + "src_ip", 32),
                    field(2, V4 + "dst_ip", 32),
                    field(3, "hdrs.esp.spi", 32)),
                0,
                33177492,
                30285547))
        .addTables(
            table(
                47756035,
                LNC + "ipsec_spd",
                List.of(field(1, V4 + "dst_ip", 32), field(2, V4 + "protocol", 8)),
                330899638,
                20682322,
                19192368,
                21257015))
        .addTables(
            table(
                45022218,
                LNC + "ipsec_tx_sa_classification_table",
                List.of(
                    field(1, V4 + "dst_ip", 32),
                    field(2, V4 + "protocol", 8),
                    field(3, "user_meta.cmeta.is_tunnel", 1)),
                327348295,
                24935652,
                17885953,
                30154712,
                29238102,
                21257015))
        .addTables(
            table(
                37326952,
                LNC + "ipsec_tunnel_encap_mod_table",
                List.of(field(1, "vmeta.common.mod_blob_ptr", 24)),
                0,
                30081157,
                21257015))
        .addTables(
            table(
                49349790,
                LNC + "ipsec_tunnel_table",
                List.of(field(1, "vmeta.common.saidx", 24), field(2, "bit16_zeros", 13)),
                0,
                26423957,
                21257015))
        .addTables(
            table(
                43475471,
                LNC + "ipv4_ipsec_tunnel_term_table",
                List.of(field(1, "ipv4_src", 32), field(2, "ipv4_dst", 32)),
                0,
                25138331,
                33275382))
        .addActions(action(33177492, "MainControlDecrypt.ipsec_decrypt", param(1, "saidx", 24)))
        .addActions(action(30285547, "MainControlDecrypt.ipsec_bypass"))
        .addActions(action(20682322, LNC + "ipsec_protect_set_metadata", param(1, "saidx", 24)))
        .addActions(action(19192368, LNC + "ipsec_bypass"))
        .addActions(action(30154712, LNC + "tx_ipsec_tunnel", param(1, "dst_addr", 32)))
        .addActions(action(24935652, LNC + "tx_ipsec_transport"))
        .addActions(action(17885953, LNC + "tx_ipsec_transport_with_underlay"))
        .addActions(action(29238102, LNC + "drop"))
        .addActions(action(26423957, LNC + "set_ipsec_tunnel", param(1, "tunnel_id", 24)))
        .addActions(
            action(
                30081157,
                LNC + "ipsec_tunnel_encap_mod",
                param(1, "ipsec_src_addr", 32),
                param(2, "ipsec_dst_addr", 32),
                param(3, "proto", 8)))
        .addActions(action(25138331, LNC + "decap_ipsec_tunnel_hdr"))
        .addActions(action(33275382, LNC + "do_recirculate"))
        .addActions(action(21257015, "NoAction"))
        .addDirectCounters(counter(330899638, LNC + "ddcounter_pool_tx5"))
        .addDirectCounters(counter(327348295, LNC + "ddcounter_pool_tx4"))
        .build();
  }

  private static Table table(
      int id, String name, List<MatchField> fields, int counter, int... actions) {
    Table.Builder table =
        Table.newBuilder().setPreamble(preamble(id, name)).addAllMatchFields(fields).setSize(1024);
    for (int action : actions) {
      table.addActionRefs(ActionRef.newBuilder().setId(action));
    }
    if (counter != 0) {
      table.addDirectResourceIds(counter);
    }
    return table.build();
  }

  private static MatchField field(int id, String name, int bits) {
    return MatchField.newBuilder()
        .setId(id)
        .setName(name)
        .setBitwidth(bits)
        .setMatchType(MatchField.MatchType.EXACT)
        .build();
  }

  private static Action action(int id, String name, Action.Param... params) {
    return Action.newBuilder()
        .setPreamble(preamble(id, name))
        .addAllParams(List.of(params))
        .build();
  }

  private static Action.Param param(int id, String name, int bits) {
    return Action.Param.newBuilder().setId(id).setName(name).setBitwidth(bits).build();
  }

  private static DirectCounter counter(int id, String name) {
    return DirectCounter.newBuilder().setPreamble(preamble(id, name)).build();
  }

  private static Preamble preamble(int id, String name) {
    return Preamble.newBuilder()
        .setId(id)
        .setName(name)
        .setAlias(name.substring(name.lastIndexOf('.') + 1))
        .build();
  }
}
