package io.keyway.shell.yaml;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.PpkSettings;
import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.store.SecretName;
import java.util.Optional;
import java.util.stream.Stream;

/** Which keys that both sides know an entry refers to. */
public final class SecretNames {

  private SecretNames() {}

  /** Without those that stand for one of each peer. */
  static Stream<String> of(IntentObject object) {
    if (object instanceof IkePolicy policy) {
      return of(policy.authentication());
    }
    return object instanceof Gateway gateway ? of(gateway.authentication()) : Stream.of();
  }

  /** The same for one way to authenticate. */
  public static Stream<String> of(Optional<Authentication> how) {
    return how.stream()
        .flatMap(
            a ->
                Stream.concat(
                    Stream.of(a.secret()), a.ppk().keys().stream().map(PpkSettings.Ppk::secret)))
        .filter(name -> !name.isEmpty() && !SecretName.isTemplate(name));
  }
}
