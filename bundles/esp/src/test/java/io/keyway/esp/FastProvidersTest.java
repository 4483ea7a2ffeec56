package io.keyway.esp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.Provider;
import java.security.Security;
import org.junit.jupiter.api.Test;

class FastProvidersTest {
  private static final String GCM = "AES/GCM/NoPadding";

  /** Offers AES-GCM (by the JDK's class) under a name of our choosing. */
  private static final class Renamed extends Provider {
    Renamed(String name) {
      super(name, "1", "test");
      Provider.Service real = Security.getProvider("SunJCE").getService("Cipher", GCM);
      put("Cipher." + GCM, real.getClassName());
    }
  }

  private static final class Silent extends Provider {
    Silent() {
      super("AmazonCorrettoCryptoProvider", "1", "test");
    }
  }

  @Test
  void bouncyCastleIsNeverTaken() {
    Provider sun = Security.getProvider("SunJCE");
    assertThat(FastProviders.choose(GCM, new Provider[] {new Renamed("BC"), sun})).isSameAs(sun);
    assertThatThrownBy(
            () ->
                FastProviders.choose(
                    GCM, new Provider[] {new Renamed("BC"), new Renamed("BCFIPS")}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("SunJCE");
  }

  @Test
  void aProviderThatCannotDoTheKnownTestIsPassedOver() {
    Provider sun = Security.getProvider("SunJCE");
    assertThat(FastProviders.choose(GCM, new Provider[] {new Silent(), sun})).isSameAs(sun);
  }

  @Test
  void theChoiceOfThisMachineIsAFastOne() {
    assertThat(FastProviders.gcm().getName()).isIn("SunJCE", "AmazonCorrettoCryptoProvider");
  }
}
