package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

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
    Octets cookie = jar.bake(NONCE, 7, PEER);
    assertThat(cookie.length()).isBetween(1, 64);
    assertThat(jar.isOurs(cookie, NONCE, 7, PEER)).isTrue();
    assertThat(jar.isOurs(cookie, NONCE, 8, PEER)).isFalse();
    assertThat(jar.isOurs(cookie, Octets.ofHex("ff"), 7, PEER)).isFalse();
    InetSocketAddress other = new InetSocketAddress(PEER.getAddress(), 501);
    assertThat(jar.isOurs(cookie, NONCE, 7, other)).isFalse();
    assertThat(jar.isOurs(Octets.EMPTY, NONCE, 7, PEER)).isFalse();
    assertThat(jar.isOurs(Octets.ofHex("01"), NONCE, 7, PEER)).isFalse();
    assertThat(new CookieJar(time, new SecureRandom()).isOurs(cookie, NONCE, 7, PEER)).isFalse();
  }

  @Test
  void aCookieOutlivesOneChangeOfTheKeyAndNotTwo() {
    Octets cookie = jar.bake(NONCE, 7, PEER);
    time.run(Duration.ofMinutes(6));
    assertThat(jar.isOurs(cookie, NONCE, 7, PEER)).isTrue();
    assertThat(jar.bake(NONCE, 7, PEER)).isNotEqualTo(cookie);
    time.run(Duration.ofMinutes(6));
    assertThat(jar.isOurs(cookie, NONCE, 7, PEER)).isFalse();
  }
}
