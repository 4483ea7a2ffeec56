package io.keyway.shell.command;

import io.keyway.api.intent.IntentObject;
import io.keyway.api.store.SecretStore;
import io.keyway.shell.yaml.SecretNames;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Completes names of secrets: those in the store, and those that the configuration waits for. */
@Service
public final class SecretCompleter extends NameCompleter {
  @Override
  Stream<String> names() {
    Stream<String> stored = services.secrets().list().stream().map(SecretStore.Listed::name);
    Stream<String> wanted =
        Stream.concat(
                services.intent().snapshot().ikePolicies().values().stream()
                    .map(IntentObject.IkePolicy::authentication),
                services.intent().snapshot().gateways().values().stream()
                    .map(IntentObject.Gateway::authentication))
            .flatMap(SecretNames::of);
    return Stream.concat(stored, wanted).distinct();
  }
}
