package io.keyway.shell.yaml;

import io.keyway.api.ike.Authentication;
import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import java.util.Optional;

/** Which pre-shared key an entry refers to. */
final class SecretNames {

  private SecretNames() {}

  static Optional<String> of(IntentObject object) {
    Optional<Authentication> how = Optional.empty();
    if (object instanceof IkePolicy policy) {
      how = policy.authentication();
    } else if (object instanceof Gateway gateway) {
      how = gateway.authentication();
    }
    return how.map(Authentication::secret).filter(name -> !name.isEmpty());
  }
}
