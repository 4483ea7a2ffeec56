package io.keyway.shell.yaml;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.PeerRanges;
import io.keyway.api.intent.IntentObject.Gateway;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code gateways}. */
final class GatewayReader {

  private static final List<String> KEYS =
      List.of(
          "name",
          "ike-policy",
          "local-address",
          "additional-local-address",
          "local-interface",
          "remote-address",
          "remote-range",
          "local-port",
          "remote-port",
          "connection-type",
          "data-plane",
          "pool",
          "virtual-address",
          "redirect-to",
          "authentication");

  private final AuthenticationReader authentication;

  GatewayReader(AuthenticationReader authentication) {
    this.authentication = authentication;
  }

  Optional<Gateway> read(Value value) {
    Fields fields = Fields.of(value, KEYS);
    Optional<String> name = fields.name("name");
    Optional<String> policy = fields.name("ike-policy");
    Algorithms.complainOfMissing(fields, "local-address");
    Optional<InetAddress> local = fields.address("local-address");
    Optional<InetAddress> remote = fields.address("remote-address");
    fields.choice("connection-type", Map.of("unicast", true));
    if (local.isPresent()
        && remote.isPresent()
        && local.get().getAddress().length != remote.get().getAddress().length) {
      value.problem("local-address and remote-address are of different families");
    }
    Optional<Authentication> how =
        fields
            .get("authentication")
            .flatMap(v -> authentication.read(v, Names.secret("gateway", name.orElse(""))));
    int localPort = (int) fields.number("local-port", 1, 65535, Defaults.IKE_PORT);
    int remotePort = (int) fields.number("remote-port", 1, 65535, Defaults.IKE_PORT);
    Optional<String> plane = fields.optionalName("data-plane");
    List<InetAddress> additional = fields.addresses("additional-local-address");
    List<String> interfaces =
        fields.items("local-interface").flatMap(item -> item.text().stream()).toList();
    List<String> pools =
        fields.some("pool").stream().map(Value::text).flatMap(Optional::stream).toList();
    List<InetAddress> virtual = fields.addresses("virtual-address");
    if (name.isEmpty() || policy.isEmpty() || local.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Gateway(
            name.get(),
            policy.get(),
            local.get(),
            remote,
            localPort,
            remotePort,
            plane,
            how,
            additional,
            interfaces,
            pools,
            virtual,
            fields.text("redirect-to"),
            PoolReader.selectors(fields, "remote-range", PeerRanges::parse)));
  }
}
