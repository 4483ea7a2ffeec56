package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.keyway.it.kit.Restconf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The Cloud-Native Router's own file, by the shell, into the datastore. */
@ExtendWith(SharedContainer.class)
class YamlLoadIT {
  private static final String IPSEC = "/rests/data/keyway-ipsec:ipsec";
  private static final String KEY = "lGRhe+l34uOJO1rPaYx/kdHq90FYb7AG";
  private static final String FILE =
      """
      ipsec:
        ike-policies:
          - name: ike-policy-1
            ike-version: v2
            proposals:
              - encryption: aes256-gcm
                integrity: none
                prf: sha384
                dh-group: ecp384
            rekey-time: 14400
            mobike: false
            nat-traversal: false
            authentication:
              method: pre-shared-key
              local-id: 172.37.1.7
              remote-id: 172.37.1.8
              pre-shared-key: %s
      gateways:
        - name: ike-gw-1
          ike-policy: ike-policy-1
          local-address: 172.37.1.7
          remote-address: 172.37.1.8
          connection-type: unicast
      tunnels:
        - name: ipsec-tunnel-1
          gateway: ike-gw-1
          child-policy: child-policy-1
          enable: true
      """
          .formatted(KEY);

  private Restconf restconf;
  private Container container;
  private Path file;

  @BeforeEach
  void take(Container shared) throws IOException {
    container = shared;
    restconf = shared.restconf();
    file = shared.distribution().home().resolve("data/tmp/cnr.yaml");
    Files.writeString(file, FILE);
  }

  @AfterEach
  void tidy() throws Exception {
    restconf.delete(IPSEC + "/tunnels/tunnel=ipsec-tunnel-1");
    restconf.delete(IPSEC + "/gateways/gateway=ike-gw-1");
    restconf.delete(IPSEC + "/child-policies/child-policy=child-policy-1");
    restconf.delete(IPSEC + "/ike-policies/ike-policy=ike-policy-1");
    container.shell().run("ipsec:secret --delete ike-policy.ike-policy-1");
    Files.delete(file);
  }

  private String config() throws Exception {
    return restconf.get(IPSEC + "?content=config").text();
  }

  @Test
  void theFileLoadsAsItStandsAndItsKeyStaysOutOfTheDatastore() throws Exception {
    Shell.Output loaded = container.shell().run("ipsec:load " + file);

    assertThat(loaded.status()).as(loaded.text()).isZero();
    assertThat(loaded.text())
        .contains("loaded: ike-policy 1, child-policy 1, gateway 1, tunnel 1")
        .contains("child policy 'child-policy-1' is not in the file")
        .doesNotContain(KEY);
    String gateway = restconf.get(IPSEC + "/gateways/gateway=ike-gw-1").text();
    assertThat(gateway).contains("\"ike-policy\":\"ike-policy-1\"", "172.37.1.8");
    String policy = restconf.get(IPSEC + "/ike-policies/ike-policy=ike-policy-1").text();
    assertThat(policy)
        .contains("\"name\":\"1\"", "aes256-gcm", "ecp384", "ike-policy.ike-policy-1");
    assertThat(restconf.get(IPSEC + "/child-policies/child-policy=child-policy-1").status())
        .isEqualTo(200);
    assertThat(config()).doesNotContain(KEY);
    assertThat(restconf.rpc("list-secrets", new JsonObject()).toString())
        .contains("ike-policy.ike-policy-1")
        .doesNotContain(KEY);
    assertThat(container.shell().run("ipsec:tunnels ipsec-tunnel-1").text())
        .contains("ipsec-tunnel-1: ", "gateway ike-gw-1");

    Shell.Output again = container.shell().run("ipsec:load " + file);
    assertThat(again.status()).as("loading it again changes nothing: " + again.text()).isZero();
  }

  @Test
  void aFileWithOneDanglingNameLoadsNothing() throws Exception {
    String before = config();
    Files.writeString(file, FILE.replace("gateway: ike-gw-1", "gateway: ike-gw-2"));

    Shell.Output refused = container.shell().run("ipsec:load " + file);

    assertThat(refused.status()).isNotZero();
    assertThat(refused.text())
        .contains("line 26", "/tunnels/ipsec-tunnel-1/gateway", "did you mean ike-gw-1");
    assertThat(config()).isEqualTo(before);
    assertThat(restconf.rpc("list-secrets", new JsonObject()).toString())
        .doesNotContain("ike-policy.ike-policy-1");
  }
}
