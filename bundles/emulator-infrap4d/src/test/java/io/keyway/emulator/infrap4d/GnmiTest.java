package io.keyway.emulator.infrap4d;

import static io.keyway.emulator.infrap4d.RawClient.path;
import static io.keyway.emulator.infrap4d.RawClient.sadPath;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.keyway.emulator.infrap4d.pipeline.Counter;
import io.keyway.emulator.infrap4d.pipeline.SaView;
import io.keyway.protocol.gnmi.CapabilityRequest;
import io.keyway.protocol.gnmi.Encoding;
import io.keyway.protocol.gnmi.GetRequest;
import io.keyway.protocol.gnmi.Path;
import io.keyway.protocol.gnmi.SetRequest;
import io.keyway.protocol.gnmi.SetResponse;
import io.keyway.protocol.gnmi.TypedValue;
import io.keyway.protocol.gnmi.Update;
import io.keyway.protocol.gnmi.UpdateResult;
import io.keyway.protocol.gnmi.sad.IPsecSADBConfig;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Contract sections 2.1 to 2.5, 2.7 and 2.8 over real gRPC. */
class GnmiTest extends OneDevice {
  private static final String KEY = SaText.key(1, 36);

  /** A dying server answers or breaks the connection, whichever is quicker. */
  private static void breaks(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e ->
                assertThat(e.getStatus().getCode())
                    .isIn(Status.Code.UNAVAILABLE, Status.Code.CANCELLED));
  }

  private static Update update(Path path, TypedValue value) {
    return Update.newBuilder().setPath(path).setVal(value).build();
  }

  private static TypedValue text(String text) {
    return TypedValue.newBuilder().setProtoBytes(ByteString.copyFromUtf8(text)).build();
  }

  @Test
  void everyReadOfTheSpiAllocatesAnotherOne() {
    int first = client.allocateSpi();
    int second = client.allocateSpi();
    assertThat(first).isNotEqualTo(second);
    assertThat(first & 0xFFFFFF).as("the index is never 0").isNotZero();
    assertThat(device.device().counters().get(Counter.SPIS_ALLOCATED)).isEqualTo(2);
  }

  @Test
  void theNumberHasItsOctetsSwappedUnlessTheQuirkIsOff() throws Exception {
    long swapped = client.rxSpi();
    int spi = Integer.reverseBytes((int) swapped);
    // With strict indexes only the low 24 bits of the real SPI are taken.
    client.insertSa(SaText.of(spi & 0xFFFFFF, true, spi, KEY));
    Emulator straight =
        bed.device(
            EmulatorConfig.onLoopback("b", "wire")
                .with(Quirks.DEFAULT.with(Quirk.SPI_SWAPPED, false)));
    RawClient other = bed.client(straight);
    int first = (int) other.rxSpi();
    int second = (int) other.rxSpi();
    assertThat(second - first).as("a counter in host order").isEqualTo(1);
  }

  @Test
  void aFailedAllocationIsZeroInAnAnswerThatSaysOk() throws Exception {
    device.device().clearPipeline();
    assertThat(client.rxSpi()).isZero();
    RawClient other =
        bed.client(bed.device(EmulatorConfig.onLoopback("b", "wire").withoutCryptoFunction()));
    assertThat(other.rxSpi()).isZero();
  }

  @Test
  void aParentPathWalksIntoTheSpi() {
    var response =
        client
            .gnmi()
            .get(
                GetRequest.newBuilder()
                    .addPath(path("ipsec-offload"))
                    .setEncoding(Encoding.PROTO)
                    .build());
    assertThat(device.device().counters().get(Counter.SPIS_ALLOCATED)).isEqualTo(1);
    assertThat(response.getNotification(0).getUpdateCount()).isEqualTo(4);
  }

  @Test
  void otherNodesAnswerUnsupportedYet() {
    for (Path path :
        List.of(
            sadPath("sad-entry[offload-id=1][direction=1]"),
            path("ipsec-offload", "sad", "sad-entry", "state"),
            path("ipsec-offload", "sad", "sad-entry", "state", "counters", "pkt-dropped"),
            path("ipsec-offload", "sadb-expire"))) {
      assertThat(
              client
                  .gnmi()
                  .get(GetRequest.newBuilder().addPath(path).setEncoding(Encoding.PROTO).build())
                  .getNotification(0)
                  .getUpdate(0)
                  .getVal()
                  .getStringVal())
          .isEqualTo("unsupported yet");
    }
  }

  @Test
  void getWantsProtoAndKnownPathsWithoutAKeyCalledName() {
    fails(
        Status.Code.INVALID_ARGUMENT,
        () -> client.gnmi().get(client.spiRequest().setEncoding(Encoding.JSON_IETF).build()));
    fails(
        Status.Code.INVALID_ARGUMENT,
        () ->
            client
                .gnmi()
                .get(
                    GetRequest.newBuilder()
                        .addPath(sadPath("sad-entry[name=1]"))
                        .setEncoding(Encoding.PROTO)
                        .build()));
    fails(
        Status.Code.INVALID_ARGUMENT,
        () ->
            client
                .gnmi()
                .get(
                    GetRequest.newBuilder()
                        .addPath(path("interfaces", "interface"))
                        .setEncoding(Encoding.PROTO)
                        .build()));
  }

  @Test
  void anSaIsTextWithCommentsCommasAndSemicolons() {
    SetResponse response = client.insertSa(SaText.of(0x1234, true, 0xAB001234, KEY));
    UpdateResult result = response.getResponse(0);
    assertThat(result.getOp()).isEqualTo(UpdateResult.Operation.UPDATE);
    assertThat(result.getPath().getElem(2).getKeyMap())
        .containsEntry("offload-id", "4660")
        .containsEntry("direction", "1");
    assertThat(response.getTimestamp()).isPositive();
    assertThat(device.device().sas())
        .singleElement()
        .satisfies(
            sa -> {
              assertThat(sa.inbound()).isTrue();
              assertThat(sa.spi()).isEqualTo(0xAB001234);
              assertThat(sa.suite()).isEqualTo("AES_GCM_16_256");
              assertThat(sa.replayWindow()).isEqualTo(64);
              assertThat(sa.extSeqNum()).isTrue();
            });
  }

  @Test
  void replaceIsAnInsertTooAndSaysSo() {
    SetResponse response =
        client
            .gnmi()
            .set(
                SetRequest.newBuilder()
                    .addReplace(
                        update(
                            sadPath("sad-entry[offload-id=7][direction=0]"),
                            text(SaText.of(9, false, 5, KEY))))
                    .build());
    assertThat(response.getResponse(0).getOp()).isEqualTo(UpdateResult.Operation.REPLACE);
    assertThat(response.getResponse(0).getPath().getElem(2).getKeyOrThrow("offload-id"))
        .as("identity comes from the message, not from the path")
        .isEqualTo("9");
  }

  @Test
  void missingFieldsAreZeroNotTheDefaultsOfTheModel() {
    client.insertSa(
        "offload_id: 9 spi: 7 esp_payload { encryption { key: \"" + KEY + "\" key_len: 36 } }");
    assertThat(device.device().sas())
        .singleElement()
        .satisfies(
            sa -> {
              assertThat(sa.extSeqNum()).isFalse();
              assertThat(sa.replayWindow()).isZero();
              assertThat(sa.direction()).isFalse();
            });
  }

  @Test
  void thereIsNoModifyAndADuplicateIsUnknown() {
    client.insertSa(SaText.of(1, true, 1, KEY));
    assertThatThrownBy(() -> client.insertSa(SaText.of(1, true, 1, SaText.key(2, 36))))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
              assertThat(e.getStatus().getDescription())
                  .startsWith("One or more write operations failed.")
                  .contains("offload-id: 1")
                  .contains("direction: 1");
            });
    assertThat(device.device().counters().get(Counter.SAD_DUPLICATES)).isEqualTo(1);
    assertThat(device.device().sas()).hasSize(1);
  }

  @Test
  void theSameIndexServesBothDirections() {
    client.insertSa(SaText.of(5, true, 5, KEY));
    client.insertSa(SaText.of(5, false, 99, SaText.key(2, 20)));
    assertThat(device.device().sas()).extracting(SaView::inbound).containsExactly(true, false);
    assertThat(device.device().sas())
        .extracting(SaView::suite)
        .containsExactly("AES_GCM_16_256", "AES_GCM_16_128");
  }

  @Test
  void anythingButProtoBytesIsInvalid() {
    Path path = sadPath("sad-entry[name=*]");
    for (TypedValue value :
        List.of(
            TypedValue.newBuilder().setJsonIetfVal(ByteString.copyFromUtf8("{}")).build(),
            TypedValue.newBuilder().setStringVal("offload_id: 1").build(),
            TypedValue.getDefaultInstance())) {
      fails(
          Status.Code.INVALID_ARGUMENT,
          () -> client.gnmi().set(SetRequest.newBuilder().addUpdate(update(path, value)).build()));
    }
  }

  @Test
  void textThatDoesNotParseIsInternalAndKeepsTheKeyToItself() {
    assertThatThrownBy(() -> client.insertSa("no_such_field: 1 " + SaText.of(1, true, 1, KEY)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
              assertThat(e.getStatus().getDescription()).doesNotContain(KEY.substring(0, 11));
            });
    ByteString binary =
        IPsecSADBConfig.newBuilder().setOffloadId(1).setSpi(1).build().toByteString();
    fails(
        Status.Code.INTERNAL,
        () ->
            client
                .gnmi()
                .set(
                    SetRequest.newBuilder()
                        .addUpdate(
                            update(
                                sadPath("sad-entry[name=*]"),
                                TypedValue.newBuilder().setProtoBytes(binary).build()))
                        .build()));
  }

  @Test
  void theLeakOfTheRealServerCanBeSwitchedOn() throws Exception {
    RawClient other =
        bed.client(
            bed.device(
                EmulatorConfig.onLoopback("b", "wire")
                    .with(Quirks.DEFAULT.with("leak-on-parse-failure=true"))));
    assertThatThrownBy(() -> other.insertSa("nonsense: \"" + KEY + "\"")).hasMessageContaining(KEY);
  }

  @Test
  void aKeyThatIsNotHexPairsIsInternal() {
    for (String bad :
        List.of("", "zz:11", "1:2:3", KEY.replace(":", ""), KEY + ":", KEY.replace(':', '-'))) {
      fails(
          Status.Code.INTERNAL,
          () ->
              client.insertSa(
                  "offload_id: 1 spi: 1 direction: 1 esp_payload { encryption { key: \""
                      + bad
                      + "\" key_len: 36 } }"));
    }
    fails(Status.Code.INTERNAL, () -> client.insertSa("offload_id: 1 spi: 1"));
  }

  @Test
  void whatTheDeviceRefusesIsUnknownWithoutAReason() {
    String ok = SaText.of(1, true, 1, KEY);
    for (String bad :
        List.of(
            ok.replace("encryption_algorithm: 0", "encryption_algorithm: 12"),
            ok.replace("encryption_algorithm: 0", "encryption_algorithm: 20"),
            ok.replace("key_len: 36", "key_len: 32"),
            SaText.of(1, true, 1, SaText.key(1, 28)),
            SaText.of(1, true, 0x01000002, KEY),
            SaText.of(0x1000001, true, 0x1000001, KEY),
            ok.replace("spi: 1;", "spi: 0;"),
            ok.replace("anti_replay_window_size: 64", "anti_replay_window_size: 5000"))) {
      fails(Status.Code.UNKNOWN, () -> client.insertSa(bad));
    }
    assertThat(device.device().sas()).isEmpty();
    device.device().clearPipeline();
    fails(Status.Code.UNKNOWN, () -> client.insertSa(ok));
  }

  @Test
  void algorithmAndKeyLengthAreCutToTheirWidth() {
    client.insertSa(
        SaText.of(1, true, 1, KEY)
            .replace("encryption_algorithm: 0", "encryption_algorithm: 65537")
            .replace("key_len: 36", "key_len: 292"));
    assertThat(device.device().sas().get(0).suite()).isEqualTo("NULL_AUTH_AES_GMAC_256");
  }

  @Test
  void theSadHasAnEnd() throws Exception {
    RawClient other =
        bed.client(bed.device(EmulatorConfig.onLoopback("b", "wire").withSadCapacity(2)));
    other.insertSa(SaText.of(1, true, 1, SaText.key(1, 36)));
    other.insertSa(SaText.of(1, false, 9, SaText.key(2, 36)));
    fails(Status.Code.UNKNOWN, () -> other.insertSa(SaText.of(2, true, 2, SaText.key(3, 36))));
  }

  @Test
  void ianaNumbersAndKeyLengthWithoutSaltAreAQuirkAway() throws Exception {
    RawClient other =
        bed.client(
            bed.device(
                EmulatorConfig.onLoopback("b", "wire")
                    .with(
                        Quirks.DEFAULT.with(
                            "device-algorithm-numbers=false,key-length-with-salt=false,"
                                + "inbound-is-true=false"))));
    other.insertSa(
        SaText.of(1, false, 1, KEY)
            .replace("encryption_algorithm: 0", "encryption_algorithm: 20")
            .replace("key_len: 36", "key_len: 32"));
  }

  @Test
  void deletesCompareTheDirectionWithTheTextOne() {
    client.insertSa(SaText.of(1, true, 1, KEY));
    client.insertSa(SaText.of(1, false, 9, SaText.key(2, 36)));
    client.deleteSa("sad-entry[offload-id=1][direction=true]");
    assertThat(device.device().sas())
        .as("'true' is false")
        .extracting(SaView::inbound)
        .containsExactly(true);
    SetResponse response = client.deleteSa("sad-entry[offload-id=1][direction=1]");
    assertThat(response.getResponse(0).getOp()).isEqualTo(UpdateResult.Operation.DELETE);
    assertThat(device.device().sas()).isEmpty();
    fails(Status.Code.UNKNOWN, () -> client.deleteSa("sad-entry[offload-id=1][direction=1]"));
  }

  @Test
  void aDeleteByNameTakesBothDirections() {
    client.insertSa(SaText.of(77, true, 77, KEY));
    client.insertSa(SaText.of(77, false, 9, SaText.key(2, 36)));
    client.deleteSa("sad-entry[name=77]");
    assertThat(device.device().sas()).isEmpty();
  }

  @Test
  void aSetGoesInOrderAndStopsAtTheFirstFailureWithoutRollback() {
    client.insertSa(SaText.of(1, true, 1, KEY));
    SetRequest request =
        SetRequest.newBuilder()
            .addUpdate(
                update(
                    sadPath("sad-entry[name=*]"), text(SaText.of(3, true, 3, SaText.key(3, 36)))))
            .addReplace(update(sadPath("sad-entry[name=*]"), text("nonsense")))
            .addDelete(sadPath("sad-entry[offload-id=1][direction=1]"))
            .build();
    fails(Status.Code.INTERNAL, () -> client.gnmi().set(request));
    assertThat(device.device().sas())
        .as("the delete came first and stays; the update after the failed replace never ran")
        .isEmpty();
  }

  @Test
  void aSingleLeafIsParsedAsAWholeMessage() {
    fails(
        Status.Code.INTERNAL,
        () ->
            client
                .gnmi()
                .set(
                    SetRequest.newBuilder()
                        .addUpdate(
                            update(
                                path("ipsec-offload", "sad", "sad-entry[name=1]", "config", "spi"),
                                text("4711")))
                        .build()));
  }

  @Test
  void onlyTheConfigNodeCanBeSet() {
    fails(
        Status.Code.INVALID_ARGUMENT,
        () ->
            client
                .gnmi()
                .set(
                    SetRequest.newBuilder()
                        .addUpdate(
                            update(
                                path("ipsec-offload", "sad", "sad-entry[name=1]", "state"),
                                text("offload_id: 1")))
                        .build()));
    fails(
        Status.Code.INVALID_ARGUMENT,
        () ->
            client
                .gnmi()
                .set(
                    SetRequest.newBuilder()
                        .addUpdate(update(path("interfaces"), text("x")))
                        .build()));
  }

  @Test
  void pathsThatTheRealServerDoesNotSurviveKillThisOneToo() throws Exception {
    client.insertSa(SaText.of(1, true, 1, KEY));
    long generation = device.device().generation();
    breaks(
        () ->
            client
                .gnmi()
                .set(SetRequest.newBuilder().addDelete(path("ipsec-offload", "sad")).build()));
    awaitGeneration(generation);
    assertThat(device.device().sas()).as("it came back with nothing").isEmpty();
    assertThat(device.device().pipeline()).isEmpty();
    assertThat(device.device().counters().get(Counter.CRASHES)).isEqualTo(1);
    for (String entry : List.of("sad-entry", "sad-entry[name=*]", "sad-entry[direction=1]")) {
      generation = device.device().generation();
      RawClient again = bed.client(device);
      breaks(() -> again.deleteSa(entry));
      awaitGeneration(generation);
    }
    assertThat(device.device().counters().get(Counter.CRASHES)).isEqualTo(4);
  }

  private void awaitGeneration(long old) throws InterruptedException {
    long end = System.nanoTime() + 10_000_000_000L;
    while ((device.device().generation() == old || !device.server().running())
        && System.nanoTime() < end) {
      Thread.sleep(5);
    }
    assertThat(device.device().generation()).isGreaterThan(old);
  }

  @Test
  void withTheCrashSwitchedOffTheyAreInvalid() throws Exception {
    RawClient other =
        bed.client(
            bed.device(
                EmulatorConfig.onLoopback("b", "wire")
                    .with(Quirks.DEFAULT.with(Quirk.CRASH_ON_SHORT_PATH, false))));
    fails(Status.Code.INVALID_ARGUMENT, () -> other.deleteSa("sad-entry[name=*]"));
  }

  @Test
  void capabilitiesDoNotMentionIpsec() {
    var reply = client.gnmi().capabilities(CapabilityRequest.getDefaultInstance());
    assertThat(reply.getGNMIVersion()).isEqualTo("0.7.0");
    assertThat(reply.getSupportedEncodingsList()).containsExactly(Encoding.PROTO);
    assertThat(reply.getSupportedModelsList())
        .extracting(m -> m.getName())
        .doesNotContain("openconfig-ipsec-offload");
  }

  @Test
  void aSecondInstallOfTheSameKeyIsCountedAcrossRestarts() throws Exception {
    client.insertSa(SaText.of(1, false, 9, KEY));
    client.insertSa(SaText.of(1, true, 1, SaText.key(5, 36)));
    device.restart(true, 0);
    client.insertSa(SaText.of(2, false, 9, KEY));
    client.insertSa(SaText.of(1, true, 1, SaText.key(5, 36)));
    assertThat(device.device().counters().get(Counter.OUTBOUND_KEY_REINSTALLS)).isEqualTo(1);
    assertThat(device.device().counters().get(Counter.INBOUND_KEY_REINSTALLS)).isEqualTo(1);
    assertThat(device.device().counters().get(Counter.OUTBOUND_KEY_INSTALLS)).isEqualTo(2);
  }

  @Test
  void withoutChassisConfigEveryGetIsAFailedPrecondition() throws Exception {
    Emulator bare =
        bed.device(
            EmulatorConfig.onLoopback("bare", "wire")
                .with(Quirks.DEFAULT.with(Quirk.NO_CHASSIS_CONFIG, true)));
    assertThatThrownBy(bed.client(bare)::rxSpi)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION));
  }

  @Test
  void originTargetAndPrefixDoNotHelpAPathThatIsNotComplete() {
    Path prefix = RawClient.path("ipsec-offload").toBuilder().setTarget("ipu").build();
    GetRequest relative =
        GetRequest.newBuilder()
            .setPrefix(prefix)
            .addPath(RawClient.path("ipsec-spi", "rx-spi"))
            .setEncoding(Encoding.PROTO)
            .build();
    assertThatThrownBy(() -> client.gnmi().get(relative))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
    Path complete =
        RawClient.path("ipsec-offload", "ipsec-spi", "rx-spi").toBuilder()
            .setOrigin("whatever")
            .build();
    var answer =
        client
            .gnmi()
            .get(relative.toBuilder().clearPath().addPath(complete).build())
            .getNotification(0);
    assertThat(answer.getPrefix()).isEqualTo(prefix);
    assertThat(answer.getUpdate(0).getVal().getUintVal()).isNotZero();
    GetRequest qualified =
        GetRequest.newBuilder()
            .addPath(
                RawClient.path("openconfig-ipsec-offload:ipsec-offload", "ipsec-spi", "rx-spi"))
            .setEncoding(Encoding.PROTO)
            .build();
    assertThatThrownBy(() -> client.gnmi().get(qualified)).hasMessageContaining("INVALID_ARGUMENT");
  }
}
