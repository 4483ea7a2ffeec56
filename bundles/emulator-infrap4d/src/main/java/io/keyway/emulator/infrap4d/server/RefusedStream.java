package io.keyway.emulator.infrap4d.server;

import io.grpc.stub.StreamObserver;

/** The request side of a stream that has been answered with an error already. */
final class RefusedStream<T> implements StreamObserver<T> {
  @Override
  public void onNext(T value) {
    // Too late.
  }

  @Override
  public void onError(Throwable t) {
    // Too late.
  }

  @Override
  public void onCompleted() {
    // Too late.
  }
}
