package io.keyway.it.container;

import static io.keyway.it.kit.ForeignController.number;

import com.google.protobuf.ByteString;
import io.keyway.it.kit.ForeignController;
import io.keyway.it.kit.Site;
import io.keyway.protocol.p4runtime.Update;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** An operator's own P4Runtime controller, which leads packets through SAs written by hand. */
final class TunnelRows implements AutoCloseable {
  private final ForeignController controller;

  TunnelRows(int port) throws IOException, InterruptedException {
    controller = new ForeignController(port, "operator");
    controller.lead();
  }

  /** All of a tunnel for UDP from one host to the other, by the SAs of an index. */
  void tunnel(Site here, Site there, long index, long spi) throws IOException {
    ByteString local = ip(here.gateway());
    ByteString remote = ip(there.gateway());
    ByteString host = ip(there.host());
    ByteString udp = number(17, 1);
    ByteString sa = number(index, 3);
    List<Update> rows = new ArrayList<>();
    rows.add(
        controller.row(
            "ipsec_rx_sa_classification_table",
            "ipsec_decrypt",
            List.of(remote, local, number(spi, 4)),
            sa));
    rows.add(
        controller.row(
            "ipv4_ipsec_tunnel_term_table", "decap_ipsec_tunnel_hdr", List.of(remote, local)));
    rows.add(
        controller.row(
            "ipsec_tunnel_encap_mod_table",
            "ipsec_tunnel_encap_mod",
            List.of(sa),
            local,
            remote,
            number(4, 1)));
    rows.add(controller.row("ipsec_tunnel_table", "set_ipsec_tunnel", List.of(sa), sa));
    for (int underlay = 0; underlay < 2; underlay++) {
      rows.add(
          controller.row(
              "ipsec_tx_sa_classification_table",
              "tx_ipsec_tunnel",
              List.of(host, udp, number(underlay, 1)),
              remote));
    }
    rows.add(controller.row("ipsec_spd", "ipsec_protect_set_metadata", List.of(host, udp), sa));
    controller.write(rows);
  }

  private static ByteString ip(String address) throws IOException {
    return ByteString.copyFrom(InetAddress.getByName(address).getAddress());
  }

  @Override
  public void close() {
    controller.close();
  }
}
