package io.keyway.northbound.odl;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.SettableFuture;
import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.northbound.rpc.SaOperations;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.opendaylight.mdsal.binding.api.RpcProviderService;
import org.opendaylight.yang.gen.v1.urn.ietf.params.xml.ns.yang.ietf.inet.types.rev130715.IetfInetUtil;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.Initiate;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.InitiateInput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.InitiateOutput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.InitiateOutputBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.Move;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.MoveInput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.MoveOutput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.MoveOutputBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.Reconcile;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ReconcileInput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ReconcileOutput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ReconcileOutputBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.Redirect;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.RedirectInput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.RedirectOutput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.RedirectOutputBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.Rekey;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.RekeyInput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.RekeyOutput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.RekeyOutputBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.Terminate;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.TerminateInput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.TerminateOutput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.TerminateOutputBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.TimeLimit;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.child.sa.list.ChildSa;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.child.sa.list.ChildSaBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.child.sa.list.ChildSaKey;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.redirect.input.Peers;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.target.Target;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.ErrorType;
import org.opendaylight.yangtools.yang.common.RpcResult;
import org.opendaylight.yangtools.yang.common.RpcResultBuilder;

/**
 * Initiate, terminate, rekey, redirect, move and reconcile as RPCs of module {@code keyway-ipsec}.
 */
public final class RpcShell {

  private final SaOperations operations;

  public RpcShell(SaOperations operations) {
    this.operations = operations;
  }

  /** Offers the operations until the registration is closed. */
  public Registration register(RpcProviderService rpcs) {
    var registration =
        rpcs.registerRpcImplementations(
            (Initiate) input -> guarded(() -> initiate(input)),
            (Terminate) input -> guarded(() -> terminate(input)),
            (Rekey) input -> guarded(() -> rekey(input)),
            (Redirect) input -> guarded(() -> redirect(input)),
            (Move) input -> guarded(() -> move(input)),
            (Reconcile) input -> guarded(() -> reconcile(input)));
    return registration::close;
  }

  private ListenableFuture<RpcResult<InitiateOutput>> initiate(InitiateInput input) {
    return answer(
        operations.initiate(input.requireTunnel().getValue(), timeout(input)),
        result ->
            new InitiateOutputBuilder()
                .setResult(Values.result(result.outcome()))
                .setReason(Values.text(result.outcome().reason()))
                .setChildSa(children(result))
                .build());
  }

  private ListenableFuture<RpcResult<TerminateOutput>> terminate(TerminateInput input) {
    return answer(
        operations.terminate(target(input.getTarget()), timeout(input)),
        result ->
            new TerminateOutputBuilder()
                .setResult(Values.result(result.outcome()))
                .setReason(Values.text(result.outcome().reason()))
                .setChildSa(children(result))
                .build());
  }

  private ListenableFuture<RpcResult<RekeyOutput>> rekey(RekeyInput input) {
    return answer(
        operations.rekey(target(input.getTarget()), timeout(input)),
        result ->
            new RekeyOutputBuilder()
                .setResult(Values.result(result.outcome()))
                .setReason(Values.text(result.outcome().reason()))
                .setChildSa(children(result))
                .build());
  }

  private ListenableFuture<RpcResult<RedirectOutput>> redirect(RedirectInput input) {
    return answer(
        operations.redirect(
            peers(input.getPeers()), input.requireTo().stringValue(), timeout(input)),
        result ->
            new RedirectOutputBuilder()
                .setResult(Values.result(result.outcome()))
                .setReason(Values.text(result.outcome().reason()))
                .build());
  }

  private ListenableFuture<RpcResult<MoveOutput>> move(MoveInput input) {
    return answer(
        operations.move(
            input.requireGateway().getValue(),
            Optional.ofNullable(input.getLocalAddress())
                .map(address -> IetfInetUtil.inetAddressForNoZone(address)),
            timeout(input)),
        outcome ->
            new MoveOutputBuilder()
                .setResult(Values.result(outcome))
                .setReason(Values.text(outcome.reason()))
                .build());
  }

  private static Selection peers(Peers peers) {
    if (peers
        instanceof
        org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.redirect.input.peers.Gateway gw) {
      return new Selection.Connection(gw.getGateway().getValue());
    } else if (peers
        instanceof
        org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.redirect.input.peers.IkeSa ike) {
      return new Selection.IkeUid(ike.getIkeSa());
    }
    throw new IllegalArgumentException("name a gateway or an ike-sa");
  }

  private ListenableFuture<RpcResult<ReconcileOutput>> reconcile(ReconcileInput input) {
    String mode = input.getMode() == null ? "check" : input.getMode().getName();
    CompletionStage<Outcome> outcome =
        operations.reconcile(input.requireDataPlane().getValue(), mode, timeout(input));
    return answer(
        outcome,
        o ->
            new ReconcileOutputBuilder()
                .setResult(Values.result(o))
                .setReason(Values.text(o.reason()))
                .build());
  }

  private static io.keyway.northbound.rpc.Target target(Target target) {
    if (target
        instanceof
        org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.target.target.Tunnel tunnel) {
      return new io.keyway.northbound.rpc.Target.Tunnel(tunnel.getTunnel().getValue());
    } else if (target
        instanceof
        org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.target.target.IkeSa ike) {
      return new io.keyway.northbound.rpc.Target.IkeSa(ike.getIkeSa());
    } else if (target
        instanceof
        org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.target.target.ChildSa child) {
      return new io.keyway.northbound.rpc.Target.ChildSa(child.getChildSa());
    }
    throw new IllegalArgumentException("name a tunnel, an ike-sa or a child-sa");
  }

  private static Map<ChildSaKey, ChildSa> children(ChildResult result) {
    Map<ChildSaKey, ChildSa> children = new LinkedHashMap<>();
    result
        .children()
        .forEach(
            child ->
                children.put(
                    new ChildSaKey(child.uid()),
                    new ChildSaBuilder(SaState.details(child)).build()));
    return children;
  }

  static Duration timeout(TimeLimit input) {
    return Duration.ofSeconds(input.getTimeout() == null ? 30 : input.getTimeout().toJava());
  }

  /** OpenDaylight does not check that mandatory input is there: its absence shows here. */
  static <O> ListenableFuture<RpcResult<O>> guarded(
      Supplier<ListenableFuture<RpcResult<O>>> operation) {
    try {
      return operation.get();
    } catch (NoSuchElementException e) {
      return failed(ErrorTag.MISSING_ELEMENT, e);
    } catch (IllegalArgumentException e) {
      return failed(ErrorTag.INVALID_VALUE, e);
    }
  }

  private static <O> ListenableFuture<RpcResult<O>> failed(ErrorTag tag, RuntimeException e) {
    return Futures.immediateFuture(
        RpcResultBuilder.<O>failed()
            .withError(ErrorType.APPLICATION, tag, String.valueOf(e.getMessage()))
            .build());
  }

  /** The answer of an operation; what fails is told, without what might be inside an exception. */
  static <T, O> ListenableFuture<RpcResult<O>> answer(
      CompletionStage<T> stage, Function<T, O> output) {
    SettableFuture<RpcResult<O>> future = SettableFuture.create();
    stage
        .thenApply(output)
        .whenComplete(
            (value, failure) -> {
              if (failure == null) {
                future.set(RpcResultBuilder.success(value).build());
              } else {
                Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                future.set(
                    RpcResultBuilder.<O>failed()
                        .withError(
                            ErrorType.APPLICATION,
                            ErrorTag.OPERATION_FAILED,
                            String.valueOf(cause.getMessage()))
                        .build());
              }
            });
    return future;
  }
}
