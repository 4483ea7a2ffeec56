package io.keyway.northbound.odl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.northbound.Odl;
import io.keyway.northbound.Samples;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryMapper;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.config.InvalidEntryException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EntryCodecTest {

  private static final String B = "org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.";

  private final EntryCodec codec = new EntryCodec(Odl.MODEL);

  static List<IntentObject> entries() {
    return List.of(
        Samples.ikePolicy("p", Optional.of(Samples.psk("s"))),
        Samples.ikePolicy("e", Optional.of(Samples.eap())),
        Samples.ikePolicy("o", Optional.of(Samples.eapOnly())),
        Samples.childPolicy("c"),
        Samples.gateway("g", "p", Optional.of("ipu-1")),
        Samples.addressed("g", "p", "sites", "more"),
        Samples.pool("sites"),
        Samples.tunnel("t", "g", "c"),
        Samples.staticPolicy("s", Optional.of("ipu-1")),
        Samples.plane("ipu-1"));
  }

  @ParameterizedTest
  @MethodSource("entries")
  void everyValueFitsTheSchemaAndComesBack(IntentObject value) throws InvalidEntryException {
    EntryKind kind = EntryRef.of(value).kind();
    assertThat(EntryMapper.read(kind, Trees.of(codec.encode(value)))).isEqualTo(value);
  }

  @Test
  void aBodyIsReadAsRestconfReadsIt() throws InvalidEntryException {
    EntryRef entry = new EntryRef(EntryKind.TUNNEL, "t");
    String json =
        "{\"keyway-ipsec:tunnel\":[{\"name\":\"t\",\"gateway\":\"g\",\"child-policy\":\"c\","
            + "\"enable\":false}]}";
    Tunnel tunnel = (Tunnel) codec.decode(entry, json);
    assertThat(tunnel.enable()).isFalse();
  }

  @Test
  void whatWasReadIsWrittenAsItCameAndAnotherTimeAsItIs() throws InvalidEntryException {
    EntryRef entry = new EntryRef(EntryKind.TUNNEL, "t");
    IntentObject value =
        codec.decode(
            entry, "{\"tunnel\":[{\"name\":\"t\",\"gateway\":\"g\",\"child-policy\":\"c\"}]}");
    for (int i = 0; i < 2; i++) {
      assertThat(EntryMapper.read(EntryKind.TUNNEL, Trees.of(codec.encode(value))))
          .isEqualTo(value);
    }
    // An equal value that somebody else made is none that was read.
    codec.decode(entry, "{\"tunnel\":[{\"name\":\"t\",\"gateway\":\"g\",\"child-policy\":\"c\"}]}");
    assertThat(EntryMapper.read(EntryKind.TUNNEL, Trees.of(codec.encode(value)))).isEqualTo(value);
  }

  @Test
  void whatTheSchemaDoesNotLetPassIsNamed() {
    EntryRef entry = new EntryRef(EntryKind.TUNNEL, "t");
    refuses(entry, "{\"tunnel\":[{\"name\":\"t\",\"gatway\":\"g\"}]}", "gatway");
    refuses(entry, "{\"tunnel\":[{\"name\":\"t\",\"enable\":\"maybe\"}]}", "maybe");
    refuses(entry, "{\"tunnel\":[{\"name\":\"bad name\"}]}", "bad name");
    refuses(entry, "{\"tunnel\":[{\"name\":\"other\"}]}", "tunnels/tunnel=other");
    refuses(entry, "{\"tunnel\":[]}", "one entry");
    refuses(entry, "not json", "");
    refuses(entry, "", "");
  }

  private void refuses(EntryRef entry, String json, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.decode(entry, json))
        .withMessageContaining(reason);
  }

  @Test
  void modelAndApiKnowTheSameAlgorithms() throws ReflectiveOperationException {
    assertThat(names("EncryptionAlgorithm"))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(EncryptionAlgorithm.values()).map(a -> a.modelName()).toList());
    assertThat(names("IntegrityAlgorithm"))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(IntegrityAlgorithm.values()).map(a -> a.modelName()).toList());
    assertThat(names("PrfAlgorithm"))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(PrfAlgorithm.values()).map(a -> a.modelName()).toList());
    assertThat(names("KeyExchangeMethod"))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(KeyExchangeMethod.values()).map(a -> a.keyword()).toList());
  }

  private static List<String> names(String type) throws ReflectiveOperationException {
    Object[] constants = Class.forName(B + type).getEnumConstants();
    return Arrays.stream(constants)
        .map(c -> ((org.opendaylight.yangtools.yang.binding.EnumTypeObject) c).getName())
        .toList();
  }
}
