package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.it.kit.Restconf;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(SharedContainer.class)
class RestconfIT {
  private static final String IPSEC = "/rests/data/keyway-ipsec:ipsec";
  private static final String POLICY = IPSEC + "/ike-policies/ike-policy=rc1";
  private static final String PROPOSAL =
      """
      {"name": "1", "encryption": "aes256-gcm", "integrity": "none", "prf": "sha384",
       "dh-group": "ecp384"}
      """;

  private Restconf restconf;

  @BeforeEach
  void take(Container container) {
    restconf = container.restconf();
  }

  @AfterEach
  void tidy() throws Exception {
    restconf.delete(POLICY);
  }

  @Test
  void whatIsWrittenIsReadUntilItIsDeleted() throws Exception {
    assertThat(restconf.put(POLICY, policy("rc1", PROPOSAL)).status()).isEqualTo(201);
    assertThat(restconf.put(POLICY, policy("rc1", PROPOSAL)).status()).isEqualTo(204);
    JsonObject read =
        restconf
            .get(POLICY + "?content=config")
            .json()
            .getAsJsonArray("keyway-ipsec:ike-policy")
            .get(0)
            .getAsJsonObject();
    assertThat(read.get("name").getAsString()).isEqualTo("rc1");
    assertThat(read.toString()).contains("\"prf\":\"sha384\"", "\"encryption\":\"aes256-gcm\"");
    assertThat(restconf.delete(POLICY).status()).isEqualTo(204);
    assertThat(restconf.get(POLICY).status()).isIn(404, 409);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"prf\": \"sha384\", \"encryption\": \"rot13\", \"integrity\": \"none\"",
        "\"prf\": \"sha1024\", \"encryption\": \"aes256-gcm\", \"integrity\": \"none\"",
        "\"colour\": \"red\""
      })
  void theSchemaRefusesWhatItDoesNotKnow(String leaves) throws Exception {
    Restconf.Reply reply = restconf.put(POLICY, policy("rc1", "{\"name\": \"1\", " + leaves + "}"));
    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(restconf.get(POLICY).status()).isIn(404, 409);
  }

  @Test
  void aTunnelWithoutItsGatewayIsRefusedByName() throws Exception {
    JsonObject tunnel =
        JsonParser.parseString(
                """
                {"keyway-ipsec:tunnel": [{"name": "rc1", "gateway": "no-such-gateway",
                  "child-policy": "no-such-policy"}]}
                """)
            .getAsJsonObject();
    Restconf.Reply reply = restconf.put(IPSEC + "/tunnels/tunnel=rc1", tunnel);
    assertThat(reply.status()).as(reply.text()).isBetween(400, 500);
    assertThat(reply.text()).contains("no-such-gateway");
    assertThat(restconf.get(IPSEC + "/tunnels/tunnel=rc1?content=config").status()).isIn(404, 409);
  }

  @Test
  void secretsGoInAndOnlyTheirNamesComeOut() throws Exception {
    JsonObject put = new JsonObject();
    put.addProperty("name", "rc-secret");
    put.addProperty("kind", "pre-shared-key");
    put.addProperty("octets", "cmMtc2VjcmV0LW9jdGV0cy1vZi10aGlzLXRlc3Q=");
    restconf.rpc("put-secret", put);
    JsonObject names = restconf.rpc("list-secrets", new JsonObject());
    assertThat(names.toString())
        .contains("rc-secret", "pre-shared-key")
        .doesNotContain("cmMtc2VjcmV0", "rc-secret-octets");
    JsonObject name = new JsonObject();
    name.addProperty("name", "rc-secret");
    restconf.rpc("delete-secret", name);
    assertThat(restconf.rpc("list-secrets", new JsonObject()).toString())
        .doesNotContain("rc-secret");
  }

  @ParameterizedTest
  @CsvSource({"keyway-ipsec", "openconfig-ipsec-offload", "ietf-i2nsf-ikec"})
  void theModelIsInTheLibrary(String module) throws Exception {
    // OpenDaylight writes name_revision where a module has a revision.
    assertThat(restconf.get("/rests/data/ietf-yang-library:modules-state").text())
        .containsPattern("\"name\":\"" + module + "[_\"]");
  }

  private static JsonObject policy(String name, String proposal) {
    return JsonParser.parseString(
            """
            {"keyway-ipsec:ike-policy": [{"name": "%s", "proposals": {"proposal": [%s]}}]}
            """
                .formatted(name, proposal))
        .getAsJsonObject();
  }
}
