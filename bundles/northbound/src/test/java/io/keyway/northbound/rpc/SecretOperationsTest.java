package io.keyway.northbound.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import io.keyway.northbound.Fakes;
import io.keyway.northbound.Services;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SecretOperationsTest {

  private final Services services = new Services();
  private final SecretOperations operations = new SecretOperations(services, Runnable::run);
  private final List<String> stored = new ArrayList<>();

  @Test
  void aSecretGoesIntoTheStoreAndOurCopyIsWiped() throws Exception {
    store(Outcome.ok());
    SecretBytes secret = SecretBytes.copyOf("planted".getBytes(StandardCharsets.UTF_8));
    assertThat(get(operations.put("psk-1", SecretStore.Kind.PRE_SHARED_KEY, secret)))
        .isEqualTo(Outcome.ok());
    assertThat(stored).containsExactly("psk-1 PRE_SHARED_KEY planted");
    assertThat(secret.isWiped()).isTrue();
  }

  @Test
  void withoutAStoreTheSecretIsWipedAndTheAnswerSaysWhatIsMissing() throws Exception {
    SecretBytes secret = SecretBytes.copyOf(new byte[] {1, 2, 3});
    Outcome outcome = get(operations.put("psk-1", SecretStore.Kind.PRE_SHARED_KEY, secret));
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.UNAVAILABLE);
    assertThat(outcome.reason()).contains("keyway-secrets");
    assertThat(secret.isWiped()).isTrue();
    assertThat(get(operations.delete("psk-1")).kind()).isEqualTo(Outcome.Kind.UNAVAILABLE);
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> get(operations.list()))
        .withMessageContaining("keyway-secrets");
  }

  @Test
  void secretsAreListedAndRemovedByName() throws Exception {
    store(Outcome.ok());
    assertThat(get(operations.list()))
        .containsExactly(new SecretStore.Listed("psk-1", SecretStore.Kind.PRE_SHARED_KEY));
    assertThat(get(operations.delete("psk-1"))).isEqualTo(Outcome.ok());
  }

  private void store(Outcome outcome) {
    services.secrets.set(
        Fakes.of(
            SecretStore.class,
            new Object() {
              public Outcome put(String name, SecretStore.Kind kind, SecretBytes secret) {
                stored.add(
                    name
                        + " "
                        + kind
                        + " "
                        + secret.<String>read(o -> new String(o, StandardCharsets.UTF_8)));
                secret.close();
                return outcome;
              }

              public Outcome remove(String name) {
                return outcome;
              }

              public List<SecretStore.Listed> list() {
                return List.of(new SecretStore.Listed("psk-1", SecretStore.Kind.PRE_SHARED_KEY));
              }
            }));
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
  }
}
