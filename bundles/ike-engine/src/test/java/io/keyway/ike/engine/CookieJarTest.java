package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.engine.CookieJar.Demand;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.VirtualTime;
import io.keyway.ike.message.Octets;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CookieJarTest {
  private static final Octets NONCE = Octets.ofHex("00112233445566778899aabbccddeeff");
  private static final InetSocketAddress PEER =
      new InetSocketAddress(Config.address("192.0.2.9"), 500);

  private final VirtualTime time = new VirtualTime();
  private final CookieJar jar = new CookieJar(time, new SecureRandom());

  @Test
  void aCookieIsGoodForItsOwnMessageOnly() {
    Octets cookie = jar.bake(NONCE, 7, PEER, Demand.NONE);
    assertThat(cookie.length()).isBetween(1, 64);
    assertThat(jar.read(cookie, NONCE, 7, PEER)).isPresent();
    assertThat(jar.read(cookie, NONCE, 8, PEER)).isEmpty();
    assertThat(jar.read(cookie, Octets.ofHex("ff"), 7, PEER)).isEmpty();
    InetSocketAddress other = new InetSocketAddress(PEER.getAddress(), 501);
    assertThat(jar.read(cookie, NONCE, 7, other)).isEmpty();
    assertThat(jar.read(Octets.EMPTY, NONCE, 7, PEER)).isEmpty();
    assertThat(jar.read(Octets.ofHex("01"), NONCE, 7, PEER)).isEmpty();
    assertThat(new CookieJar(time, new SecureRandom()).read(cookie, NONCE, 7, PEER)).isEmpty();
  }

  @Test
  void aCookieOutlivesOneChangeOfTheKeyAndNotTwo() {
    Octets cookie = jar.bake(NONCE, 7, PEER, Demand.NONE);
    time.run(Duration.ofMinutes(6));
    assertThat(jar.read(cookie, NONCE, 7, PEER)).isPresent();
    assertThat(jar.bake(NONCE, 7, PEER, Demand.NONE)).isNotEqualTo(cookie);
    time.run(Duration.ofMinutes(6));
    assertThat(jar.read(cookie, NONCE, 7, PEER)).isEmpty();
  }

  @Test
  void aCookieKeepsItsPuzzleAndTheSenderCannotEaseIt() {
    Octets cookie = jar.bake(NONCE, 7, PEER, new Demand(5, 18));
    assertThat(jar.read(cookie, NONCE, 7, PEER)).contains(new Demand(5, 18));
    byte[] eased = cookie.toArray();
    eased[3] = 0;
    assertThat(jar.read(Octets.copyOf(eased), NONCE, 7, PEER)).isEmpty();
  }
}
