package io.keyway.emulator.infrap4d;

import static io.keyway.emulator.infrap4d.RawClient.ip;
import static io.keyway.emulator.infrap4d.RawClient.number;
import static io.keyway.emulator.infrap4d.RawClient.values;

import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.protocol.p4runtime.Update;
import java.util.ArrayList;
import java.util.List;

/**
 * One end of a tunnel, programmed with bare calls by the table of contract section 3.4.
 *
 * @param outer gateway address
 * @param host protected host
 */
record Site(Emulator device, RawClient client, String outer, String host) {
  static final int UDP = 17;

  /** Rows and SAs of one end. */
  static final class Sa {
    final int spi;

    Sa(int spi) {
      this.spi = spi;
    }

    int index() {
      return spi & 0xFFFFFF;
    }
  }

  Sa allocate() {
    return new Sa(client.allocateSpi());
  }

  void installSas(Sa mine, Sa peers, String keyIn, String keyOut, String more) {
    client.insertSa(SaText.of(mine.index(), true, mine.spi, keyIn, more));
    client.insertSa(SaText.of(mine.index(), false, peers.spi, keyOut, more));
  }

  void hold(Site peer) {
    List<Update> rows = new ArrayList<>();
    for (int isTunnel = 0; isTunnel < 2; isTunnel++) {
      rows.add(
          client.insert(
              LinuxNetworking.TX_SA_CLASSIFICATION,
              values(ip(peer.host), number(UDP), number(isTunnel)),
              LinuxNetworking.DROP));
    }
    client.write(rows.toArray(Update[]::new));
  }

  void receiveRows(Site peer, Sa mine, boolean tunnel) {
    client.write(
        client.insert(
            LinuxNetworking.RX_SA_CLASSIFICATION,
            values(ip(peer.outer), ip(outer), number(Integer.toUnsignedLong(mine.spi))),
            LinuxNetworking.IPSEC_DECRYPT,
            number(mine.index())));
    if (tunnel) {
      client.write(
          client.insert(
              LinuxNetworking.TUNNEL_TERM,
              values(ip(peer.outer), ip(outer)),
              LinuxNetworking.DECAP_TUNNEL));
    }
  }

  void encapsulationRows(Site peer, Sa mine) {
    client.write(
        client.insert(
            LinuxNetworking.TUNNEL_ENCAP_MOD,
            values(number(mine.index())),
            LinuxNetworking.ENCAP_MOD,
            ip(outer),
            ip(peer.outer),
            number(4)));
    client.write(
        client.insert(
            LinuxNetworking.TUNNEL,
            values(number(mine.index()), null),
            LinuxNetworking.SET_TUNNEL,
            number(mine.index())));
  }

  void policyRow(Site peer, Sa mine) {
    client.write(
        client.insert(
            LinuxNetworking.SPD,
            values(ip(peer.host), number(UDP)),
            LinuxNetworking.PROTECT,
            number(mine.index())));
  }

  /** Turns the hold rows into protection. */
  void protect(Site peer, boolean tunnel) {
    List<Update> rows = new ArrayList<>();
    for (int isTunnel = 0; isTunnel < 2; isTunnel++) {
      rows.add(
          client.update(
              Update.Type.MODIFY,
              LinuxNetworking.TX_SA_CLASSIFICATION,
              values(ip(peer.host), number(UDP), number(isTunnel)),
              tunnel
                  ? LinuxNetworking.TX_TUNNEL
                  : isTunnel == 1
                      ? LinuxNetworking.TX_TRANSPORT_UNDERLAY
                      : LinuxNetworking.TX_TRANSPORT,
              tunnel ? values(ip(peer.outer)) : List.of()));
    }
    client.write(rows.toArray(Update[]::new));
  }
}
