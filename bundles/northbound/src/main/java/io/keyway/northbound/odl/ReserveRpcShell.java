package io.keyway.northbound.odl;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import io.keyway.api.Registration;
import io.keyway.northbound.device.ManualSas;
import java.util.Optional;
import org.opendaylight.mdsal.binding.api.RpcProviderService;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ReserveSpi;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ReserveSpiInput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ReserveSpiOutput;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ReserveSpiOutputBuilder;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.ErrorType;
import org.opendaylight.yangtools.yang.common.RpcResult;
import org.opendaylight.yangtools.yang.common.RpcResultBuilder;
import org.opendaylight.yangtools.yang.common.Uint32;

/** The operation that manual SAs begin with. */
public final class ReserveRpcShell {

  private final ManualSas sas;

  public ReserveRpcShell(ManualSas sas) {
    this.sas = sas;
  }

  /** Offers the operation until the registration is closed. */
  public Registration register(RpcProviderService rpcs) {
    var registration =
        rpcs.registerRpcImplementation(
            (ReserveSpi) input -> RpcShell.guarded(() -> reserve(input)));
    return registration::close;
  }

  private ListenableFuture<RpcResult<ReserveSpiOutput>> reserve(ReserveSpiInput input) {
    String plane = input.requireDataPlane().getValue();
    Optional<String> refusal = sas.refusal(plane);
    if (refusal.isPresent()) {
      return Futures.immediateFuture(
          RpcResultBuilder.<ReserveSpiOutput>failed()
              .withError(
                  ErrorType.APPLICATION,
                  ErrorTag.ACCESS_DENIED,
                  "data plane '" + plane + "': " + refusal.get())
              .build());
    }
    return RpcShell.answer(
        sas.reserve(plane, RpcShell.timeout(input)),
        result -> {
          ReserveSpiOutputBuilder output =
              new ReserveSpiOutputBuilder()
                  .setResult(Values.result(result.outcome()))
                  .setReason(Values.text(result.outcome().reason()));
          result
              .value()
              .ifPresent(
                  lease ->
                      output
                          .setOffloadId(Uint32.valueOf(lease.index()))
                          .setSpi(Uint32.valueOf(lease.spi().value())));
          return output.build();
        });
  }
}
