package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Gateway;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.negotiate.RedirectNotify;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.MessageEncoder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sent from one gateway to another (RFC 5685), and never by anybody who may not. */
class RedirectTest {
  private final Lab lab = new Lab();
  private Gateway other;

  private static Config client() {
    return Lab.leftNet().ids("site", "gw");
  }

  private static Config gateway() {
    return Lab.rightNet().ids("gw", "site");
  }

  @BeforeEach
  void third() {
    other = new Gateway(lab.time, lab.net, EngineSettings.defaults(), 0x5000);
    other.load(gateway().named("third").at("192.0.2.3", "192.0.2.1").build());
  }

  private ChildResult initiate() {
    ChildResult result = lab.left.initiate("to-right", "net");
    lab.time.run(Duration.ofSeconds(2));
    return result;
  }

  private void isAtTheThird() {
    assertThat(lab.left.onlySa().remote().getAddress().getHostAddress()).isEqualTo("192.0.2.3");
    assertThat(lab.left.onlySa().state()).isEqualTo("ESTABLISHED");
    assertThat(lab.left.children()).hasSize(1);
    assertThat(other.children()).hasSize(1);
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.plane.sas()).isEmpty();
  }

  @Test
  void inIkeSaInit() {
    lab.load(client(), gateway().redirectTo("192.0.2.3"));
    assertThat(initiate().outcome()).isEqualTo(Outcome.ok());
    isAtTheThird();
    assertThat(lab.right.count("ike-redirects-sent")).isOne();
    assertThat(lab.right.count("ike-established-responder")).isZero();
    assertThat(lab.left.count("ike-redirects-followed")).isOne();
    assertThat(other.count("notify-redirected-from-received")).isOne();
  }

  @Test
  void byADomainName() {
    lab.load(client(), gateway().redirectTo("no-such-name.invalid"));
    assertThat(initiate().outcome().reason())
        .contains("no-such-name.invalid")
        .contains("no name server knows");
    assertThat(lab.left.engine.snapshot()).isEmpty();
  }

  @Test
  void inIkeAuthWhenOnlyTheIdentityTellsWhoIsSent() {
    lab.load(client(), gateway().redirectTo("192.0.2.3"));
    lab.right.load(
        gateway()
            .named("stays")
            .ids("gw", "another")
            .child("n2", "10.5.0.0/16", "10.6.0.0/16")
            .build());
    assertThat(initiate().outcome()).isEqualTo(Outcome.ok());
    isAtTheThird();
    assertThat(lab.right.count("ike-established-responder")).isOne();
    assertThat(lab.right.count("ike-redirects-sent")).isOne();
  }

  @Test
  void onAnEstablishedIkeSaWithoutALoss() {
    lab.load(client(), gateway());
    lab.up();
    lab.traffic("net");
    lab.time.run(Duration.ofSeconds(5));
    // Packets are counted where they go: the third gateway has them from now on.
    lab.left.get(
        lab.right.engine.redirect(
            new Selection.Connection("to-left"), "192.0.2.3", Duration.ofSeconds(10)));
    lab.time.run(Duration.ofSeconds(3));
    isAtTheThird();
    assertThat(lab.left.count("ike-redirects-followed")).isOne();
    assertThat(lab.left.engine.snapshot()).hasSize(1);
  }

  @Test
  void whoStaysAfterARedirectIsEnded() {
    lab.load(client().stays(), gateway());
    lab.up();
    ChildResult refused =
        lab.right.get(
            lab.right.engine.redirect(
                new Selection.Connection("to-left"), "192.0.2.3", Duration.ofSeconds(10)));
    assertThat(refused.outcome().reason()).contains("cannot be redirected");
    assertThat(
            lab.right
                .get(
                    lab.right.engine.redirect(
                        new Selection.Connection("to-left"),
                        "not a gateway",
                        Duration.ofSeconds(1)))
                .outcome()
                .reason())
        .contains("neither an address nor a domain name");
    ChildResult wrongSide =
        lab.left.get(
            lab.left.engine.redirect(
                new Selection.Connection("to-right"), "192.0.2.3", Duration.ofSeconds(10)));
    assertThat(wrongSide.outcome().reason()).contains("we began the IKE SA");
  }

  private static final String INSIDE =
      "is in 10.2.0.0/16 that child 'net' protects: IKE with it would go through the very tunnel";

  @Test
  void aGatewayBehindTheTunnelIsRefusedByName() {
    lab.load(client(), gateway().redirectTo("10.2.0.3"));
    assertThat(initiate().outcome().reason()).contains("10.2.0.3").contains(INSIDE);
    assertThat(lab.left.engine.snapshot()).isEmpty();
    assertThat(lab.left.count("ike-redirects-refused")).isOne();
    assertThat(lab.left.count("ike-redirects-followed")).isZero();
  }

  @Test
  void aNameOfAGatewayBehindTheTunnelIsRefusedToo() {
    lab.load(
        Config.left().ids("site", "gw").child("net", "10.1.0.0/16", "127.0.0.0/8"),
        Config.right()
            .ids("gw", "site")
            .child("net", "127.0.0.0/8", "10.1.0.0/16")
            .redirectTo("localhost"));
    assertThat(initiate().outcome().reason()).contains("is in 127.0.0.0/8");
    assertThat(lab.left.engine.snapshot()).isEmpty();
  }

  @Test
  void onAnEstablishedIkeSaAGatewayBehindTheTunnelIsNotFollowed() {
    lab.load(client(), gateway());
    initiate();
    long before = lab.left.onlySa().initiatorSpi();
    lab.right.get(
        lab.right.engine.redirect(
            new Selection.Connection("to-left"), "10.2.200.1", Duration.ofSeconds(10)));
    lab.time.run(Duration.ofSeconds(5));
    assertThat(lab.left.onlySa().initiatorSpi()).isEqualTo(before);
    assertThat(lab.left.children()).hasSize(1);
    assertThat(lab.left.count("ike-redirects-refused")).isOne();
  }

  @Test
  void aTunnelForEverythingKeepsNobodyFromAGateway() {
    lab.load(
        Config.left().ids("site", "gw").child("net", "10.1.0.0/16", "0.0.0.0/0"),
        Config.right()
            .ids("gw", "site")
            .child("net", "0.0.0.0/0", "10.1.0.0/16")
            .redirectTo("192.0.2.3"));
    other.load(
        Config.right()
            .ids("gw", "site")
            .named("third")
            .at("192.0.2.3", "192.0.2.1")
            .child("net", "0.0.0.0/0", "10.1.0.0/16")
            .build());
    assertThat(initiate().outcome()).isEqualTo(Outcome.ok());
    isAtTheThird();
  }

  @Test
  void aClientThatIsToStayIsNotSent() {
    lab.load(client().stays(), gateway().redirectTo("192.0.2.3"));
    assertThat(initiate().outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.left.onlySa().remote().getAddress().getHostAddress()).isEqualTo("192.0.2.2");
  }

  @Test
  void gatewaysThatSendPeersToEachOtherAreLeft() {
    lab.load(client(), gateway().redirectTo("192.0.2.3"));
    other.load(
        gateway().named("third").at("192.0.2.3", "192.0.2.1").redirectTo("192.0.2.2").build());
    assertThat(initiate().outcome().reason()).contains("5 times within 300 s");
    assertThat(lab.left.count("ike-redirects-followed")).isEqualTo(5);
    assertThat(lab.left.engine.snapshot()).isEmpty();
    // Later it is tried again.
    lab.time.run(Duration.ofMinutes(6));
    other.load(gateway().named("third").at("192.0.2.3", "192.0.2.1").build());
    assertThat(initiate().outcome()).isEqualTo(Outcome.ok());
    isAtTheThird();
  }

  @Test
  void whoeverWeAreSentToHasToBeWhoWeWanted() {
    other.load(gateway().named("third").at("192.0.2.3", "192.0.2.1").ids("evil", "site").build());
    lab.load(client(), gateway().redirectTo("192.0.2.3"));
    assertThat(initiate().outcome().done()).isFalse();
    assertThat(lab.left.plane.sas()).isEmpty();
  }

  @Test
  void anAnswerWithoutOurNonceLeadsNobodyAway() {
    lab.load(client(), gateway());
    boolean[] told = {false};
    lab.net.setWeather(
        d -> {
          if (!told[0] && d.remote().getAddress().getHostAddress().equals("192.0.2.2")) {
            told[0] = true;
            forge(d);
          }
          return List.of(Duration.ofMillis(50));
        });
    assertThat(initiate().outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.left.onlySa().remote().getAddress().getHostAddress()).isEqualTo("192.0.2.2");
    assertThat(lab.left.count("ike-redirects-dropped")).isOne();
    assertThat(lab.left.count("ike-redirects-followed")).isZero();
  }

  /** As an attacker that saw the SPI but not, or not well, the nonce. */
  private void forge(Datagram request) {
    long spi = ByteBuffer.wrap(request.octets()).getLong();
    byte[] answer =
        MessageEncoder.encode(
            IkeHeader.of(spi, 0, ExchangeType.IKE_SA_INIT, false, true, 0),
            List.of(RedirectNotify.to("192.0.2.3", new byte[32])));
    lab.net.inject(new Datagram(request.remote(), request.local(), false, answer));
  }
}
