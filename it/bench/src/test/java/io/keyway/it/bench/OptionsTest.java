package io.keyway.it.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.it.bench.node.Proof;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
  @Test
  void namesChooseWhatRuns() throws Options.Bad {
    Options options = Options.parse(List.of("--archive", "missing.tar.gz", "ike", "--quick"));
    assertThat(options.parts()).containsExactly(Options.Part.IKE);
    assertThat(options.quick()).isTrue();
  }

  @Test
  void everythingRunsWithoutANameAndNeedsTheDistribution() {
    assertThatThrownBy(() -> Options.parse(List.of("--archive", "missing.tar.gz")))
        .isInstanceOf(Options.Bad.class)
        .hasMessageContaining("missing.tar.gz");
  }

  @Test
  void saysWhatItDoesNotKnow() {
    assertThatThrownBy(() -> Options.parse(List.of("speed")))
        .isInstanceOf(Options.Bad.class)
        .hasMessageContaining("'speed'");
  }

  @Test
  void choosesGroupsAuthenticationAndTheNumberOfTunnels() throws Options.Bad {
    Options options =
        Options.parse(
            List.of("ike", "--group", "x25519,ecp384", "--auth", "rsa-3072", "--tunnels", "5000"));
    assertThat(options.groups())
        .containsExactly(KeyExchangeMethod.X25519, KeyExchangeMethod.ECP_384);
    assertThat(options.proofs()).containsExactly(Proof.RSA_3072);
    assertThat(options.tunnels()).isEqualTo(5000);
  }

  @Test
  void refusesValuesThatItDoesNotKnowByName() {
    assertThatThrownBy(() -> Options.parse(List.of("ike", "--group", "modp1024")))
        .isInstanceOf(Options.Bad.class)
        .hasMessageContaining("--group does not know 'modp1024'");
    assertThatThrownBy(() -> Options.parse(List.of("ike", "--tunnels", "50")))
        .isInstanceOf(Options.Bad.class)
        .hasMessageContaining("from 100 to");
    assertThatThrownBy(() -> Options.parse(List.of("ike", "--auth")))
        .isInstanceOf(Options.Bad.class)
        .hasMessageContaining("--auth needs a value");
  }
}
