package io.keyway.plane.infrap4d.device;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.keyway.api.Outcome;
import io.keyway.plane.infrap4d.device.DeviceException.Kind;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.infrap4d.settings.Quirks;
import io.keyway.protocol.gnmi.Encoding;
import io.keyway.protocol.gnmi.GetRequest;
import io.keyway.protocol.gnmi.GetResponse;
import io.keyway.protocol.gnmi.SetRequest;
import io.keyway.protocol.gnmi.SetResponse;
import io.keyway.protocol.gnmi.TypedValue;
import io.keyway.protocol.gnmi.Update;
import io.keyway.protocol.gnmi.gNMIGrpc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * SAs and SPIs of one device. Every call has a deadline. What the device says about a Set with a
 * key in it is never repeated: it may quote the request.
 */
final class GnmiClient {

  /** Sets on the way at the same time; the device does them one by one anyway. */
  private static final int IN_FLIGHT = 32;

  private final Infrap4dSettings settings;
  private final Quirks quirks;
  private final ManagedChannel channel;

  private final BooleanSupplier mayWrite;

  /**
   * @param mayWrite false once another controller leads: gNMI has no roles, so this is the only
   *     thing that keeps two controllers apart here
   */
  GnmiClient(Infrap4dSettings settings, ManagedChannel channel, BooleanSupplier mayWrite) {
    this.settings = settings;
    this.quirks = settings.quirks();
    this.channel = channel;
    this.mayWrite = mayWrite;
  }

  private gNMIGrpc.gNMIFutureStub stub() {
    return gNMIGrpc
        .newFutureStub(channel)
        .withDeadlineAfter(settings.timing().rpc().toMillis(), TimeUnit.MILLISECONDS);
  }

  /** One Set for each SA, so that every one has its own answer. */
  List<Outcome> insert(List<SaInsert> sas) {
    return each(
        sas,
        slice -> {
          List<byte[]> texts = new ArrayList<>();
          List<ListenableFuture<SetResponse>> calls = new ArrayList<>();
          try {
            for (SaInsert sa : slice) {
              byte[] text = SadText.write(sa, quirks);
              texts.add(text);
              calls.add(stub().set(insertion(sa.ref(), text)));
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < calls.size(); i++) {
              outcomes.add(inserted(slice.get(i), calls.get(i)));
            }
            return outcomes;
          } finally {
            // Only now: until a call has ended gRPC may still have to read the octets. Had it any
            // after this, the device would find zeros instead of text, and refuse them.
            texts.forEach(text -> Arrays.fill(text, (byte) 0));
          }
        });
  }

  private SetRequest insertion(SaRef sa, byte[] text) {
    return SetRequest.newBuilder()
        .addUpdate(
            Update.newBuilder()
                .setPath(GnmiPaths.insert(sa, quirks))
                .setVal(
                    TypedValue.newBuilder().setProtoBytes(UnsafeByteOperations.unsafeWrap(text))))
        .build();
  }

  private Outcome inserted(SaInsert sa, ListenableFuture<SetResponse> call) {
    try {
      call.get();
      return Outcome.ok();
    } catch (ExecutionException e) {
      return SetErrors.insert(sa.ref(), Status.fromThrowable(e.getCause()), settings);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Outcome.unknown("interrupted while " + sa.ref() + " was installed");
    }
  }

  List<Outcome> delete(List<SaRef> sas) {
    return each(
        sas,
        slice -> {
          List<ListenableFuture<SetResponse>> calls =
              slice.stream()
                  .map(
                      sa ->
                          stub()
                              .set(
                                  SetRequest.newBuilder()
                                      .addDelete(GnmiPaths.delete(sa, quirks))
                                      .build()))
                  .toList();
          List<Outcome> outcomes = new ArrayList<>();
          for (int i = 0; i < calls.size(); i++) {
            outcomes.add(deleted(slice.get(i), calls.get(i)));
          }
          return outcomes;
        });
  }

  private Outcome deleted(SaRef sa, ListenableFuture<SetResponse> call) {
    try {
      call.get();
      return Outcome.ok();
    } catch (ExecutionException e) {
      return SetErrors.delete(sa, Status.fromThrowable(e.getCause()), settings);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Outcome.unknown("interrupted while " + sa + " was removed");
    }
  }

  private <T> List<Outcome> each(List<T> all, Function<List<T>, List<Outcome>> slice) {
    List<Outcome> outcomes = new ArrayList<>(all.size());
    for (int from = 0; from < all.size(); from += IN_FLIGHT) {
      List<T> now = all.subList(from, Math.min(all.size(), from + IN_FLIGHT));
      outcomes.addAll(
          mayWrite.getAsBoolean()
              ? slice.apply(now)
              : Collections.nCopies(
                  now.size(),
                  Outcome.unavailable(
                      "contact with infrap4d, or the lead of its role, was lost before")));
    }
    return outcomes;
  }

  /** All asked for at the same time; those that came, or why none came. */
  List<Long> readSpis(int count) throws DeviceException {
    List<ListenableFuture<GetResponse>> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      calls.add(
          stub()
              .get(
                  GetRequest.newBuilder()
                      .addPath(GnmiPaths.RX_SPI)
                      .setType(GetRequest.DataType.ALL)
                      .setEncoding(Encoding.PROTO)
                      .build()));
    }
    List<Long> spis = new ArrayList<>();
    DeviceException failure = null;
    for (ListenableFuture<GetResponse> call : calls) {
      try {
        spis.add(SpiNumber.spi(number(call), settings));
      } catch (DeviceException e) {
        failure = e;
      }
    }
    if (spis.isEmpty() && failure != null) {
      throw failure;
    }
    return spis;
  }

  private long number(ListenableFuture<GetResponse> call) throws DeviceException {
    GetResponse response;
    try {
      response = call.get();
    } catch (ExecutionException e) {
      throw new DeviceException(
          Kind.REFUSED,
          RpcErrors.describe(
              "the request for an SPI", settings.gnmi(), settings.timing().rpc(), e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeviceException(Kind.UNREACHABLE, "interrupted");
    }
    if (response.getNotificationCount() == 0
        || response.getNotification(0).getUpdateCount() == 0
        || !response.getNotification(0).getUpdate(0).getVal().hasUintVal()) {
      throw new DeviceException(
          Kind.REFUSED,
          "infrap4d at " + settings.gnmi() + " answered the request for an SPI without a number");
    }
    return response.getNotification(0).getUpdate(0).getVal().getUintVal();
  }
}
