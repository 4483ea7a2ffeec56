package io.keyway.emulator.infrap4d;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A device and a client of it, new for each test. */
abstract class OneDevice {

  final Bed bed = new Bed();
  Emulator device;
  RawClient client;

  @BeforeEach
  final void startDevice() throws Exception {
    device = bed.device();
    client = bed.client(device);
  }

  @AfterEach
  final void stopDevice() {
    bed.close();
  }

  static void fails(Status.Code code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
  }

  /** Everything that came on a stream: messages, the error, or the word "completed". */
  static final class Heard<T> implements StreamObserver<T> {
    final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

    @Override
    public void onNext(T value) {
      events.add(value);
    }

    @Override
    public void onError(Throwable t) {
      events.add(t);
    }

    @Override
    public void onCompleted() {
      events.add("completed");
    }
  }
}
