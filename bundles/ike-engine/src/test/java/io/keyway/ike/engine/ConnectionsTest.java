package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.Identity;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.sa.Candidates;
import io.keyway.ike.engine.sa.Connection;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
  private static final InetSocketAddress LOCAL =
      new InetSocketAddress(Config.address("192.0.2.2"), 500);

  private final Connections connections = new Connections();

  private Optional<Candidates> from(String peer) {
    return connections.candidates(LOCAL, Config.address(peer));
  }

  private List<String> expecting(String peer, String identity) {
    return from(peer)
        .map(c -> c.expecting(Identity.parse(identity)).stream().map(Connection::name).toList())
        .orElse(List.of());
  }

  @Test
  void findsByAddressThenByIdentity() {
    connections.put(Config.right().named("fixed").ids("gw", "a").build());
    connections.put(Config.right().named("any-a").anyPeer().ids("gw", "a").build());
    connections.put(Config.right().named("any-b").anyPeer().ids("gw", "b").build());
    connections.put(Config.right().named("any").anyPeer().ids("gw", null).build());
    assertThat(expecting("192.0.2.1", "a")).containsExactly("fixed", "any-a", "any");
    assertThat(expecting("192.0.2.99", "a")).containsExactly("any-a", "any");
    assertThat(expecting("192.0.2.99", "b")).containsExactly("any-b", "any");
    assertThat(expecting("192.0.2.99", "c")).containsExactly("any");
  }

  @Test
  void aConnectionWithAnAddressExpectsThatAddressAsIdentity() {
    connections.put(Config.right().named("fixed").build());
    assertThat(expecting("192.0.2.1", "192.0.2.1")).containsExactly("fixed");
    assertThat(expecting("192.0.2.1", "192.0.2.7")).isEmpty();
    assertThat(from("192.0.2.7")).isEmpty();
  }

  @Test
  void theMostSpecificPatternComesFirst() {
    connections.put(Config.right().named("all").anyPeer().ids("gw", "%any").build());
    connections.put(Config.right().named("org").anyPeer().ids("gw", "*.example.org").build());
    connections.put(Config.right().named("open").anyPeer().ids("gw", null).build());
    connections.put(Config.right().named("cells").anyPeer().ids("gw", "*.c.example.org").build());
    connections.put(Config.right().named("one").anyPeer().ids("gw", "x.c.example.org").build());
    connections.put(Config.right().named("bound").ids("gw", "*.c.example.org").build());
    assertThat(expecting("192.0.2.99", "x.c.example.org"))
        .containsExactly("one", "cells", "org", "all", "open");
    assertThat(expecting("192.0.2.1", "y.c.example.org"))
        .as("of the same pattern the one for the very address comes first")
        .containsExactly("bound", "cells", "org", "all", "open");
    assertThat(expecting("192.0.2.99", "y.c.example.org"))
        .containsExactly("cells", "org", "all", "open");
    connections.remove(connections.get("org").orElseThrow());
    assertThat(expecting("192.0.2.99", "z.example.org")).containsExactly("all", "open");
  }

  @Test
  void replacingMovesAConnectionAndKeepsItsObject() {
    Connection first = connections.put(Config.right().named("x").ids("gw", "a").build());
    Connection second = connections.put(Config.right().named("x").anyPeer().ids("gw", "b").build());
    assertThat(second).isSameAs(first);
    assertThat(expecting("192.0.2.1", "a")).isEmpty();
    assertThat(expecting("192.0.2.1", "b")).containsExactly("x");
    connections.remove(second);
    assertThat(from("192.0.2.1")).isEmpty();
    assertThat(connections.names()).isEmpty();
  }

  @Test
  void proposalsOfAllAreOfferedOnceAndForgottenWithTheLast() {
    connections.put(Config.right().named("a").anyPeer().ids("g", "a").build());
    connections.put(
        Config.right()
            .named("b")
            .anyPeer()
            .ids("g", "b")
            .ike(Config.GCM_X25519, Config.GCM_ECP256)
            .build());
    assertThat(from("192.0.2.1").orElseThrow().proposals())
        .containsExactly(Config.GCM_X25519, Config.GCM_ECP256);
    connections.remove(connections.get("b").orElseThrow());
    assertThat(from("192.0.2.1").orElseThrow().proposals()).containsExactly(Config.GCM_X25519);
  }

  @Test
  void tenThousandSitesAreFoundByTheirNames() {
    for (int i = 0; i < 10_000; i++) {
      connections.put(
          Config.right().named("site-" + i).anyPeer().ids("gw", "site-" + i + ".ex").build());
    }
    assertThat(expecting("198.51.100.1", "site-9876.ex")).containsExactly("site-9876");
    assertThat(from("198.51.100.1").orElseThrow().proposals()).hasSize(1);
  }

  @Test
  void theNarrowestRangeOfThePeersAddressComesFirst() {
    connections.put(Config.right().named("any").anyPeer().ids("gw", "a").build());
    connections.put(
        Config.right().named("wide").anyPeer().ranges("10.0.0.0/8").ids("gw", "a").build());
    connections.put(
        Config.right()
            .named("some")
            .anyPeer()
            .ranges("10.1.0.7-10.1.0.20", "2001:db8::/32")
            .ids("gw", "a")
            .build());
    connections.put(Config.right().named("one").at("192.0.2.2", "10.1.0.9").ids("gw", "a").build());
    assertThat(expecting("10.1.0.9", "a")).containsExactly("one", "some", "wide", "any");
    assertThat(expecting("10.1.0.20", "a")).containsExactly("some", "wide", "any");
    assertThat(expecting("10.1.0.21", "a")).containsExactly("wide", "any");
    assertThat(expecting("11.0.0.1", "a")).containsExactly("any");
    assertThat(expecting("2001:db8::7", "a")).containsExactly("some", "any");

    connections.remove(connections.get("some").orElseThrow());
    assertThat(expecting("10.1.0.9", "a")).containsExactly("one", "wide", "any");
    connections.put(
        Config.right().named("wide").anyPeer().ranges("172.16.0.0/12").ids("gw", "a").build());
    assertThat(expecting("10.1.0.9", "a")).containsExactly("one", "any");
    assertThat(expecting("172.31.255.255", "a")).containsExactly("wide", "any");
  }

  @Test
  void whoHasRangesAndAnAddressTakesPeersFromBoth() {
    connections.put(Config.right().named("c").ranges("198.51.100.0/24").ids("gw", "a").build());
    assertThat(expecting("192.0.2.1", "a")).containsExactly("c");
    assertThat(expecting("198.51.100.255", "a")).containsExactly("c");
    assertThat(from("198.51.101.0")).isEmpty();
  }
}
