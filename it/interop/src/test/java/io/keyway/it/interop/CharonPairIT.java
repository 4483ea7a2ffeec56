package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.lab.Exec;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The harness itself, with charon at both ends: a test of Keyway may trust it only then. */
@Interop
class CharonPairIT {

  @Test
  void bothEndsInstallTheSameKeys(Lab lab) {
    Charon a = Charon.start(lab, lab.left(), SwanctlConf.cnr(lab.left(), lab.right()));
    Charon b = Charon.start(lab, lab.right(), SwanctlConf.cnr(lab.right(), lab.left()));

    a.initiate().orFail();

    List<SaKeys> keys = a.stub().awaitPair(2);
    assertThat(keys).isEqualTo(b.stub().awaitPair(2));
    assertThat(keys).extracting(SaKeys::encryption).containsOnly(20);
    // AES-256-GCM: 32 octets of key and 4 of salt.
    assertThat(keys).extracting(k -> k.encryptionKey().length()).containsOnly(72);
    assertThat(keys.get(0).encryptionKey()).isNotEqualTo(keys.get(1).encryptionKey());
    assertThat(keys).extracting(SaKeys::integrity).containsOnly(0);
    assertThat(keys).extracting(SaKeys::mode).containsOnly("tunnel");
    assertThat(a.ikeSpis()).isEqualTo(b.ikeSpis());
  }

  @Test
  void theLogShowsSelectorsAndPolicies(Lab lab) {
    Charon a = Charon.start(lab, lab.left(), SwanctlConf.cnr(lab.left(), lab.right()));
    Charon.start(lab, lab.right(), SwanctlConf.cnr(lab.right(), lab.left()));

    a.initiate().orFail();
    a.stub().awaitPair(2);
    Await.until("three policies", () -> a.stub().events("add_policy").size() == 3);

    JsonObject out =
        a.stub().events("add_policy").stream()
            .filter(e -> StubLog.text(e, "direction").equals("out"))
            .findFirst()
            .orElseThrow();
    assertThat(out.getAsJsonObject("src_ts").get("from").getAsString()).isEqualTo("10.1.0.0");
    assertThat(out.getAsJsonObject("src_ts").get("to").getAsString()).isEqualTo("10.1.0.255");
    assertThat(out.getAsJsonObject("dst_ts").get("from").getAsString()).isEqualTo("10.2.0.0");
    assertThat(a.stub().selectedOutbound()).contains(StubLog.text(out, "spi"));
    assertThat(a.stub().events("start").get(0).get("sizeof_daemon").getAsInt())
        .as("the size that Debian's build has")
        .isEqualTo(176);
  }

  @Test
  void anExpireFromTheStubRekeysTheChild(Lab lab) {
    Charon a = Charon.start(lab, lab.left(), SwanctlConf.cnr(lab.left(), lab.right()));
    Charon b = Charon.start(lab, lab.right(), SwanctlConf.cnr(lab.right(), lab.left()));
    a.initiate().orFail();
    List<SaKeys> first = a.stub().awaitPair(2);
    SaKeys outbound =
        first.stream().filter(k -> k.dst().equals(lab.right().address())).findFirst().orElseThrow();

    a.control("expire soft " + outbound.spi() + " " + outbound.dst());

    List<SaKeys> second = a.stub().awaitPair(4);
    assertThat(second).isEqualTo(b.stub().awaitPair(4)).doesNotContainAnyElementsOf(first);
  }

  @Test
  void aFailedInstallEndsTheChildOnly(Lab lab) {
    Charon a = Charon.start(lab, lab.left(), SwanctlConf.cnr(lab.left(), lab.right()));
    Charon b = Charon.start(lab, lab.right(), SwanctlConf.cnr(lab.right(), lab.left()));
    b.control("fail add_sa 2");

    assertThat(a.initiate().ok()).isFalse();

    assertThat(b.stub().installed()).isEmpty();
    assertThat(a.established()).isTrue();
  }

  @Test
  void aWrongSecretIsSeenAsSuch(Lab lab) {
    Charon a = Charon.start(lab, lab.left(), SwanctlConf.cnr(lab.left(), lab.right()));
    Charon.start(
        lab, lab.right(), SwanctlConf.cnr(lab.right(), lab.left()).secret("something else"));

    Exec.Result result = a.initiate();

    assertThat(result.ok()).isFalse();
    assertThat(result.output()).contains("AUTHENTICATION_FAILED");
    assertThat(a.stub().added()).isEmpty();
  }
}
