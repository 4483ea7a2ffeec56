package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.emulator.v1.ExpireSpiRequest;
import io.keyway.it.kit.EmulatorClient;
import io.keyway.it.kit.EventReader;
import io.keyway.it.kit.ForeignController;
import io.keyway.it.kit.Restconf;
import io.keyway.it.kit.Site;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code sadb-expire} of a device's model, read over RESTCONF at its mount point. */
@ExtendWith(SharedContainer.class)
class DeviceNotificationsIT {
  private static final String IPSEC = "/rests/data/keyway-ipsec:ipsec";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Restconf admin;
  private final Site a = Container.A;

  DeviceNotificationsIT(Container container) {
    this.admin = container.restconf();
  }

  @AfterEach
  void tidy() throws Exception {
    admin.delete(IPSEC);
  }

  private static JsonObject json(String text) {
    return JsonParser.parseString(text).getAsJsonObject();
  }

  @Test
  void anExpiryThatTheDeviceTellsByGnmiIsHeardFromTheStreamOfItsMountPoint() throws Exception {
    Restconf.Reply put =
        admin.put(
            IPSEC + "/data-planes/data-plane=" + a.plane(),
            json(
                """
                {"keyway-ipsec:data-plane": [{"name": "%s",
                  "infrap4d": {"p4runtime-address": "127.0.0.1:%d", "tls": {"enabled": false}}}]}
                """
                    .formatted(a.plane(), a.devicePort())));
    assertThat(put.ok()).as(put.text()).isTrue();
    Restconf.Reply made =
        admin.post(
            "/rests/operations/odl-device-notification:subscribe-device-notification",
            json(
                """
                {"odl-device-notification:input": {"path":
                  "/keyway-ipsec:ipsec/data-planes/data-plane[name='%s']"}}
                """
                    .formatted(a.plane())));
    assertThat(made.ok()).as(made.text()).isTrue();
    String stream =
        made.json()
            .getAsJsonObject("odl-device-notification:output")
            .get("stream-name")
            .getAsString();
    String[] heard = new String[1];
    // Until somebody has asked it for an SPI the device tells of no expiry.
    try (ForeignController operator = new ForeignController(a.devicePort(), "operator")) {
      operator.spi();
    }
    try (EventReader reader = admin.events("/rests/streams/json/" + stream);
        EmulatorClient device = new EmulatorClient(a.controlPort())) {
      device.await(LIMIT);
      Await.until(
          LIMIT,
          () -> {
            // Neither the device nor the stream keeps what nobody listened for.
            device
                .stub()
                .expireSpi(
                    ExpireSpiRequest.newBuilder()
                        .setSpi(0x01000101)
                        .setSoft(true)
                        .setDestAddress("2001:db8::7")
                        .build());
            heard[0] = reader.events().poll(500, TimeUnit.MILLISECONDS);
            return heard[0] != null;
          });
    }
    JsonObject expiry =
        json(heard[0])
            .getAsJsonObject("ietf-restconf:notification")
            .getAsJsonObject("openconfig-ipsec-offload:sadb-expire");
    assertThat(expiry)
        .isEqualTo(
            json(
                """
                {"ipsec-sa-spi": 16777473, "soft-lifetime-expire": true, "ipsec-sa-protocol": 50,
                 "ipsec-sa-dest-address": "2001:db8:0:0:0:0:0:7", "address-family": false}
                """));
  }
}
