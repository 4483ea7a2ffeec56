package io.keyway.northbound.odl;

import com.google.common.util.concurrent.ListenableFuture;
import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import io.keyway.northbound.rpc.LoadOperation;
import io.keyway.northbound.rpc.SecretOperations;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.opendaylight.mdsal.binding.api.RpcProviderService;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.DeleteSecret;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.DeleteSecretInput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.DeleteSecretOutput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.DeleteSecretOutputBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ListSecrets;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ListSecretsInput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ListSecretsOutput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ListSecretsOutputBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.Load;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.LoadInput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.LoadOutput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.LoadOutputBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.PutSecret;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.PutSecretInput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.PutSecretOutput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.PutSecretOutputBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.SecretKind;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.SecretName;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.list.secrets.output.Secret;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.list.secrets.output.SecretBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.list.secrets.output.SecretKey;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.load.input.Item;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.load.output.ItemBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.put.secret.input.value.Octets;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.put.secret.input.value.Text;
import org.opendaylight.yangtools.yang.common.RpcResult;
import org.opendaylight.yangtools.yang.common.Uint32;

/** Load and the operations on secrets as RPCs of module {@code keyway-ipsec}. */
public final class StoreRpcShell {

  /** Longest secret, in octets: enough for any private key. */
  private static final int MAX_SECRET = 16384;

  private final SecretOperations secrets;
  private final LoadOperation load;

  public StoreRpcShell(SecretOperations secrets, LoadOperation load) {
    this.secrets = secrets;
    this.load = load;
  }

  /** Offers the operations until the registration is closed. */
  public Registration register(RpcProviderService rpcs) {
    var registration =
        rpcs.registerRpcImplementations(
            (PutSecret) input -> RpcShell.guarded(() -> putSecret(input)),
            (DeleteSecret) input -> RpcShell.guarded(() -> deleteSecret(input)),
            (ListSecrets) input -> RpcShell.guarded(() -> listSecrets(input)),
            (Load) input -> RpcShell.guarded(() -> load(input)));
    return registration::close;
  }

  private ListenableFuture<RpcResult<PutSecretOutput>> putSecret(PutSecretInput input) {
    SecretStore.Kind kind = SecretStore.Kind.valueOf(constant(input.requireKind().getName()));
    String name = input.requireName().getValue();
    SecretBytes secret = secret(input);
    if (secret.length() < 1 || secret.length() > MAX_SECRET) {
      int length = secret.length();
      secret.close();
      throw new IllegalArgumentException(
          "the secret has " + length + " octets; it must have 1 to " + MAX_SECRET);
    }
    return RpcShell.answer(
        secrets.put(name, kind, secret),
        outcome ->
            new PutSecretOutputBuilder()
                .setResult(Values.result(outcome))
                .setReason(Values.text(outcome.reason()))
                .build());
  }

  /** The text that RESTCONF parsed cannot be wiped; our own copies can, and are. */
  private static SecretBytes secret(PutSecretInput input) {
    if (input.getValue() instanceof Octets octets) {
      return SecretBytes.wrap(octets.getOctets().clone());
    } else if (input.getValue() instanceof Text text) {
      return SecretBytes.wrap(text.getText().getBytes(StandardCharsets.UTF_8));
    }
    throw new IllegalArgumentException("the secret itself is missing; set text or octets");
  }

  private ListenableFuture<RpcResult<DeleteSecretOutput>> deleteSecret(DeleteSecretInput input) {
    return RpcShell.answer(
        secrets.delete(input.requireName().getValue()),
        outcome ->
            new DeleteSecretOutputBuilder()
                .setResult(Values.result(outcome))
                .setReason(Values.text(outcome.reason()))
                .build());
  }

  private ListenableFuture<RpcResult<ListSecretsOutput>> listSecrets(ListSecretsInput input) {
    return RpcShell.answer(
        secrets.list(),
        listed -> {
          Map<SecretKey, Secret> entries = new LinkedHashMap<>();
          for (SecretStore.Listed secret : listed) {
            SecretKey key =
                new SecretKey(
                    SecretKind.Kind.ofName(Values.yang(secret.kind())),
                    new SecretName(secret.name()));
            entries.put(key, new SecretBuilder().withKey(key).build());
          }
          return new ListSecretsOutputBuilder().setSecret(entries).build();
        });
  }

  private ListenableFuture<RpcResult<LoadOutput>> load(LoadInput input) {
    List<LoadOperation.Item> items = new ArrayList<>();
    for (Item item : input.nonnullItem()) {
      items.add(
          new LoadOperation.Item(
              item.requireIndex().toJava(),
              item.getOperation() == Item.Operation.Delete,
              item.requireEntry(),
              Optional.ofNullable(item.getValue())));
    }
    return RpcShell.answer(
        load.load(items, Boolean.TRUE.equals(input.getAllOrNothing()), RpcShell.timeout(input)),
        answers ->
            new LoadOutputBuilder()
                .setItem(answers.stream().map(StoreRpcShell::item).toList())
                .build());
  }

  private static org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.load.output.Item item(
      LoadOperation.Answer answer) {
    Outcome outcome = answer.outcome();
    return new ItemBuilder()
        .setIndex(Uint32.valueOf(answer.index()))
        .setResult(Values.result(outcome))
        .setReason(Values.text(outcome.reason()))
        .setPath(Values.text(answer.path()))
        .build();
  }

  private static String constant(String yang) {
    return yang.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
