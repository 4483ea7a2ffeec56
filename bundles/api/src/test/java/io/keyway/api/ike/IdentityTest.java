package io.keyway.api.ike;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class IdentityTest {

  @Test
  void namesOfStrangersSteerNoTerminalAndStayTellable() {
    Identity steering = named("gw\n\u001b[31mestablished");
    assertThat(steering.toString()).isEqualTo("gw\\x0a\\x1b[31mestablished");
    assertThat(named("gw\u009b").toString()).isNotEqualTo(named("gw\u0007").toString());
    assertThat(named("gw-\u00e9.example").toString()).isEqualTo("gw-\u00e9.example");
  }

  private static Identity named(String text) {
    return new Identity(Identity.Type.FQDN, text.getBytes(StandardCharsets.UTF_8));
  }
}
