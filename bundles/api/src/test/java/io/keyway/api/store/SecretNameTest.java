package io.keyway.api.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.PpkSettings;
import java.util.List;
import org.junit.jupiter.api.Test;

class SecretNameTest {

  @Test
  void putsThePeerInThePlaceOfTheStar() {
    assertThat(SecretName.of("psk", "peer")).contains("psk");
    assertThat(SecretName.of("site:*", "cell-17.example.org")).contains("site:cell-17.example.org");
    assertThat(SecretName.of("*", "cell-17")).contains("cell-17");
  }

  @Test
  void makesNoNameOfWhatCanBeNone() {
    assertThat(SecretName.of("site:*", "")).isEmpty();
    assertThat(SecretName.of("site:*", "C=CH, CN=gw")).isEmpty();
    assertThat(SecretName.of("site:*", "../../etc/passwd")).isEmpty();
    assertThat(SecretName.of("site:*", "x".repeat(200))).isEmpty();
  }

  @Test
  void findsTheFirstPpkThatFits() {
    PpkSettings settings =
        new PpkSettings(
            List.of(
                new PpkSettings.Ppk("a", "one"),
                new PpkSettings.Ppk("cell-*.example.org", "ppk:*"),
                new PpkSettings.Ppk("*", "rest")),
            false);
    assertThat(settings.secretOf("a")).contains("one");
    assertThat(settings.secretOf("cell-7.example.org")).contains("ppk:cell-7.example.org");
    assertThat(settings.secretOf("cell-.example.net")).contains("rest");
    assertThat(settings.own()).contains(settings.keys().get(0));
  }
}
