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
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
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

  private static final Outcome NOT_SENT =
      Outcome.unavailable("contact with infrap4d, or the lead of its role, was lost before");

  private final Infrap4dSettings settings;
  private final Quirks quirks;
  private final ManagedChannel channel;
  private final BooleanSupplier mayWrite;
  private final Set<Future<?>> onTheWay = ConcurrentHashMap.newKeySet();

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

  /**
   * Gives up every Set on its way, because somebody else may lead from now on. The device may do it
   * all the same, also later: it refuses what a former leader wrote by P4Runtime only.
   */
  void halt() {
    onTheWay.forEach(call -> call.cancel(true));
  }

  /** One Set for each SA, so that every one has its own answer. */
  List<Outcome> insert(List<SaInsert> sas) {
    return each(
        sas,
        slice -> {
          List<byte[]> texts = new ArrayList<>();
          try {
            return answers(
                slice,
                SaInsert::ref,
                sa -> {
                  byte[] text = SadText.write(sa, quirks);
                  texts.add(text);
                  return insertion(sa.ref(), text);
                },
                SetErrors::insert);
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

  List<Outcome> delete(List<SaRef> sas) {
    return each(
        sas,
        slice ->
            answers(
                slice,
                sa -> sa,
                sa -> SetRequest.newBuilder().addDelete(GnmiPaths.delete(sa, quirks)).build(),
                SetErrors::delete));
  }

  private static <T> List<Outcome> each(List<T> all, Function<List<T>, List<Outcome>> slice) {
    List<Outcome> outcomes = new ArrayList<>(all.size());
    for (int from = 0; from < all.size(); from += IN_FLIGHT) {
      outcomes.addAll(slice.apply(all.subList(from, Math.min(all.size(), from + IN_FLIGHT))));
    }
    return outcomes;
  }

  /** What a Set that failed means. */
  @FunctionalInterface
  private interface Meaning {
    Outcome of(SaRef sa, Status status, Infrap4dSettings settings);
  }

  /** Sends all of a slice, then waits for the answers. */
  private <T> List<Outcome> answers(
      List<T> slice, Function<T, SaRef> ref, Function<T, SetRequest> request, Meaning failed) {
    List<Optional<ListenableFuture<SetResponse>>> calls = new ArrayList<>();
    slice.forEach(item -> calls.add(send(item, request)));
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      SaRef sa = ref.apply(slice.get(i));
      outcomes.add(calls.get(i).map(call -> answer(sa, call, failed)).orElse(NOT_SENT));
    }
    return outcomes;
  }

  /** Empty when we must not write any more. */
  private <T> Optional<ListenableFuture<SetResponse>> send(
      T item, Function<T, SetRequest> request) {
    if (!mayWrite.getAsBoolean()) {
      return Optional.empty();
    }
    ListenableFuture<SetResponse> call = stub().set(request.apply(item));
    onTheWay.add(call);
    call.addListener(() -> onTheWay.remove(call), Runnable::run);
    if (!mayWrite.getAsBoolean()) {
      // Lost while this one was not in the list yet.
      call.cancel(true);
    }
    return Optional.of(call);
  }

  private Outcome answer(SaRef sa, ListenableFuture<SetResponse> call, Meaning failed) {
    try {
      call.get();
      return Outcome.ok();
    } catch (ExecutionException e) {
      return failed.of(sa, Status.fromThrowable(e.getCause()), settings);
    } catch (CancellationException e) {
      return Outcome.unknown(
          sa
              + " was on its way to infrap4d at "
              + settings.gnmi()
              + " when contact, or the lead of its role, was lost; it may have been done");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Outcome.unknown("interrupted while " + sa + " was on its way");
    }
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
          Infrap4dErrors.describe(
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
